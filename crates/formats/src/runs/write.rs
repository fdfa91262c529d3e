//! Writes a block: runs anew, everything else from the original bytes.

use std::ops::Range;

use terjuman_model::{Edge, Piece, TagId, TaggedText};

use super::segment::{Blank, Item, Markup, Slot};
use super::within::Begun;
use super::{Block, Format, Literal, Side};
use crate::FormatError;
use crate::small_range::SmallRange;
use crate::xml::escape_text;

/// A piece of the part that has been rewritten already; sorted by place where there are several.
pub(crate) type Rewritten = (Range<usize>, String);

/// How runs are spelled, with the part's prefix.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// `w:r`.
    pub(crate) run: Box<str>,
    /// `w:t`.
    pub(crate) text: Box<str>,
    /// Whether text with blanks at an edge needs `xml:space`: text of Word, which has no vertical tabs.
    pub(crate) space: bool,
    /// The things that may stand in a run with text; what else there is has a run of its own. Readers show a whole run in
    /// the font of its symbol, and LibreOffice loses its place when half of a field shares a run with text: lists far below
    /// get other bullets.
    pub(crate) shared: &'static [&'static str],
    /// What a no-break hyphen is, if not a character: `<w:noBreakHyphen/>`.
    pub(crate) no_break_hyphen: Option<Box<str>>,
}

/// A vertical tab in text of a drawing. XML has no character for it.
pub(crate) const VERTICAL_TAB: &str = "_x000B_";

/// Writes the properties element of runs in this format, as the translation needs it.
pub(crate) type Properties<'a> = dyn FnMut(Format, &mut String) + 'a;

/// How formatted text is spelled in a vocabulary.
pub(crate) trait Spelling {
    /// Begins text in this format.
    fn start(&mut self, format: Format, out: &mut String);
    /// Ends it.
    fn end(&mut self, format: Format, out: &mut String);
    /// Writes text, between a start and an end.
    fn text(&mut self, text: &str, out: &mut String);
    /// Whether these bytes want a run of their own.
    fn is_alone(&self, _raw: &str) -> bool {
        false
    }
    /// Is told of bytes that were kept, and now stand before what comes.
    fn kept(&mut self, _raw: &str) {}
}

/// The bytes of the block, with `translations[i]` in the place of its segment `i`, in runs of Office Open XML. `inner` are
/// the pieces within the block that have been rewritten.
///
/// # Errors
/// [`FormatError::Verification`] if a tag is lost or doubled.
pub(crate) fn write(
    source: &str,
    block: &Block,
    translations: &[&TaggedText],
    names: &Names,
    properties: &mut Properties<'_>,
    inner: &[Rewritten],
) -> Result<String, FormatError> {
    write_in(source, block, translations, &mut Runs { names, properties }, inner)
}

/// As [`write`], in any vocabulary.
///
/// # Errors
/// [`FormatError::Verification`] if a tag is lost or doubled.
pub(crate) fn write_in(
    source: &str,
    block: &Block,
    translations: &[&TaggedText],
    spelling: &mut dyn Spelling,
    inner: &[Rewritten],
) -> Result<String, FormatError> {
    let mut writer = Writer::new(source, block, spelling, inner);
    writer.out.reserve((block.span.end - block.span.start) * 5 / 4);
    for item in &block.items {
        match item {
            Item::Literals(range) => writer.literals(*range),
            Item::Slot(slot) => writer.slot(slot, translations[slot.index as usize])?,
        }
    }
    writer.end_run();
    Ok(writer.out)
}

/// One segment of a block and nothing around it: `translation` in the place of segment `index`.
///
/// # Errors
/// [`FormatError::Verification`] if a tag is lost or doubled.
pub(crate) fn write_slot(
    source: &str,
    block: &Block,
    index: usize,
    translation: &TaggedText,
    spelling: &mut dyn Spelling,
    inner: &[Rewritten],
) -> Result<String, FormatError> {
    let mut writer = Writer::new(source, block, spelling, inner);
    // Segments and what is between them take turns; something may stand before the first.
    for item in block.items.iter().skip(2 * index).take(2) {
        if let Item::Slot(slot) = item {
            writer.slot(slot, translation)?;
        }
    }
    writer.end_run();
    Ok(writer.out)
}

/// Runs of Office Open XML.
struct Runs<'a, 'p> {
    names: &'a Names,
    properties: &'a mut Properties<'p>,
}

impl Spelling for Runs<'_, '_> {
    fn start(&mut self, format: Format, out: &mut String) {
        out.push('<');
        out.push_str(&self.names.run);
        out.push('>');
        (self.properties)(format, out);
    }

    fn end(&mut self, _: Format, out: &mut String) {
        out.push_str("</");
        out.push_str(&self.names.run);
        out.push('>');
    }

