//! One source on its way through a model: cut into parts, put to the model, judged, put again in other words.

mod judge;
mod prepare;
mod said;

use std::ops::Range;

use crate::neural::draft::{Case, Draft, Frame, Recipe};
use crate::neural::model::{Encoded, Model, Output};
use crate::neural::piece::{Piece, join};
use crate::neural::protect::{Group, Numbers};
use crate::neural::split::endless;
use crate::neural::trial::Trial;
use crate::translator::{Source, Translated};
use prepare::Prepared;
pub(crate) use said::piece_of;

/// Most tokens of one call. The models were trained on sentences; longer texts are silently cut short by the engine.
pub(crate) const MOST_TOKENS: usize = 110;

/// A text to be put to the model.
pub(crate) struct Ask {
    pub(crate) part: usize,
    /// Its tokens.
    pub(crate) ids: Vec<u32>,
}

/// What came of it.
pub(crate) enum Answer {
    Output(Output),
    /// The engine broke down.
    Broken,
}

/// A source being translated.
pub(crate) struct Work<'a> {
    source: &'a Source,
    english: bool,
    /// In no order: they are put in order when all are done.
    parts: Vec<Part>,
    /// Places in `parts` of those that are still to be looked at, the next one last.
    waiting: Vec<usize>,
}

struct Part {
    range: Range<usize>,
    state: State,
    /// Times a protected stretch was lost.
    lost: usize,
    /// Times the output was bad.
    bad: usize,
    cuts: u8,
    numbers: Numbers,
    /// Something to use if nothing better comes, and what is wrong with it.
    salvage: Option<Box<(Fault, Piece)>>,
    /// It is all of the source, and nothing was asked yet.
    is_whole: bool,
    /// It is a label, and the model is asked for several translations.
    trial: Option<Box<Trial>>,
}

/// What is wrong with an output that can be used, if need be; the worse the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Nothing,
    /// Nothing of it comes from a stretch of the source.
    Uncovered,
    /// Some of it may be made up.
    Padded,
    /// A number or a code is another one.
    Number,
}

enum State {
    Waiting,
    Asked(Box<Asked>),
    /// To be replaced by smaller parts; by none if there is nothing to translate.
    Cut(Vec<Part>),
    Done(Piece),
}

pub(crate) struct Asked {
    pub(crate) groups: Vec<Group>,
    pub(crate) draft: Draft,
    pub(crate) encoded: Encoded,
}

impl Part {
    fn new(range: Range<usize>, cuts: u8) -> Self {
        Self {
            range,
            state: State::Waiting,
            lost: 0,
            bad: 0,
            cuts,
            numbers: Numbers::Involved,
            salvage: None,
            is_whole: false,
            trial: None,
        }
    }

    fn recipe(&self, english: bool) -> Recipe {
        let case = if self.bad < 2 { Case::AsWritten } else { Case::Small };
        Recipe {
            set: self.lost,
            terms_in_place: self.lost == 0,
            without_end: self.bad > 0,
            case,
            frame: Frame::None,
            english,
        }
    }
}

impl<'a> Work<'a> {
    /// `english` says what the source is in.
    pub(crate) fn new(source: &'a Source, english: bool) -> Self {
        let whole = 0..source.text.len();
        let mut parts = Vec::new();
        let mut at = 0;
        for mut word in endless(&source.text, &whole).into_iter().chain(std::iter::once(whole.end..whole.end)) {
            // A fixed range is never cut.
            let first = source.fixed.partition_point(|fixed| fixed.range.end <= word.start);
            for fixed in &source.fixed[first..] {
                if fixed.range.start >= word.end {
                    break;
                }
                word = word.start.min(fixed.range.start)..word.end.max(fixed.range.end);
            }
            if at < word.start {
                let part = Part::new(at..word.start, 0);
                parts.push(Part { is_whole: part.range == whole, ..part });
            }
            at = at.max(word.end);
        }
        let waiting = (0..parts.len()).rev().collect();
        Self { source, english, parts, waiting }
    }

    /// The texts to put to the model next, at most so many. What is long is cut as it comes up, so that no more of it is in
    /// memory twice than has been asked for.
    pub(crate) fn asks(&mut self, model: &dyn Model, most: usize) -> Vec<Ask> {
        let mut asks = Vec::new();
        while asks.len() < most
            && let Some(index) = self.waiting.pop()
        {
            let part = std::mem::replace(&mut self.parts[index], Part::new(0..0, 0));
            match self.prepare(part, model) {
                Prepared::Part(part) => {
                    if let State::Asked(asked) = &part.state {
                        asks.push(Ask { part: index, ids: asked.encoded.ids.clone() });
                    }
                    self.parts[index] = part;
                }
                Prepared::Parts(parts) => self.replace(index, parts),
            }
        }
        asks
    }

    /// Whether there is more to ask.
    pub(crate) fn has_more(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Puts smaller parts in a part's place, to be looked at next.
    fn replace(&mut self, index: usize, parts: Vec<Part>) {
        self.parts[index].state = State::Cut(Vec::new());
        let first = self.waiting.len();
        let mut place = Some(index);
        for part in parts {
            let place = place.take().unwrap_or(self.parts.len());
            match self.parts.get_mut(place) {
                Some(free) => *free = part,
                None => self.parts.push(part),
            }
            self.waiting.push(place);
        }
        self.waiting[first..].reverse();
    }

    /// Takes what the model made of a part.
    pub(crate) fn answer(&mut self, part: usize, answer: Answer, model: &dyn Model) {
        self.settle(part, answer, model);
        match &mut self.parts[part].state {
            State::Waiting => self.waiting.push(part),
            State::Cut(parts) => {
                let parts = std::mem::take(parts);
                self.replace(part, parts);
            }
            State::Asked(_) | State::Done(_) => {}
        }
    }

    /// The translation, when nothing is left to ask and no answer is missing.
    pub(crate) fn finish(mut self) -> Translated {
        let source = self.source;
        self.parts.retain(|part| !matches!(part.state, State::Cut(_)));
        self.parts.sort_by_key(|part| part.range.start);
        let pieces = self.parts.into_iter().map(|part| {
            let piece = match part.state {
                State::Done(piece) => piece,
                State::Waiting | State::Asked(_) | State::Cut(_) => {
                    Piece { kept: true, ..Piece::copy(source, part.range.clone()) }
                }
            };
            (part.range, piece)
        });
        join(source, pieces)
    }
}
