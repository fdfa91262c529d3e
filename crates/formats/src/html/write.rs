//! Writes a translation into its slot: tags become markup again, properly nested whatever the order of the words.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use terjuman_model::{Edge, TagId, TaggedText};

use super::attributes::Quote;
use super::references::{self, Spelling};
use super::slot::{Markup, Pair, Slot};
use crate::FormatError;
use crate::rewriting::Rewritten;

/// The bytes for a slot. `inner` are the rewritten pieces within the slot's range.
///
/// # Errors
/// [`FormatError::Verification`] if a tag is lost or doubled.
pub(super) fn write(
    source: &str,
    slot: &Slot,
    translation: &TaggedText,
    spelling: &Spelling<'_>,
    inner: &[Rewritten],
) -> Result<String, FormatError> {
    let mut spelled: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (index, text) in slot.texts().enumerate() {
        spelled.entry(text).or_default().push_back(index);
    }
    let unquoted = slot.attribute == Some(Quote::None);
    let mut writer = Writer {
        source,
        slot,
        spelling,
        inner,
        spelled,
        quote: if unquoted { Quote::Double } else { slot.attribute.unwrap_or(Quote::None) },
        out: String::with_capacity(slot.range.len() + slot.range.len() / 4),
        open: Vec::new(),
        again: Vec::new(),
        protected: None,
        written: vec![0; slot.tags.len()],
        as_source: true,
    };
    let events: Vec<_> = translation.pieces().collect();
    let closes = closes(&events, slot.tags.len());
    for (index, event) in events.iter().enumerate() {
        match *event {
            terjuman_model::Piece::Text(text) => writer.text(text),
            terjuman_model::Piece::Mark(edge, tag) => writer.mark(edge, tag, &closes[index]),
        }
    }
    writer.finish()?;
    if unquoted && !writer.as_source {
        return Ok(format!("\"{}\"", writer.out));
    }
    Ok(writer.out)
}

/// Where a range of a tag ends, for its opening edge; whether it is the tag's last, for its closing edge.
#[derive(Clone, Copy, Default)]
struct Close {
    at: usize,
    last: bool,
}

fn closes(events: &[terjuman_model::Piece<'_>], tags: usize) -> Vec<Close> {
    let mut closes = vec![Close { at: usize::MAX, last: false }; events.len()];
    let mut close_of = vec![None; tags];
    for (index, event) in events.iter().enumerate().rev() {
        let terjuman_model::Piece::Mark(edge, tag) = event else { continue };
        let Some(close) = close_of.get_mut(tag.0 as usize) else { continue };
        match edge {
            Edge::Close => {
                closes[index].last = close.is_none();
                *close = Some(index);
            }
            Edge::Open => closes[index].at = close.unwrap_or(usize::MAX),
            Edge::Point => {}
        }
    }
    closes
}

/// A pair whose start tag has been written.
#[derive(Clone, Copy)]
struct Open {
    tag: TagId,
    close: usize,
    /// Its end has come, but something inside it that cannot be cut is still open.
    ended: bool,
}

struct Writer<'a> {
    source: &'a str,
    slot: &'a Slot,
    spelling: &'a Spelling<'a>,
    inner: &'a [Rewritten],
    spelled: HashMap<&'a str, VecDeque<usize>>,
    quote: Quote,
    out: String,
    open: Vec<Open>,
    /// Formatting that was interrupted and goes on with the next text.
    again: Vec<Open>,
    /// A protected tag that is open, and whether it has been written.
    protected: Option<(TagId, bool)>,
    written: Vec<usize>,
    as_source: bool,
}

impl<'a> Writer<'a> {
    fn text(&mut self, text: &str) {
        if self.protected.is_some() {
            return self.write_protected();
        }
        self.open_again();
        let within = self.open.last().map(|open| open.tag);
        let pieces = self.slot.pieces();
        let fits = |index: &usize| pieces[*index].joint_of.is_none_or(|tag| tag == within);
        if let Some(places) = self.spelled.get_mut(text) {
            // The last spelling serves as often as it is asked for.
            let found = if places.len() > 1 { places.pop_front() } else { places.front().copied() };
            if let Some(index) = found.filter(fits) {
                return self.raw(pieces[index].raw.range());
            }
        }
        self.as_source = false;
        references::write(text, self.quote, self.spelling, &mut self.out);
    }

    fn mark(&mut self, edge: Edge, tag: TagId, close: &Close) {
        let slot = self.slot;
        match (edge, slot.tags.get(tag.0 as usize)) {
            (Edge::Point, Some(Markup::Single(range))) => {
                self.open_again();
                self.written[tag.0 as usize] += 1;
                self.raw(range.range());
            }
            (Edge::Open, Some(Markup::Single(_))) => {
                self.write_protected();
                self.protected = Some((tag, false));
            }
            (Edge::Close, Some(Markup::Single(_))) => {
                if self.protected.is_some_and(|(open, _)| open == tag) {
                    self.write_protected();
                    self.protected = None;
                }
            }
            (Edge::Open, Some(Markup::Pair(pair))) => self.open(tag, pair, close.at),
            (Edge::Close, Some(Markup::Pair(pair))) => self.close(tag, pair, close.last),
            (Edge::Point, Some(Markup::Pair(_))) | (_, None) => {}
        }
    }

