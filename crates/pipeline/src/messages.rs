//! Messages with choices that a text quotes: `You have {n, plural, one {# file} other {# files}}.`
//!
//! The words of each branch are translated for themselves. What is for the formatter stays in its order, piece by piece.

use std::ops::Range;

use terjuman_formats::message::{Choice, choices, fits};
use terjuman_model::Segment;

use crate::fixed::protected_ranges;

/// The choices of a segment's text, cut into pieces.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Messages {
    /// What is for the formatter, ordered: the pieces between the words, and the arguments among these.
    pub(crate) kept: Vec<Range<usize>>,
    /// Where pieces begin and end within the text, ordered: no sentence goes on there.
    pub(crate) borders: Vec<usize>,
}

impl Messages {
    /// A choice that a protected tag holds, or cuts, stays in one piece.
    pub(crate) fn of(segment: &Segment) -> Self {
        let text = segment.source.text();
        let choices = choices(text);
        let mut found = Self::default();
        if choices.is_empty() {
            return found;
        }
        let protected = protected_ranges(segment);
        for choice in choices {
            if is_cut(&protected, &choice) {
                found.kept.push(choice.range);
            } else {
                found.add(choice);
            }
        }
        found.borders.retain(|border| (1..text.len()).contains(border));
        found.borders.dedup();
        found
    }

    fn add(&mut self, choice: Choice) {
        let mut at = choice.range.start;
        self.borders.push(at);
        for stretch in choice.stretches {
            self.kept.push(at..stretch.range.start);
            self.borders.extend([stretch.range.start, stretch.range.end]);
            at = stretch.range.end;
            self.kept.extend(stretch.arguments);
        }
        self.kept.push(at..choice.range.end);
        self.borders.push(choice.range.end);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

/// Whether a piece begins or ends within a protected range.
fn is_cut(protected: &[Range<usize>], choice: &Choice) -> bool {
    let mut edges = choice.stretches.iter().flat_map(|stretch| [stretch.range.start, stretch.range.end]);
    edges.any(|edge| {
        let next = protected.get(protected.partition_point(|range| range.end <= edge));
        next.is_some_and(|range| range.start < edge)
    })
}

/// Whether the choices of a translation are those of its source: the same pieces for the formatter in the same order, and
/// between them words that bring nothing that it would read.
pub(crate) fn keeps_choices(source: &str, translation: &str) -> bool {
    let before = choices(source);
    if before.is_empty() {
        return true;
    }
    let after = choices(translation);
    before.len() == after.len()
        && before.iter().zip(&after).all(|(before, after)| {
            pieces(source, before).eq(pieces(translation, after))
                && before.stretches.iter().zip(&after.stretches).all(|(words, translated)| {
                    fits(&source[words.range.clone()], &translation[translated.range.clone()])
                })
        })
}

/// What of a choice is for the formatter, but for arguments among words.
fn pieces<'a>(text: &'a str, choice: &'a Choice) -> impl Iterator<Item = &'a str> {
    let ends = choice.stretches.iter().map(|stretch| stretch.range.end);
    let starts = choice.stretches.iter().map(|stretch| stretch.range.start).chain([choice.range.end]);
    [choice.range.start].into_iter().chain(ends).zip(starts).map(|(start, end)| &text[start..end])
}

#[cfg(test)]
mod tests {
    use terjuman_model::TagKind;

    use super::*;

    #[test]
    fn pieces_are_kept_and_words_are_not() {
        let text = "See {n, plural, one {{who} has # file} other {{x, select, other {some}} files}}!";
        let messages = Messages::of(&Segment::plain(text));
        let kept: Vec<_> = messages.kept.iter().map(|range| &text[range.clone()]).collect();
        assert_eq!(kept, ["{n, plural, one {", "{who}", "#", "} other {{x, select, other {", "}}", "}}"]);
        assert_eq!(messages.borders, [4, 21, 37, 65, 69, 71, 77, 79]);
    }

    #[test]
    fn a_choice_in_a_protected_tag_is_one_piece() {
        let mut segment = Segment::default();
        let code = segment.add_tag(TagKind::Protected);
        segment.source.push_str("So ");
        segment.source.open(code);
        segment.source.push_str("{n, plural, one {day} other {days}}");
        segment.source.close(code);
        let messages = Messages::of(&segment);
        assert_eq!((messages.kept, messages.borders), (std::iter::once(3..38).collect(), Vec::new()));
    }

    #[test]
    fn a_translation_with_other_pieces_is_told() {
        let source = "A {n, plural, one {day} other {# days}} b";
        assert!(keeps_choices(source, "C {n, plural, one {dia} other {dias #}} d"));
        for translation in [
            "C {n, plural, one {dia} other {dias}} d",
            "C {n, plural, other {# dias} one {dia}} d",
            "C {n, plural, one {d'} other {# dias}} d",
            "C {n, plural, one {dia}} other {# dias}} d",
            "C d",
        ] {
            assert!(!keeps_choices(source, translation), "{translation}");
        }
    }
}
