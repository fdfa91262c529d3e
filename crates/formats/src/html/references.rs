//! Character references: spelled text to plain text and back (section 13.2.5.72 of the HTML standard).
//!
//! Decoding remembers where the spelling differs from the text, so that a place in the text can be found in the source.

use std::collections::HashMap;

use html5gum::{Token, Tokenizer};

use super::attributes::Quote;

/// A stretch of the source that is spelled differently from what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// Where it starts in the source, from the start of the decoded stretch, and its length there.
    pub(super) raw: usize,
    pub(super) raw_length: usize,
    /// Where it starts in the text, and its length there; zero for what has no meaning for a translator.
    pub(super) at: usize,
    pub(super) length: usize,
}

/// Text and how it was spelled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) units: Vec<Unit>,
    /// The length of the spelling.
    pub(super) raw_length: usize,
}

impl Decoded {
    /// The place in the source of a place in the text: before the unit that begins there, behind one that ended.
    pub(super) fn raw_at(&self, at: usize) -> usize {
        let index = self.units.partition_point(|unit| unit.at + unit.length <= at && unit.at < at);
        match index.checked_sub(1).map(|i| &self.units[i]) {
            Some(unit) => unit.raw + unit.raw_length + (at - unit.at - unit.length),
            None => at,
        }
    }

    /// Cuts off and returns everything from `at` on.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        let raw = self.raw_at(at);
        let mut units = self.units.split_off(self.units.partition_point(|unit| unit.raw < raw));
        for unit in &mut units {
            unit.raw -= raw;
            unit.at -= at;
        }
        let rest = Self { text: self.text.split_off(at), units, raw_length: self.raw_length - raw };
        self.raw_length = raw;
        rest
    }

    /// Takes the white space off the front; returns how much of the source that was.
    pub(super) fn trim_start(&mut self) -> usize {
        let rest = self.split_off(self.text.len() - self.text.trim_start().len());
        std::mem::replace(self, rest).raw_length
    }

    /// Takes the white space off the end; returns how much of the source that was.
    pub(super) fn trim_end(&mut self) -> usize {
        self.split_off(self.text.trim_end().len()).raw_length
    }
}

/// Where a stretch of text stands: references without `;` are read differently in attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    Attribute,
}

/// Decodes, and remembers the named references it has looked up.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    known: HashMap<Box<str>, Option<Box<str>>>,
}

/// The longest name of the standard has 33 characters.
const LONGEST: usize = 40;
/// Names seen; a document that invents more pays for looking them up again.
const REMEMBERED: usize = 4096;

impl Decoder {
    /// The text that `raw` means. Line ends become `\n`; control characters, which nobody sees, and soft hyphens go.
    pub(super) fn decode(&mut self, raw: &str, place: Place) -> Decoded {
        if place == Place::Text
            && let Some(decoded) = literal(raw)
        {
            return decoded;
        }
        let special = |b: &u8| matches!(*b, b'&' | b'\r' | 0xc2) || is_control(*b);
        let mut out = Decoded { text: String::with_capacity(raw.len()), units: Vec::new(), raw_length: raw.len() };
        let bytes = raw.as_bytes();
        let mut at = 0;
        let mut copied = 0;
        while let Some(offset) = bytes[at..].iter().position(special) {
            at += offset;
            let found = match bytes[at] {
                b'&' => self.reference(raw, at, place),
                b'\r' => Some((if bytes.get(at + 1) == Some(&b'\n') { 2 } else { 1 }, "\n".into())),
                byte if is_control(byte) => Some((1, String::new())),
                _ if bytes.get(at + 1) == Some(&0xad) => Some((2, String::new())),
                _ => None,
            };
            let Some((raw_length, mut meaning)) = found else {
                at += 1;
                continue;
            };
            if meaning == "\u{ad}" {
                meaning.clear();
            }
            out.text.push_str(&raw[copied..at]);
            out.units.push(Unit { raw: at, raw_length, at: out.text.len(), length: meaning.len() });
            out.text.push_str(&meaning);
            at += raw_length;
            copied = at;
        }
        out.text.push_str(&raw[copied..]);
        out
    }

