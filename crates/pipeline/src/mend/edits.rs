//! Changes to an answer's text, with all that points into it.

use std::ops::Range;

use terjuman_nmt::Translated;

/// Writes other text in the place of each range: in order, not overlapping. What is fixed and what links lead to moves along.
pub(super) fn edit(answer: &mut Translated, edits: &[(Range<usize>, &str)]) {
    if edits.is_empty() {
        return;
    }
    let mut text =
        String::with_capacity(answer.text.len() + edits.iter().map(|(_, written)| written.len()).sum::<usize>());
    // Where each range ends now.
    let mut ends = Vec::with_capacity(edits.len());
    let mut done = 0;
    for (range, written) in edits {
        text.push_str(&answer.text[done..range.start]);
        text.push_str(written);
        ends.push(text.len());
        done = range.end;
    }
    text.push_str(&answer.text[done..]);
    answer.text = text;
    // `count` of the ranges are before `at`.
    let moved = |at: usize, count: usize| count.checked_sub(1).map_or(at, |last| ends[last] + (at - edits[last].0.end));
    // What is put in between two things belongs to neither.
    let moved = |range: &Range<usize>| {
        let start = moved(range.start, edits.partition_point(|(edit, _)| edit.end <= range.start));
        let ends_before = |edit: &Range<usize>| edit.end <= range.end && edit.start < range.end;
        start..moved(range.end, edits.partition_point(|(edit, _)| ends_before(edit))).max(start)
    };
    answer.fixed.iter_mut().for_each(|place| *place = moved(place));
    answer.links.iter_mut().for_each(|link| link.target = moved(&link.target));
}

#[cfg(test)]
mod tests {
    use terjuman_nmt::Link;

    use super::*;

    #[test]
    fn what_points_into_the_text_moves_along() {
        let words = ["um", "2o", "tres", "e", ""];
        let ranges = [0..2, 3..5, 6..10, 11..12, 12..12];
        let links = ranges.iter().map(|range| Link { source: 0..1, target: range.clone() }).collect();
        let mut answer = Translated { links, fixed: ranges.to_vec(), ..Translated::from("um 2o tres,e") };
        for (range, word) in ranges.iter().zip(words) {
            assert_eq!(&answer.text[range.clone()], word);
        }
        edit(&mut answer, &[(4..5, "º"), (6..10, "três"), (11..11, " ")]);
        assert_eq!(answer.text, "um 2º três, e");
        let shown = |ranges: &mut dyn Iterator<Item = Range<usize>>| -> Vec<String> {
            ranges.map(|range| answer.text[range].to_owned()).collect()
        };
        let expected = ["um", "2º", "três", "e", ""];
        assert_eq!(shown(&mut answer.fixed.iter().cloned()), expected);
        assert_eq!(shown(&mut answer.links.iter().map(|link| link.target.clone())), expected);
    }
}
