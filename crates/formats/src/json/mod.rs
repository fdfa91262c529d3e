//! JSON: the strings that are values and hold words for people.
//!
//! A string is cut into its lines; one that holds HTML goes through the filter of HTML, and of a [`message`] for plurals
//! the branches are texts. Names, numbers, and strings that
//! are plainly codes are left alone. The skeleton is the text; a merge replaces what stands between quotes.

mod keys;
mod message;
mod scan;
mod strings;

use std::ops::Range;

use encoding_rs::UTF_8;
use terjuman_model::{Segment, TagKind, TaggedText};

use self::keys::Keys;
use self::scan::Value;
use self::strings::Spelling;
use crate::edits::Edits;
use crate::html::{self, HtmlSkeleton};
use crate::text_file::TextFile;
use crate::wording::has_words;
use crate::{Extracted, FormatError, Limits, Options, Reason, Skeleton, Target, Untranslated};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let file = TextFile::read(bytes)?;
    let text = file.text();
    let mut segments = Vec::new();
    let mut slots = Vec::new();
    let mut untranslated = Untranslated::default();
    for value in scan::values(text, Keys::of(options), limits)? {
        let Some(content) = strings::decode(&text[value.range.clone()]) else { continue };
        if !has_words(&content) {
            continue;
        }
        if !value.is_chosen || is_code(&content) || is_technical(text, &value) {
            let reason = if value.is_chosen { Reason::Identifier } else { Reason::JsonKeyOff };
            untranslated.add(reason, "", value.range.start);
            continue;
        }
        let start = segments.len();
        let (kind, inner) = read(&content, options, limits, &mut segments)?;
        untranslated.append_at(inner, value.range.start);
        if segments.len() > start {
            slots.push(Slot { range: value.range, content, segments: start..segments.len(), kind });
        }
        if segments.len() > limits.segments {
            return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
        }
    }
    if segments.is_empty() && untranslated.count(Reason::JsonKeyOff) == 0 {
        return Err(FormatError::Empty);
    }
    let spelling = Spelling::of(text);
    Ok(Extracted {
        segments,
        skeleton: Box::new(JsonSkeleton { file, slots, spelling, untranslated }),
        warnings: Vec::new(),
    })
}

/// A string with segments.
struct Slot {
    range: Range<usize>,
    content: String,
    segments: Range<usize>,
    kind: Kind,
}

enum Kind {
    /// Where each segment stands in the content.
    Lines(Vec<Range<usize>>),
    Html(Box<HtmlSkeleton>),
}

fn read(
    content: &str,
    options: &Options,
    limits: &Limits,
    segments: &mut Vec<Segment>,
) -> Result<(Kind, Untranslated), FormatError> {
    if let Some(stretches) = message::read(content) {
        return Ok((Kind::Lines(messages(content, stretches, segments)), Untranslated::default()));
    }
    if has_markup(content) {
        let page = html::read(content.as_bytes(), Some(UTF_8), options, limits)?;
        segments.extend(page.segments);
        let untranslated = page.skeleton.untranslated();
        return Ok((Kind::Html(Box::new(page.skeleton)), untranslated));
    }
    let mut lines = Vec::new();
    let mut start = 0;
    for line in content.split_inclusive('\n') {
        let at = start + (line.len() - line.trim_start().len());
        let words = line.trim();
        start += line.len();
        if has_words(words) {
            lines.push(at..at + words.len());
            segments.push(Segment::plain(words));
        }
    }
    Ok((Kind::Lines(lines), Untranslated::default()))
}

/// The texts of a message with arguments, and where they stand.
fn messages(content: &str, stretches: Vec<message::Stretch>, segments: &mut Vec<Segment>) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for stretch in stretches {
        let words = &content[stretch.range.clone()];
        let start = stretch.range.start + (words.len() - words.trim_start().len());
        let end = start + words.trim().len();
        let mut segment = Segment::default();
        let mut at = start;
        let mut bare = String::new();
        for argument in stretch.arguments {
            bare.push_str(&content[at..argument.start]);
            segment.source.push_str(&content[at..argument.start]);
            let tag = segment.add_tag(TagKind::Protected);
            segment.source.open(tag);
            segment.source.push_str(&content[argument.clone()]);
            segment.source.close(tag);
            at = argument.end;
        }
        bare.push_str(&content[at..end.max(at)]);
        segment.source.push_str(&content[at..end.max(at)]);
        if has_words(&bare) {
            places.push(start..end);
            segments.push(segment);
        }
    }
    places
}

