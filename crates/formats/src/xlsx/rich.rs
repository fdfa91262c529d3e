//! Strings of spreadsheets: plain, or in runs with formats of their own (ECMA-376 part 1, 18.4).
//!
//! A run holds one text. Neighbours that look the same are one, the format that most letters have is not marked, and
//! readings (phonetic runs) are dropped when the string is translated: they spell the original.

use std::collections::HashMap;
use std::ops::Range;

use terjuman_model::{Edge, Piece, TagId, TagKind, TaggedText};

use super::escapes;
use super::units::{Markup, Unit, lost};
use crate::runs::Span;
use crate::small_range::SmallRange;
use crate::xml::{Kind, Scanner, escape_text, unescape};
use crate::{FormatError, Limits};

/// A string as it is written.
#[derive(Debug, Default)]
pub(super) struct RichString {
    /// What is in the element.
    pub(super) inner: Span,
    runs: Vec<Run>,
    /// For each format, the properties that spell it; none for the format of text without properties.
    formats: Vec<Option<Span>>,
    in_runs: bool,
}

#[derive(Debug)]
struct Run {
    format: u32,
    shows_blanks: bool,
    text: String,
}

/// How a translated string is written.
#[derive(Debug)]
pub(super) struct RichSlot {
    /// Hundred thousands of these may be kept: their lists have no room to spare.
    formats: Box<[Option<SmallRange>]>,
    in_runs: bool,
    base: u32,
    before: Box<[(u32, Box<str>)]>,
    after: Box<[(u32, Box<str>)]>,
}

/// Properties that make no difference to a reader: they choose among fonts of one name.
const NOISE: [&str; 4] = ["charset", "family", "scheme", "extend"];

impl RichString {
    /// Reads the element (`si`, `is` or a comment's `text`) at `element`.
    ///
    /// # Errors
    /// None that the part's own scan has not met before.
    pub(super) fn read(text: &str, element: Span, limits: &Limits) -> Result<Self, FormatError> {
        let fragment = &text[element.range()];
        let mut string = Self::default();
        let mut keys = HashMap::from([(String::new(), 0)]);
        string.formats.push(None);
        let mut scanner = Scanner::new(fragment, "", limits);
        let (mut in_text, mut in_reading) = (false, false);
        let mut properties: Option<Properties> = None;
        let span = |from: usize, to: usize| Span { start: element.start + from, end: element.start + to };
        while let Some(event) = scanner.next()? {
            let depth = scanner.depth();
            match event.kind {
                Kind::Start { .. } if depth == 1 => string.inner = span(event.range.end, event.range.end),
                Kind::Start { name, .. } => match name.local {
                    "rPh" if depth == 2 => in_reading = true,
                    "r" if depth == 2 => {
                        string.runs.push(Run { format: 0, shows_blanks: false, text: String::new() });
                    }
                    "rPr" if depth == 3 && !in_reading => properties = Some(Properties::new(event.range.start)),
                    "t" if !in_reading && (depth == 2 || depth == 3) => {
                        in_text = true;
                        if depth == 2 {
                            string.runs.push(Run { format: 0, shows_blanks: false, text: String::new() });
                        }
                    }
                    local => {
                        if let Some(properties) = properties.as_mut().filter(|_| depth == 4) {
                            properties.start(local, &scanner, fragment, event.range.start);
                        }
                    }
                },
                Kind::End { name } => match (name.local, depth) {
                    (_, 0) => {
                        string.inner.end = element.start + event.range.start.max(string.inner.start - element.start)
                    }
                    ("rPh", 1) => in_reading = false,
                    ("rPr", 2) => {
                        if let Some(properties) = properties.take()
                            && let Some(run) = string.runs.last_mut()
                        {
                            run.shows_blanks = properties.shows_blanks;
                            let next = u32::try_from(string.formats.len()).unwrap_or(u32::MAX);
                            run.format = *keys.entry(properties.key()).or_insert(next);
                            if run.format == next {
                                string.formats.push(Some(span(properties.at, event.range.end)));
                            }
                        }
                    }
                    ("t", 1 | 2) => in_text = false,
                    _ => {
                        if let Some(properties) = properties.as_mut().filter(|_| depth == 3) {
                            properties.end(fragment, event.range.end);
                        }
                    }
                },
                Kind::Text if in_text => {
                    if let Some(run) = string.runs.last_mut() {
                        run.text.push_str(&unescape(&fragment[event.range]));
                    }
                }
                Kind::CData if in_text => {
                    if let Some(run) = string.runs.last_mut() {
                        run.text
                            .push_str(&fragment[event.range.start + "<![CDATA[".len()..event.range.end - "]]>".len()]);
                    }
                }
                _ => {}
            }
        }
        string.in_runs = string.formats.len() > 1;
        for run in &mut string.runs {
            if run.text.contains("_x") {
                run.text = escapes::decode(&run.text).into_owned();
            }
        }
        Ok(string)
    }