    /// Writes the protected tag that is open, once: its marks may stand around those of its formatting or inside.
    fn write_protected(&mut self) {
        let Some((tag, false)) = self.protected else { return };
        self.protected = Some((tag, true));
        self.open_again();
        self.written[tag.0 as usize] += 1;
        if let Some(Markup::Single(range)) = self.slot.tags.get(tag.0 as usize) {
            self.raw(range.range());
        }
    }

    fn open(&mut self, tag: TagId, pair: &Pair, close: usize) {
        let whole = !self.slot.may_split(tag);
        if whole {
            // Formatting that ends inside a thing must be inside it: the thing cannot be cut, the formatting can.
            let movable = self.open.iter().rposition(|o| !self.slot.may_split(o.tag)).map_or(0, |index| index + 1);
            if let Some(crossing) = self.open[movable..].iter().position(|o| o.close < close) {
                self.interrupt(movable + crossing);
            }
        }
        let inside = if whole { std::mem::take(&mut self.again) } else { Vec::new() };
        let (goes_around, goes_inside): (Vec<_>, Vec<_>) = inside.into_iter().partition(|o| o.close >= close);
        self.again.extend(goes_around);
        self.open_again();
        self.again = goes_inside;
        if self.written[tag.0 as usize] == 0 {
            self.raw(pair.open.start()..pair.open.end() + pair.space_after_open as usize);
        } else {
            self.copy(pair);
        }
        self.written[tag.0 as usize] += 1;
        self.open.push(Open { tag, close, ended: false });
    }

    /// A start tag without its `id`: ids are unique.
    fn copy(&mut self, pair: &Pair) {
        match &pair.id {
            Some(id) => {
                self.raw(pair.open.start()..id.start());
                self.raw(id.end()..pair.open.end());
            }
            None => self.raw(pair.open.range()),
        }
    }

    fn close(&mut self, tag: TagId, pair: &Pair, last: bool) {
        if let Some(index) = self.again.iter().position(|open| open.tag == tag) {
            self.again.remove(index);
            return;
        }
        let Some(index) = self.open.iter().rposition(|open| open.tag == tag && !open.ended) else { return };
        if self.open[index + 1..].iter().any(|open| !self.slot.may_split(open.tag)) {
            self.open[index].ended = true;
            return;
        }
        if index + 1 < self.open.len() {
            self.interrupt(index + 1);
        }
        self.open.pop();
        let space = if last { pair.space_before_close as usize } else { 0 };
        self.raw(pair.close.start() - space..pair.close.end());
        self.close_ended();
    }

    /// Closes everything from `index` on for a while.
    fn interrupt(&mut self, index: usize) {
        let interrupted = self.open.split_off(index);
        for open in interrupted.iter().rev() {
            self.end_tag(open.tag);
        }
        let later = std::mem::replace(&mut self.again, interrupted);
        self.again.extend(later);
        self.again.retain(|open| !open.ended);
    }

    fn open_again(&mut self) {
        for open in std::mem::take(&mut self.again) {
            if let Some(Markup::Pair(pair)) = self.slot.tags.get(open.tag.0 as usize) {
                self.copy(pair);
                self.open.push(open);
            }
        }
    }

    fn end_tag(&mut self, tag: TagId) {
        if let Some(Markup::Pair(pair)) = self.slot.tags.get(tag.0 as usize) {
            self.raw(pair.close.range());
        }
    }

    fn close_ended(&mut self) {
        while let Some(open) = self.open.pop_if(|open| open.ended) {
            self.end_tag(open.tag);
        }
    }

    /// Source bytes, with what was rewritten in them.
    fn raw(&mut self, range: Range<usize>) {
        let mut at = range.start;
        let first = self.inner.partition_point(|(inner, _)| inner.start < range.start);
        for (inner, text) in self.inner[first..].iter().take_while(|(inner, _)| inner.end <= range.end) {
            self.out.push_str(&self.source[at..inner.start]);
            self.out.push_str(text);
            at = inner.end;
        }
        self.out.push_str(&self.source[at..range.end]);
    }

    fn finish(&mut self) -> Result<(), FormatError> {
        self.write_protected();
        while let Some(open) = self.open.pop() {
            self.end_tag(open.tag);
        }
        for (tag, written) in self.written.iter().enumerate() {
            let tag = TagId(u32::try_from(tag).unwrap_or(u32::MAX));
            if *written == 0 || (*written > 1 && !self.slot.may_split(tag)) {
                return Err(FormatError::Verification("a tag was lost or doubled in a translation".into()));
            }
        }
        Ok(())
    }
}
