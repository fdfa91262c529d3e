//! A text written anew from its start to its end: nothing is kept but what comes out.

use std::ops::Range;

use crate::FormatError;

/// A stretch of a text and what stands there now.
pub(crate) type Rewritten = (Range<usize>, String);

/// Replacements over a text that come by place, where [`Edits`](crate::edits::Edits) come in any order.
pub(crate) struct Rewriting<'a> {
    original: &'a str,
    out: String,
    /// What of the original is done.
    at: usize,
    is_changed: bool,
}

impl<'a> Rewriting<'a> {
    /// Nothing is written yet.
    pub(crate) fn new(original: &'a str) -> Self {
        Self { original, out: String::new(), at: 0, is_changed: false }
    }

    /// Puts `new` in the place of `range`; an empty range inserts.
    ///
    /// # Panics
    /// If the range begins before the end of the last one: they come from our own extraction, never from input.
    pub(crate) fn replace(&mut self, range: Range<usize>, new: &str) {
        assert!(self.at <= range.start && range.start <= range.end, "edits overlap at byte {}", range.start);
        if !self.is_changed {
            // Translations are mostly longer. Room that is not used takes no memory.
            self.out.reserve(self.original.len() + self.original.len() / 2);
            self.is_changed = true;
        }
        self.out.push_str(&self.original[self.at..range.start]);
        self.out.push_str(new);
        self.at = range.end;
    }

    /// Writes `count` texts, which come by place, outer ones before those inside of them, and the `others` in the markup
    /// between them, by place.
    ///
    /// # Errors
    /// Those of `write`: see [`nested`].
    pub(crate) fn nested(
        &mut self,
        others: Vec<Rewritten>,
        count: usize,
        place: impl Fn(usize) -> Range<usize>,
        write: impl FnMut(usize, &[Rewritten]) -> Result<Option<String>, FormatError>,
    ) -> Result<(), FormatError> {
        nested(others, count, place, write, |(range, new)| self.replace(range, &new))
    }

    /// The whole text, `None` if nothing was replaced.
    pub(crate) fn finish(mut self) -> Option<String> {
        self.is_changed.then(|| {
            self.out.push_str(&self.original[self.at..]);
            self.out
        })
    }
}

/// Writes texts that lie in each other, and hands out those that lie in no other, by place. `write` gets what was
/// rewritten in a text, by place; where it has nothing to write, what is inside comes out alone.
///
/// # Errors
/// Those of `write`.
pub(crate) fn nested(
    others: Vec<Rewritten>,
    count: usize,
    place: impl Fn(usize) -> Range<usize>,
    mut write: impl FnMut(usize, &[Rewritten]) -> Result<Option<String>, FormatError>,
    mut out: impl FnMut(Rewritten),
) -> Result<(), FormatError> {
    let mut others = others.into_iter().peekable();
    let mut inside: Vec<Rewritten> = Vec::new();
    let mut done: Vec<Rewritten> = Vec::new();
    let mut first = 0;
    while first < count {
        let around = place(first);
        let mut end = first + 1;
        while end < count && place(end).start < around.end {
            end += 1;
        }
        while let Some(other) = others.next_if(|(range, _)| range.start < around.start) {
            out(other);
        }
        while let Some(other) = others.next_if(|(range, _)| range.start < around.end) {
            inside.push(other);
        }
        // From the end to the start, so that what is inside a text comes before it.
        for index in (first..end).rev() {
            let range = place(index);
            while let Some(other) = inside.pop_if(|(other, _)| other.start >= range.start) {
                done.push(other);
            }
            let mut inner = Vec::new();
            while let Some(rewritten) = done.pop_if(|(inner, _)| inner.start < range.end) {
                inner.push(rewritten);
            }
            match write(index, &inner)? {
                Some(new) => done.push((range, new)),
                None => done.extend(inner.into_iter().rev()),
            }
        }
        done.drain(..).rev().for_each(&mut out);
        first = end;
    }
    others.for_each(out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_replaced_by_place_comes_out() {
        let mut rewriting = Rewriting::new("hello world.");
        rewriting.replace(0..0, ">> ");
        rewriting.replace(6..11, "mundo");
        rewriting.replace(11..11, "!");
        assert_eq!(rewriting.finish().as_deref(), Some(">> hello mundo!."));
        assert_eq!(Rewriting::new("a").finish(), None);
    }

    #[test]
    fn texts_in_texts_are_written_before_what_is_around_them() {
        let text = "0123456789";
        // One text of 1..8 that holds 2..3 and 5..7, and one of 8..9; the last inner one is not written.
        let places = [1..8, 2..3, 5..7, 8..9];
        let others = vec![(0..1, "o".to_owned()), (6..6, "i".to_owned()), (9..10, "e".to_owned())];
        let mut rewriting = Rewriting::new(text);
        let write = |index: usize, inner: &[Rewritten]| {
            let inner: String =
                inner.iter().map(|(range, new)| format!("<{}-{}:{new}>", range.start, range.end)).collect();
            Ok((index != 2).then(|| format!("[{index}{inner}]")))
        };
        rewriting.nested(others, places.len(), |index| places[index].clone(), write).unwrap();
        assert_eq!(rewriting.finish().unwrap(), "o[0<2-3:[1]><6-6:i>][3]e");
    }
}
