//! Messages (`.eml`) and web archives (`.mhtml`): MIME.
//!
//! The message is never parsed into objects and written from them: the skeleton is its bytes, and a merge replaces the
//! bodies of the text parts that changed, in the encodings they have, and the subjects. All other parts, every
//! delimiter, and every other header field come out byte for byte.
//!
//! The way of the data: [`scan`] finds the parts, [`fields`] reads what their headers say, [`transfer`] decodes a body,
//! [`body`] hands it to the filter of its type, [`words`] reads and writes subjects.
//!
//! Rules: `formats.md` section B.6.

mod body;
mod fields;
mod flowed;
mod scan;
mod transfer;
mod utf7;
mod words;

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::Encoding;
use terjuman_model::{LanguageTag, Place, Segment, TaggedText};

use self::body::{Body, Text};
use self::fields::ContentType;
use self::scan::{Entity, Kind};
use self::transfer::Transfer;
pub(crate) use self::transfer::{decode_base64, encode_base64};
use crate::edits::Edits;
use crate::wording::has_words;
use crate::{Extracted, FormatError, Limits, Options, Reason, Skeleton, Target, Untranslated, Warning, WarningKind};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let entities = scan::scan(bytes, limits)?;
    let mut reader = Reader {
        bytes,
        options,
        limits,
        units: Vec::new(),
        segments: Vec::new(),
        warnings: Vec::new(),
        untranslated: Untranslated::default(),
    };
    for (index, entity) in entities.iter().enumerate() {
        if entity.kind == Kind::Message {
            reader.subject(index, entity);
        }
        reader.part(index, entity)?;
    }
    if reader.units.is_empty() {
        return Err(FormatError::Empty);
    }
    let Reader { units, segments, warnings, untranslated, .. } = reader;
    let skeleton = MailSkeleton { bytes: bytes.to_vec(), entities, units, limits: limits.clone(), untranslated };
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings })
}

/// Something with segments.
struct Unit {
    entity: usize,
    segments: Range<usize>,
    kind: UnitKind,
}

enum UnitKind {
    /// A subject: where its value stands, and what of its text comes before the segment.
    Subject {
        value: Range<usize>,
        prefix: String,
    },
    Part(Box<Part>),
}

/// A part with text.
struct Part {
    body: Body,
    transfer: Transfer,
    content_type: ContentType,
    /// Whether its content was ASCII.
    is_ascii: bool,
}

struct Reader<'a> {
    bytes: &'a [u8],
    options: &'a Options,
    limits: &'a Limits,
    units: Vec<Unit>,
    segments: Vec<Segment>,
    warnings: Vec<Warning>,
    untranslated: Untranslated,
}

impl Reader<'_> {
    fn subject(&mut self, index: usize, entity: &Entity) {
        let Some(value) = entity.fields.find(self.bytes, "Subject") else { return };
        let text = words::decode(&self.bytes[value.clone()]);
        let subject = without_prefix(&text).trim();
        if !has_words(subject) {
            return;
        }
        if words::has_unread(&text) {
            self.warn(WarningKind::PartKept, entity);
            return;
        }
        let prefix = text[..text.len() - without_prefix(&text).len()].to_owned();
        let segment = Segment::plain(subject);
        self.push(index, vec![segment], UnitKind::Subject { value, prefix });
    }

    fn push(&mut self, entity: usize, segments: Vec<Segment>, kind: UnitKind) {
        let start = self.segments.len();
        // Most messages have one text that is nearly all of it.
        if start == 0 {
            self.segments = segments
        } else {
            self.segments.extend(segments)
        }
        self.units.push(Unit { entity, segments: start..self.segments.len(), kind });
    }

    fn part(&mut self, index: usize, entity: &Entity) -> Result<(), FormatError> {
        let content_type = entity.fields.content_type(self.bytes);
        let is_encrypted = content_type.essence == "multipart/encrypted"
            || matches!(content_type.essence.as_str(), "application/pkcs7-mime" | "application/x-pkcs7-mime");
        if is_encrypted && index == 0 {
            return Err(FormatError::Encrypted);
        }
        let is_signed = content_type.essence == "multipart/signed"
            || (entity.kind == Kind::Message && entity.fields.find(self.bytes, "DKIM-Signature").is_some());
        if is_signed {
            self.warn(WarningKind::SignatureBroken, entity);
        }
        let is_text =
            matches!(content_type.essence.as_str(), "" | "text/html" | "text/plain" | "application/xhtml+xml");
        let is_attachment = entity.fields.is_attachment(self.bytes);
        if !is_text || entity.body.is_empty() || is_attachment {
            let family = content_type.essence.split('/').next().unwrap_or_default();
            let reason = match family {
                _ if entity.body.is_empty() => None,
                "multipart" => None,
                "image" => Some(Reason::ImageText),
                _ if content_type.essence.ends_with("signature") => Some(Reason::Signature),
                "message" if !is_attachment => None,
                _ => Some(Reason::EmbeddedObject),
            };
            if let Some(reason) = reason {
                self.untranslated.add_at(reason, place(entity));
            }
            return Ok(());
        }
        let Some(transfer) = Transfer::by_name(&entity.fields.transfer_encoding(self.bytes)) else {
            self.warn(WarningKind::PartKept, entity);
            return Ok(());
        };
        let transfer = transfer.of(&self.bytes[entity.body.clone()]);
        let Some(content) = plain(&content_type, transfer.decode(&self.bytes[entity.body.clone()])) else {
            self.warn(WarningKind::PartKept, entity);
            return Ok(());
        };
        let Some(Text { body, segments, warning }) = body::read(&content, &content_type, self.options, self.limits)?
        else {
            self.warn(WarningKind::PartKept, entity);
            return Ok(());
        };
        let is_ascii = content.is_ascii();
        drop(content);
        self.warnings.extend(warning.map(|warning| Warning { place: place(entity), ..warning }));
        match &body {
            Some(Body::Html { places, .. }) => self.untranslated.append_at(places.untranslated(), entity.body.start),
            Some(Body::Plain { skeleton, .. }) => {
                self.untranslated.append_at(skeleton.untranslated(), entity.body.start);
            }
            Some(Body::Flowed { .. }) | None => {}
        }
        if let Some(body) = body {
            self.push(index, segments, UnitKind::Part(Box::new(Part { body, transfer, content_type, is_ascii })));
        }
        Ok(())
    }

    fn warn(&mut self, kind: WarningKind, entity: &Entity) {
        if kind == WarningKind::PartKept {
            self.untranslated.add_at(Reason::UnreadablePart, place(entity));
        }
        self.warnings.push(Warning { kind, place: place(entity) });
    }
}

