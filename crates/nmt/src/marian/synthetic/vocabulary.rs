//! Vocabularies over small alphabets.

/// What a synthetic vocabulary can spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alphabet {
    /// An even number of letters. A [cipher](super::Recipe::cipher) with one vocabulary takes each for its neighbour, one
    /// with two for the letter at the same place.
    pub letters: &'static str,
    /// Characters that a cipher with one vocabulary leaves as they are, and one with two takes for those at the same place.
    pub signs: &'static str,
}

impl Alphabet {
    /// What models of European languages spell.
    pub const LATIN: Self =
        Self { letters: "etaoinshrdlucmfwypvbgkqjxz", signs: ".,!?'()-:;0123456789ETAOINSHRDLUCMFWYPVBGKQJXZ" };
    /// Another such one, that has nothing of the first but its signs.
    pub const GREEK: Self = Self {
        letters: "αβγδεζηθικλμνξοπρστυφχψωάέ",
        signs: ".,!?'()-:;0123456789ETAOINSHRDLUCMFWYPVBGKQJXZ",
    };
    /// Kana and Han characters, with full-width signs.
    pub const JAPANESE: Self = Self {
        letters: "いうのかんとしはてにを日本語人大学国年中東京山川水火",
        signs: "。、！？'（）-：；0123456789ETAOINSHRDLUCMFWYPVBGKQJXZ",
    };
}

/// A piece: its text, its score, what it is.
pub(super) type Piece = (String, f32, u8);

/// The special pieces, the letters, the letters after a space, pairs of letters, and the signs. What is at the place of a
/// piece in another vocabulary of as many letters and signs has the letters of the same places.
pub(super) fn pieces(alphabet: Alphabet, has_bytes: bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> =
        vec![("</s>".to_owned(), 0.0, 3), ("<unk>".to_owned(), 0.0, 2), ("\u{2581}".to_owned(), -3.0, 1)];
    let letters: Vec<char> = alphabet.letters.chars().collect();
    for (place, letter) in letters.iter().enumerate() {
        pieces.push((letter.to_string(), -6.0 - place as f32 * 0.1, 1));
        pieces.push((format!("\u{2581}{letter}"), -7.0 - place as f32 * 0.1, 1));
        for (other_place, other) in letters.iter().enumerate().filter(|(other, _)| (other + place) % 2 == 0) {
            pieces.push((format!("{letter}{other}"), -8.0 - (place * 16 + other_place) as f32 * 0.01, 1));
        }
    }
    for sign in alphabet.signs.chars() {
        pieces.push((sign.to_string(), -7.0, 1));
        pieces.push((format!("\u{2581}{sign}"), -8.0, 1));
    }
    if has_bytes {
        pieces.extend((0..=255).map(|byte| (format!("<0x{byte:02X}>"), 0.0, 6)));
    }
    pieces
}

/// The file of a vocabulary; with bytes among its pieces, what it cannot spell is spelled in these.
pub(super) fn file(pieces: &[Piece]) -> Vec<u8> {
    let field = |tag: u8, bytes: &[u8]| -> Vec<u8> {
        assert!(bytes.len() < 128, "one byte holds the length");
        [&[tag, bytes.len() as u8], bytes].concat()
    };
    let has_bytes = pieces.iter().any(|(_, _, kind)| *kind == 6);
    let mut file = Vec::new();
    for (piece, score, kind) in pieces {
        let message = [field(0x0a, piece.as_bytes()), [&[0x15][..], &score.to_le_bytes()].concat(), vec![0x18, *kind]];
        file.extend(field(0x0a, &message.concat()));
    }
    // Unigram; unknown characters as bytes or not.
    file.extend(field(0x12, &[0x18, 1, 0x98, 0x02, u8::from(has_bytes)]));
    file.extend(field(0x1a, &field(0x0a, b"identity")));
    file
}
