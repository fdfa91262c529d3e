//! The lexical shortlist: for each source token, the target tokens it may become.
//!
//! Little-endian: a magic number, a checksum over all that follows, four counts (frequent words, best translations, offsets,
//! entries), one 64-bit offset for each source token and one more, then the entries, 32 bits each. The candidates of a
//! sentence are the most frequent target tokens and the translations of its source tokens, and if both sides share one
//! vocabulary also the source tokens themselves.

use super::error::Flaw;

const MAGIC: u64 = 0xf11a_48d5_0134_17f5;
const HEADER: usize = 48;

/// A loaded shortlist.
#[derive(Debug)]
pub(super) struct Shortlist {
    /// Target ids below this are always candidates.
    frequent: u32,
    offsets: Vec<u32>,
    entries: Vec<u32>,
}

/// The side that candidates are for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// The size of its vocabulary.
    pub(super) vocabulary: usize,
    /// Its end-of-sentence token, always a candidate.
    pub(super) end: u32,
    /// Whether the source has the same vocabulary.
    pub(super) is_shared: bool,
}

impl Shortlist {
    /// Bytes of memory held.
    pub(super) fn bytes(&self) -> usize {
        4 * (self.offsets.capacity() + self.entries.capacity())
    }

    /// Reads a file; every entry must be below `target_vocabulary`.
    pub(super) fn parse(file: &[u8], target_vocabulary: usize) -> Result<Self, Flaw> {
        let word = |place: usize| file.get(8 * place..8 * place + 8).map(|bytes| u64::from_le_bytes(eight(bytes)));
        let header = [word(0), word(1), word(2), word(3), word(4), word(5)];
        let [Some(magic), Some(checksum), Some(frequent), Some(_best), Some(offsets), Some(entries)] = header else {
            return Err(Flaw::damaged(format!("truncated: {} bytes are too few for a shortlist", file.len())));
        };
        if magic != MAGIC {
            return Err(Flaw::damaged(format!("not a binary lexical shortlist: it begins with {magic:#x}")));
        }
        let expected = offsets
            .checked_mul(8)
            .and_then(|bytes| bytes.checked_add(entries.checked_mul(4)?))
            .and_then(|bytes| bytes.checked_add(HEADER as u64));
        if expected != Some(file.len() as u64) {
            return Err(Flaw::damaged(format!(
                "truncated or corrupt: {} bytes do not hold {offsets} offsets and {entries} entries",
                file.len()
            )));
        }
        if checksum_of(&file[16..]) != checksum {
            return Err(Flaw::damaged("corrupt: the checksum does not match"));
        }
        // The sizes add up to the file's, so they fit.
        let (offset_bytes, entry_bytes) = file[HEADER..].split_at(8 * offsets as usize);
        let offsets: Vec<u64> = offset_bytes.chunks_exact(8).map(|bytes| u64::from_le_bytes(eight(bytes))).collect();
        if !offsets.is_sorted() || offsets.last() != Some(&entries) || entries > u64::from(u32::MAX) {
            return Err(Flaw::damaged("corrupt: the offsets are out of order"));
        }
        let entries: Vec<u32> =
            entry_bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
        if let Some(entry) = entries.iter().find(|&&entry| entry as usize >= target_vocabulary) {
            return Err(Flaw::damaged(format!(
                "it lists the token {entry}, but the target vocabulary has {target_vocabulary}"
            )));
        }
        let frequent = frequent.min(target_vocabulary as u64) as u32;
        Ok(Self { frequent, offsets: offsets.into_iter().map(|offset| offset as u32).collect(), entries })
    }

    /// About how often each target token is a candidate. Vocabularies begin with what is frequent, and the frequency of a word
    /// is about the inverse of its rank: the sum of these, over the source tokens whose translation it may be. Those that
    /// always are candidates have more than all others.
    pub(super) fn prevalence(&self, vocabulary: usize) -> Vec<f32> {
        let mut prevalence = vec![0.0; vocabulary];
        for (rank, ends) in (1_u16..=u16::MAX).zip(self.offsets.windows(2)) {
            for &entry in &self.entries[ends[0] as usize..ends[1] as usize] {
                prevalence[entry as usize] += 1.0 / f32::from(rank);
            }
        }
        prevalence[..self.frequent as usize].fill(f32::INFINITY);
        prevalence
    }

    /// The candidates for some source tokens, sorted, each once.
    pub(super) fn candidates(
        &self,
        source: impl Iterator<Item = u32>,
        target: &Target,
        seen: &mut Vec<u64>,
        candidates: &mut Vec<u32>,
    ) {
        let &Target { vocabulary, end, is_shared } = target;
        // A bit for each target token: marking is constant time, and reading them out sorts them.
        seen.clear();
        seen.resize(vocabulary.div_ceil(64), 0);
        let mut mark = |id: u32| seen[id as usize / 64] |= 1 << (id % 64);
        (0..self.frequent).for_each(&mut mark);
        mark(end);
        for id in source {
            if is_shared && (id as usize) < vocabulary {
                mark(id);
            }
            let id = id as usize;
            if let (Some(&start), Some(&end)) = (self.offsets.get(id), self.offsets.get(id + 1)) {
                self.entries[start as usize..end as usize].iter().copied().for_each(&mut mark);
            }
        }
        // The reference fills up to a multiple of eight, with the next tokens in order of frequency.
        let count: u32 = seen.iter().map(|word| word.count_ones()).sum();
        let unmarked = |id: &u32| seen[*id as usize / 64] & 1 << (id % 64) == 0;
        let missing = (count.next_multiple_of(8) - count) as usize;
        let filling: Vec<u32> = (self.frequent..vocabulary as u32).filter(unmarked).take(missing).collect();
        for id in filling {
            seen[id as usize / 64] |= 1 << (id % 64);
        }
        candidates.clear();
        for (place, &word) in seen.iter().enumerate() {
            let mut bits = word;
            while bits != 0 {
                candidates.push(place as u32 * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }
}

fn eight(bytes: &[u8]) -> [u8; 8] {
    bytes.try_into().expect("eight bytes are given")
}

/// The hash of all whole 64-bit words; a half word at the end is not covered.
pub(super) fn checksum_of(bytes: &[u8]) -> u64 {
    bytes.chunks_exact(8).fold(0_u64, |hash, word| {
        let mixed = u64::from_le_bytes(eight(word)).wrapping_add(0x9e37_79b9);
        hash ^ mixed.wrapping_add(hash << 6).wrapping_add(hash >> 2)
    })
}