/// The content of a part, in UTF-8 if it is in UTF-7, which is read and never written.
/// `None` if it only says so.
fn plain<'a>(content_type: &ContentType, content: Cow<'a, [u8]>) -> Option<Cow<'a, [u8]>> {
    match &content_type.charset {
        Some((label, _)) if utf7::is_utf7(label) => utf7::decode(&content).map(|text| Cow::Owned(text.into_bytes())),
        _ => Some(content),
    }
}

fn place(entity: &Entity) -> Place {
    Place { part: String::new(), offset: entity.body.start as u64 }
}

/// A subject without the marks of replies and forwards, which mail programs know by their spelling.
pub(crate) fn without_prefix(subject: &str) -> &str {
    const MARKS: [&str; 9] = ["re", "fw", "fwd", "aw", "wg", "sv", "vs", "rv", "enc"];
    let mut rest = subject;
    while let Some((mark, after)) = rest.split_once(':') {
        let mark = mark.trim_start().split('[').next().unwrap_or_default().trim_end();
        if !MARKS.iter().any(|known| known.eq_ignore_ascii_case(mark)) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

struct MailSkeleton {
    bytes: Vec<u8>,
    entities: Vec<Entity>,
    units: Vec<Unit>,
    limits: Limits,
    untranslated: Untranslated,
}

impl Skeleton for MailSkeleton {
    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }

    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        if self.units.last().map_or(0, |unit| unit.segments.end) != translations.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        let mut edits = Edits::default();
        for unit in &self.units {
            let entity = &self.entities[unit.entity];
            let translations = &translations[unit.segments.clone()];
            match &unit.kind {
                UnitKind::Subject { value, prefix } => {
                    let subject: String = translations.iter().map(TaggedText::text).collect();
                    let text = words::decode(&self.bytes[value.clone()]);
                    if without_prefix(&text).trim() != subject {
                        let value_now = words::encode(&format!("{prefix}{subject}"), 9, entity.fields.newline);
                        edits.replace(value.clone(), value_now);
                    }
                }
                UnitKind::Part(part) => {
                    // It is decoded again: that is cheaper than to keep it.
                    let content = part.transfer.decode(&self.bytes[entity.body.clone()]);
                    let Some(content) = plain(&part.content_type, content) else {
                        return Err(FormatError::Verification("a part is not what was read".into()));
                    };
                    let (written, encoding) = part.body.write(&content, translations, target)?;
                    let is_changed = *written != *content;
                    drop(content);
                    if is_changed {
                        self.write_part(entity, part, written, encoding, &mut edits);
                    }
                }
            }
        }
        self.set_language(target, &mut edits);
        let written = edits.apply(&self.bytes);
        let parts = scan::scan(&written, &self.limits).map(|entities| entities.len());
        if parts.ok() != Some(self.entities.len()) {
            return Err(FormatError::Verification("the message fell apart differently".into()));
        }
        Ok(written)
    }
}