    /// The reference at the `&`: its length and meaning, with the letters that stand too close behind it.
    fn reference(&mut self, raw: &str, at: usize, place: Place) -> Option<(usize, String)> {
        let bytes = raw.as_bytes();
        let numeric = bytes.get(at + 1) == Some(&b'#');
        let length = if numeric { number(&bytes[at + 2..])? + 2 } else { name(&bytes[at + 1..])? + 1 };
        let closed = bytes.get(at + length) == Some(&b';');
        let spelled = &raw[at..at + length + usize::from(closed)];
        let quick = match spelled {
            "&amp;" => "&",
            "&lt;" => "<",
            "&gt;" => ">",
            "&quot;" => "\"",
            "&nbsp;" => "\u{a0}",
            _ => "",
        };
        if !quick.is_empty() {
            return Some((spelled.len(), quick.to_owned()));
        }
        let meaning = self.look_up(spelled)?;
        // In attributes, a name without `;` means itself before `=` and letters: it may be part of an address.
        let is_name = numeric
            || place == Place::Text
            || if closed {
                !meaning.ends_with(';') || spelled == "&semi;"
            } else {
                !meaning.ends_with(|c: char| c.is_ascii_alphanumeric()) && bytes.get(at + length) != Some(&b'=')
            };
        is_name.then(|| (spelled.len(), meaning.into()))
    }

    /// Asks the tokenizer, which has the table, once for each reference. `None` if the text means itself.
    fn look_up(&mut self, spelled: &str) -> Option<Box<str>> {
        if let Some(known) = self.known.get(spelled) {
            return known.clone();
        }
        let mut meaning = String::new();
        for token in Tokenizer::new(spelled).flatten() {
            if let Token::String(text) = token {
                meaning.push_str(&String::from_utf8_lossy(&text));
            }
        }
        let meaning = (meaning != spelled).then(|| meaning.into_boxed_str());
        if self.known.len() < REMEMBERED && spelled.len() <= LONGEST {
            self.known.insert(spelled.into(), meaning.clone());
        }
        meaning
    }
}

/// Control characters that are no white space.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1f | 0x7f)
}

/// What begins text that means itself.
pub(super) const CDATA: &str = "<![CDATA[";

/// The text of a CDATA section without white space at its ends: its marks belong to the first and the last character, so
/// that a text that changes takes them along.
fn literal(raw: &str) -> Option<Decoded> {
    let inner = raw.strip_prefix(CDATA)?.strip_suffix("]]>")?;
    let text = inner.trim();
    let (first, last) = (text.chars().next()?.len_utf8(), text.chars().next_back()?.len_utf8());
    let start = CDATA.len() + inner.len() - inner.trim_start().len();
    let unit = |raw: usize, raw_length: usize, at: usize, length: usize| Unit { raw, raw_length, at, length };
    let units = if text.len() == first {
        vec![unit(0, raw.len(), 0, first)]
    } else {
        let at = text.len() - last;
        vec![unit(0, start + first, 0, first), unit(start + at, raw.len() - start - at, at, last)]
    };
    Some(Decoded { text: text.to_owned(), units, raw_length: raw.len() })
}

/// The length of a number behind `&#`.
fn number(rest: &[u8]) -> Option<usize> {
    let marked = usize::from(matches!(rest.first(), Some(b'x' | b'X')));
    let is_digit = |b: &&u8| if marked == 1 { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
    let digits = rest[marked..].iter().take_while(is_digit).count();
    (digits > 0).then_some(marked + digits)
}

/// The length of what may be a name behind `&`, and the letters behind that: the longest name in them counts.
fn name(rest: &[u8]) -> Option<usize> {
    let length = rest.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric()).count();
    (length > 0).then_some(length)
}

/// How new text is spelled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelling<'a> {
    /// Line ends of the document.
    pub(super) newline: &'a str,
    /// A no-break space.
    pub(super) no_break_space: &'a str,
    /// The reference that the source has for a character, by character.
    pub(super) references: &'a [(char, &'a str)],
    /// The signs that the source has in its text as they are.
    pub(super) bare: Bare,
}

/// Which signs of markup a source has in its text without a reference. Strings of programs are read as HTML that a browser
/// never sees: `a > b` is shown there as it is written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bare {
    less: bool,
    greater: bool,
    ampersand: bool,
}

impl Bare {
    /// Notes the signs of a text of the source.
    pub(super) fn note(&mut self, text: &str) {
        self.less |= text.contains('<');
        self.greater |= text.contains('>');
        self.ampersand |= text.contains('&');
    }

