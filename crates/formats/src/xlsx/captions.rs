//! Captions of form controls, which stand in the drawings of old: buttons, boxes, labels of groups.

use super::pending::Resolver;
use super::slot::{Bit, Shape, Slot};
use crate::runs::Span;
use crate::wording::has_words;
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits};

/// The captions of a drawing. One that is no XML, as some are that Excel wrote, has none.
///
/// # Errors
/// [`FormatError::TooComplex`] past a limit.
pub(super) fn read(part: &XmlPart, resolver: &mut Resolver<'_>) -> Result<Vec<Slot>, FormatError> {
    let found = match places(part, resolver.limits) {
        Ok(found) => found,
        Err(error @ FormatError::TooComplex { .. }) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    let mut slots = Vec::with_capacity(found.len());
    for (span, text) in found {
        let words: Vec<_> = text.split_whitespace().collect();
        let segment = resolver.units.plain(&words.join(" "))?;
        let literal = |blanks: &str| (!blanks.is_empty()).then(|| Bit::Literal(blanks.into()));
        let before = &text[..text.len() - text.trim_start().len()];
        let after = &text[text.trim_end().len()..];
        let bits = [literal(before), Some(Bit::Segment(segment)), literal(after)];
        slots.push(Slot { span, shape: Shape::Element(bits.into_iter().flatten().collect()) });
    }
    Ok(slots)
}

/// Texts in text boxes. White space in them is as long as the line of the file.
fn places(part: &XmlPart, limits: &Limits) -> Result<Vec<(Span, String)>, FormatError> {
    let mut found = Vec::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let mut outer = None;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } if outer.is_none() && name.is(Namespace::Vml, "textbox") => {
                outer = Some(scanner.depth());
            }
            Kind::End { .. } if outer == Some(scanner.depth() + 1) => outer = None,
            Kind::Text if outer.is_some() => {
                let text = unescape(&part.text[event.range.clone()]);
                if has_words(&text) {
                    found.push((event.range.into(), text.into_owned()));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}
