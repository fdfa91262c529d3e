//! Ids to text.

use super::vocabulary::{Kind, Vocabulary, byte_of};
use super::{Decoded, SPACE};

impl Vocabulary {
    /// The text of some ids. Control tokens, the unknown token and ids beyond the vocabulary are nothing; bytes that do
    /// not add up to characters become U+FFFD.
    pub(in crate::marian) fn decode(&self, ids: &[u32]) -> Decoded {
        let text = String::with_capacity(6 * ids.len());
        let mut decoded = Decoded { text, spans: Vec::with_capacity(ids.len()) };
        let mut bytes = Vec::new();
        for (place, &id) in ids.iter().enumerate() {
            let start = decoded.text.len();
            if (id as usize) < self.len() {
                match self.kind(id) {
                    Kind::Control | Kind::Unknown => {}
                    Kind::Byte => {
                        bytes.extend(byte_of(self.piece(id)));
                        let goes_on = ids
                            .get(place + 1)
                            .is_some_and(|&next| (next as usize) < self.len() && self.kind(next) == Kind::Byte);
                        // The last byte of a run gets the text of all.
                        if !goes_on {
                            decoded.text.push_str(&String::from_utf8_lossy(&bytes));
                            bytes.clear();
                        }
                    }
                    Kind::Normal | Kind::UserDefined | Kind::Unused => self.push_piece(id, &mut decoded.text),
                }
            }
            decoded.spans.push(start..decoded.text.len());
        }
        decoded
    }

    /// A piece, with spaces; the one that a text's beginning always has is left out.
    fn push_piece(&self, id: u32, text: &mut String) {
        let mut piece = self.piece(id);
        let dummy = self.normaliser.add_dummy_prefix || self.normaliser.remove_extra_whitespace;
        if text.is_empty() && dummy {
            piece = piece.strip_prefix(SPACE).unwrap_or(piece);
        }
        for character in std::str::from_utf8(piece).unwrap_or_default().chars() {
            text.push(if character == '\u{2581}' { ' ' } else { character });
        }
    }
}
