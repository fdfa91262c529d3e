//! Text before it is cut: characters rewritten by the model's own table, white space collapsed and escaped.
//!
//! The table is a double array, a trie in which a child sits at its parent's base xor the label, and whose keys lead to
//! offsets into a block of NUL-terminated replacements.

use super::SPACE;
use super::protobuf::{Fields, Value};
use super::trie::{Place, Trie};
use crate::marian::error::Flaw;

/// See the module.
#[derive(Debug)]
pub(super) struct Normaliser {
    units: Vec<u32>,
    replacements: Vec<u8>,
    /// Pieces that are never rewritten.
    verbatim: Trie,
    /// By byte: visible characters of ASCII that stay as they are, unless something other than ASCII follows.
    plain: [bool; 256],
    whitespace_as_suffix: bool,
    pub(super) add_dummy_prefix: bool,
    pub(super) remove_extra_whitespace: bool,
    escape_whitespace: bool,
}

/// A text as the vocabulary cuts it.
#[derive(Debug, Default)]
pub(super) struct Normalised {
    pub(super) text: Vec<u8>,
    /// For each byte of [`Self::text`], where in the given text the character begins that it came from; at the end, where
    /// the used part of the given text ends.
    pub(super) origin: Vec<u32>,
}

impl Normaliser {
    /// Reads a serialised `NormalizerSpec`.
    pub(super) fn parse(message: &[u8], verbatim: Trie, whitespace_as_suffix: bool) -> Result<Self, Flaw> {
        let mut normaliser = Self {
            units: Vec::new(),
            replacements: Vec::new(),
            verbatim,
            plain: [false; 256],
            whitespace_as_suffix,
            add_dummy_prefix: true,
            remove_extra_whitespace: true,
            escape_whitespace: true,
        };
        let mut fields = Fields::of(message);
        while let Some(field) = fields.next()? {
            match field {
                (2, Value::Bytes([])) => {}
                (2, Value::Bytes(table)) => normaliser.read_table(table)?,
                (3, Value::Varint(flag)) => normaliser.add_dummy_prefix = flag != 0,
                (4, Value::Varint(flag)) => normaliser.remove_extra_whitespace = flag != 0,
                (5, Value::Varint(flag)) => normaliser.escape_whitespace = flag != 0,
                _ => {}
            }
        }
        for byte in 0x21..0x7f {
            normaliser.plain[usize::from(byte)] = normaliser.is_plain(byte);
        }
        Ok(normaliser)
    }

    /// Whether no rule and no piece that is never rewritten begins with this byte, or all that do go on with something other
    /// than ASCII.
    fn is_plain(&self, byte: u8) -> bool {
        if self.verbatim.step(Trie::ROOT, byte).is_some() {
            return false;
        }
        let Some(root) = self.units.first() else { return true };
        let at = base(*root) ^ usize::from(byte);
        let Some(&unit) = self.units.get(at).filter(|unit| **unit & 0x8000_00ff == u32::from(byte)) else {
            return true;
        };
        let children = at ^ base(unit);
        let goes_on = |next: u8| {
            self.units.get(children ^ usize::from(next)).is_some_and(|unit| unit & 0x8000_00ff == u32::from(next))
        };
        unit & 0x100 == 0 && !(0..0x80).any(goes_on)
    }

    /// How many bytes the text begins with that stay as they are.
    fn plain_run(&self, text: &[u8]) -> usize {
        let run = text.iter().take_while(|byte| self.plain[usize::from(**byte)]).count();
        // An accent may follow.
        if text.get(run).is_none_or(u8::is_ascii) { run } else { run.saturating_sub(1) }
    }

    /// Bytes of memory held.
    pub(super) fn bytes(&self) -> usize {
        4 * self.units.capacity() + self.replacements.capacity() + self.verbatim.bytes()
    }

    fn read_table(&mut self, table: &[u8]) -> Result<(), Flaw> {
        let broken = || Flaw::damaged("corrupt: the table of the normaliser is broken");
        let (size, rest) = table.split_first_chunk::<4>().ok_or_else(broken)?;
        let (units, replacements) = rest.split_at_checked(u32::from_le_bytes(*size) as usize).ok_or_else(broken)?;
        self.units =
            units.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
        // Whatever the units say, a replacement must be text: what comes out is cut on character boundaries.
        let sound = replacements.split(|&byte| byte == 0).all(|one| std::str::from_utf8(one).is_ok());
        if units.len() % 4 != 0 || self.units.is_empty() || !sound {
            return Err(broken());
        }
        self.replacements = replacements.to_vec();
        Ok(())
    }

