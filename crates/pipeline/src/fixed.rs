//! What of a segment must come out as given: protected tags, placeholders and addresses, terms of the glossary.

use std::collections::HashSet;
use std::ops::Range;

use terjuman_model::{Edge, Segment, TagKind};
use terjuman_nmt::Fixed;

use crate::Glossary;
use crate::mentions::{number, quoted};
use crate::protect::{companies, kept_stretches, merged};
use crate::script::is_spaceless;
use crate::sentences::trimmed;

/// The fixed stretches of a segment.
pub(crate) struct Fixation {
    /// Ordered, not overlapping, over the segment's text.
    pub(crate) fixed: Vec<Fixed>,
    /// Occurrences of terms among them.
    pub(crate) hits: usize,
    /// Occurrences of terms that a protected tag or a placeholder cuts.
    pub(crate) misses: usize,
}

/// Finds what is fixed in a segment. `borders` are where its sentences end whatever the text says.
///
/// A placeholder inside a term belongs to the term; a term inside an address or in code is none. `syntax` (sorted, not
/// overlapping) is for a formatter of messages. With `programs`, for models, words that look like code are kept, what begins
/// with one of those names in a font for code, and names of companies.
pub(crate) fn fix(
    segment: &Segment,
    borders: &[usize],
    syntax: &[Range<usize>],
    glossary: &Glossary,
    programs: Option<&HashSet<&str>>,
) -> Fixation {
    let text = segment.source.text();
    let protected = protected_ranges(segment);
    if protected.is_empty()
        && borders.is_empty()
        && let Some(range) = trimmed(text, 0..text.len())
        && let Some(target) = glossary.whole(&text[range.clone()])
    {
        return Fixation { fixed: vec![Fixed { range, text: target.to_owned() }], hits: 1, misses: 0 };
    }
    let mut kept = Vec::new();
    let mut others = programs.map_or_else(Vec::new, |programs| code_ranges(segment, programs));
    let mut terms = Vec::new();
    let mut start = 0;
    for end in borders.iter().copied().chain([text.len()]) {
        let shift = |range: Range<usize>| range.start + start..range.end + start;
        let stretch = &text[start..end];
        kept.extend(kept_stretches(stretch).into_iter().map(shift));
        if programs.is_some() {
            others.extend(companies(stretch).into_iter().map(shift));
        }
        terms.extend(glossary.find(stretch).into_iter().map(|(range, target)| (shift(range), target)));
        start = end;
    }
    if !others.is_empty() || !syntax.is_empty() {
        kept = merged(kept.into_iter().chain(others).chain(syntax.iter().cloned()).collect());
    }
    combine(text, kept, &protected, terms)
}

fn combine(
    text: &str,
    kept: Vec<Range<usize>>,
    protected: &[Range<usize>],
    terms: Vec<(Range<usize>, &str)>,
) -> Fixation {
    let overlapping = |ranges: &[Range<usize>], range: &Range<usize>| {
        let first = ranges.partition_point(|other| other.end <= range.start);
        ranges[first..].iter().take_while(|other| other.start < range.end).cloned().collect::<Vec<_>>()
    };
    let (mut hits, mut misses) = (0, 0);
    let mut accepted: Vec<(Range<usize>, &str)> = Vec::new();
    for (range, target) in terms {
        let within = |other: &Range<usize>| other.start <= range.start && range.end <= other.end;
        let around = |other: &Range<usize>| range.start <= other.start && other.end <= range.end;
        let in_protected = overlapping(protected, &range);
        let in_kept = overlapping(&kept, &range);
        if in_protected.iter().chain(&in_kept).any(|other| within(other) && !(in_protected.is_empty() && around(other)))
        {
            continue;
        }
        if in_protected.is_empty() && in_kept.iter().all(around) {
            hits += 1;
            accepted.push((range, target));
        } else {
            misses += 1;
        }
    }
    let term_ranges: Vec<_> = accepted.iter().map(|(range, _)| range.clone()).collect();
    let kept = kept.into_iter().filter(|range| overlapping(&term_ranges, range).is_empty());
    let verbatim = merged(kept.chain(protected.iter().cloned()).collect());
    let verbatim = verbatim.into_iter().map(|range| Fixed { text: text[range.clone()].to_owned(), range });
    let given = accepted.into_iter().map(|(range, target)| Fixed { range, text: target.to_owned() });
    let mut fixed: Vec<_> = verbatim.chain(given).collect();
    fixed.sort_by_key(|fixed| fixed.range.start);
    Fixation { fixed, hits, misses }
}

