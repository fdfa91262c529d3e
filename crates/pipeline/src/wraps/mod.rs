//! Line breaks within a sentence. A title is broken by hand where its line is full: `Annual General⏎Meeting`. Its halves
//! translated apart are no title.
//!
//! Such a break is a blank to the engine. In the translation it stands between the words nearest to where it stood in the
//! source, as a share of the text, and not behind an article or a preposition. A break between two complete lines stays
//! what it is: the end of a sentence.

mod lines;

use std::ops::Range;

use terjuman_model::{Edge, LanguageTag, Mark, Segment, TagId, TagKind, TaggedText};

use self::lines::{ends_badly, goes_on};

/// A segment whose breaks within sentences are blanks.
pub(crate) struct Wrapped {
    /// What is translated. The breaks are [`TagKind::Point`]s behind a blank.
    pub(crate) segment: Segment,
    wraps: Vec<Wrap>,
}

/// A break within a sentence.
struct Wrap {
    tag: TagId,
    /// The text that it may stand in: from one break between lines to the next; in the source.
    stretch: Range<usize>,
    /// How many such stretches are before.
    number: usize,
    /// Its place in the segment that is translated, behind the blank.
    at: usize,
    /// Whether there was a blank on no side of it.
    is_bare: bool,
}

impl Wrapped {
    /// The segment with its breaks within sentences as blanks; `None` if it has none.
    pub(crate) fn of(segment: &Segment, language: &LanguageTag) -> Option<Self> {
        let is_english = language.primary() == "en";
        let text = segment.source.text();
        let breaks: Vec<usize> = breaks(segment).collect();
        let places: Vec<usize> = breaks.iter().map(|index| segment.source.marks()[*index].at).collect();
        let around = |number: usize| {
            let start = number.checked_sub(1).map_or(0, |before| places[before]);
            (&text[start..places[number]], &text[places[number]..places.get(number + 1).copied().unwrap_or(text.len())])
        };
        let soft: Vec<bool> = (0..places.len())
            .map(|number| {
                let (before, after) = around(number);
                goes_on(before.trim(), after.trim(), places.len() == 1, is_english)
            })
            .collect();
        if !(1..=MOST).contains(&soft.iter().filter(|is_soft| **is_soft).count()) {
            return None;
        }
        let mut wrapped = Self {
            segment: Segment { source: TaggedText::new(), tags: segment.tags.clone(), code: segment.code },
            wraps: Vec::new(),
        };
        let (mut done, mut next, mut number, mut start) = (0, 0, 0, 0);
        let mut open: Vec<usize> = Vec::new();
        for (index, mark) in segment.source.marks().iter().enumerate() {
            let out = &mut wrapped.segment.source;
            let words = &text[done..mark.at];
            // Of the blanks on both sides of a break one is enough.
            let is_double = next > 0 && soft[next - 1] && out.text().ends_with(char::is_whitespace);
            out.push_str(if is_double { words.trim_start() } else { words });
            done = mark.at;
            if breaks.get(next) == Some(&index) {
                if soft[next] {
                    let is_bare =
                        !text[..done].ends_with(char::is_whitespace) && !text[done..].starts_with(char::is_whitespace);
                    if is_bare {
                        out.push(' ');
                    }
                    wrapped.segment.tags[mark.tag.0 as usize].kind = TagKind::Point;
                    open.push(wrapped.wraps.len());
                    let at = out.text().len();
                    wrapped.wraps.push(Wrap { tag: mark.tag, stretch: start..start, number, at, is_bare });
                } else {
                    let end = out.text().len();
                    open.drain(..).for_each(|wrap| wrapped.wraps[wrap].stretch.end = end);
                    (start, number) = (end, number + 1);
                }
                next += 1;
            }
            wrapped.segment.source.mark(mark.edge, mark.tag);
        }
        let is_double = soft.last() == Some(&true) && wrapped.segment.source.text().ends_with(char::is_whitespace);
        wrapped.segment.source.push_str(if is_double { text[done..].trim_start() } else { &text[done..] });
        let end = wrapped.segment.source.text().len();
        open.drain(..).for_each(|wrap| wrapped.wraps[wrap].stretch.end = end);
        Some(wrapped)
    }

