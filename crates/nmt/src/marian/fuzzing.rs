//! The readers by themselves, for the fuzz targets; only built for those.

use super::kernels::Kernel;
use super::sentencepiece::Vocabulary;
use super::shortlist::{Shortlist, Target, checksum_of};
use super::weights::Weights;

/// Reads a model.
pub fn model(bytes: &[u8]) {
    let _ = Weights::parse(bytes, true, Kernel::Portable);
    let _ = Weights::parse(bytes, false, Kernel::detect());
}

/// Reads a vocabulary, and cuts and joins a text with it.
pub fn vocabulary(bytes: &[u8]) {
    if let Ok(vocabulary) = Vocabulary::parse(bytes) {
        let tokens = vocabulary.encode("Some  words\u{a0}and \u{fb01}gures, 1\u{bd} \u{1f600} \u{4f60}\u{597d}.");
        let _ = vocabulary.decode(&tokens.ids);
        let _ = vocabulary.knows('\u{fb01}');
    }
}

/// Reads a shortlist, whose checksum is made right first, and asks it.
pub fn shortlist(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    if bytes.len() >= 16 {
        let checksum = checksum_of(&bytes[16..]);
        bytes[8..16].copy_from_slice(&checksum.to_le_bytes());
    }
    if let Ok(shortlist) = Shortlist::parse(&bytes, 1000) {
        let target = Target { vocabulary: 1000, end: 0, is_shared: true };
        let (mut seen, mut candidates) = (Vec::new(), Vec::new());
        shortlist.candidates([0, 1, 5, 999, u32::MAX].into_iter(), &target, &mut seen, &mut candidates);
        assert!(candidates.is_sorted() && candidates.iter().all(|&id| id < 1000));
    }
}
