//! A vocabulary file: pieces, scores, kinds, and how text is normalised before it is cut.

use super::SPACE;
use super::normalise::Normaliser;
use super::protobuf::{Fields, Value};
use super::trie::Trie;
use crate::marian::error::Flaw;

/// What a piece is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Unknown,
    Control,
    UserDefined,
    Unused,
    Byte,
}

/// A loaded SentencePiece vocabulary.
#[derive(Debug)]
pub(in crate::marian) struct Vocabulary {
    /// The bytes of all pieces, one after the other.
    pub(super) text: Vec<u8>,
    /// Where each piece begins in [`Self::text`]; one more at the end.
    pub(super) starts: Vec<u32>,
    pub(super) kinds: Vec<Kind>,
    /// Pieces that text can be cut into, with their scores.
    pub(super) trie: Trie,
    pub(super) lowest_score: f32,
    pub(super) unknown: u32,
    pub(super) end: u32,
    /// The piece of each byte, if unknown characters are spelt as bytes.
    pub(super) bytes: Option<Box<[u32; 256]>>,
    pub(super) normaliser: Normaliser,
    /// What [`Self::knows`] says of ASCII.
    known: [bool; 128],
}

const UNIGRAM: u64 = 1;

impl Vocabulary {
    /// Reads a serialised `ModelProto`.
    pub(in crate::marian) fn parse(file: &[u8]) -> Result<Self, Flaw> {
        let mut text = Vec::new();
        let mut starts = vec![0];
        let mut scores = Vec::new();
        let mut kinds = Vec::new();
        let (mut trainer, mut normaliser) = (None, None);
        let mut fields = Fields::of(file);
        while let Some(field) = fields.next()? {
            match field {
                (1, Value::Bytes(message)) => {
                    let (piece, score, kind) = parse_piece(message)?;
                    text.extend_from_slice(piece);
                    starts.push(u32::try_from(text.len()).map_err(|_| Flaw::unsupported("more than 4 GB of pieces"))?);
                    scores.push(score);
                    kinds.push(kind);
                }
                (2, Value::Bytes(message)) => trainer = Some(message),
                (3, Value::Bytes(message)) => normaliser = Some(message),
                _ => {}
            }
        }
        if kinds.is_empty() {
            return Err(Flaw::damaged("not a SentencePiece model: it has no pieces"));
        }
        let trainer = trainer.ok_or_else(|| Flaw::damaged("truncated: it has no trainer specification"))?;
        let normaliser = normaliser.ok_or_else(|| Flaw::damaged("truncated: it has no normaliser specification"))?;
        let trainer = Trainer::parse(trainer)?;
        if trainer.model_type != UNIGRAM {
            return Err(Flaw::unsupported(format!(
                "a SentencePiece model of type {}; only unigram models can be used",
                trainer.model_type
            )));
        }
        let piece = |id: usize| &text[starts[id] as usize..starts[id + 1] as usize];
        let numbered = || (0_u32..).zip(&kinds).map(|(id, &kind)| (id, kind, piece(id as usize)));
        let unknown = numbered()
            .find_map(|(id, kind, _)| (kind == Kind::Unknown).then_some(id))
            .ok_or_else(|| Flaw::damaged("corrupt: it has no unknown piece"))?;
        let end = numbered()
            .find_map(|(id, kind, piece)| (kind == Kind::Control && piece == b"</s>").then_some(id))
            .ok_or_else(|| Flaw::damaged("corrupt: it has no end-of-sentence piece"))?;
        let normal = || scores.iter().zip(&kinds).filter(|(_, kind)| **kind == Kind::Normal).map(|(score, _)| *score);
        let lowest_score = normal().reduce(f32::min).unwrap_or(0.0);
        // The reference starts from the smallest positive number, and all scores are usually negative.
        let highest_score = normal().fold(f32::MIN_POSITIVE, f32::max);
        let score = |id: u32, kind, piece: &[u8]| match kind {
            // Long enough to win over all that could stand in its place.
            Kind::UserDefined => piece.len() as f32 * highest_score - 0.1,
            _ => scores[id as usize],
        };
        let cuts = numbered().filter(|(_, kind, _)| matches!(kind, Kind::Normal | Kind::UserDefined));
        let trie = Trie::new(cuts.map(|(id, kind, piece)| (piece, id, score(id, kind, piece))).collect());
        let user_defined = numbered().filter(|(_, kind, _)| *kind == Kind::UserDefined);
        let verbatim = Trie::new(user_defined.map(|(id, _, piece)| (piece, id, 0.0)).collect());
        let bytes = if trainer.byte_fallback { Some(byte_pieces(numbered())?) } else { None };
        let mut vocabulary = Self {
            trie,
            lowest_score,
            unknown,
            end,
            bytes,
            normaliser: Normaliser::parse(normaliser, verbatim, trainer.whitespace_as_suffix)?,
            text,
            starts,
            kinds,
            known: [false; 128],
        };
        vocabulary.known =
            std::array::from_fn(|code| u8::try_from(code).is_ok_and(|byte| vocabulary.spells(char::from(byte))));
        Ok(vocabulary)
    }