    /// The translation of this as one of `segment`: its breaks where the lines should end.
    pub(crate) fn settle(&self, segment: &Segment, translation: TaggedText) -> TaggedText {
        if translation == self.segment.source {
            return segment.source.clone();
        }
        let text = translation.text();
        let gaps = gaps(&self.segment, &translation);
        let stretches = self.stretches(&translation);
        let is_wrap =
            |mark: &&Mark| segment.kind(mark.tag) == TagKind::Break && self.segment.kind(mark.tag) != TagKind::Break;
        let now: Vec<usize> = translation.marks().iter().filter(is_wrap).map(|mark| mark.at).collect();
        if now.len() != self.wraps.len() {
            return translation;
        }
        // For each break, the blanks it takes the place of, or where it stays.
        let mut places: Vec<Result<Range<usize>, usize>> = Vec::with_capacity(now.len());
        let mut floor = 0;
        for (wrap, now) in self.wraps.iter().zip(&now) {
            let whole = stretches.get(wrap.number).cloned().unwrap_or(0..text.len());
            let share = (wrap.at - wrap.stretch.start) as f64 / wrap.stretch.len().max(1) as f64;
            let wanted = whole.start as f64 + share * whole.len() as f64;
            let cost = |gap: &Range<usize>| {
                let mut cost = (gap.start as f64 - wanted).abs();
                if ends_badly(&text[..gap.start]) {
                    cost += BAD_END;
                }
                if (gap.start..=gap.end).contains(now) {
                    cost -= LINKED;
                }
                cost
            };
            let free = gaps.iter().filter(|gap| gap.start >= floor && whole.start < gap.start && gap.end < whole.end);
            match free.min_by(|one, other| cost(one).total_cmp(&cost(other))) {
                Some(gap) => {
                    floor = gap.end;
                    places.push(Ok(gap.clone()));
                }
                None => {
                    let at = (*now).clamp(whole.start, whole.end).max(floor);
                    floor = at;
                    places.push(Err(at));
                }
            }
        }
        let others = translation.marks().iter().filter(|mark| !is_wrap(mark)).copied().collect();
        self.written(&TaggedText::with_marks(text.to_owned(), others), &places)
    }

    /// The translation, which has none of the breaks, with them at `places`.
    fn written(&self, translation: &TaggedText, places: &[Result<Range<usize>, usize>]) -> TaggedText {
        let text = translation.text();
        let marks = translation.marks();
        let mut out = TaggedText::new();
        let (mut done, mut next) = (0, 0);
        // Text up to `to` with the marks before it, and those at it if `including`.
        let mut copy = |out: &mut TaggedText, to: usize, including: bool| {
            while let Some(mark) = marks.get(next).filter(|mark| mark.at < to || including && mark.at == to) {
                out.push_str(&text[done..mark.at]);
                done = mark.at;
                out.mark(mark.edge, mark.tag);
                next += 1;
            }
            out.push_str(&text[done..to]);
            done = to;
        };
        let mut blanks: Vec<Range<usize>> = Vec::new();
        for (wrap, place) in self.wraps.iter().zip(places) {
            match place {
                Ok(gap) if wrap.is_bare => {
                    copy(&mut out, gap.start, true);
                    let from = out.text().len();
                    out.mark(Edge::Point, wrap.tag);
                    copy(&mut out, gap.end, false);
                    blanks.push(from..out.text().len());
                }
                Ok(gap) => {
                    copy(&mut out, gap.end, false);
                    out.mark(Edge::Point, wrap.tag);
                }
                Err(at) => {
                    copy(&mut out, *at, false);
                    out.mark(Edge::Point, wrap.tag);
                }
            }
        }
        copy(&mut out, text.len(), true);
        without(&out, &blanks)
    }

