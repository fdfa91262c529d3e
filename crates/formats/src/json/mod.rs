//! JSON: the strings that are values and hold words for people.
//!
//! A string is cut into its lines; one that holds HTML goes through the filter of HTML, and of a [`message`] for plurals
//! the branches are texts. Names, numbers, and strings that
//! are plainly codes are left alone. The skeleton is the text; a merge replaces what stands between quotes.

mod components;
mod keys;
mod manifest;
mod patterns;
mod scan;
mod strings;

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::UTF_8;
use terjuman_model::{Segment, TagKind, TaggedText};

use self::keys::Keys;
use self::scan::Value;
use self::strings::Spelling;
use crate::html::{self, HtmlSkeleton};
use crate::message;
use crate::rewriting::Rewriting;
use crate::small_range::SmallRange;
use crate::text_file::TextFile;
use crate::wording::has_words;
use crate::{Extracted, FormatError, Limits, Options, Reason, Skeleton, Target, Untranslated};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let file = TextFile::read(bytes)?;
    let text = file.text();
    let mut segments = Vec::new();
    let mut slots = Slots::default();
    let mut untranslated = Untranslated::default();
    let is_manifest = options.json_keys.is_empty() && manifest::is_one(text, limits)?;
    scan::values(text, Keys::of(options), limits, |value| {
        let Some(content) = strings::decode(&text[value.range.clone()]).filter(|content| has_words(content)) else {
            return Ok(());
        };
        let is_for_people = || !is_manifest || value.key.clone().is_some_and(|key| manifest::is_text(&text[key]));
        if !value.is_chosen || is_code(&content) || is_technical(text, &value) || !is_for_people() {
            let reason = if value.is_chosen { Reason::Identifier } else { Reason::JsonKeyOff };
            untranslated.add(reason, "", value.range.start);
            return Ok(());
        }
        let start = segments.len();
        let page = read(&content, options, limits, &mut segments)?;
        if let Some(page) = &page {
            untranslated.append_at(page.untranslated(), value.range.start);
        }
        if segments.len() > start {
            slots.push(value.range, segments.len(), page);
        }
        if segments.len() > limits.segments {
            return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
        }
        Ok(())
    })?;
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

/// The strings with segments. A document has many: what they say is read again when they are written.
#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
    /// Those that hold HTML, by their index.
    pages: Vec<(usize, HtmlSkeleton)>,
}

struct Slot {
    /// Between the quotes.
    range: SmallRange,
    /// Where its segments end.
    end: u32,
}

impl Slots {
    fn push(&mut self, range: Range<usize>, end: usize, page: Option<HtmlSkeleton>) {
        self.pages.extend(page.map(|page| (self.slots.len(), page)));
        self.slots.push(Slot { range: range.into(), end: u32::try_from(end).unwrap_or(u32::MAX) });
    }

    fn segments(&self) -> usize {
        self.slots.last().map_or(0, |slot| slot.end as usize)
    }
}

/// Finds the segments of a string; one that holds HTML is read as a page.
fn read(
    content: &str,
    options: &Options,
    limits: &Limits,
    segments: &mut Vec<Segment>,
) -> Result<Option<HtmlSkeleton>, FormatError> {
    if let Some(stretches) = message::read(content) {
        segments.extend(messages(content, stretches).into_iter().map(|(_, segment)| segment));
        return Ok(None);
    }
    if has_markup(content) || components::has_numbers(content) {
        let page = html::read(components::hide(content).as_bytes(), Some(UTF_8), options, limits)?;
        segments.extend(page.segments);
        return Ok(Some(page.skeleton));
    }
    segments.extend(lines(content).map(|line| line_segment(&content[line])));
    Ok(None)
}

