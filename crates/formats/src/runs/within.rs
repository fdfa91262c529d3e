//! Pairs inside of a run: `<span><a>text</a></span>`. To some programs `<a><span>text</span></a>` is a link without a text,
//! so that a pair which had its run around it gets it again where the translation allows.

use std::ops::Range;

/// A pair that has begun inside of a run.
#[derive(Debug)]
pub(super) struct Begun {
    /// The run's format.
    format: u32,
    /// Where what begins the pair was written, outside of any run.
    written: Range<usize>,
    /// Runs that were begun before.
    runs: usize,
    /// Where the first run inside was begun, if it was right behind.
    run: Range<usize>,
}

impl Begun {
    pub(super) fn new(format: u32, written: Range<usize>, runs: usize) -> Self {
        Self { format, run: written.end..written.end, written, runs }
    }

    /// Is told of a run that begins.
    pub(super) fn run_begins(&mut self, written: Range<usize>) {
        if written.start == self.written.end && self.run.is_empty() {
            self.run = written;
        }
    }

    /// Puts the run around the pair, if all that stands in the pair is in this one run, which is still open in `format`. Whether it
    /// did.
    pub(super) fn put_within(&self, out: &mut String, runs: usize, format: Option<u32>) -> bool {
        let is_one = runs == self.runs + 1 && format == Some(self.format) && !self.run.is_empty();
        if is_one {
            let pair = out[self.written.clone()].to_owned();
            out.insert_str(self.run.end, &pair);
            out.replace_range(self.written.clone(), "");
        }
        is_one
    }
}
