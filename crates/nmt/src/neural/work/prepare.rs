//! What to ask the model about a part of a source: it is cut until it is short enough, and drafted.

use std::ops::Range;

use super::{Asked, MOST_TOKENS, Part, State, Work};
use crate::neural::draft::{Draft, Recipe};
use crate::neural::edges::{is_enumerator, trimmed};
use crate::neural::guard::has_letters;
use crate::neural::model::Model;
use crate::neural::piece::Piece;
use crate::neural::protect::{Group, groups};
use crate::neural::split::cut;
use crate::neural::trial::Trial;

/// Longer texts are cut before tokens are counted: bytes.
const MOST_BYTES: usize = 1_500;

/// Most control characters of a text of that length.
const MOST_CONTROLS: usize = 8;

/// Most protected stretches of one call.
const MOST_GROUPS: usize = 8;

/// A part that was looked at.
pub(super) enum Prepared {
    Part(Part),
    Parts(Vec<Part>),
}

impl Work<'_> {
    pub(super) fn prepare(&self, mut part: Part, model: &dyn Model) -> Prepared {
        let text = &self.source.text;
        if part.range.len() > MOST_BYTES
            && let Some(parts) = self.halves(&part, part.range.len().div_ceil(MOST_BYTES), part.cuts)
        {
            return Prepared::Parts(parts);
        }
        if text[part.range.clone()].matches(is_control).count() > MOST_CONTROLS {
            // Not language.
            part.state = State::Done(Piece { kept: true, ..Piece::copy(self.source, part.range.clone()) });
            return Prepared::Part(part);
        }
        if let Some(parts) = self.around_controls(&part) {
            return Prepared::Parts(parts);
        }
        let mut groups = groups(text, &part.range, &self.source.fixed, part.numbers, model);
        part.range = trimmed(text, part.range, &mut groups);
        let is_label = text.trim().len() == part.range.len() && is_enumerator(&text[part.range.clone()]);
        if is_label || !gaps(&part.range, &groups).any(|gap| has_letters(&text[gap])) {
            // Nothing to translate: what no part covers comes out as it is.
            return Prepared::Parts(Vec::new());
        }
        if groups.len() > MOST_GROUPS {
            let parts = self.halves(&part, groups.len().div_ceil(MOST_GROUPS), part.cuts);
            return Prepared::Parts(parts.unwrap_or_else(|| self.stretches(&part, &groups)));
        }
        if std::mem::take(&mut part.is_whole) {
            part.trial =
                Trial::of(&text[part.range.clone()], self.english, model.keeps_titles(), &|sign| model.knows(sign))
                    .map(Box::new);
        }
        if let Some(part_asked) = self.next_wording(&mut part, &groups, model) {
            part.state = part_asked;
            return Prepared::Part(part);
        }
        let Some(draft) = Draft::new(text, &part.range, &groups, part.recipe(self.english), model) else {
            return Prepared::Parts(self.stretches(&part, &groups));
        };
        let encoded = model.encode(&draft.text);
        if encoded.ids.len() > MOST_TOKENS {
            let share = encoded.ids.len().div_ceil(MOST_TOKENS);
            if let Some(parts) = self.halves(&part, share, part.cuts) {
                return Prepared::Parts(parts);
            }
            if !groups.is_empty() {
                return Prepared::Parts(self.stretches(&part, &groups));
            }
            // Many tokens and no place to cut: not language.
            part.state = State::Done(Piece::copy(self.source, part.range.clone()));
            return Prepared::Part(part);
        }
        part.state = State::Asked(Box::new(Asked { groups, draft, encoded }));
        Prepared::Part(part)
    }

    /// What becomes of a part that is a label: asked in another way, or done. Nothing, if it must be asked as any text.
    fn next_wording(&self, part: &mut Part, groups: &[Group], model: &dyn Model) -> Option<State> {
        let mut trial = part.trial.take()?;
        while let Some(wording) = trial.next() {
            let recipe = Recipe {
                without_end: trial.without_end,
                case: wording.case,
                frame: wording.frame,
                ..part.recipe(self.english)
            };
            let draft = Draft::new(&self.source.text, &part.range, groups, recipe, model);
            let draft = draft.filter(|draft| draft.frame == wording.frame && draft.spaced.is_none())?;
            if trial.is_new(&draft.text) {
                let encoded = model.encode(&draft.text);
                part.trial = Some(trial).filter(|_| encoded.ids.len() <= MOST_TOKENS);
                part.trial.as_ref()?;
                return Some(State::Asked(Box::new(Asked { groups: groups.to_vec(), draft, encoded })));
            }
        }
        trial.into_best().map(State::Done)
    }

    /// The part in two, cut near its `share`th part.
    pub(super) fn halves(&self, part: &Part, share: usize, cuts: u8) -> Option<Vec<Part>> {
        let at = cut(&self.source.text, &part.range, share, &self.source.fixed)?;
        Some(vec![Part::new(part.range.start..at, cuts), Part::new(at..part.range.end, cuts)])
    }

    /// What stands before and after the first control characters, if there are any: no sentence has them inside.
    fn around_controls(&self, part: &Part) -> Option<Vec<Part>> {
        let text = &self.source.text[part.range.clone()];
        let is_free = |at: &usize| {
            let next = self.source.fixed.partition_point(|fixed| fixed.range.end <= *at);
            self.source.fixed.get(next).is_none_or(|fixed| fixed.range.start > *at)
        };
        let mut controls = text.match_indices(is_control).map(|(at, _)| part.range.start + at);
        let at = controls.find(is_free)?;
        let rest = self.source.text[at..part.range.end].trim_start_matches(is_control);
        // What is fixed may be such characters.
        let next = self.source.fixed.partition_point(|fixed| fixed.range.end <= at);
        let end = self.source.fixed.get(next).map_or(part.range.end, |fixed| fixed.range.start);
        let after = (part.range.end - rest.len()).min(end)..part.range.end;
        let parts = [part.range.start..at, after].into_iter().filter(|range| !range.is_empty());
        Some(parts.map(|range| Part::new(range, part.cuts)).collect())
    }

    /// What stands between the groups, each by itself.
    pub(super) fn stretches(&self, part: &Part, groups: &[Group]) -> Vec<Part> {
        gaps(&part.range, groups).filter(|gap| !gap.is_empty()).map(|gap| Part::new(gap, part.cuts)).collect()
    }
}

fn is_control(character: char) -> bool {
    character.is_control() && !character.is_whitespace()
}

/// What stands before, between and after the groups.
fn gaps(range: &Range<usize>, groups: &[Group]) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(range.start).chain(groups.iter().map(|group| group.range.end));
    let ends = groups.iter().map(|group| group.range.start).chain([range.end]);
    starts.zip(ends).map(|(start, end)| start..end)
}
