//! Looks through model files before the crate that computes them does: it believes their headers, and a count that is
//! off makes it ask for a terabyte of memory, which ends the process.

/// What is wrong with a weights file's table of contents; `None` if its counts and lengths fit the file.
pub(crate) fn weights_flaw(bytes: &[u8]) -> Option<&'static str> {
    const ENTRY: usize = 4;
    let cut_short = Some("its table of contents does not fit it");
    let Some(count) = number(bytes, 1).filter(|count| *count <= bytes.len() / (ENTRY * 8)) else { return cut_short };
    let mut rest = bytes.len() - 16;
    for entry in 0..count {
        let at = 2 + entry * ENTRY;
        let (Some(name), Some(dimensions), Some(data)) =
            (number(bytes, at), number(bytes, at + 2), number(bytes, at + 3))
        else {
            return cut_short;
        };
        let length = dimensions.checked_mul(4).and_then(|shape| shape.checked_add(name)?.checked_add(data));
        match length.and_then(|length| rest.checked_sub(length)) {
            Some(left) => rest = left,
            None => return cut_short,
        }
    }
    None
}

/// What is wrong with a shortlist for a vocabulary of so many tokens.
pub(crate) fn shortlist_flaw(bytes: &[u8], tokens: usize) -> Option<&'static str> {
    const HEADER: usize = 6;
    let (Some(frequent), Some(offsets), Some(lists)) = (number(bytes, 2), number(bytes, 4), number(bytes, 5)) else {
        return Some("it is cut short");
    };
    let length =
        offsets.checked_add(HEADER).and_then(|numbers| numbers.checked_mul(8)?.checked_add(lists.checked_mul(4)?));
    if length != Some(bytes.len()) {
        return Some("its lengths do not fit it");
    }
    // A few more are added to make a round number.
    if frequent.saturating_add(16) > tokens {
        return Some("it is for another vocabulary");
    }
    let mut last = 0;
    for index in 0..offsets {
        match number(bytes, HEADER + index) {
            Some(offset) if offset >= last && offset <= lists => last = offset,
            _ => return Some("its lists are out of order"),
        }
    }
    let mut ids = bytes[(HEADER + offsets) * 8..].chunks_exact(4);
    let is_known = |id: &[u8]| id.try_into().is_ok_and(|id| (u32::from_le_bytes(id) as usize) < tokens);
    if ids.all(is_known) { None } else { Some("it is for another vocabulary") }
}

/// The `index`th number of eight bytes.
fn number(bytes: &[u8], index: usize) -> Option<usize> {
    let at = index.checked_mul(8)?;
    let eight = bytes.get(at..at.checked_add(8)?)?;
    usize::try_from(u64::from_le_bytes(eight.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortlist(header: [u64; 6], offsets: &[u64], ids: &[u32]) -> Vec<u8> {
        let numbers = header.iter().chain(offsets).flat_map(|number| number.to_le_bytes());
        numbers.chain(ids.iter().flat_map(|id| id.to_le_bytes())).collect()
    }

    #[test]
    fn shortlists_must_fit_themselves_and_their_vocabulary() {
        let good = shortlist([0, 0, 2, 2, 3, 2], &[0, 1, 2], &[40, 41]);
        assert_eq!(shortlist_flaw(&good, 50), None);
        assert!(shortlist_flaw(&good, 41).is_some() && shortlist_flaw(&good, 10).is_some());
        assert!(shortlist_flaw(&good[..good.len() - 1], 50).is_some());
        assert!(shortlist_flaw(&[], 50).is_some());
        assert!(shortlist_flaw(&shortlist([0, 0, 2, 2, u64::MAX, 2], &[0, 1, 2], &[40, 41]), 50).is_some());
        assert!(shortlist_flaw(&shortlist([0, 0, 2, 2, 3, 2], &[0, 9, 2], &[40, 41]), 50).is_some());
        assert!(shortlist_flaw(&shortlist([0, 0, u64::MAX, 2, 3, 2], &[0, 1, 2], &[40, 41]), 50).is_some());
    }

    #[test]
    fn weights_must_have_room_for_what_they_announce() {
        let file = |numbers: &[u64], more: usize| -> Vec<u8> {
            numbers.iter().flat_map(|number| number.to_le_bytes()).chain(std::iter::repeat_n(0, more)).collect()
        };
        assert_eq!(weights_flaw(&file(&[1, 1, 4, 0, 1, 8], 24)), None);
        assert!(weights_flaw(&file(&[1, 1, 4, 0, 1, 800], 24)).is_some());
        assert!(weights_flaw(&file(&[1, 1, 4, 0, u64::MAX, 8], 24)).is_some());
        assert!(weights_flaw(&file(&[1, u64::MAX], 24)).is_some());
        assert!(weights_flaw(&[]).is_some());
    }
}
