//! Which stretch of one text came to stand where in another.

use std::ops::Range;

/// Runs of the first text and what they became, in order; what no run covers has no counterpart.
#[derive(Debug, Clone, Default)]
pub(crate) struct SpanMap {
    runs: Vec<Run>,
}

#[derive(Debug, Clone)]
struct Run {
    from: Range<usize>,
    to: Range<usize>,
    /// Both hold characters of the same lengths: places within are carried over one by one.
    exact: bool,
}

impl SpanMap {
    /// Adds a stretch that is the same in both.
    pub(crate) fn push_exact(&mut self, from: Range<usize>, to: Range<usize>) {
        debug_assert_eq!(from.len(), to.len());
        match self.runs.last_mut() {
            Some(last) if last.exact && last.from.end == from.start && last.to.end == to.start => {
                (last.from.end, last.to.end) = (from.end, to.end);
            }
            _ => self.runs.push(Run { from, to, exact: true }),
        }
    }

    /// Adds a stretch that became another as a whole.
    pub(crate) fn push(&mut self, from: Range<usize>, to: Range<usize>) {
        self.runs.push(Run { from, to, exact: false });
    }

    /// Forgets what stands at or after a place of the first text.
    pub(crate) fn truncate(&mut self, at: usize) {
        while self.runs.pop_if(|run| run.from.start >= at).is_some() {}
        if let Some(last) = self.runs.last_mut()
            && last.exact
            && last.from.end > at
        {
            last.to.end -= last.from.end - at;
            last.from.end = at;
        }
    }

    /// Where a range went: the smallest range around all it touches.
    pub(crate) fn map(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.runs.partition_point(|run| run.from.end <= range.start);
        let last = self.runs.partition_point(|run| run.from.start < range.end);
        let touched = self.runs.get(first..last).unwrap_or_default();
        match (touched.first(), touched.last()) {
            (Some(first), Some(last)) => {
                let start = if first.exact && range.start > first.from.start {
                    first.to.start + (range.start - first.from.start)
                } else {
                    first.to.start
                };
                let end = if last.exact && range.end < last.from.end {
                    last.to.start + (range.end - last.from.start)
                } else {
                    last.to.end
                };
                start..end.max(start)
            }
            _ => {
                let at = first.checked_sub(1).and_then(|before| self.runs.get(before)).map_or(0, |run| run.to.end);
                at..at
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_runs_carry_places_and_others_the_whole() {
        let mut map = SpanMap::default();
        map.push_exact(0..3, 0..3);
        map.push_exact(3..5, 3..5);
        map.push(5..9, 5..20);
        map.push_exact(9..12, 20..23);
        assert_eq!(map.map(&(1..4)), 1..4);
        assert_eq!(map.map(&(6..7)), 5..20);
        assert_eq!(map.map(&(4..10)), 4..21);
        assert_eq!(map.map(&(12..12)), 23..23);
        assert_eq!(map.map(&(11..40)), 22..23);
        assert_eq!(SpanMap::default().map(&(0..1)), 0..0);
    }
}