    /// The number of pieces.
    pub(in crate::marian) fn len(&self) -> usize {
        self.kinds.len()
    }

    /// The end-of-sentence token.
    pub(in crate::marian) fn end(&self) -> u32 {
        self.end
    }

    /// The unknown token.
    pub(in crate::marian) fn unknown(&self) -> u32 {
        self.unknown
    }

    /// Whether each character of what this one is normalised to is a piece of its own.
    pub(in crate::marian) fn knows(&self, character: char) -> bool {
        self.known.get(character as usize).copied().unwrap_or_else(|| self.spells(character))
    }

    fn spells(&self, character: char) -> bool {
        let mut buffer = [0; 4];
        let text = character.encode_utf8(&mut buffer);
        if self.is_piece(text) {
            return true;
        }
        let normalised = self.normaliser.normalise(text).text;
        let form = std::str::from_utf8(&normalised).unwrap_or_default();
        let mut form = form.char_indices().map(|(at, character)| &form[at..at + character.len_utf8()]);
        let mut form = form.by_ref().filter(|one| one.as_bytes() != SPACE).peekable();
        form.peek().is_some() && form.all(|one| self.is_piece(one))
    }

    fn is_piece(&self, text: &str) -> bool {
        let end = text.bytes().try_fold(Trie::ROOT, |place, byte| self.trie.step(place, byte));
        text.as_bytes() != SPACE && end.is_some_and(|end| self.trie.value(end).is_some())
    }

    /// Bytes of memory held.
    pub(in crate::marian) fn bytes(&self) -> usize {
        let kinds = self.kinds.capacity() * size_of::<Kind>();
        self.text.capacity() + 4 * self.starts.capacity() + kinds + self.trie.bytes() + self.normaliser.bytes()
    }

    pub(super) fn piece(&self, id: u32) -> &[u8] {
        let id = id as usize;
        &self.text[self.starts[id] as usize..self.starts[id + 1] as usize]
    }

    pub(super) fn kind(&self, id: u32) -> Kind {
        self.kinds[id as usize]
    }
}

/// What of the trainer's specification matters afterwards.
struct Trainer {
    model_type: u64,
    whitespace_as_suffix: bool,
    byte_fallback: bool,
}

impl Trainer {
    fn parse(message: &[u8]) -> Result<Self, Flaw> {
        let mut trainer = Self { model_type: UNIGRAM, whitespace_as_suffix: false, byte_fallback: false };
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field {
                (3, Value::Varint(kind)) => trainer.model_type = kind,
                (24, Value::Varint(flag)) => trainer.whitespace_as_suffix = flag != 0,
                (35, Value::Varint(flag)) => trainer.byte_fallback = flag != 0,
                _ => {}
            }
        }
        Ok(trainer)
    }
}

fn parse_piece(message: &[u8]) -> Result<(&[u8], f32, Kind), Flaw> {
    let (mut piece, mut score, mut kind) = (&[][..], 0.0, Kind::Normal);
    let mut fields = Fields::of(message);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(bytes)) => piece = bytes,
            (2, Value::Fixed32(bytes)) => score = f32::from_le_bytes(bytes),
            (3, Value::Varint(number)) => {
                kind = match number {
                    1 => Kind::Normal,
                    2 => Kind::Unknown,
                    3 => Kind::Control,
                    4 => Kind::UserDefined,
                    5 => Kind::Unused,
                    6 => Kind::Byte,
                    _ => return Err(Flaw::damaged(format!("corrupt: a piece is of kind {number}"))),
                }
            }
            _ => {}
        }
    }
    if piece.is_empty() || std::str::from_utf8(piece).is_err() {
        return Err(Flaw::damaged("corrupt: a piece is empty or not text"));
    }
    if !score.is_finite() {
        return Err(Flaw::damaged("corrupt: a piece's score is not a number"));
    }
    Ok((piece, score, kind))
}

/// The pieces `<0x00>` to `<0xFF>`.
fn byte_pieces<'a>(pieces: impl Iterator<Item = (u32, Kind, &'a [u8])>) -> Result<Box<[u32; 256]>, Flaw> {
    let mut table = Box::new([u32::MAX; 256]);
    for (id, _, piece) in pieces.filter(|(_, kind, _)| *kind == Kind::Byte) {
        if let Some(byte) = byte_of(piece) {
            table[usize::from(byte)] = id;
        }
    }
    match table.iter().position(|&id| id == u32::MAX) {
        Some(byte) => {
            Err(Flaw::damaged(format!("corrupt: it spells unknown characters as bytes, but not {byte:#04x}")))
        }
        None => Ok(table),
    }
}

/// The byte that a piece like `<0x0A>` stands for.
pub(super) fn byte_of(piece: &[u8]) -> Option<u8> {
    let digits = piece.strip_prefix(b"<0x")?.strip_suffix(b">")?;
    if digits.len() != 2 {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