/// Where the lines with words stand, without the blanks around them. What bars part (`one apple | {n} apples`, as plurals
/// are written without a formatter) is as much as lines.
fn lines(content: &str) -> impl Iterator<Item = Range<usize>> {
    let has_bars = content.contains('|');
    let mut start = 0;
    let parts = content.split_inclusive(move |c| c == '\n' || (has_bars && c == '|'));
    let mut open: Option<usize> = None;
    parts.filter_map(move |part| {
        let begin = open.take().unwrap_or(start);
        start += part.len();
        // A bar inside of a word parts nothing.
        let is_border = !part.ends_with('|') || is_border(content, start - 1);
        if !is_border && start < content.len() {
            open = Some(begin);
            return None;
        }
        let end = start - usize::from(part.ends_with('|') && is_border);
        let line = &content[begin..end];
        let at = begin + (line.len() - line.trim_start().len());
        let words = line.trim();
        has_words(&without_parameters(words)).then(|| at..at + words.len())
    })
}

/// Parameters of messages, as Laravel and others name them: `:count`, `:user_name` as words of their own; `:smile:` too. What
/// stands for a part of a date (`%Y`) is one as well.
fn parameters(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices(':') {
        let is_inside = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
        let length = line[at + 1..].bytes().take(64).take_while(is_inside).count();
        let rest = &line[at + 1 + length..];
        let end = at + 1 + length + usize::from(rest.starts_with(':'));
        let starts = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == ':');
        let ends = !line[end..].starts_with(|c: char| c.is_alphanumeric());
        if starts && ends && length > 2 && !line[at + 1..].starts_with(|c: char| c.is_ascii_digit()) {
            found.push(at..end);
        }
    }
    found.extend(patterns::conversions(line));
    found.sort_by_key(|range| range.start);
    found
}

fn without_parameters(line: &str) -> Cow<'_, str> {
    let parameters = parameters(line);
    if parameters.is_empty() {
        return line.into();
    }
    let (mut rest, mut at) = (String::with_capacity(line.len()), 0);
    for range in parameters {
        rest.push_str(&line[at..range.start]);
        at = range.end;
    }
    rest.push_str(&line[at..]);
    rest.into()
}

/// A line, its parameters protected.
fn line_segment(line: &str) -> Segment {
    let parameters = parameters(line);
    if parameters.is_empty() {
        return Segment::plain(line);
    }
    let mut segment = Segment::default();
    let mut at = 0;
    for range in parameters {
        segment.source.push_str(&line[at..range.start]);
        let tag = segment.add_tag(TagKind::Protected);
        segment.source.open(tag);
        segment.source.push_str(&line[range.clone()]);
        segment.source.close(tag);
        at = range.end;
    }
    segment.source.push_str(&line[at..]);
    segment
}

/// Whether the bar at this place parts two texts: it has blanks around it, or what follows says how many it is for.
fn is_border(content: &str, bar: usize) -> bool {
    let (before, after) = (&content[..bar], &content[bar + 1..]);
    let is_spaced = before.ends_with([' ', '\n']) && after.starts_with([' ', '\n']);
    let is_counted =
        after.starts_with(['{', '[', ']']) && after[1..].starts_with(|c: char| c.is_ascii_digit() || c == '*');
    is_spaced || is_counted
}

/// The texts of a message with arguments, and where they stand.
fn messages(content: &str, stretches: Vec<message::Stretch>) -> Vec<(Range<usize>, Segment)> {
    let mut found = Vec::new();
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
            found.push((start..end, segment));
        }
    }
    found
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
    if matches!(word, "true" | "false" | "null") || word.starts_with("-----BEGIN ") || patterns::is_pattern(word) {
        return true;
    }
    if word.contains(char::is_whitespace) || !word.is_ascii() {
        return false;
    }
    if is_language(word) {
        return true;
    }
    let dotted = word.trim_end_matches('.').contains('.');
    let camel = word.as_bytes().windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    dotted || camel || word.contains(['_', '/', '\\', '=', '$', '#']) || word.contains(|c: char| c.is_ascii_digit())
}

/// `en-US`, `zh-Hans`.
fn is_language(word: &str) -> bool {
    let is_region = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_part = |part: &str| is_region(part) || ["Latn", "Cyrl", "Hans", "Hant", "Arab", "Deva"].contains(&part);
    word.split_once('-').is_some_and(|(language, rest)| {
        (2..=3).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && rest.split('-').all(is_part)
    })
}

