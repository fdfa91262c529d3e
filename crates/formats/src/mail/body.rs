//! The texts of a message's parts: HTML, plain text, flowed text, each by its own filter.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE};
use terjuman_model::{Segment, TaggedText};

use super::fields::ContentType;
use super::flowed::{self, Flow, Paragraph};
use super::utf7;
use crate::edits::Edits;
use crate::encoding::Decoded;
use crate::sources::Sources;
use crate::{Extracted, FormatError, Limits, Options, Skeleton, Target, Warning, html, txt};

/// A text without its segments.
pub(super) enum Body {
    /// A page, which stays in the message until it is written.
    Html {
        places: html::Places,
        told: Option<&'static Encoding>,
    },
    Plain {
        skeleton: Box<dyn Skeleton>,
        encoding: &'static Encoding,
    },
    /// Flowed text, which stays in the message, too.
    Flowed {
        paragraphs: Vec<Paragraph>,
        sources: Sources,
        flow: Flow,
        told: Option<&'static Encoding>,
    },
}

/// A text taken apart. `body` is `None` if there is nothing to translate in it.
pub(super) struct Text {
    pub(super) body: Option<Body>,
    pub(super) segments: Vec<Segment>,
    pub(super) warning: Option<Warning>,
}

/// Reads the content of a part. `None` if it is no text that can be read.
///
/// # Errors
/// [`FormatError::TooComplex`] past a limit.
pub(super) fn read(
    content: &[u8],
    content_type: &ContentType,
    options: &Options,
    limits: &Limits,
) -> Result<Option<Text>, FormatError> {
    let is_html = matches!(content_type.essence.as_str(), "text/html" | "application/xhtml+xml");
    let is_utf8 = || std::str::from_utf8(content).is_ok();
    let told = match &content_type.charset {
        // What is ASCII is UTF-8, too, and UTF-8 has room for the translation. What is more than ASCII although it says
        // that it is no more tells its encoding as a part without a label does.
        Some((label, _)) if is_ascii(label) => is_utf8().then_some(UTF_8),
        // It has been read already.
        Some((label, _)) if utf7::is_utf7(label) => Some(UTF_8),
        // The label says nothing of the order of the bytes, their mark does.
        Some((label, _)) if label.eq_ignore_ascii_case("utf-16") && content.starts_with(b"\xfe\xff") => Some(UTF_16BE),
        Some((label, _)) => match Encoding::for_label_no_replacement(label.as_bytes()) {
            Some(encoding) => Some(encoding),
            // A name that nobody knows says nothing, and every program shows what is ASCII or UTF-8 without it. Names of
            // encodings that are not read, and escape sequences of one, are another matter.
            None if Encoding::for_label(label.as_bytes()).is_none() && is_utf8() && !content.contains(&ESCAPE) => {
                Some(UTF_8)
            }
            None => return Ok(None),
        },
        None if is_html => None,
        None => is_utf8().then_some(UTF_8),
    };
    let read = if is_html {
        read_html(content, told, options, limits)
    } else {
        read_plain(content, told, content_type, options, limits)
    };
    match read {
        Ok(text) => Ok(Some(text)),
        Err(FormatError::Empty) => Ok(Some(Text { body: None, segments: Vec::new(), warning: None })),
        Err(FormatError::Encoding(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Begins the sequences by which the encodings of ISO 2022 change their tables.
const ESCAPE: u8 = 0x1b;

/// Whether the label means ASCII and nothing more.
pub(super) fn is_ascii(label: &str) -> bool {
    ["us-ascii", "ascii", "ansi_x3.4-1968"].iter().any(|known| label.eq_ignore_ascii_case(known))
}

fn read_html(
    content: &[u8],
    told: Option<&'static Encoding>,
    options: &Options,
    limits: &Limits,
) -> Result<Text, FormatError> {
    let (places, segments, warning) = html::read_places(content, told, options, limits)?;
    Ok(Text { body: Some(Body::Html { places, told }), segments, warning })
}

fn read_plain(
    content: &[u8],
    told: Option<&'static Encoding>,
    content_type: &ContentType,
    options: &Options,
    limits: &Limits,
) -> Result<Text, FormatError> {
    let (text, encoding) = decoded(content, told)?;
    if text.trim().is_empty() {
        return Err(FormatError::Empty);
    }
    if content_type.flowed {
        let flow = Flow { delete_space: content_type.delete_space };
        let coded = txt::coded_blocks(&text);
        let (mut paragraphs, mut segments) = flowed::paragraphs(&text, flow);
        if !coded.is_empty() {
            let both = paragraphs.into_iter().zip(segments);
            (paragraphs, segments) = both.filter(|(paragraph, _)| !paragraph.begins_in(&coded)).unzip();
        }
        let sources = Sources::of(&segments);
        return Ok(Text { body: Some(Body::Flowed { paragraphs, sources, flow, told }), segments, warning: None });
    }
    let Extracted { segments, skeleton, .. } = txt::extract(text.as_bytes(), options, limits)?;
    Ok(Text { body: Some(Body::Plain { skeleton, encoding }), segments, warning: None })
}

/// The text, and the encoding that it is in.
fn decoded<'a>(
    content: &'a [u8],
    told: Option<&'static Encoding>,
) -> Result<(Cow<'a, str>, &'static Encoding), FormatError> {
    if let Some(encoding) = told {
        match encoding.decode_without_bom_handling_and_without_replacement(content) {
            Some(text) => return Ok((text, encoding)),
            // A wrong label, which is not believed: UTF-8 is what programs say when they do not know, and what they write
            // whatever they say.
            None if encoding == UTF_8 || std::str::from_utf8(content).is_ok() => {}
            None => return Err(FormatError::Encoding("bytes that its encoding does not allow")),
        }
    }
    let decoded = crate::encoding::decode(content)?;
    Ok((decoded.text.into(), decoded.encoding))
}

impl Body {
    /// The content with its translations, and the encoding it is in now, from the `content` that was read.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if the result would be damaged.
    pub(super) fn write(
        &self,
        content: &[u8],
        translations: &[TaggedText],
        target: &Target,
    ) -> Result<(Vec<u8>, &'static Encoding), FormatError> {
        match self {
            Self::Html { places, told } => places.write(content, *told, translations, target),
            Self::Plain { skeleton, encoding } => {
                let text = String::from_utf8(skeleton.merge(translations, target)?)
                    .map_err(|_| FormatError::Verification("a text part is not text any more".into()))?;
                Ok(encode(&text, encoding))
            }
            Self::Flowed { paragraphs, sources, flow, told } => {
                let (text, encoding) = decoded(content, *told)?;
                let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
                let mut edits = Edits::default();
                for (index, (paragraph, translation)) in paragraphs.iter().zip(translations).enumerate() {
                    if !sources.is_same(index, translation) {
                        paragraph.write(translation.text(), *flow, newline, &mut edits);
                    }
                }
                let text = String::from_utf8(edits.apply(text.as_bytes()))
                    .map_err(|_| FormatError::Verification("an edit cut a character".into()))?;
                Ok(encode(&text, encoding))
            }
        }
    }
}

/// The text in its encoding, or in UTF-8 if that lacks a character of it.
fn encode(text: &str, encoding: &'static Encoding) -> (Vec<u8>, &'static Encoding) {
    // A mark of the byte order, if there is one, is part of the text.
    let same = Decoded { text: String::new(), encoding, bom: false };
    let is_written = encoding.output_encoding() == encoding || !encoding.is_ascii_compatible();
    match same.encode(text) {
        (bytes, false) if is_written => (bytes, encoding),
        _ => (text.as_bytes().to_vec(), UTF_8),
    }
}