    /// Whether the sign that `rest` begins with may stand as it is, and is read as itself there.
    fn allows(self, rest: &str) -> bool {
        let next = rest.as_bytes().get(1);
        match rest.as_bytes().first() {
            Some(b'>') => self.greater,
            // Markup begins with one of these. What comes behind the text is not known here.
            Some(b'<') => {
                self.less && next.is_some_and(|b| !b.is_ascii_alphabetic() && !matches!(b, b'/' | b'!' | b'?'))
            }
            Some(b'&') => {
                let inside = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'#' | b';');
                let name = &rest[..1 + rest.as_bytes()[1..].iter().take(LONGEST).take_while(inside).count()];
                self.ampersand && next.is_some() && Decoder::default().decode(name, Place::Text).text == name
            }
            _ => false,
        }
    }
}

/// Appends `text` as the content of an element, or of an attribute quoted like this.
pub(super) fn write(text: &str, quote: Quote, spelling: &Spelling<'_>, out: &mut String) {
    for (at, character) in text.char_indices() {
        if !spelling.references.is_empty()
            && character != '\n'
            && let Ok(found) = spelling.references.binary_search_by_key(&character, |(c, _)| *c)
        {
            out.push_str(spelling.references[found].1);
            continue;
        }
        match character {
            '&' | '<' | '>' if spelling.bare.allows(&text[at..]) => out.push(character),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quote == Quote::Double => out.push_str("&quot;"),
            '\'' if quote == Quote::Single => out.push_str("&#39;"),
            '\n' => out.push_str(spelling.newline),
            '\u{a0}' => out.push_str(spelling.no_break_space),
            // Legal nowhere in HTML, not even as references.
            '\0'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, text: &str) {
        assert_eq!(Decoder::default().decode(raw, Place::Text).text, text);
    }

    #[test]
    fn references_mean_what_the_standard_says() {
        check("a &amp;&lt;&nbsp;b &eacute;&#233;&#xE9; &copy 2 &notit;", "a &<\u{a0}b ééé © 2 ¬it;");
        check("AT&T &nosuch; & &; &# &#x; 1&2", "AT&T &nosuch; & &; &# &#x; 1&2");
        check("&#65;&#65&#x41g&#x0000000000000000000000000000000000000000000000042;", "AAAgB");
        check("&#xD83D;&#0;&#x110000;&#x80;", "\u{fffd}\u{fffd}\u{fffd}€");
        check("in\u{ad}vis&shy;ible\0\u{1} \r\n\r", "invisible \n\n");
    }

    #[test]
    fn in_attributes_a_name_without_semicolon_is_none_before_equals_and_letters() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode("?a=b&copy=1&amp;c&reg", Place::Attribute).text, "?a=b&copy=1&c®");
        assert_eq!(decoder.decode("&semi;&#65=&copy;=&amp=&amp", Place::Attribute).text, ";A=©=&amp=&");
        assert_eq!(decoder.decode("&notit;", Place::Attribute).text, "&notit;");
        assert_eq!(decoder.decode("&notit;", Place::Text).text, "¬it;");
    }

    #[test]
    fn signs_stay_as_they_are_where_they_stood_so() {
        let spelled = |source: &str, text: &str| {
            let mut bare = Bare::default();
            bare.note(source);
            let mut out = String::new();
            let spelling = Spelling { newline: "\n", no_break_space: "&nbsp;", references: &[], bare };
            write(text, Quote::None, &spelling, &mut out);
            assert_eq!(Decoder::default().decode(&out, Place::Text).text, text);
            out
        };
        assert_eq!(spelled("", "a > b < c & d"), "a &gt; b &lt; c &amp; d");
        assert_eq!(spelled(">&<", "a > b < c & d, R&D"), "a > b < c & d, R&D");
        assert_eq!(spelled(">", "a > b < c & d"), "a > b &lt; c &amp; d");
        assert_eq!(spelled("<", "`<<' <b </b <!-- <? <"), "`<<' &lt;b &lt;/b &lt;!-- &lt;? &lt;");
        assert_eq!(spelled("&", "&copy &#65 &nosuch; &amp; &"), "&amp;copy &amp;#65 &nosuch; &amp;amp; &amp;");
    }

    #[test]
    fn places_in_the_text_are_found_in_the_source() {
        let raw = "&nbsp; a&amp;b &#32;";
        let mut decoded = Decoder::default().decode(raw, Place::Text);
        let (start, end) = (decoded.trim_start(), raw.len() - decoded.trim_end());
        assert_eq!(&raw[start..end], "a&amp;b");
        assert_eq!((decoded.text.as_str(), decoded.raw_length), ("a&b", 7));
    }
}