/// Names whose values programs read.
const TECHNICAL: [&str; 36] = [
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
    "classnames",
    "cls",
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
    "icon",
    "method",
    "charset",
    "rel",
    "selector",
    "sku",
];

/// Whether the name says that one word is meant for a program: `"type": "button"`. Whole sentences never are, and what
/// begins with a capital is a label, as in `"email": "E-mail"`, but for the names of linked data: `"@type": "Person"`.
fn is_technical(text: &str, value: &Value) -> bool {
    let Some(key) = value.key.clone() else { return false };
    let (key, word) = (&text[key], &text[value.range.clone()]);
    let known = |key: &str| TECHNICAL.iter().any(|known| known.eq_ignore_ascii_case(key));
    let is_foreign = key.starts_with(['@', '$']) || key.starts_with("x-");
    is_class_list(key, word)
        || !word.contains(' ') && (is_foreign || (known(key) && !word.starts_with(char::is_uppercase)))
}

/// `"className": "btn btn-primary"`.
fn is_class_list(key: &str, value: &str) -> bool {
    let is_class = ["class", "className", "classNames", "cls"].iter().any(|known| known.eq_ignore_ascii_case(key));
    let is_name =
        |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_:/.[]".contains(&b));
    is_class && value.contains(['-', '_', ':']) && value.split(' ').all(is_name)
}

struct JsonSkeleton {
    file: TextFile,
    slots: Slots,
    spelling: Spelling,
    untranslated: Untranslated,
}

impl Skeleton for JsonSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        if self.slots.segments() != translations.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        let text = self.file.text();
        let mut rewriting = self.file.rewriting();
        let mut pages = self.slots.pages.iter().peekable();
        let mut start = 0;
        for (index, slot) in self.slots.slots.iter().enumerate() {
            let first = start;
            let translations = &translations[start..slot.end as usize];
            start = slot.end as usize;
            let Some(content) = strings::decode(&text[slot.range.range()]) else { continue };
            let written = match pages.next_if(|(place, _)| *place == index) {
                Some((_, page)) => match (components::hide(&content), write_page(page, translations, target)?) {
                    (Cow::Owned(_), written) => components::show(&written).into(),
                    (Cow::Borrowed(_), written) => written,
                },
                None => write_lines(&content, translations, first)?,
            };
            if written != content {
                rewriting.replace(slot.range.range(), &strings::encode(&written, self.spelling));
            }
        }
        Ok(self.file.write_anew(rewriting))
    }

    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }
}

fn write_page<'a>(
    page: &HtmlSkeleton,
    translations: &[TaggedText],
    target: &Target,
) -> Result<Cow<'a, str>, FormatError> {
    let (written, _) = page.write(translations, target)?;
    let written = String::from_utf8(written);
    written.map(Cow::from).map_err(|_| FormatError::Verification("a string is not text any more".into()))
}

/// Writes the texts of a string; `first` is the number of its first segment.
fn write_lines<'a>(content: &str, translations: &'a [TaggedText], first: usize) -> Result<Cow<'a, str>, FormatError> {
    let mut rewriting = Rewriting::new(content);
    if let Some(stretches) = message::read(content) {
        for (((place, _), translation), segment) in
            messages(content, stretches).into_iter().zip(translations).zip(first..)
        {
            if !message::fits(&content[place.clone()], translation.text()) {
                return Err(FormatError::Unwritable { segment });
            }
            rewriting.replace(place, translation.text());
        }
    } else {
        let mut places = lines(content).peekable();
        // Most are one line and nothing else.
        if let ([translation], true) = (translations, places.peek() == Some(&(0..content.len()))) {
            return Ok(translation.text().into());
        }
        places.zip(translations).for_each(|(line, translation)| rewriting.replace(line, translation.text()));
    }
    Ok(rewriting.finish().unwrap_or_else(|| content.to_owned()).into())
}