/// The texts of the protected tags, the outermost where they are nested; empty ones are left out.
pub(crate) fn protected_ranges(segment: &Segment) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for mark in segment.source.marks().iter().filter(|mark| segment.kind(mark.tag) == TagKind::Protected) {
        match mark.edge {
            Edge::Open => {
                if depth == 0 {
                    start = mark.at;
                }
                depth += 1;
            }
            Edge::Close if depth == 1 => {
                depth = 0;
                if start < mark.at {
                    ranges.push(start..mark.at);
                }
            }
            Edge::Close => depth = depth.saturating_sub(1),
            Edge::Point => {}
        }
    }
    ranges
}

/// The names that the segments show by themselves in a font for code: where `aptitude` is one, `aptitude update` is a command.
pub(crate) fn programs<'a>(segments: impl Iterator<Item = &'a Segment>) -> HashSet<&'a str> {
    let mut names = HashSet::new();
    for segment in segments {
        let text = segment.source.text();
        let in_code = code_texts(segment).into_iter().map(|range| &text[range]);
        let is_name = |name: &&str| {
            name.len() > 1
                && name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        names.extend(in_code.filter(is_name));
    }
    names
}

/// The texts of tags that look like code and are a name, or have signs that only code has. Other words may be set so
/// because they are to be typed, or for the look of it.
fn code_ranges(segment: &Segment, programs: &HashSet<&str>) -> Vec<Range<usize>> {
    let text = segment.source.text();
    // A heading may be about one of them, `8.1.3. aptitude`, and be mentioned.
    let counted = number(text);
    let title = (counted > 0 && programs.contains(&text[counted..])).then_some(counted..text.len());
    let texts = code_texts(segment).into_iter().filter(|range| is_code(&text[range.clone()], programs));
    let mentions = quoted(text).into_iter().filter(|range| programs.contains(&text[range.clone()]));
    texts.chain(title).chain(mentions).collect()
}

/// The texts of tags that look like code.
fn code_texts(segment: &Segment) -> Vec<Range<usize>> {
    let text = segment.source.text();
    let mut open = Vec::new();
    let mut found = Vec::new();
    for mark in segment.source.marks() {
        if !segment.tags.get(mark.tag.0 as usize).is_some_and(|tag| tag.code) {
            continue;
        }
        match mark.edge {
            Edge::Open => open.push(mark.at),
            Edge::Close => found.extend(open.pop().and_then(|start| trimmed(text, start..mark.at))),
            Edge::Point => {}
        }
    }
    found
}

/// Most words of a command that only its name tells.
const MOST_TOLD: usize = 3;

/// Whether words in a font for code are code.
fn is_code(text: &str, programs: &HashSet<&str>) -> bool {
    let signs = ['{', '}', '=', '<', '>', ';', '_', '\\', '|', '$', '&', '#', '`', '~', '*', '@', '"', '(', '['];
    let flags = |word: &str| word.len() > 1 && word.starts_with('-');
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_short = || text.split_whitespace().nth(MOST_TOLD).is_none() && !text.ends_with(['.', '!', '?', ':', ',']);
    !text.contains(char::is_whitespace)
        || text.contains(signs)
        || text.split_whitespace().any(flags)
        || STATEMENTS.contains(&first)
        || programs.contains(first) && is_short()
}

/// Words that a line of a program begins with, and hardly a sentence.
pub(crate) const STATEMENTS: &[&str] =
    &["apt-get", "def", "enum", "git", "import", "struct", "sudo", "typedef", "unsigned"];

/// Where sentences end whatever the text says: at line breaks, and at things that stand between two words in the place
/// of a blank, as tabs do. None is inside a protected tag, and no thing inside an address is one.
pub(crate) fn borders(segment: &Segment) -> Vec<usize> {
    let text = segment.source.text();
    let mut borders: Vec<usize> = Vec::new();
    let mut protected = 0_usize;
    let mut kept: Option<Vec<Range<usize>>> = None;
    for mark in segment.source.marks() {
        match (segment.kind(mark.tag), mark.edge) {
            (TagKind::Protected, Edge::Open) => protected += 1,
            (TagKind::Protected, Edge::Close) => protected = protected.saturating_sub(1),
            (kind @ (TagKind::Break | TagKind::Point), _) if protected == 0 && 0 < mark.at && mark.at < text.len() => {
                let is_border = kind == TagKind::Break
                    || (stands_for_blank(text, mark.at)
                        && !is_inside(kept.get_or_insert_with(|| kept_stretches(text)), mark.at));
                if is_border && borders.last() != Some(&mark.at) {
                    borders.push(mark.at);
                }
            }
            _ => {}
        }
    }
    borders
}

fn is_inside(ranges: &[Range<usize>], at: usize) -> bool {
    ranges.get(ranges.partition_point(|range| range.end <= at)).is_some_and(|range| range.start < at)
}

