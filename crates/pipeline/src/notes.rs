//! The numbers of notes behind a sentence: `It ended.¹ Then`, `It ended.[2] Then`, `It ended.<sup>3</sup> Then`.
//!
//! Between a full stop and the blank behind it they hide that the sentence ends there.

use terjuman_model::{Edge, Segment, TagKind};

/// Most bytes of the numbers behind one sentence.
const LONGEST: usize = 16;

/// Where the numbers of notes begin and end that stand behind a sentence, in order: each is a text of its own.
pub(crate) fn notes(segment: &Segment) -> Vec<usize> {
    let text = segment.source.text();
    let mut found = Vec::new();
    for (at, stop) in text.match_indices(['.', '!', '?']) {
        let end = at + stop.len();
        let start = end + (text[end..].len() - text[end..].trim_start_matches(['"', '”', '’', '\'', ')', '»']).len());
        let length = text[start..].bytes().take(LONGEST).take_while(|byte| is_note(*byte)).count();
        let rest = &text[start + length..];
        let is_sentence =
            text[..at].ends_with(|last: char| last.is_alphabetic() || matches!(last, '"' | '”' | ')' | '»'));
        let next = rest.trim_start().trim_start_matches(['"', '“', '‘', '\'', '(', '«', '¿', '¡']);
        let begins = rest.starts_with(char::is_whitespace) && next.starts_with(char::is_uppercase);
        let is_note = text[start..start + length].bytes().any(|byte| byte.is_ascii_digit());
        if is_sentence && begins && is_note && is_set_off(segment, start, start + length) {
            found.extend([start, start + length]);
        }
    }
    found
}

fn is_note(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'[' | b']' | b',')
}

/// Whether what stands there is in brackets, or between tags that are for it alone.
fn is_set_off(segment: &Segment, start: usize, end: usize) -> bool {
    let text = &segment.source.text()[start..end];
    let marks = segment.source.marks();
    let from = marks.partition_point(|mark| mark.at < start);
    let at = |place: usize, edge: Edge| {
        let is_pair = |kind: TagKind| matches!(kind, TagKind::Format | TagKind::Whole);
        let mut near = marks[from..].iter().take_while(|mark| mark.at <= end);
        near.any(|mark| mark.at == place && mark.edge == edge && is_pair(segment.kind(mark.tag)))
    };
    (text.starts_with('[') && text.ends_with(']')) || (at(start, Edge::Open) && at(end, Edge::Close))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `<` and `>` are a pair of tags, a bar is where a note begins or ends.
    #[track_caller]
    fn check(expected: &str) {
        let mut segment = Segment::default();
        let mut open = Vec::new();
        for character in expected.chars().filter(|c| *c != '|') {
            match character {
                '<' => {
                    let tag = segment.add_tag(TagKind::Format);
                    segment.source.open(tag);
                    open.push(tag);
                }
                '>' => segment.source.close(open.pop().unwrap()),
                other => segment.source.push_str(other.encode_utf8(&mut [0; 4])),
            }
        }
        let mut text = segment.source.text().to_owned();
        for at in notes(&segment).into_iter().rev() {
            text.insert(at, '|');
        }
        assert_eq!(text, expected.replace(['<', '>'], ""));
    }

    #[test]
    fn notes_behind_a_sentence_are_told() {
        check("They lost their homes.|<1>| Damage was put");
        check("They lost their “homes.”|<<12>>| “Damage” was put");
        check("They lost it.|[1][23]| Damage was put");
        check("They lost it!|<[1],><[2]>| Damage was put");
    }

    #[test]
    fn other_numbers_are_not() {
        check("It is version 2.<1> Damage was put");
        check("They lost.1 Damage was put");
        check("They lost it.<1> and it was gone");
        check("They lost it.<1>");
        check("In no.<b1> Damage");
    }

    #[test]
    fn long_texts_come_to_an_end() {
        assert!(notes(&Segment::plain("a.[".repeat(100_000))).is_empty());
        assert_eq!(notes(&Segment::plain("a.[1] A".repeat(1_000))).len(), 2_000);
    }
}
