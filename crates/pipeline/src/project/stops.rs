//! Stops behind something that is set off: `a _collector (GC)_, which`. A word and its stops are one to an engine, so that
//! the stop would come to stand inside.

use std::collections::{HashMap, HashSet};

use terjuman_model::{Edge, Mark, Segment, TagId, TagKind, TaggedText};

/// Puts the stops that stood behind a pair, and not in it, behind it again.
pub(super) fn release_stops(segment: &Segment, translation: TaggedText) -> TaggedText {
    let stopped = stopped(segment);
    if stopped.is_empty() {
        return translation;
    }
    let text = translation.text();
    let mut marks = translation.marks().to_vec();
    let mut opened: HashMap<TagId, usize> = HashMap::new();
    let mut has_moved = false;
    let mut index = 0;
    while index < marks.len() {
        let Mark { at, tag, edge } = marks[index];
        if edge == Edge::Open {
            opened.insert(tag, at);
        }
        let stop = text[..at].chars().next_back().filter(|stop| is_stop(*stop));
        let Some(stop) = stop.filter(|_| edge == Edge::Close && stopped.contains(&tag)) else {
            index += 1;
            continue;
        };
        let place = at - stop.len_utf8();
        let before = text[..place].chars().next_back();
        let holds_more = opened.get(&tag).is_some_and(|start| *start < place);
        // What is closed before it at this place has been moved, or the pairs would cross.
        let is_first = index == 0 || marks[index - 1].at <= place;
        if holds_more && is_first && before.is_some_and(|before| before.is_alphanumeric() || is_closing(before)) {
            marks[index].at = place;
            has_moved = true;
        }
        index += 1;
    }
    if has_moved { TaggedText::with_marks(text.to_owned(), marks) } else { translation }
}

/// The pairs that end before a stop and have none at their own end.
fn stopped(segment: &Segment) -> HashSet<TagId> {
    let text = segment.source.text();
    let ends = |character: Option<char>| character.is_some_and(is_stop);
    let is_stopped = |at: usize| ends(text[at..].chars().next()) && !ends(text[..at].chars().next_back());
    let is_pair = |mark: &&Mark| matches!(segment.kind(mark.tag), TagKind::Format | TagKind::Whole);
    let closed = segment.source.marks().iter().filter(|mark| mark.edge == Edge::Close).filter(is_pair);
    closed.filter(|mark| is_stopped(mark.at)).map(|mark| mark.tag).collect()
}

fn is_stop(character: char) -> bool {
    matches!(character, '.' | ',' | ';' | ':' | '!' | '?')
}

fn is_closing(character: char) -> bool {
    matches!(character, ')' | ']' | '”' | '’' | '»' | '"' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `*` begins and ends something bold, `[` and `]` a link.
    fn tagged(texts: &[&str]) -> (Segment, Vec<TaggedText>) {
        let mut segment = Segment::default();
        let (bold, link) = (segment.add_tag(TagKind::Format), segment.add_tag(TagKind::Whole));
        let read = |text: &&str| {
            let (mut out, mut is_open) = (TaggedText::new(), false);
            for character in text.chars() {
                match character {
                    '*' => {
                        out.mark(if is_open { Edge::Close } else { Edge::Open }, bold);
                        is_open = !is_open;
                    }
                    '[' => out.open(link),
                    ']' => out.close(link),
                    other => out.push(other),
                }
            }
            out
        };
        let texts = texts.iter().map(read).collect();
        (segment, texts)
    }

    #[track_caller]
    fn check(source: &str, translation: &str, expected: &str) {
        let (mut segment, mut texts) = tagged(&[source, translation, expected]);
        segment.source = texts.remove(0);
        assert_eq!(release_stops(&segment, texts.remove(0)), texts.remove(0));
    }

    #[test]
    fn stops_stand_behind_what_they_stood_behind() {
        check("a *collector (GC)*, the", "um *coletor (GC),* o", "um *coletor (GC)*, o");
        check("This is *last in (LIFO)*.", "É *último (LIFO).*", "É *último (LIFO)*.");
        check("See *[this]*.", "Veja *[isto.]*", "Veja *[isto]*.");
    }

    #[test]
    fn other_stops_stay() {
        check("*Stop.* Then", "*Pare.* Então", "*Pare.* Então");
        check("a *b* c.", "a *b.*", "a *b.*");
        check("a *b*, c", "*,* a b", "*,* a b");
        check("a *b*, c", "a *b*, c", "a *b*, c");
    }
}
