//! Sentences that do not repeat themselves.

use std::sync::LazyLock;

/// Whether they are wanted: `--varied`.
pub(crate) static ARE_WANTED: LazyLock<bool> = LazyLock::new(|| std::env::args().any(|argument| argument == WANTED));
/// The argument.
pub(crate) const WANTED: &str = "--varied";

/// Words of the generators' sentences that stand in no markup.
const REPLACED: [&str; 7] = ["committee", "situation", "report", "happened", "quick", "emphasis", "meeting"];
/// How many words there are, the first of them often, most of them seldom.
const VOCABULARY: u64 = 20_000;
/// Words in the place of one.
const MOST: u64 = 9;

/// The text with one to nine other words in the place of each of those, if that is wanted: the same each time.
pub(crate) fn varied(text: String) -> String {
    if !*ARE_WANTED {
        return text;
    }
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut out = String::with_capacity(2 * text.len());
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        if !REPLACED.contains(&word) {
            out.push_str(piece);
            continue;
        }
        for index in 0..=chance.below(MOST) {
            out.push_str(if index > 0 { " " } else { "" });
            // Small numbers come more often.
            let rank = chance.below(VOCABULARY) * chance.below(VOCABULARY) / VOCABULARY;
            push_word(&mut out, rank);
        }
        out.push_str(&piece[word.len()..]);
    }
    out
}

/// The word of this number, in one to five syllables.
fn push_word(out: &mut String, number: u64) {
    let mut letters = Chance(number.wrapping_mul(0xd134_2543_de82_ef95) | 1);
    for _ in 0..=letters.below(5) {
        for sounds in ["bcdfglmnprstv", "aeiou", "lmnrs"] {
            let sound = letters.below(sounds.len() as u64) as usize;
            out.push_str(&sounds[sound..=sound]);
        }
    }
}

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }
}
