//! What of a document the engine is given: its sentences (or segments), equal ones once.

use std::collections::HashSet;
use std::ops::Range;

use indexmap::IndexSet;
use terjuman_model::{LanguageTag, Segment};
use terjuman_nmt::{Fixed, Source, Translator, Unit};

use crate::Glossary;
use crate::choices::Choices;
use crate::fixed::{borders, fix, programs};
use crate::messages::Messages;
use crate::notes::notes;
use crate::sentences::{sentences, trimmed};

/// The way from a document's segments to the engine's units and back.
#[derive(Default)]
pub(crate) struct Plan {
    /// What the engine is given, in order of first occurrence.
    pub(crate) units: IndexSet<Source>,
    /// Occurrences of glossary terms that are fixed.
    pub(crate) glossary_hits: usize,
    /// Occurrences of glossary terms that cannot be.
    pub(crate) glossary_misses: usize,
    stretches: Vec<Stretch>,
    /// For each segment, where its stretches end.
    ends: Vec<usize>,
}

/// A sentence of a segment, or all of it. What stands between two of them is white space, and a comma between choices.
pub(crate) struct Stretch {
    /// In the segment's text.
    pub(crate) range: Range<usize>,
    /// Who translates it.
    pub(crate) way: Way,
}

/// How a stretch is translated.
pub(crate) enum Way {
    /// By the engine: the index of its unit.
    Unit(usize),
    /// Not at all: it has no letters but in what is fixed, or is kept. The ranges are within the stretch.
    Copied(Vec<Fixed>),
}

/// How an engine wants its texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs {
    pub(crate) unit: Unit,
    /// Words that look like code are kept from it.
    pub(crate) keeps_code: bool,
}

impl Needs {
    pub(crate) fn of(engine: &dyn Translator) -> Self {
        Self { unit: engine.unit(), keeps_code: engine.garbles_foreign_text() }
    }
}

impl Plan {
    /// Takes the segments apart as the engine wants them. Those that `is_kept` names by their index stay as they are.
    pub(crate) fn new<'a>(
        segments: impl ExactSizeIterator<Item = &'a Segment> + Clone,
        language: &LanguageTag,
        needs: Needs,
        glossary: &Glossary,
        is_kept: impl Fn(usize) -> bool,
    ) -> Self {
        let mut plan = Self { ends: Vec::with_capacity(segments.len()), ..Self::default() };
        let choices = needs.keeps_code.then(|| Choices::of(segments.clone()));
        let programs = needs.keeps_code.then(|| programs(segments.clone()));
        for (index, segment) in segments.enumerate() {
            if is_kept(index) {
                plan.keep(segment);
            } else {
                plan.add(segment, language, needs, glossary, (choices.as_ref(), programs.as_ref()));
            }
        }
        plan
    }

    /// The stretches of a segment, in order.
    pub(crate) fn stretches(&self, segment: usize) -> &[Stretch] {
        let start = segment.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.stretches[start..self.ends[segment]]
    }

    fn keep(&mut self, segment: &Segment) {
        let text = segment.source.text();
        let range = trimmed(text, 0..text.len());
        self.stretches.extend(range.map(|range| Stretch { range, way: Way::Copied(Vec::new()) }));
        self.ends.push(self.stretches.len());
    }

    fn add(
        &mut self,
        segment: &Segment,
        language: &LanguageTag,
        needs: Needs,
        glossary: &Glossary,
        (choices, programs): (Option<&Choices<'_>>, Option<&HashSet<&str>>),
    ) {
        let unit = needs.unit;
        let text = segment.source.text();
        let messages = Messages::of(segment);
        let notes = notes(segment);
        let borders = with_borders(with_borders(borders(segment), &messages.borders), &notes);
        let fixation = fix(segment, &borders, &messages.kept, glossary, programs);
        self.glossary_hits += fixation.hits;
        self.glossary_misses += fixation.misses;
        let ranges = match unit {
            // An engine that is given a message whole might move its pieces.
            Unit::Segment => {
                let ends = messages.borders.iter().copied().chain([text.len()]);
                let starts = [0].into_iter().chain(messages.borders.iter().copied());
                starts.zip(ends).filter_map(|(start, end)| trimmed(text, start..end)).collect()
            }
            Unit::Sentence => {
                let is_plain = segment.source.marks().is_empty() && fixation.fixed.is_empty();
                let items = choices.filter(|_| is_plain).map_or_else(Vec::new, |choices| choices.cut(text));
                let kept = uncut(segment, &fixation.fixed);
                let cut = |text: &str| sentences(text, language.primary(), &borders, &kept);
                let within = |item: &Range<usize>| {
                    let start = item.start;
                    cut(&text[item.clone()]).into_iter().map(move |range| range.start + start..range.end + start)
                };
                if items.is_empty() { cut(text) } else { items.iter().flat_map(within).collect() }
            }
        };
        let marks = segment.source.marks();
        for range in ranges {
            let fixed = within(&fixation.fixed, &range);
            let stretch = &text[range.clone()];
            let is_cut = unit == Unit::Sentence || !messages.is_empty();
            let way = if is_cut && !has_letters(stretch, &fixed) {
                Way::Copied(fixed)
            } else {
                let first = marks.partition_point(|mark| mark.at <= range.start);
                let linked = marks.get(first).is_some_and(|mark| mark.at < range.end);
                Way::Unit(self.units.insert_full(Source { text: stretch.to_owned(), fixed, linked }).0)
            };
            self.stretches.push(Stretch { range, way });
        }
        self.ends.push(self.stretches.len());
    }
}

