//! One source on its way through a model: cut into parts, put to the model, judged, put again in other words.

use std::ops::Range;

use crate::neural::draft::{Case, Draft, Frame, Recipe, STAND_IN_SETS};
use crate::neural::edges::{is_enumerator, trimmed};
use crate::neural::guard::{Evidence, Flaw, flaw, has_letters};
use crate::neural::model::{Decoded, Encoded, Model, Output};
use crate::neural::piece::{Piece, join};
use crate::neural::protect::{Group, Numbers, groups};
use crate::neural::repair;
use crate::neural::restore::restore;
use crate::neural::split::{cut, endless};
use crate::neural::trial::Trial;
use crate::translator::{Score, Source, Translated};

/// Most tokens of one call. The models were trained on sentences; longer texts are silently cut short by the engine.
pub(crate) const MOST_TOKENS: usize = 110;

/// Longer texts are cut before tokens are counted: bytes.
const MOST_BYTES: usize = 1_500;

/// Most control characters of a text of that length.
const MOST_CONTROLS: usize = 8;

/// Most protected stretches of one call.
const MOST_GROUPS: usize = 8;

/// How often a part may be cut because the model fails over it.
const MOST_CUTS: u8 = 2;

/// So many invented tails one output may have.
const MOST_TAILS: usize = 3;

/// Spaced letters may spell nothing; then the model is less sure than this of what it makes of them.
const LEAST_MEAN_OF_SPACED: f32 = -0.7;

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

    fn prepare(&self, mut part: Part, model: &dyn Model) -> Prepared {
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

    fn settle(&mut self, part_index: usize, answer: Answer, model: &dyn Model) {
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

    /// The part in two, cut near its `share`th part.
    fn halves(&self, part: &Part, share: usize, cuts: u8) -> Option<Vec<Part>> {
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
    fn stretches(&self, part: &Part, groups: &[Group]) -> Vec<Part> {
        gaps(&part.range, groups).filter(|gap| !gap.is_empty()).map(|gap| Part::new(gap, part.cuts)).collect()
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

enum Prepared {
    Part(Part),
    Parts(Vec<Part>),
}

fn is_control(character: char) -> bool {
    character.is_control() && !character.is_whitespace()
}

/// What guards and repairs find in an output.
fn fault(asked: &Asked, output: &Output, decoded: &Decoded) -> Option<Flaw> {
    let evidence = Evidence {
        source: asked.draft.unframed(),
        source_tokens: asked.encoded.ids.len(),
        decoded,
        attention: &output.attention,
        complete: output.complete,
    };
    flaw(&evidence).or_else(|| repair::fault(&asked.draft, decoded))
}

/// What the model said, without the draft's frame.
///
/// # Errors
/// [`Flaw::Lost`] if the frame is not there, or its sign is there again.
fn decoded(asked: &Asked, output: &Output, model: &dyn Model) -> Result<Decoded, Flaw> {
    let Decoded { mut text, mut spans } = model.decode(&output.ids);
    let frame = asked.draft.frame;
    if frame != Frame::None {
        let sign = frame.sign().trim_end();
        let mut rest = text.strip_prefix(frame.sign()).ok_or(Flaw::Lost)?;
        if rest.matches(sign).count() > asked.draft.unframed().matches(sign).count() {
            return Err(Flaw::Lost);
        }
        match frame {
            // `To open` is a verb alone in most languages, or with one word before it.
            Frame::To => {
                rest = rest.split_once(' ').map_or(rest, |(_, verb)| verb);
                if rest.contains(' ') {
                    return Err(Flaw::Lost);
                }
            }
            Frame::The | Frame::Your => rest = without_owner(rest, text.len(), &spans, asked, output)?,
            Frame::None | Frame::Star | Frame::Dash => {}
        }
        let cut = text.len() - rest.len();
        text = rest.to_owned();
        for span in &mut spans {
            *span = span.start.saturating_sub(cut)..span.end.saturating_sub(cut);
        }
    }
    let mut decoded = Decoded { text, spans };
    repair::mend(&asked.draft, &mut decoded);
    Ok(decoded)
}

/// Most letters of an article, or of what `your` may be.
const LONGEST_OWNER: usize = 6;

/// The rest of an output without the words that `the` or `your` became: the first, and what comes from there, too, as in
/// `il tuo`.
fn without_owner<'a>(
    text: &'a str,
    end: usize,
    spans: &[Range<usize>],
    asked: &Asked,
    output: &Output,
) -> Result<&'a str, Flaw> {
    let frame = asked.draft.frame;
    let owner = frame.sign().len()..frame.text().len();
    let is_owner = |word: &Range<usize>| {
        let tokens = spans.iter().enumerate().filter(|(_, span)| span.start < word.end && word.start < span.end);
        tokens.map(|(token, _)| output.attention.row(token)).all(|row| {
            let most = row.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1));
            most.and_then(|(source, _)| asked.encoded.spans.get(source))
                .is_some_and(|span| span.start < owner.end && owner.start < span.end)
        })
    };
    let (first, mut rest) = text.split_once(' ').ok_or(Flaw::Lost)?;
    if first.chars().count() > LONGEST_OWNER || !first.chars().all(char::is_alphabetic) {
        return Err(Flaw::Lost);
    }
    while let Some((word, others)) = rest.split_once(' ') {
        let start = end - rest.len();
        if !is_owner(&(start..start + word.len())) {
            break;
        }
        rest = others;
    }
    Ok(rest)
}

/// The part as the output has it, with everything back in its place.
pub(crate) fn piece_of(source: &Source, asked: &Asked, output: &Output, decoded: &Decoded) -> Result<Piece, Flaw> {
    let Asked { groups, draft, encoded } = asked;
    let attention = &output.attention;
    let restored = restore(&source.text, groups, draft, encoded, decoded, attention)?;
    let piece = Piece::translated(source, groups, draft, encoded, decoded, attention, restored);
    let is_scored = !output.log_probabilities.is_empty();
    Ok(Piece { score: is_scored.then(|| Score::of(&output.log_probabilities)), ..piece })
}

/// The output up to a place.
fn cut_short(mut decoded: Decoded, mut output: Output, at: usize) -> (Decoded, Output) {
    decoded.text.truncate(at);
    let tokens = decoded.spans.partition_point(|span| span.start < at);
    decoded.spans.truncate(tokens);
    if let Some(last) = decoded.spans.last_mut() {
        last.end = last.end.min(at);
    }
    output.ids.truncate(tokens);
    output.log_probabilities.truncate(tokens);
    output.attention.weights.truncate(tokens * output.attention.stride);
    (decoded, Output { complete: true, ..output })
}

/// What stands before, between and after the groups.
fn gaps(range: &Range<usize>, groups: &[Group]) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(range.start).chain(groups.iter().map(|group| group.range.end));
    let ends = groups.iter().map(|group| group.range.start).chain([range.end]);
    starts.zip(ends).map(|(start, end)| start..end)
}
