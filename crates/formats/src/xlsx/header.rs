//! Headers and footers of pages: text between codes (ECMA-376 part 1, 18.3.1.46).

use terjuman_model::TagKind;

use super::slot::Bit;
use super::units::{Markup, Unit, Units};
use crate::{FormatError, wording};

/// Takes a header apart. `None` if there are no words in it.
///
/// # Errors
/// [`FormatError::TooComplex`] if there are too many segments.
pub(super) fn read(header: &str, units: &mut Units) -> Result<Option<Box<[Bit]>>, FormatError> {
    let mut reader = Reader { units, bits: Vec::new(), items: Vec::new(), found: false };
    let mut at = 0;
    while at < header.len() {
        let length = code_length(&header[at..]);
        if length == 0 {
            let end = header[at..].find('&').map_or(header.len(), |next| at + next);
            reader.text(&header[at..end]);
            at = end;
        } else {
            let code = &header[at..at + length];
            match code.as_bytes().get(1) {
                Some(b'&') => reader.text("&"),
                Some(b'L' | b'C' | b'R') => {
                    reader.end_section()?;
                    reader.literal(code);
                }
                _ => reader.items.push(Item::Code(code.into())),
            }
            at += length;
        }
    }
    reader.end_section()?;
    Ok(reader.found.then(|| reader.bits.into()))
}

/// Bytes of the code that the text begins with; 0 if it begins with text.
fn code_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'&') {
        return 0;
    }
    match bytes.get(1) {
        None => 1,
        Some(b'"') => text[2..].find('"').map_or(text.len(), |end| 2 + end + 1),
        Some(b'0'..=b'9') => 1 + bytes[1..].iter().take_while(|b| b.is_ascii_digit()).count(),
        // A colour: six digits, or a colour of the theme with its shade.
        Some(b'K') => {
            let is_colour = |b: &u8| b.is_ascii_hexdigit() || matches!(b, b'+' | b'-');
            2 + bytes[2..].iter().take(6).take_while(|b| is_colour(b)).count()
        }
        Some(_) => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
    }
}

enum Item {
    Text(String),
    Code(Box<str>),
}

struct Reader<'a> {
    units: &'a mut Units,
    bits: Vec<Bit>,
    /// What the section holds so far.
    items: Vec<Item>,
    found: bool,
}

impl Reader<'_> {
    fn text(&mut self, text: &str) {
        match self.items.last_mut() {
            Some(Item::Text(last)) => last.push_str(text),
            _ => self.items.push(Item::Text(text.to_owned())),
        }
    }

    fn literal(&mut self, text: &str) {
        if !text.is_empty() {
            self.bits.push(Bit::Literal(text.into()));
        }
    }

    /// Makes a segment of the section; codes and blanks at its edges stay outside.
    fn end_section(&mut self) -> Result<(), FormatError> {
        let items = std::mem::take(&mut self.items);
        let has_words = items.iter().any(|item| matches!(item, Item::Text(text) if wording::has_words(text)));
        let is_text = |item: &Item| matches!(item, Item::Text(text) if !text.trim().is_empty());
        let (Some(first), Some(last), true) =
            (items.iter().position(is_text), items.iter().rposition(is_text), has_words)
        else {
            items.iter().for_each(|item| self.literal(&spelled(item)));
            return Ok(());
        };
        self.found = true;
        let mut unit = Unit::default();
        let mut after = String::new();
        for (at, item) in items.iter().enumerate() {
            match item {
                _ if at < first => self.literal(&spelled(item)),
                _ if at > last => after.push_str(&spelled(item)),
                Item::Code(code) => unit.point(TagKind::Point, Markup::Code(code.clone())),
                Item::Text(text) => {
                    let mut body = text.as_str();
                    if at == first {
                        body = body.trim_start();
                        self.literal(&doubled(&text[..text.len() - body.len()]));
                    }
                    if at == last {
                        let trimmed = body.trim_end();
                        after.push_str(&body[trimmed.len()..]);
                        body = trimmed;
                    }
                    unit.text(body);
                }
            }
        }
        let segment = self.units.add(unit)?;
        self.bits.push(Bit::Segment(segment));
        self.literal(&after);
        Ok(())
    }
}

fn spelled(item: &Item) -> String {
    match item {
        Item::Text(text) => doubled(text),
        Item::Code(code) => code.to_string(),
    }
}

fn doubled(text: &str) -> String {
    text.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::xlsx::slot::{Shape, Slot, Translated};
    use terjuman_model::TaggedText;

    #[track_caller]
    fn check(header: &str, segments: &[&str], pseudo: &str) {
        let mut units = Units::new(&Limits::default());
        let bits = read(header, &mut units).unwrap();
        assert_eq!(units.segments.iter().map(|segment| segment.source.text()).collect::<Vec<_>>(), segments);
        let Some(bits) = bits else { return assert_eq!(header, pseudo) };
        let slot = Slot { span: crate::runs::Span::default(), shape: Shape::Header(bits) };
        let translate = |change: &dyn Fn(&str) -> String| {
            let translations: Vec<_> = units
                .segments
                .iter()
                .map(|s| TaggedText::with_marks(change(s.source.text()), s.source.marks().to_vec()))
                .collect();
            slot.write("", "", &Translated { translations: &translations, markup: &units.markup }).unwrap()
        };
        assert_eq!(crate::xml::unescape(&translate(&str::to_owned)), header);
        assert_eq!(crate::xml::unescape(&translate(&|text| text.to_uppercase())), pseudo);
    }

    #[test]
    fn only_the_text_between_codes_is_translated() {
        check(
            "&L&\"Arial,Bold\"&12Annual report&CPage &P of &N&R&D",
            &["Annual report", "Page  of"],
            "&L&\"Arial,Bold\"&12ANNUAL REPORT&CPAGE &P OF &N&R&D",
        );
        check("&CResearch && development", &["Research & development"], "&CRESEARCH && DEVELOPMENT");
        check("&K01+000one &B&Itwo", &["one two"], "&K01+000ONE &B&ITWO");
        check("&C&F &A", &[], "&C&F &A");
        check("plain\nwords", &["plainwords"], "PLAIN\nWORDS");
        check("&", &[], "&");
        check("&\"open", &[], "&\"open");
        check("&é", &[], "&é");
    }
}