    /// All text of it.
    pub(super) fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// Whether formats may be told apart in it.
    pub(super) fn is_rich(&self) -> bool {
        self.in_runs
    }

    /// The segment of the string without its first `skip` bytes, and how it is written.
    pub(super) fn unit(mut self, skip: usize) -> (Unit, RichSlot) {
        self.settle_blanks();
        let text = self.text();
        let body = &text[skip..];
        let start = text.len() - body.trim_start().len();
        let end = start.max(text.trim_end().len());
        let (mut before, mut after, mut within) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = 0;
        for run in &self.runs {
            let (from, to) = (at, at + run.text.len());
            let part = |lower: usize, upper: usize| &text[from.max(lower).min(upper)..to.max(lower).min(upper)];
            for (list, part) in [(&mut before, part(0, start)), (&mut after, part(end, text.len()))] {
                if !part.is_empty() {
                    list.push((run.format, part.into()));
                }
            }
            if !part(start, end).is_empty() {
                within.push((run.format, from.max(start)..to.min(end)));
            }
            at = to;
        }
        let base = base(&text, &within);
        let mut unit = Unit::default();
        let mut open: Option<(u32, TagId)> = None;
        let atoms = atoms(&text, start..end, &within);
        for (index, atom) in atoms.iter().enumerate() {
            // A line break between two formats is in neither.
            let format = match atom {
                Atom::Text(format, _) => Some(*format),
                Atom::Break(_) => match atoms.get(index + 1) {
                    Some(Atom::Text(format, _)) if open.is_some_and(|(other, _)| other == *format) => Some(*format),
                    _ => None,
                },
            };
            if open.is_some_and(|(other, _)| format != Some(other))
                && let Some((_, tag)) = open.take()
            {
                unit.segment.source.close(tag);
            }
            match atom {
                Atom::Text(format, range) => {
                    if *format != base && open.is_none() {
                        let tag = unit.segment.add_tag(TagKind::Format);
                        unit.markup.push(Markup::Format(*format));
                        unit.segment.source.open(tag);
                        open = Some((*format, tag));
                    }
                    unit.segment.source.push_str(&text[range.clone()]);
                }
                Atom::Break(range) => unit.point(TagKind::Break, Markup::Break(text[range.clone()].into())),
            }
        }
        if let Some((_, tag)) = open {
            unit.segment.source.close(tag);
        }
        let formats = self.formats.into_iter().map(|span| span.map(|span| span.range().into())).collect();
        let (before, after) = (before.into(), after.into());
        (unit, RichSlot { formats, in_runs: self.in_runs, base, before, after })
    }

    /// Blank text takes the format of the text before it, unless it shows.
    fn settle_blanks(&mut self) {
        let mut before: Option<(u32, bool)> = None;
        for run in &mut self.runs {
            let is_blank = run.text.chars().all(char::is_whitespace);
            match before {
                Some((format, false)) if is_blank && !run.shows_blanks => run.format = format,
                _ => before = Some((run.format, run.shows_blanks)),
            }
        }
    }
}

/// The properties of a run that are being read.
struct Properties {
    at: usize,
    children: Vec<String>,
    child: Option<usize>,
    shows_blanks: bool,
}

impl Properties {
    fn new(at: usize) -> Self {
        Self { at, children: Vec::new(), child: None, shows_blanks: false }
    }

    fn start(&mut self, local: &str, scanner: &Scanner<'_>, text: &str, at: usize) {
        let is_off = scanner.attributes().iter().any(|attribute| {
            attribute.qualified == "val" && matches!(&text[attribute.value.clone()], "0" | "false" | "none")
        });
        self.shows_blanks |= matches!(local, "u" | "strike") && !is_off;
        self.child = (!NOISE.contains(&local)).then_some(at);
    }

    fn end(&mut self, text: &str, at: usize) {
        if let Some(start) = self.child.take() {
            self.children.push(text[start..at].to_owned());
        }
    }

    /// The order of properties makes no difference.
    fn key(&self) -> String {
        let mut children = self.children.clone();
        children.sort_unstable();
        children.concat()
    }
}

/// What a string consists of.
enum Atom {
    Text(u32, Range<usize>),
    /// A line break with the blanks around it.
    Break(Range<usize>),
}

/// The text within `part`, cut at line breaks and where the format changes.
fn atoms(text: &str, part: Range<usize>, runs: &[(u32, Range<usize>)]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    let mut runs = runs.iter().peekable();
    let mut at = part.start;
    while at < part.end {
        let rest = &text[at..part.end];
        let (start, end) = match rest.find(['\n', '\r']) {
            Some(line_end) => {
                let end = part.end - rest[line_end..].trim_start().len();
                (at + rest[..line_end].trim_end().len(), end)
            }
            None => (part.end, part.end),
        };
        while at < start {
            let Some((format, range)) = runs.next_if(|(_, range)| range.end <= start) else {
                atoms.extend(runs.peek().map(|(format, _)| Atom::Text(*format, at..start)));
                break;
            };
            if at < range.end {
                atoms.push(Atom::Text(*format, at..range.end));
                at = range.end;
            }
        }
        if start < end {
            atoms.push(Atom::Break(start..end));
        }
        while runs.next_if(|(_, range)| range.end <= end).is_some() {}
        at = end;
    }
    atoms
}