    /// The stretches of the translation between its breaks between lines.
    fn stretches(&self, translation: &TaggedText) -> Vec<Range<usize>> {
        let mut start = 0;
        let mut stretches = Vec::new();
        for mark in translation.marks().iter().filter(|mark| self.segment.kind(mark.tag) == TagKind::Break) {
            stretches.push(start..mark.at);
            start = mark.at;
        }
        stretches.push(start..translation.text().len());
        stretches
    }
}

/// A segment with more of them is no title, and hostile.
const MOST: usize = 200;
/// Marks at one place that are looked at.
const MOST_MARKS: usize = 64;
/// What it costs to end a line with an article or a preposition, in letters.
const BAD_END: f64 = 8.0;
/// What is gained where the word before the break in the source ends.
const LINKED: f64 = 6.0;

/// The indexes of the marks that are breaks outside of what is not translated.
fn breaks(segment: &Segment) -> impl Iterator<Item = usize> + '_ {
    let mut protected = 0_usize;
    segment.source.marks().iter().enumerate().filter_map(move |(index, mark)| {
        match (segment.kind(mark.tag), mark.edge) {
            (TagKind::Protected, Edge::Open) => protected += 1,
            (TagKind::Protected, Edge::Close) => protected = protected.saturating_sub(1),
            (TagKind::Break, _) if protected == 0 => return Some(index),
            _ => {}
        }
        None
    })
}

/// The blanks between words of the translation that are in no link and in nothing that is kept, and that no mark is in or
/// around alone.
fn gaps(segment: &Segment, translation: &TaggedText) -> Vec<Range<usize>> {
    let text = translation.text();
    let marks = translation.marks();
    let mut blocked: Vec<Range<usize>> = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for mark in marks.iter().filter(|mark| matches!(segment.kind(mark.tag), TagKind::Whole | TagKind::Protected)) {
        match mark.edge {
            Edge::Open => {
                if depth == 0 {
                    start = mark.at;
                }
                depth += 1;
            }
            Edge::Close => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    blocked.push(start..mark.at);
                }
            }
            Edge::Point => {}
        }
    }
    let mut gaps: Vec<Range<usize>> = Vec::new();
    for (at, blank) in text.char_indices().filter(|(_, character)| character.is_whitespace()) {
        let end = at + blank.len_utf8();
        match gaps.last_mut() {
            Some(gap) if gap.end == at => gap.end = end,
            _ => gaps.push(at..end),
        }
    }
    gaps.retain(|gap| {
        let thing = blocked.get(blocked.partition_point(|thing| thing.end <= gap.start));
        let first = marks.partition_point(|mark| mark.at < gap.start);
        let opened = marks[first..].iter().take_while(|mark| mark.at == gap.start).take(MOST_MARKS);
        let opens = |mark: &Mark| mark.edge == Edge::Open;
        let closes = |tag: TagId| {
            let within = marks[first..].iter().take_while(|mark| mark.at <= gap.end).take(MOST_MARKS);
            within.filter(|mark| mark.edge == Edge::Close).any(|mark| mark.tag == tag)
        };
        let is_wrapped_alone = opened.filter(|mark| opens(mark)).any(|mark| closes(mark.tag));
        !(is_wrapped_alone || thing.is_some_and(|thing| thing.start < gap.end))
    });
    gaps
}

/// The text without `blanks`, which are in order and hold no marks but at their ends.
fn without(text: &TaggedText, blanks: &[Range<usize>]) -> TaggedText {
    let mut out = String::with_capacity(text.text().len());
    let mut done = 0;
    for blank in blanks {
        out.push_str(&text.text()[done..blank.start]);
        done = blank.end;
    }
    out.push_str(&text.text()[done..]);
    let moved = |at: usize| {
        let before = blanks.partition_point(|blank| blank.end <= at);
        let gone: usize = blanks[..before].iter().map(Range::len).sum();
        let inside = blanks.get(before).map_or(0, |blank| at.saturating_sub(blank.start));
        at - gone - inside
    };
    let marks = text.marks().iter().map(|mark| Mark { at: moved(mark.at), ..*mark }).collect();
    TaggedText::with_marks(out, marks)
}

#[cfg(test)]
mod tests;
