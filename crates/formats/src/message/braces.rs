//! Which brace closes which.

/// Where each pair of braces of a text begins and ends, found in one pass.
///
/// Within braces an apostrophe before a sign of the formatter quotes up to the next one, and what is quoted is no brace.
/// One that nothing closes opens nothing.
pub(super) struct Braces(Vec<(usize, usize)>);

impl Braces {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut pairs, mut open) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'{' => {
                    open.push(pairs.len());
                    pairs.push((at, 0));
                }
                b'}' => {
                    let pair = open.pop();
                    pair.into_iter().for_each(|pair: usize| pairs[pair].1 = at + 1);
                }
                b'\'' if !open.is_empty() => {
                    at = quoted(bytes, at).unwrap_or(at + 1);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        pairs.retain(|(_, end)| *end > 0);
        Self(pairs)
    }

    /// Where pairs begin, in order.
    pub(super) fn starts(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().map(|(start, _)| *start)
    }

    /// Behind the brace that closes the one at `start`, if one stands there and is closed.
    pub(super) fn end(&self, start: usize) -> Option<usize> {
        let pair = self.0.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        Some(self.0[pair].1)
    }
}

/// The end of what the apostrophe at `start` quotes. Two are an apostrophe, one before a letter is one as well.
pub(super) fn quoted(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes.get(start + 1)? {
        b'\'' => Some(start + 2),
        b'{' | b'}' | b'#' => {
            let mut at = start + 2;
            loop {
                at += bytes[at..].iter().position(|byte| *byte == b'\'')?;
                if bytes.get(at + 1) != Some(&b'\'') {
                    return Some(at + 1);
                }
                at += 2;
            }
        }
        _ => None,
    }
}