/// The format that most letters have; the first of those that have most.
fn base(text: &str, runs: &[(u32, Range<usize>)]) -> u32 {
    let mut counts: HashMap<u32, (usize, usize)> = HashMap::new();
    for (index, (format, range)) in runs.iter().enumerate() {
        let letters = text[range.clone()].chars().filter(|c| c.is_alphanumeric()).count();
        counts.entry(*format).or_insert((0, usize::MAX - index)).0 += letters;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(format, _)| format)
}

impl RichSlot {
    /// Writes what is in the element. `prefix` is that of the part's names; `limit` counts UTF-16 units.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if a tag is lost or doubled.
    pub(super) fn write(
        &self,
        source: &str,
        prefix: &str,
        translation: &TaggedText,
        markup: &[Markup],
        limit: usize,
    ) -> Result<String, FormatError> {
        let mut runs: Vec<(u32, String)> = Vec::new();
        let mut push = |format: u32, text: &str| match runs.last_mut() {
            Some((last, run)) if *last == format => run.push_str(text),
            _ => runs.push((format, text.to_owned())),
        };
        self.before.iter().for_each(|(format, text)| push(*format, text));
        let mut open: Vec<(TagId, u32)> = Vec::new();
        let mut written = vec![0usize; markup.len()];
        for piece in translation.pieces() {
            let format = open.last().map_or(self.base, |(_, format)| *format);
            match piece {
                Piece::Text(text) => push(format, text),
                Piece::Mark(edge, tag) => {
                    let Some(what) = markup.get(tag.0 as usize) else { return Err(lost()) };
                    match (edge, what) {
                        (Edge::Open, Markup::Format(format)) => {
                            written[tag.0 as usize] = 1;
                            open.push((tag, *format));
                        }
                        (Edge::Close, Markup::Format(_)) => {
                            if let Some(at) = open.iter().rposition(|(other, _)| *other == tag) {
                                open.remove(at);
                            }
                        }
                        (Edge::Point, Markup::Break(text) | Markup::Code(text)) => {
                            written[tag.0 as usize] += 1;
                            push(format, text);
                        }
                        _ => return Err(lost()),
                    }
                }
            }
        }
        if written.iter().any(|times| *times != 1) {
            return Err(lost());
        }
        self.after.iter().for_each(|(format, text)| push(*format, text));
        shorten(&mut runs, limit);
        runs.retain(|(_, text)| !text.is_empty());
        Ok(self.spell(source, prefix, &runs))
    }

    fn spell(&self, source: &str, prefix: &str, runs: &[(u32, String)]) -> String {
        let mut out = String::new();
        let is_plain = !self.in_runs || runs.iter().all(|(format, _)| *format == 0);
        if is_plain {
            let text: String = runs.iter().map(|(_, text)| text.as_str()).collect();
            text_element(prefix, &text, &mut out);
            return out;
        }
        for (format, text) in runs {
            out.push_str(&format!("<{prefix}r>"));
            if let Some(Some(properties)) = self.formats.get(*format as usize) {
                out.push_str(&source[properties.range()]);
            }
            text_element(prefix, text, &mut out);
            out.push_str(&format!("</{prefix}r>"));
        }
        out
    }
}

/// Cuts what goes beyond the limit, with an ellipsis.
fn shorten(runs: &mut [(u32, String)], limit: usize) {
    let units: usize = runs.iter().map(|(_, text)| text.encode_utf16().count()).sum();
    if units <= limit {
        return;
    }
    let mut room = limit;
    for (_, text) in runs {
        let length = text.encode_utf16().count();
        if length > room || (length == room && room > 0) {
            *text = cut(text, room);
            room = 0;
        } else {
            room -= length;
        }
    }
}

/// The text in at most `limit` UTF-16 units, with an ellipsis if something is cut off.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.encode_utf16().count() <= limit {
        return text.to_owned();
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < limit
    };
    let mut out: String = text.chars().take_while(fits).collect();
    if limit > 0 {
        out.push('…');
    }
    out
}

/// Writes a text element.
pub(super) fn text_element(prefix: &str, text: &str, out: &mut String) {
    let has_edge = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) || text.contains('\n');
    out.push_str(&format!("<{prefix}t{}>", if has_edge { " xml:space=\"preserve\"" } else { "" }));
    escape_text(&escapes::encode(text, &[]), out);
    out.push_str(&format!("</{prefix}t>"));
}