    fn is_alone(&self, raw: &str) -> bool {
        let prefix = self.names.run.strip_suffix('r').unwrap_or_default();
        let name = raw.strip_prefix('<').and_then(|raw| raw.strip_prefix(prefix)).unwrap_or(raw);
        let end = name.find(|at: char| !at.is_alphanumeric()).unwrap_or(name.len());
        !self.names.shared.contains(&&name[..end])
    }

    fn text(&mut self, text: &str, out: &mut String) {
        match &self.names.no_break_hyphen {
            Some(hyphen) if text.contains('\u{2011}') => {
                for (index, piece) in text.split('\u{2011}').enumerate() {
                    if index > 0 {
                        out.push_str(hyphen);
                    }
                    self.text_element(piece, out);
                }
            }
            _ => self.text_element(text, out),
        }
    }
}

impl Runs<'_, '_> {
    fn text_element(&self, text: &str, out: &mut String) {
        if text.is_empty() {
            return;
        }
        let has_edge = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
        out.push('<');
        out.push_str(&self.names.text);
        out.push_str(if has_edge && self.names.space { " xml:space=\"preserve\">" } else { ">" });
        for (index, piece) in text.split('\u{b}').enumerate() {
            if index > 0 && !self.names.space {
                out.push_str(VERTICAL_TAB);
            }
            escape_text(piece, out);
        }
        out.push_str("</");
        out.push_str(&self.names.text);
        out.push('>');
    }
}

/// The part with all that was rewritten, in order, in a text that is just as long.
pub(crate) fn whole(source: &str, rewritten: Vec<Rewritten>) -> String {
    let removed: usize = rewritten.iter().map(|(range, _)| range.len()).sum();
    let added: usize = rewritten.iter().map(|(_, text)| text.len()).sum();
    let mut text = String::with_capacity((source.len() + added).saturating_sub(removed));
    raw(source, 0..source.len(), &rewritten, &mut text);
    text
}

/// The bytes of the range, with what was rewritten in it.
pub(crate) fn raw(source: &str, range: Range<usize>, inner: &[Rewritten], out: &mut String) {
    let mut at = range.start;
    let first = inner.partition_point(|(inner, _)| inner.start < range.start);
    for (inner, text) in inner[first..].iter().take_while(|(inner, _)| inner.end <= range.end) {
        out.push_str(&source[at..inner.start]);
        out.push_str(text);
        at = inner.end;
    }
    out.push_str(&source[at..range.end]);
}

struct Writer<'a> {
    source: &'a str,
    block: &'a Block,
    spelling: &'a mut dyn Spelling,
    inner: &'a [Rewritten],
    out: String,
    /// The format of the run that is open.
    run: Option<Format>,
    /// Runs that were begun.
    runs: usize,
    /// Pairs that began inside of runs.
    begun: Vec<Begun>,
    /// Text of the open run that is not written yet.
    pending: String,
    skip_space: bool,
}

/// A tag that is open in the translation, with the format of the text in it.
struct Open {
    tag: TagId,
    format: Format,
    close: Option<SmallRange>,
}

impl<'a> Writer<'a> {
    fn new(source: &'a str, block: &'a Block, spelling: &'a mut dyn Spelling, inner: &'a [Rewritten]) -> Self {
        Self {
            source,
            block,
            spelling,
            inner,
            out: String::new(),
            run: None,
            runs: 0,
            begun: Vec::new(),
            pending: String::new(),
            skip_space: false,
        }
    }
}