    /// See [`Normalised`].
    pub(super) fn normalise(&self, text: &str) -> Normalised {
        let mut rest = text;
        let offset = |rest: &str| u32::try_from(text.len() - rest.len()).unwrap_or(u32::MAX);
        let mut normalised = Normalised::default();
        if self.remove_extra_whitespace {
            while !rest.is_empty() {
                let (replacement, length) = self.rewrite(rest);
                if replacement != b" " {
                    break;
                }
                rest = &rest[length..];
            }
        }
        if rest.is_empty() {
            return normalised;
        }
        normalised.text.reserve(rest.len() + rest.len() / 2 + SPACE.len());
        normalised.origin.reserve(rest.len() + rest.len() / 2 + SPACE.len() + 1);
        if self.add_dummy_prefix && !self.whitespace_as_suffix {
            normalised.push(self.space(), offset(rest));
        }
        let mut after_space = self.remove_extra_whitespace;
        while !rest.is_empty() {
            let run = self.plain_run(rest.as_bytes());
            if run > 0 {
                let (plain, others) = rest.split_at(run);
                normalised.text.extend_from_slice(plain.as_bytes());
                normalised.origin.extend(offset(rest)..offset(others));
                after_space = false;
                rest = others;
                continue;
            }
            let (mut replacement, length) = self.rewrite(rest);
            while after_space && let Some(shorter) = replacement.strip_prefix(b" ") {
                replacement = shorter;
            }
            for byte in replacement.chunks(1) {
                normalised.push(if byte == b" " { self.space() } else { byte }, offset(rest));
            }
            if let Some(last) = replacement.last() {
                after_space = *last == b' ';
            }
            after_space &= self.remove_extra_whitespace;
            rest = &rest[length..];
        }
        let mut end = offset(rest);
        if self.remove_extra_whitespace {
            while let Some(shorter) = normalised.text.strip_suffix(self.space()) {
                let length = shorter.len();
                end = normalised.origin[length];
                normalised.text.truncate(length);
                normalised.origin.truncate(length);
            }
        }
        if self.add_dummy_prefix && self.whitespace_as_suffix {
            normalised.push(self.space(), end);
        }
        normalised.origin.push(end);
        normalised
    }

    fn space(&self) -> &'static [u8] {
        if self.escape_whitespace { SPACE } else { b" " }
    }

    /// What the beginning of a text becomes, and how much of it that is. The text is not empty.
    fn rewrite<'a>(&'a self, text: &'a str) -> (&'a [u8], usize) {
        let bytes = text.as_bytes();
        if let Some(length) = longest(&self.verbatim, bytes) {
            return (&bytes[..length], length);
        }
        if let Some((value, length)) = self.longest_rule(bytes)
            && text.is_char_boundary(length)
            && let Some(from) = self.replacements.get(value..)
        {
            let end = from.iter().position(|&byte| byte == 0).unwrap_or(from.len());
            return (&from[..end], length);
        }
        let length = text.chars().next().map_or(1, char::len_utf8);
        (&bytes[..length], length)
    }

    /// The value and the length of the longest key that the text begins with.
    fn longest_rule(&self, text: &[u8]) -> Option<(usize, usize)> {
        let mut at = base(*self.units.first()?);
        let mut best = None;
        for (&byte, length) in text.iter().zip(1..) {
            at ^= usize::from(byte);
            let Some(&unit) = self.units.get(at) else { break };
            // The label, with the mark of a value above it: no byte equals a value.
            if unit & 0x8000_00ff != u32::from(byte) {
                break;
            }
            at ^= base(unit);
            if unit & 0x100 != 0 {
                let Some(&value) = self.units.get(at) else { break };
                best = Some(((value & 0x7fff_ffff) as usize, length));
            }
        }
        best
    }
}

impl Normalised {
    fn push(&mut self, bytes: &[u8], origin: u32) {
        self.text.extend_from_slice(bytes);
        self.origin.extend(std::iter::repeat_n(origin, bytes.len()));
    }
}

/// Where the children of a double array's unit are, before the label is applied.
fn base(unit: u32) -> usize {
    ((unit >> 10) << ((unit & 0x200) >> 6)) as usize
}

/// The length of the longest key that the text begins with.
fn longest(trie: &Trie, text: &[u8]) -> Option<usize> {
    let mut place: Place = Trie::ROOT;
    let mut best = None;
    for (&byte, length) in text.iter().zip(1..) {
        let Some(next) = trie.step(place, byte) else { break };
        place = next;
        if trie.value(place).is_some() {
            best = Some(length);
        }
    }
    best
}