impl MailSkeleton {
    /// Puts the content of a part back. Its header changes where it would not be true any more.
    fn write_part(
        &self,
        entity: &Entity,
        part: &Part,
        written: Vec<u8>,
        encoding: &'static Encoding,
        edits: &mut Edits,
    ) {
        let Entity { fields, body, .. } = entity;
        let newline = fields.newline;
        if let Some(edit) = self.charset_edit(part, &written, encoding) {
            match edit {
                CharsetEdit::Replace(range) => edits.replace(range, encoding.name().to_ascii_lowercase()),
                CharsetEdit::Add => {
                    let parameter = format!("; charset={}", encoding.name().to_ascii_lowercase());
                    match (fields.find(&self.bytes, "Content-Type"), fields.end) {
                        (Some(value), _) => edits.replace(value.end..value.end, parameter),
                        (None, Some(end)) => {
                            edits.replace(end..end, format!("Content-Type: text/plain{parameter}{newline}"));
                        }
                        // A header that never ended is damaged already: a field put there could become text.
                        (None, None) => {}
                    }
                }
            }
        }
        let boundaries: Vec<_> = entity.inside.iter().map(|boundary| &**boundary).collect();
        let collides = || written.split(|b| *b == b'\n').any(|line| scan::delimiter(line, &boundaries).is_some());
        let is_bare =
            matches!(part.transfer, Transfer::SevenBit | Transfer::EightBit) || part.transfer.is_mislabelled();
        let mut transfer = part.transfer;
        if is_bare && (!part.transfer.fits(&written) || collides()) {
            let (name, other) = if encoding.is_ascii_compatible() {
                ("quoted-printable", Transfer::QuotedPrintable)
            } else {
                ("base64", Transfer::Base64)
            };
            match (fields.find(&self.bytes, "Content-Transfer-Encoding"), fields.end) {
                (Some(value), _) => {
                    edits.replace(value, name);
                    transfer = other;
                }
                (None, Some(end)) => {
                    edits.replace(end..end, format!("Content-Transfer-Encoding: {name}{newline}"));
                    transfer = other;
                }
                (None, None) => {}
            }
        }
        let mut encoded = transfer.encode(written, newline);
        if transfer == Transfer::Base64 && !self.bytes[body.clone()].ends_with(b"\n") {
            encoded.truncate(encoded.trim_ascii_end().len());
        }
        edits.replace_owned(body.clone(), encoded);
    }

    /// What has to be done so that readers know the encoding.
    fn charset_edit(&self, part: &Part, written: &[u8], encoding: &'static Encoding) -> Option<CharsetEdit> {
        if written.is_ascii() && encoding.is_ascii_compatible() && is_ascii_compatible(part) {
            return None;
        }
        match &part.content_type.charset {
            Some((label, range)) => {
                // `utf-16` leaves the order of the bytes to their mark.
                let is_either = !encoding.is_ascii_compatible() && label.eq_ignore_ascii_case("utf-16");
                let is_told = Encoding::for_label(label.as_bytes()) == Some(encoding);
                let is_true = !body::is_ascii(label) && (is_told || is_either);
                (!is_true).then(|| CharsetEdit::Replace(range.clone()))
            }
            // A page that names its encoding needs no other word for it.
            None if matches!(part.body, Body::Html { .. }) && !part.is_ascii => None,
            None => Some(CharsetEdit::Add),
        }
    }

    /// What says that it is in the old language is in the new one.
    fn set_language(&self, target: &Target, edits: &mut Edits) {
        let (Some(source), Some(language)) = (&target.source_language, &target.language) else { return };
        let texts = self.units.iter().filter(|unit| matches!(unit.kind, UnitKind::Part(_))).map(|unit| unit.entity);
        let messages = (0..self.entities.len()).filter(|index| self.entities[*index].kind == Kind::Message);
        let mut indexes: Vec<_> = texts.chain(messages).collect();
        indexes.sort_unstable();
        indexes.dedup();
        for index in indexes {
            let Some(value) = self.entities[index].fields.find(&self.bytes, "Content-Language") else { continue };
            let now = String::from_utf8_lossy(&self.bytes[value.clone()]).parse::<LanguageTag>();
            if now.is_ok_and(|now| now == *source) {
                edits.replace(value, language.to_string().replace('_', "-"));
            }
        }
    }
}

/// Whether ASCII is ASCII in the encoding that the part names.
fn is_ascii_compatible(part: &Part) -> bool {
    let label = part.content_type.charset.as_ref().map(|(label, _)| label);
    // In UTF-7, a plus sign does not mean itself.
    label.is_none_or(|label| {
        !utf7::is_utf7(label) && Encoding::for_label(label.as_bytes()).is_none_or(Encoding::is_ascii_compatible)
    })
}

enum CharsetEdit {
    Replace(Range<usize>),
    Add,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_replies_are_no_text() {
        for (subject, rest) in [
            ("Re: Fwd: Hello", "Hello"),
            ("RE[2]: AW: x: y", "x: y"),
            ("Regarding: x", "Regarding: x"),
            ("Hello", "Hello"),
            ("re:", ""),
        ] {
            assert_eq!(without_prefix(subject), rest);
        }
    }
}