impl Writer<'_> {
    fn slot(&mut self, slot: &Slot, translation: &TaggedText) -> Result<(), FormatError> {
        let mut open: Vec<Open> = Vec::new();
        let mut written = vec![0usize; slot.tags.len()];
        let pieces: Vec<_> = translation.pieces().collect();
        let is_text = |piece: &Piece<'_>| matches!(piece, Piece::Text(_));
        let (first, last) = (pieces.iter().position(is_text), pieces.iter().rposition(is_text));
        // Whether the next text begins with a space, told once for all: a hundred thousand breaks may stand in a row.
        let mut before_space = vec![false; pieces.len()];
        let mut begins_with_space = false;
        for (index, piece) in pieces.iter().enumerate().rev() {
            match piece {
                Piece::Text(text) => begins_with_space = text.starts_with(' '),
                Piece::Mark(..) => before_space[index] = begins_with_space,
            }
        }
        if first.is_none() {
            self.blank(slot.before.as_deref());
            self.blank(slot.after.as_deref());
        }
        // The thing whose words come next, and are written already.
        let mut shown: Option<TagId> = None;
        for (index, piece) in pieces.iter().enumerate() {
            match *piece {
                Piece::Text(_) if shown.is_some() => {
                    if Some(index) == last {
                        self.blank(slot.after.as_deref());
                    }
                }
                Piece::Text(text) => {
                    if Some(index) == first {
                        self.blank(slot.before.as_deref());
                    }
                    self.text(text, open.last().map_or(slot.base, |open| open.format));
                    if Some(index) == last {
                        self.blank(slot.after.as_deref());
                    }
                }
                Piece::Mark(edge, tag) => {
                    let Some(markup) = slot.tags.get(tag.0 as usize) else { continue };
                    match (edge, markup) {
                        (Edge::Point, Markup::Single { first, more, spacer }) => {
                            written[tag.0 as usize] += 1;
                            self.single(*first, more, *spacer, before_space[index]);
                        }
                        (Edge::Open, Markup::Shown(literals)) => {
                            if first.is_some_and(|first| index < first) {
                                self.blank(slot.before.as_deref());
                            }
                            written[tag.0 as usize] += 1;
                            self.literals(*literals);
                            shown = Some(tag);
                        }
                        (Edge::Close, Markup::Shown(_)) => shown = None,
                        (Edge::Open, Markup::Format(format)) => {
                            written[tag.0 as usize] = 1;
                            open.push(Open { tag, format: *format, close: None });
                        }
                        (Edge::Open, Markup::Pair { open: start, close, base }) => {
                            written[tag.0 as usize] += 1;
                            self.literals(*start);
                            open.push(Open { tag, format: *base, close: Some(*close) });
                        }
                        (Edge::Close, Markup::Format(_) | Markup::Pair { .. }) => self.close(&mut open, tag),
                        _ => return Err(lost()),
                    }
                }
            }
        }
        while let Some(last) = open.pop() {
            last.close.into_iter().for_each(|close| self.literals(close));
        }
        self.skip_space = false;
        if written.iter().all(|times| *times == 1) { Ok(()) } else { Err(lost()) }
    }

    /// Ends a tag. A thing that began inside it and has not ended is ended before: markup cannot cross.
    fn close(&mut self, open: &mut Vec<Open>, tag: TagId) {
        let Some(index) = open.iter().rposition(|open| open.tag == tag) else { return };
        if open[index].close.is_some() {
            for inner in open[index + 1..].iter_mut().rev() {
                if let Some(close) = inner.close.take() {
                    self.literals(close);
                }
            }
        }
        let closed = open.remove(index);
        closed.close.into_iter().for_each(|close| self.literals(close));
    }

    fn blank(&mut self, blank: Option<&Blank>) {
        blank.into_iter().for_each(|blank| self.text(&blank.text, blank.look));
    }

    /// Writes a thing; a spacer takes the place of the space behind or before it.
    fn single(&mut self, first: SmallRange, more: &[SmallRange], spacer: bool, space_follows: bool) {
        if spacer && !space_follows && self.pending.ends_with(' ') {
            self.pending.pop();
        }
        let skip = self.skip_space || (spacer && space_follows);
        self.literals(first);
        more.iter().for_each(|literals| self.literals(*literals));
        self.skip_space = skip;
    }

    fn literals(&mut self, range: SmallRange) {
        self.skip_space = false;
        for literal in &self.block.literals[range.range()] {
            self.literal(literal);
        }
    }

    fn literal(&mut self, literal: &Literal) {
        if let Some(Side::End) = literal.side
            && let Some(begun) = self.begun.pop()
        {
            self.flush();
            if begun.put_within(&mut self.out, self.runs, self.run.map(|run| run.key)) {
                raw(self.source, literal.span.range(), self.inner, &mut self.out);
                return;
            }
        }
        let is_alone = self.spelling.is_alone(&self.source[literal.span.range()]);
        if is_alone {
            self.end_run();
        }
        match literal.run {
            Some(look) => self.start_run(look),
            None => self.end_run(),
        }
        self.flush();
        let start = self.out.len();
        raw(self.source, literal.span.range(), self.inner, &mut self.out);
        if let Some(Side::Begin(format)) = literal.side {
            self.begun.push(Begun::new(format, start..self.out.len(), self.runs));
        }
        self.spelling.kept(&self.source[literal.span.range()]);
        if is_alone {
            self.end_run();
        }
    }

    fn text(&mut self, text: &str, format: Format) {
        let text = if self.skip_space { text.strip_prefix(' ').unwrap_or(text) } else { text };
        if !text.is_empty() {
            self.skip_space = false;
            self.start_run(format);
            self.pending.push_str(text);
        }
    }

    fn start_run(&mut self, format: Format) {
        if self.run.is_some_and(|run| run.key == format.key) {
            return;
        }
        self.end_run();
        let start = self.out.len();
        self.spelling.start(format, &mut self.out);
        self.run = Some(format);
        self.runs += 1;
        if let Some(begun) = self.begun.last_mut() {
            begun.run_begins(start..self.out.len());
        }
    }

    fn end_run(&mut self) {
        self.flush();
        if let Some(format) = self.run.take() {
            self.spelling.end(format, &mut self.out);
        }
    }

    /// Writes the text that is waiting.
    fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.spelling.text(&self.pending, &mut self.out);
            self.pending.clear();
        }
    }
}

fn lost() -> FormatError {
    FormatError::Verification("a tag was lost or doubled in a translation".into())
}
