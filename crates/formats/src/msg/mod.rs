//! Outlook messages (`.msg`): MAPI properties in a compound file ([MS-OXMSG]).
//!
//! [`compound`] reads and writes the container, [`properties`] the list of properties, [`lzfu`] the compressed rich text.
//! A message may say the same in three bodies. HTML is the one that is translated where there is one, in its own
//! property or inside the rich text; rich text that would show the old words goes. Plain text is translated beside it.
//!
//! Rules: `formats.md` section B.6.

mod compound;
mod lzfu;
mod numbers;
mod properties;
mod strings;
mod write;

use std::ops::Range;

use encoding_rs::{Encoding, UTF_8};
use terjuman_model::{Place, Segment, TaggedText};

use self::compound::{Compound, Kind};
use self::properties::{BINARY, BOOLEAN, IN_MESSAGE, LONG, Properties, STRING_8, UNICODE};
use self::strings::{Message, Text};
use crate::mail::without_prefix;
use crate::rtf::CodePage;
use crate::sources::Sources;
use crate::wording::has_words;
use crate::{
    Extracted, FormatError, Limits, Options, Reason, Skeleton, Target, Untranslated, Warning, WarningKind, html, rtf,
    txt,
};

const CLASS: u16 = 0x001a;
const SUBJECT: u16 = 0x0037;
/// What repeats the subject: normalized subject, conversation topic.
const REPEATED: [u16; 2] = [0x0e1d, 0x0070];
const BODY: u16 = 0x1000;
const RICH_TEXT: u16 = 0x1009;
const HTML: u16 = 0x1013;
/// Which body is the one that was written: 3 is HTML.
const NATIVE_BODY: u16 = 0x1016;
const RICH_TEXT_IN_SYNC: u16 = 0x0e1f;
const INTERNET_CODE_PAGE: u16 = 0x3fde;

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    if bytes.is_empty() {
        return Err(FormatError::Empty);
    }
    let message = Message::new(Compound::open(bytes)?)?;
    let mut untranslated = Untranslated::default();
    for part in message.attachments() {
        untranslated.add_at(Reason::EmbeddedObject, Place { part, offset: 0 });
    }
    let (units, segments, warnings) = (Vec::new(), Vec::new(), Vec::new());
    let mut reader = Reader { message, options, limits, units, segments, warnings, untranslated };
    reader.protection()?;
    reader.subject();
    reader.bodies()?;
    let Reader { units, segments, warnings, untranslated, .. } = reader;
    if units.is_empty() {
        return Err(FormatError::Empty);
    }
    let sources = Sources::of(&segments);
    Ok(Extracted {
        segments,
        skeleton: Box::new(MsgSkeleton { bytes: bytes.to_vec(), units, sources, untranslated }),
        warnings,
    })
}

/// Something with segments.
struct Unit {
    segments: Range<usize>,
    kind: UnitKind,
}

