//! Captions of form controls, which stand in the drawings of old: buttons, boxes, labels of groups; and the alternative texts
//! that shapes have there.

use super::pending::Resolver;
use super::slot::{Bit, Shape, Slot};
use crate::runs::Span;
use crate::wording::{has_words, is_file_name};
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits};

/// The captions of a drawing, and its alternative texts if they are wanted. One that is no XML, as some are that Excel wrote, has
/// none.
///
/// # Errors
/// [`FormatError::TooComplex`] past a limit.
pub(super) fn read(part: &XmlPart, alt_text: bool, resolver: &mut Resolver<'_>) -> Result<Vec<Slot>, FormatError> {
    let found = match places(part, alt_text, resolver.limits) {
        Ok(found) => found,
        Err(error @ FormatError::TooComplex { .. }) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    let mut slots = Vec::with_capacity(found.len());
    for Place { span, text, is_alternative } in found {
        if is_alternative {
            let bits = resolver.own(&text)?;
            slots.extend(bits.map(|bits| Slot { span, shape: Shape::Attribute(bits, usize::MAX) }));
            continue;
        }
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

/// A text of a drawing.
struct Place {
    span: Span,
    text: String,
    is_alternative: bool,
}

/// Texts in text boxes, and alternative texts. White space in the first is as long as the line of the file.
fn places(part: &XmlPart, alt_text: bool, limits: &Limits) -> Result<Vec<Place>, FormatError> {
    let mut found = Vec::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let mut outer = None;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } if outer.is_none() && name.is(Namespace::Vml, "textbox") => {
                outer = Some(scanner.depth());
            }
            Kind::Start { name, .. } if alt_text && outer.is_none() && name.namespace == Namespace::Vml => {
                let Some(attribute) = scanner.attribute(Namespace::None, "alt") else { continue };
                let text = unescape(&part.text[attribute.value.clone()]).into_owned();
                if has_words(&text) && !is_file_name(&text) {
                    found.push(Place { span: attribute.value.into(), text, is_alternative: true });
                }
            }
            Kind::End { .. } if outer == Some(scanner.depth() + 1) => outer = None,
            Kind::Text if outer.is_some() => {
                let text = unescape(&part.text[event.range.clone()]);
                if has_words(&text) {
                    found.push(Place { span: event.range.into(), text: text.into_owned(), is_alternative: false });
                }
            }
            _ => {}
        }
    }
    Ok(found)
}