/// Both lists of places in one, ordered.
fn with_borders(mut borders: Vec<usize>, more: &[usize]) -> Vec<usize> {
    if !more.is_empty() {
        borders.extend_from_slice(more);
        borders.sort_unstable();
        borders.dedup();
    }
    borders
}

/// A short thing is translated in one piece: a link's text is a name, and no name is cut at its full stop.
const UNCUT_BYTES: usize = 200;

/// The stretches that no full stop cuts: what is fixed, and short things.
fn uncut(segment: &Segment, fixed: &[Fixed]) -> Vec<Range<usize>> {
    use terjuman_model::{Edge, TagId, TagKind};
    let mut ranges: Vec<_> = fixed.iter().map(|fixed| fixed.range.clone()).collect();
    let mut open = Vec::new();
    let is_name =
        |tag: TagId| segment.tags.get(tag.0 as usize).is_some_and(|tag| tag.kind == TagKind::Whole && !tag.running);
    for mark in segment.source.marks().iter().filter(|mark| is_name(mark.tag)) {
        match mark.edge {
            Edge::Open => open.push(mark.at),
            Edge::Close => {
                ranges.extend(open.pop().map(|start| start..mark.at).filter(|range| range.len() <= UNCUT_BYTES));
            }
            Edge::Point => {}
        }
    }
    crate::protect::merged(ranges)
}

/// The part of `fixed` inside `range`, relative to it. What is cut is verbatim text whose ends are white space.
fn within(fixed: &[Fixed], range: &Range<usize>) -> Vec<Fixed> {
    let first = fixed.partition_point(|fixed| fixed.range.end <= range.start);
    let inside = fixed[first..].iter().take_while(|fixed| fixed.range.start < range.end);
    inside
        .map(|fixed| {
            let start = fixed.range.start.max(range.start);
            let end = fixed.range.end.min(range.end);
            let is_cut = (start..end) != fixed.range && fixed.text.len() == fixed.range.len();
            let text = if is_cut {
                fixed.text[start - fixed.range.start..end - fixed.range.start].to_owned()
            } else {
                fixed.text.clone()
            };
            Fixed { range: start - range.start..end - range.start, text }
        })
        .collect()
}

/// Whether there is a letter outside of what is fixed.
fn has_letters(text: &str, fixed: &[Fixed]) -> bool {
    let has_letter = |gap: &str| gap.contains(char::is_alphabetic);
    let mut at = 0;
    for fixed in fixed {
        if has_letter(&text[at..fixed.range.start]) {
            return true;
        }
        at = fixed.range.end;
    }
    has_letter(&text[at..])
}

#[cfg(test)]
mod tests {
    use terjuman_model::TagKind;

    use super::*;

    fn plan(segments: &[Segment]) -> Plan {
        let needs = Needs { unit: Unit::Sentence, keeps_code: true };
        Plan::new(segments.iter(), &"en".parse().unwrap(), needs, &Glossary::default(), |_| false)
    }