/// Whether there is a tag, `<` and a letter and somewhere behind it `>`, or a reference to a character.
fn has_markup(content: &str) -> bool {
    let has_reference = content.split('&').skip(1).any(|rest| {
        let name = rest.split(';').next().filter(|name| name.len() < rest.len() && (2..=24).contains(&name.len()));
        let is_name = |name: &str| {
            let rest = name.strip_prefix('#').unwrap_or(name);
            rest.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        name.is_some_and(is_name)
    });
    if has_reference {
        return true;
    }
    let tag = content.match_indices('<').find(|(at, _)| {
        let rest = content[at + 1..].strip_prefix('/').unwrap_or(&content[at + 1..]);
        rest.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    tag.is_some_and(|(at, _)| content[at..].contains('>'))
}

/// One word with the marks of a name that programs use: `snake_case`, `camelCase`, `dotted.name`, `CONSTANT_1`.
fn is_code(content: &str) -> bool {
    let word = content.trim();
    // Keys and certificates have lines.
    if matches!(word, "true" | "false" | "null") || word.starts_with("-----BEGIN ") {
        return true;
    }
    if word.contains(char::is_whitespace) || !word.is_ascii() {
        return false;
    }
    let dotted = word.trim_end_matches('.').contains('.');
    let camel = word.as_bytes().windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    dotted || camel || word.contains(['_', '/', '\\', '=', '$', '#']) || word.contains(|c: char| c.is_ascii_digit())
}

/// Names whose values programs read.
const TECHNICAL: [&str; 28] = [
    "id",
    "uuid",
    "guid",
    "type",
    "kind",
    "key",
    "url",
    "uri",
    "href",
    "src",
    "path",
    "file",
    "lang",
    "language",
    "locale",
    "class",
    "classname",
    "required",
    "enum",
    "license",
    "module",
    "target",
    "color",
    "format",
    "encoding",
    "mimetype",
    "version",
    "email",
];

/// Whether the name says that one word is meant for a program: `"type": "button"`. Whole sentences never are, and what
/// begins with a capital is a label, as in `"email": "E-mail"`, but for the names of linked data: `"@type": "Person"`.
fn is_technical(text: &str, value: &Value) -> bool {
    let Some(key) = value.key.clone() else { return false };
    let (key, word) = (&text[key], &text[value.range.clone()]);
    let known = |key: &str| TECHNICAL.iter().any(|known| known.eq_ignore_ascii_case(key));
    let is_foreign = key.starts_with(['@', '$']) || key.starts_with("x-");
    !word.contains(' ') && (is_foreign || (known(key) && !word.starts_with(char::is_uppercase)))
}

struct JsonSkeleton {
    file: TextFile,
    slots: Vec<Slot>,
    spelling: Spelling,
    untranslated: Untranslated,
}

impl Skeleton for JsonSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        if self.slots.last().map_or(0, |slot| slot.segments.end) != translations.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        let mut edits = Edits::default();
        for slot in &self.slots {
            let written = slot.write(&translations[slot.segments.clone()], target)?;
            if written != slot.content {
                edits.replace(slot.range.clone(), strings::encode(&written, self.spelling));
            }
        }
        self.file.write(edits)
    }

    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }
}

impl Slot {
    fn write(&self, translations: &[TaggedText], target: &Target) -> Result<String, FormatError> {
        let bytes = match &self.kind {
            Kind::Html(skeleton) => skeleton.write(translations, target)?.0,
            Kind::Lines(lines) => {
                let mut edits = Edits::default();
                for (line, translation) in lines.iter().zip(translations) {
                    edits.replace(line.clone(), translation.text());
                }
                edits.apply(self.content.as_bytes())
            }
        };
        String::from_utf8(bytes).map_err(|_| FormatError::Verification("a string is not text any more".into()))
    }
}
