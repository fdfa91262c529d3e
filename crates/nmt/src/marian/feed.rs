//! Where sentences come from while others are under way, and where their translations go.

use super::engine::Hypothesis;

/// Gives an engine its work. Sentences join those under way as soon as there is room, and leave when they are done.
pub trait Feed {
    /// The next sentence: a number that tells it apart, and its ids. `under_way` are those given and not done yet. `None`
    /// is asked again a little later, as long as any are under way; then it ends the work.
    fn next(&mut self, under_way: usize) -> Option<(usize, Vec<u32>)>;

    /// The sentence of this number is translated.
    fn done(&mut self, sentence: usize, hypothesis: Hypothesis);

    /// Whether to give up what is under way. Asked before each step.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// A list of sentences.
pub(super) struct List<'a> {
    pub(super) sentences: std::iter::Enumerate<std::slice::Iter<'a, &'a [u32]>>,
    pub(super) hypotheses: Vec<Hypothesis>,
    pub(super) is_cancelled: &'a dyn Fn() -> bool,
}

impl Feed for List<'_> {
    fn next(&mut self, _: usize) -> Option<(usize, Vec<u32>)> {
        self.sentences.next().map(|(sentence, ids)| (sentence, ids.to_vec()))
    }

    fn done(&mut self, sentence: usize, hypothesis: Hypothesis) {
        self.hypotheses[sentence] = hypothesis;
    }

    fn is_cancelled(&self) -> bool {
        (self.is_cancelled)()
    }
}