enum UnitKind {
    /// What of the subject comes before the segment, and the properties that repeat it.
    Subject {
        prefix: String,
        repeated: Vec<(u16, String)>,
    },
    /// HTML, and where it was found.
    Html {
        skeleton: html::HtmlSkeleton,
        place: HtmlPlace,
    },
    RichText(Box<dyn Skeleton>),
    Plain(Box<dyn Skeleton>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HtmlPlace {
    /// Bytes in this encoding, if the message tells it.
    Bytes(Option<&'static Encoding>),
    /// A text property.
    Text,
    /// The rich text.
    RichText,
}

struct Reader<'a> {
    message: Message,
    options: &'a Options,
    limits: &'a Limits,
    units: Vec<Unit>,
    segments: Vec<Segment>,
    warnings: Vec<Warning>,
    untranslated: Untranslated,
}

impl Reader<'_> {
    /// What is encrypted is refused; a signature does not survive.
    fn protection(&mut self) -> Result<(), FormatError> {
        let class = self.message.text(CLASS).unwrap_or_default().to_ascii_lowercase();
        let is_secure = class.contains(".smime");
        if (is_secure && !class.ends_with(".multipartsigned")) || self.message.has_rights_managed_attachment() {
            return Err(FormatError::Encrypted);
        }
        if is_secure {
            self.warn(WarningKind::SignatureBroken, CLASS);
        }
        Ok(())
    }

    fn warn(&mut self, kind: WarningKind, id: u16) {
        let place = Place { part: format!("{id:04X}"), offset: 0 };
        if kind == WarningKind::PartKept {
            self.untranslated.add_at(Reason::UnreadablePart, place.clone());
        }
        self.warnings.push(Warning { kind, place });
    }

    fn push(&mut self, segments: Vec<Segment>, kind: UnitKind) {
        let start = self.segments.len();
        self.segments.extend(segments);
        self.units.push(Unit { segments: start..self.segments.len(), kind });
    }

    fn subject(&mut self) {
        let Some(text) = self.message.text(SUBJECT) else { return };
        // U+0001 and a character say how long the mark of a reply is.
        let told = if text.starts_with('\u{1}') { text.chars().take(2).map(char::len_utf8).sum() } else { 0 };
        let start = text.len() - without_prefix(&text[told..]).len();
        let (prefix, subject) = text.split_at(start);
        if !has_words(subject) {
            return;
        }
        let repeats = |id: u16| {
            let text = self.message.text(id)?;
            let start = text.len() - without_prefix(&text).len();
            (text[start..].trim() == subject.trim()).then(|| (id, text[..start].to_owned()))
        };
        let repeated = REPEATED.into_iter().filter_map(repeats).collect();
        let kind = UnitKind::Subject { prefix: prefix.to_owned(), repeated };
        self.push(vec![Segment::plain(subject.trim())], kind);
    }

    fn bodies(&mut self) -> Result<(), FormatError> {
        let rich_text = self.message.bytes(RICH_TEXT, BINARY).filter(|bytes| !bytes.is_empty()).map(<[u8]>::to_vec);
        if !self.html()?
            && let Some(rich_text) = rich_text
        {
            let read = lzfu::expand(&rich_text).and_then(|rich_text| self.rich_text(&rich_text));
            match read {
                Ok(()) | Err(FormatError::Empty) => {}
                Err(error @ FormatError::TooComplex { .. }) => return Err(error),
                Err(_) => self.warn(WarningKind::PartKept, RICH_TEXT),
            }
        }
        let Some(text) = self.message.text(BODY) else { return Ok(()) };
        match txt::extract(text.as_bytes(), self.options, self.limits) {
            Ok(Extracted { segments, skeleton, .. }) => self.push(segments, UnitKind::Plain(skeleton)),
            Err(FormatError::Empty) => {}
            Err(FormatError::Encoding(_)) => self.warn(WarningKind::PartKept, BODY),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether there is an HTML body.
    fn html(&mut self) -> Result<bool, FormatError> {
        let (content, place) = if let Some(bytes) = self.message.bytes(HTML, BINARY) {
            let told = self.message.properties.number(INTERNET_CODE_PAGE).and_then(|number| match number {
                20127 => None,
                number => encoding_of(number),
            });
            (bytes.to_vec(), HtmlPlace::Bytes(told))
        } else if let Some(text) = self.message.text(HTML) {
            (text.into_bytes(), HtmlPlace::Text)
        } else {
            return Ok(false);
        };
        self.read_html(&content, place)
    }

    fn read_html(&mut self, content: &[u8], place: HtmlPlace) -> Result<bool, FormatError> {
        let told = match place {
            HtmlPlace::Bytes(told) => told,
            HtmlPlace::Text | HtmlPlace::RichText => Some(UTF_8),
        };
        match html::read(content, told, self.options, self.limits) {
            Ok(html::Page { segments, skeleton, warning }) => {
                self.warnings.extend(warning.map(|warning| {
                    let part = format!("{HTML:04X}");
                    Warning { place: Place { part, ..warning.place }, ..warning }
                }));
                self.untranslated.append_at(skeleton.untranslated(), 0);
                self.push(segments, UnitKind::Html { skeleton, place });
                Ok(true)
            }
            Err(FormatError::Empty) => Ok(false),
            Err(FormatError::Encoding(_)) => {
                self.warn(WarningKind::PartKept, HTML);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn rich_text(&mut self, rich_text: &[u8]) -> Result<(), FormatError> {
        if let Some(html) = rtf::encapsulated_html(rich_text, self.limits)? {
            self.read_html(html.as_bytes(), HtmlPlace::RichText)?;
            return Ok(());
        }
        let Extracted { segments, skeleton, warnings } = rtf::extract(rich_text, self.options, self.limits)?;
        self.warnings.extend(warnings);
        self.push(segments, UnitKind::RichText(skeleton));
        Ok(())
    }
}

/// The encoding of a code page, if it can be written.
fn encoding_of(number: u32) -> Option<&'static Encoding> {
    match CodePage::of_number(i32::try_from(number).ok()?) {
        CodePage::Known(encoding) => Some(encoding),
        CodePage::Dos(_) | CodePage::Unknown => None,
    }
}

struct MsgSkeleton {
    bytes: Vec<u8>,
    units: Vec<Unit>,
    /// What each segment said, to tell what changed.
    sources: Sources,
    untranslated: Untranslated,
}

impl Skeleton for MsgSkeleton {
    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }

    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.sources.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        let changed = |segment: usize| !self.sources.is_same(segment, &translations[segment]);
        if !(0..translations.len()).any(changed) {
            return Ok(self.bytes.clone());
        }
        let mut message = Message::new(Compound::open(&self.bytes)?)?;
        let mut texts = Vec::new();
        let has_html = self.units.iter().any(|unit| matches!(unit.kind, UnitKind::Html { .. }));
        let mut drops_rich_text = false;
        let changed = self.units.iter().filter(|u| u.segments.clone().any(changed));
        for unit in changed {
            let translations = &translations[unit.segments.clone()];
            match &unit.kind {
                UnitKind::Subject { prefix, repeated } => {
                    let subject: String = translations.iter().map(TaggedText::text).collect();
                    texts.push(Text { id: SUBJECT, text: format!("{prefix}{subject}") });
                    texts.extend(
                        repeated.iter().map(|(id, prefix)| Text { id: *id, text: format!("{prefix}{subject}") }),
                    );
                }
                UnitKind::Html { skeleton, place } => {
                    let (written, encoding) = skeleton.write(translations, target)?;
                    match place {
                        HtmlPlace::Text => texts.push(Text { id: HTML, text: utf_8(written)? }),
                        HtmlPlace::Bytes(told) => {
                            message.put(HTML, BINARY, written);
                            if *told != Some(encoding) && encoding == UTF_8 {
                                message.set_internet_code_page(65001);
                            }
                            drops_rich_text = true;
                        }
                        HtmlPlace::RichText => {
                            message.turn_into_html(written);
                            message.set_internet_code_page(65001);
                        }
                    }
                    drops_rich_text |= *place == HtmlPlace::Text;
                }
                UnitKind::RichText(skeleton) => {
                    message.put(RICH_TEXT, BINARY, lzfu::wrap(&skeleton.merge(translations, target)?));
                }
                UnitKind::Plain(skeleton) => {
                    texts.push(Text { id: BODY, text: utf_8(skeleton.merge(translations, target)?)? });
                    // Rich text that could not be read would be shown in place of the translation.
                    drops_rich_text |=
                        !has_html && !self.units.iter().any(|unit| matches!(unit.kind, UnitKind::RichText(_)));
                }
            }
        }
        if drops_rich_text {
            message.drop_rich_text(has_html);
        }
        message.write_texts(texts);
        let written = message.write()?;
        Compound::open(&written).map_err(|error| FormatError::Verification(error.to_string()))?;
        Ok(written)
    }
}

fn utf_8(bytes: Vec<u8>) -> Result<String, FormatError> {
    String::from_utf8(bytes).map_err(|_| FormatError::Verification("a body is not text any more".into()))
}

#[cfg(test)]
mod tests;
