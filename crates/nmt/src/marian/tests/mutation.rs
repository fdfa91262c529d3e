//! Files that were valid and then were changed where it hurts: lengths, offsets, types, counts. Checksums are kept right,
//! so that what lies behind them is reached. The fuzz targets (`fuzz/`) go further, in their own time.

use std::path::Path;

use super::*;
use crate::marian::shortlist::checksum_of;
use crate::marian::{LoadError, Part, Parts};

/// Mutants of each file.
const MUTANTS: usize = 1500;

/// Numbers that break what is not checked.
const HARD: [u64; 12] = [
    0,
    1,
    7,
    0x7f,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// Changes a file in one to three places; `structure` bytes from its begin are where the structure is.
fn mutate(bytes: &mut Vec<u8>, structure: usize, random: &mut Random) {
    for _ in 0..=random.below(3) {
        if bytes.is_empty() {
            return;
        }
        let reach = if random.below(4) == 0 { bytes.len() } else { structure.min(bytes.len()) };
        let at = random.below(reach);
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            // A number as a whole, where numbers stand in these files.
            2 | 3 => {
                let width = if random.below(2) == 0 { 4 } else { 8 };
                let hard = match random.below(3) {
                    0 => bytes.len() as u64,
                    1 => HARD[random.below(HARD.len())].wrapping_sub(random.below(3) as u64),
                    _ => HARD[random.below(HARD.len())],
                };
                let at = at / width * width;
                let width = width.min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&hard.to_le_bytes()[..width]);
            }
            4 => bytes.truncate(at),
            5 => {
                let length = 1 + random.below(64.min(bytes.len() - at));
                bytes.drain(at..at + length);
            }
            6 => {
                let length = 1 + random.below(64.min(bytes.len() - at));
                let piece = bytes[at..at + length].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            // A number in the variable length of protocol buffers, or a neighbour's bytes.
            _ => {
                let to = random.below(bytes.len());
                let length = (1 + random.below(16)).min(bytes.len() - at.max(to));
                bytes.copy_within(at..at + length, to);
            }
        }
    }
}

/// The files of a synthetic model, in memory.
struct Whole {
    names: [std::path::PathBuf; 4],
    bytes: [Vec<u8>; 4],
}

impl Whole {
    fn of(recipe: &Recipe) -> Self {
        let (_folder, files) = synthetic(recipe);
        let names =
            [files.model, files.source_vocabulary, files.target_vocabulary, files.shortlist.expect("it has one")];
        let bytes = names.clone().map(|name| std::fs::read(name).expect("it was written"));
        Self { names, bytes }
    }

    fn engine(&self, place: usize, mutant: &[u8]) -> Result<Engine, LoadError> {
        let part =
            |at: usize| Part { name: &self.names[at], bytes: if at == place { mutant } else { &self.bytes[at] } };
        let is_shared = self.names[1] == self.names[2];
        let parts = Parts {
            model: part(0),
            source_vocabulary: part(1),
            target_vocabulary: (!is_shared).then(|| part(2)),
            shortlist: Some(part(3)),
        };
        Engine::from_parts(&parts, Kernel::detect())
    }

    /// Loads mutants of one file, and translates with those that load.
    fn check(&self, place: usize, structure: usize, seed: u64) {
        let mut random = Random::new(seed);
        for mutant in 0..MUTANTS {
            let mut bytes = self.bytes[place].clone();
            mutate(&mut bytes, structure, &mut random);
            if place == 3 && bytes.len() >= 16 && random.below(8) != 0 {
                bytes[..8].copy_from_slice(&self.bytes[3][..8]);
                let checksum = checksum_of(&bytes[16..]);
                bytes[8..16].copy_from_slice(&checksum.to_le_bytes());
            }
            match self.engine(place, &bytes) {
                Ok(engine) => {
                    let hypotheses = translate(&engine, &sentences(seed + mutant as u64, 1));
                    hypotheses.iter().for_each(|hypothesis| drop(engine.decode(&hypothesis.ids)));
                }
                Err(LoadError::Damaged { file, reason } | LoadError::Unsupported { file, reason }) => {
                    // A model that claims other sizes is found out by the file that does not fit, which says so.
                    let is_other = |name: &Path| name == file.as_path() && place == 0;
                    assert!(
                        file == self.names[place] || self.names.iter().any(|name| is_other(name)),
                        "mutant {mutant} of {}: {}: {reason}",
                        self.names[place].display(),
                        file.display()
                    );
                    assert!(!reason.is_empty() && reason.len() < 500, "mutant {mutant}: {reason}");
                }
                Err(other) => panic!("mutant {mutant}: {other}"),
            }
        }
    }
}

#[test]
fn mutants_of_a_model() {
    Whole::of(&Recipe::tiny(61)).check(0, 6000, 61);
}

#[test]
fn mutants_of_a_vocabulary() {
    Whole::of(&Recipe::tiny(62)).check(1, usize::MAX, 62);
}

#[test]
fn mutants_of_a_vocabulary_with_bytes() {
    Whole::of(&Recipe::base(63)).check(2, usize::MAX, 63);
}

#[test]
fn mutants_of_a_shortlist() {
    Whole::of(&Recipe::tiny(64)).check(3, 2000, 64);
}