fn stands_for_blank(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at..].chars().next();
    before.is_some_and(|c| !c.is_whitespace() && !is_spaceless(c))
        && after.is_some_and(|c| c.is_alphanumeric() && !is_spaceless(c))
}

#[cfg(test)]
mod tests {
    use terjuman_model::TaggedText;

    use super::*;

    #[track_caller]
    fn check(segment: &Segment, terms: &[(&str, &str)], expected: &[(&str, &str)], counts: (usize, usize)) {
        let terms = terms.iter().map(|(source, target)| ((*source).to_owned(), (*target).to_owned()));
        let fixation = fix(segment, &borders(segment), &[], &Glossary::new(terms).unwrap(), Some(&HashSet::new()));
        let text = segment.source.text();
        let found: Vec<_> = fixation.fixed.iter().map(|f| (&text[f.range.clone()], f.text.as_str())).collect();
        assert_eq!(found, expected);
        assert_eq!((fixation.hits, fixation.misses), counts);
    }

    #[test]
    fn protected_text_is_fixed_also_when_nested() {
        let mut segment = Segment::default();
        let (outer, inner) = (segment.add_tag(TagKind::Protected), segment.add_tag(TagKind::Protected));
        segment.source = TaggedText::plain("Run ");
        segment.source.open(outer);
        segment.source.push_str("a");
        segment.source.open(inner);
        segment.source.push_str("b");
        segment.source.close(inner);
        segment.source.close(outer);
        check(&segment, &[], &[("ab", "ab")], (0, 0));
        check(&segment, &[("ab", "x"), ("Run ab", "y")], &[("ab", "ab")], (0, 1));
    }

    #[test]
    fn a_term_may_hold_a_placeholder_and_an_address_no_term() {
        let segment = Segment::plain("Press {0} at https://press.org/Press now.");
        let all = [("Press {0}", "Prima {0}"), ("https://press.org/Press", "https://press.org/Press")];
        check(&segment, &[("Press {0}", "Prima {0}"), ("Press", "x")], &all, (1, 0));
        check(&segment, &[("{0} at", "x")], &[("{0} at", "x"), all[1]], (1, 0));
        check(&segment, &[("now", "now")], &[("{0}", "{0}"), all[1], ("now", "now")], (1, 0));
    }

    #[test]
    fn a_whole_segment_is_a_term_in_any_case_and_a_break_ends_a_word() {
        check(&Segment::plain("TEST"), &[("test", "x")], &[("TEST", "x")], (1, 0));
        let mut segment = Segment::plain("test");
        let line = segment.add_tag(TagKind::Break);
        segment.source.point(line);
        segment.source.push_str("case");
        check(&segment, &[("testcase", "never"), ("test", "x")], &[("test", "x")], (1, 0));
    }

    #[test]
    fn commands_begin_with_names_that_are_shown_by_themselves() {
        let with = |before: &str, code: &str| {
            let mut segment = Segment::plain(before);
            let tag = segment.add_tag(TagKind::Format);
            segment.mark_code(tag);
            segment.source.open(tag);
            segment.source.push_str(code);
            segment.source.close(tag);
            segment
        };
        let segments = [with("Use ", "aptitude"), with("Run ", "aptitude update"), with("Press ", "any key")];
        let programs = programs(segments.iter());
        let kept = |segment: &Segment| {
            let fixation = fix(segment, &[], &[], &Glossary::default(), Some(&programs));
            fixation.fixed.into_iter().map(|fixed| fixed.text).collect::<Vec<_>>()
        };
        assert_eq!(kept(&segments[1]), ["aptitude update"]);
        assert!(kept(&segments[2]).is_empty());
        assert_eq!(kept(&Segment::plain("8.1.3. aptitude")), ["aptitude"]);
        assert_eq!(kept(&Segment::plain("See Section 8.1.3, “aptitude”.")), ["aptitude"]);
        assert!(kept(&with("Say ", "aptitude is what it takes")).is_empty());
    }

    #[test]
    fn a_tab_between_words_is_a_border_and_nothing_inside_an_address_is() {
        let with = |kind: TagKind, before: &str, after: &str| {
            let mut segment = Segment::plain(before);
            let point = segment.add_tag(kind);
            segment.source.point(point);
            segment.source.push_str(after);
            borders(&segment)
        };
        assert!(with(TagKind::Anchor, "equi", "pment").is_empty());
        let with_point = |before: &str, after: &str| with(TagKind::Point, before, after);
        assert_eq!(with_point("Name", "Date"), [4]);
        assert_eq!(with_point("Name:", "John"), [5]);
        assert!(with_point("word", ", more").is_empty());
        assert!(with_point("word ", "more").is_empty());
        assert!(with_point("日本", "語").is_empty());
        assert!(with_point("see https://example.com/", "path now").is_empty());
    }
}
