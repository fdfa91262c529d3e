//! What becomes of a part by what the model made of it: done, asked again in other words, cut, or left as it is.

use super::said::{cut_short, decoded, fault, piece_of};
use super::{Answer, Asked, Fault, State, Work};
use crate::neural::draft::{Draft, STAND_IN_SETS};
use crate::neural::guard::Flaw;
use crate::neural::model::{Model, Output};
use crate::neural::piece::Piece;
use crate::neural::protect::Numbers;
use crate::neural::repair;
use crate::translator::Score;

/// How often a part may be cut because the model fails over it.
const MOST_CUTS: u8 = 2;

/// So many invented tails one output may have.
const MOST_TAILS: usize = 3;

/// Spaced letters may spell nothing; then the model is less sure than this of what it makes of them.
const LEAST_MEAN_OF_SPACED: f32 = -0.7;

impl Work<'_> {
    pub(super) fn settle(&mut self, part_index: usize, answer: Answer, model: &dyn Model) {
        let waiting = State::Waiting;
        let State::Asked(asked) = std::mem::replace(&mut self.parts[part_index].state, waiting) else { return };
        let judged = match &answer {
            Answer::Broken => Err(Flaw::Broken),
            Answer::Output(output) => self.judge(&asked, output, model),
        };
        let english = self.english;
        let part = &mut self.parts[part_index];
        if part.trial.is_some() {
            if let Answer::Output(output) = &answer {
                let probability = Score::of(&output.log_probabilities).log_probability.exp();
                let sound = judged.ok().or_else(|| match self.usable(&asked, output, model) {
                    Some((Fault::Nothing, piece)) => Some(piece),
                    _ => None,
                });
                let trial = self.parts[part_index].trial.as_mut();
                trial
                    .zip(sound)
                    .into_iter()
                    .for_each(|(trial, piece)| trial.add(piece, asked.draft.frame, probability));
            }
            return;
        }
        let flaw = match judged {
            Ok(piece) => {
                part.state = State::Done(piece);
                return;
            }
            Err(flaw) => flaw,
        };
        if let Answer::Output(output) = &answer
            && let Some((fault, piece)) = self.usable(&asked, output, model)
        {
            let part = &mut self.parts[part_index];
            // Of several that are as good, the shortest has the least made up.
            let is_better = part
                .salvage
                .as_deref()
                .is_none_or(|(least, before)| (fault, piece.text.len()) < (*least, before.text.len()));
            if is_better {
                part.salvage = Some(Box::new((fault, piece)));
            }
        }
        let part = &mut self.parts[part_index];
        match flaw {
            Flaw::Broken => {}
            // Said in other words the sentence is as long. In halves it is not.
            Flaw::Uncovered => {
                self.parts[part_index].state = self.last_resort(part_index, &asked, flaw);
                return;
            }
            Flaw::Lost => part.lost += 1,
            Flaw::Number if part.numbers == Numbers::Involved => {
                part.numbers = Numbers::Long;
                return;
            }
            Flaw::Number
            | Flaw::Padded
            | Flaw::Empty
            | Flaw::Endless
            | Flaw::Repetition
            | Flaw::TooLong
            | Flaw::TooShort
            | Flaw::Unsure
            | Flaw::Tail(_) => {
                part.bad += 1;
            }
        }
        // A recipe that gives the same text again gives the same output again.
        while part.bad > 0 && part.bad < 3 && flaw != Flaw::Lost {
            let next = Draft::new(&self.source.text, &part.range, &asked.groups, part.recipe(english), model);
            if next.is_none_or(|next| next.text != asked.draft.text) {
                break;
            }
            part.bad += 1;
        }
        let is_out_of_recipes = flaw == Flaw::Broken || part.lost >= STAND_IN_SETS || part.bad >= 3;
        if is_out_of_recipes {
            self.parts[part_index].state = self.last_resort(part_index, &asked, flaw);
        }
    }

    /// What becomes of a part that no recipe helps: what can be saved, smaller parts, the source.
    fn last_resort(&mut self, part: usize, asked: &Asked, flaw: Flaw) -> State {
        let salvage = self.parts[part].salvage.take().map(|salvage| *salvage);
        let part = &self.parts[part];
        let halves = || {
            let is_worth_it = asked.encoded.ids.len() > 12 && part.cuts < MOST_CUTS;
            if is_worth_it { self.halves(part, 2, part.cuts + 1) } else { None }
        };
        let parts = match &salvage {
            Some(_) if flaw == Flaw::Uncovered => halves(),
            Some((fault, _)) if *fault < Fault::Number => None,
            _ if asked.groups.is_empty() => halves(),
            _ => Some(self.stretches(part, &asked.groups)),
        };
        match (parts, salvage) {
            (Some(parts), _) => State::Cut(parts),
            (None, Some((_, salvage))) => State::Done(salvage),
            (None, None) => State::Done(Piece { kept: true, ..Piece::copy(self.source, part.range.clone()) }),
        }
    }

    /// What of an output can be used, and what is wrong with that.
    fn usable(&self, asked: &Asked, output: &Output, model: &dyn Model) -> Option<(Fault, Piece)> {
        let mut decoded = decoded(asked, output, model).ok()?;
        let mut output = output.clone();
        let mut found = fault(asked, &output, &decoded);
        for _ in 0..MOST_TAILS {
            let Some(Flaw::Tail(at)) = found else { break };
            (decoded, output) = cut_short(decoded, output, at);
            // What is left may be too short now, or have another tail.
            found = fault(asked, &output, &decoded);
        }
        let fault = match found {
            None => Fault::Nothing,
            Some(Flaw::Uncovered) => Fault::Uncovered,
            Some(Flaw::Padded) => Fault::Padded,
            Some(Flaw::Number) => Fault::Number,
            _ => return None,
        };
        piece_of(self.source, asked, &output, &decoded).ok().map(|piece| (fault, piece))
    }

    fn judge(&self, asked: &Asked, output: &Output, model: &dyn Model) -> Result<Piece, Flaw> {
        let decoded = decoded(asked, output, model)?;
        if let Some(flaw) = fault(asked, output, &decoded) {
            return Err(flaw);
        }
        if asked.draft.spaced.is_some() && Score::of(&output.log_probabilities).mean() < LEAST_MEAN_OF_SPACED {
            return Err(Flaw::Unsure);
        }
        let within = asked.draft.within.clone();
        let mut piece = piece_of(self.source, asked, output, &decoded)?;
        if asked.groups.is_empty() && repair::is_better_left(&self.source.text[within.clone()], &piece.text) {
            piece = Piece::copy(self.source, within);
        }
        Ok(piece)
    }
}