    #[test]
    fn equal_sentences_are_one_unit_and_letterless_ones_none() {
        let plan = plan(&[Segment::plain("One. Two. 42! {0}"), Segment::plain("Two. One.")]);
        let texts: Vec<_> = plan.units.iter().map(|unit| unit.text.as_str()).collect();
        assert_eq!(texts, ["One.", "Two."]);
        assert_eq!(plan.stretches(0).len(), 4);
        assert!(matches!(plan.stretches(0)[3].way, Way::Copied(_)));
        assert!(matches!(plan.stretches(1), [Stretch { way: Way::Unit(1), .. }, Stretch { way: Way::Unit(0), .. }]));
    }

    #[test]
    fn links_are_wanted_only_where_a_tag_is_inside() {
        let mut segment = Segment::default();
        let bold = segment.add_tag(TagKind::Format);
        segment.source.open(bold);
        segment.source.push_str("One. Two");
        segment.source.close(bold);
        segment.source.push_str(" more. Three.");
        let plan = plan(&[segment]);
        let linked: Vec<_> = plan.units.iter().map(|unit| unit.linked).collect();
        assert_eq!(linked, [false, true, false]);
    }

    #[test]
    fn branches_of_a_message_are_units_whatever_the_engine_wants() {
        let text = "You have {n, plural, one {one file. Done} other {# files for {who}}} left.";
        for unit in [Unit::Sentence, Unit::Segment] {
            let needs = Needs { unit, keeps_code: false };
            let language = "en".parse().unwrap();
            let plan = Plan::new([Segment::plain(text)].iter(), &language, needs, &Glossary::default(), |_| false);
            let texts: Vec<_> = plan.units.iter().map(|unit| unit.text.as_str()).collect();
            let branch: &[_] = if unit == Unit::Sentence { &["one file.", "Done"] } else { &["one file. Done"] };
            assert_eq!(texts, [&["You have"], branch, &["# files for {who}", "left."]].concat());
            let kept: Vec<_> = plan.units[texts.len() - 2].fixed.iter().map(|fixed| fixed.text.as_str()).collect();
            assert_eq!(kept, ["#", "{who}"]);
        }
    }

    #[test]
    fn names_that_look_like_code_are_kept() {
        let mut segment = Segment::default();
        for (text, is_code) in [
            ("Wait for ", false),
            ("await", true),
            (" or type ", false),
            ("any key", true),
            (" in ", false),
            ("qemu -h", true),
            (", see ", false),
            ("\"type\": \"module\"", true),
            (" for it ", false),
        ] {
            let tag = is_code.then(|| segment.add_tag(TagKind::Format));
            if let Some(tag) = tag {
                segment.mark_code(tag);
                segment.source.open(tag);
            }
            segment.source.push_str(text);
            tag.into_iter().for_each(|tag| segment.source.close(tag));
        }
        let bold = segment.add_tag(TagKind::Format);
        segment.source.open(bold);
        segment.source.push_str("here");
        segment.source.close(bold);
        let plan = plan(&[segment]);
        let kept: Vec<_> = plan.units[0].fixed.iter().map(|fixed| fixed.text.as_str()).collect();
        assert_eq!(kept, ["await", "qemu -h", "\"type\": \"module\""]);
    }

    #[test]
    fn a_link_is_not_cut() {
        let mut segment = Segment::default();
        let link = segment.add_tag(TagKind::Whole);
        segment.source.push_str("See ");
        segment.source.open(link);
        segment.source.push_str("Who? What");
        segment.source.close(link);
        segment.source.push_str(" there. End.");
        let plan = plan(&[segment]);
        let texts: Vec<_> = plan.units.iter().map(|unit| unit.text.as_str()).collect();
        assert_eq!(texts, ["See Who? What there.", "End."]);
    }

    #[test]
    fn what_somebody_put_in_is_cut_as_the_text_around_it() {
        let mut segment = Segment::default();
        let inserted = segment.add_tag(TagKind::Whole);
        segment.mark_running(inserted);
        segment.source.push_str("The unit is replaced");
        segment.source.open(inserted);
        segment.source.push_str(". A setback is required");
        segment.source.close(inserted);
        segment.source.push_str(".");
        let plan = plan(&[segment]);
        let texts: Vec<_> = plan.units.iter().map(|unit| unit.text.as_str()).collect();
        assert_eq!(texts, ["The unit is replaced.", "A setback is required."]);
    }
}
