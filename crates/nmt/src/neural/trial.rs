//! Titles and labels are put to the model in several wordings, and the likeliest translation is taken.
//!
//! Models have seen few titles. They take words with Capitals for Names and leave them as they are, and take a lone word
//! for the beginning of a sentence and make one. An item of a list looks like what they have seen: behind `* ` the same
//! words come out as they should far more often. So that is how short texts without a full stop are asked, as written and
//! in the case of a sentence. Each wording gives its translation the probability that the model gave to it, and
//! translations that come from several have the sum. If that is little, more wordings are asked; what names a thing, also
//! as one that is known or that somebody has: `your income statement` is a sentence's, and has its words in order. All of
//! this was found with labels and titles that people had translated (docs/benchmarks.md).

use crate::neural::draft::{Case, Frame};
use crate::neural::label::{
    LONG, Label, capitals, ends_large, has_hyphen, is_act, is_thing, long_words, may_be_done, repeats, without_shouting,
};
use crate::neural::piece::Piece;

/// Two wordings in the mean that are less probable than this are not trusted.
const SURE: f32 = 0.4;
/// A title that stays as it is may be a name, and the small letters of the other wordings hide that.
const NAME: f32 = 1.3;
/// No title says a thing twice.
const TWICE: f32 = 0.5;
/// A hyphen where the source has none is rarely right when other wordings go without it: words break off at it.
const BROKEN: f32 = 0.25;

/// One way to put a label to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wording {
    pub(crate) frame: Frame,
    pub(crate) case: Case,
}

const WORDINGS: [Wording; 4] = [
    Wording { frame: Frame::Star, case: Case::AsWritten },
    Wording { frame: Frame::Star, case: Case::Sentence },
    Wording { frame: Frame::None, case: Case::AsWritten },
    Wording { frame: Frame::Dash, case: Case::SmallButAcronyms },
];
/// For a lone English word with an ellipsis, which is something to do.
const VERB: [Wording; 4] = [
    Wording { frame: Frame::To, case: Case::SmallButAcronyms },
    Wording { frame: Frame::Star, case: Case::AsWritten },
    Wording { frame: Frame::None, case: Case::AsWritten },
    Wording { frame: Frame::Dash, case: Case::SmallButAcronyms },
];
/// For English words that name a thing.
const THING: [Wording; 6] = [
    Wording { frame: Frame::Star, case: Case::AsWritten },
    Wording { frame: Frame::Star, case: Case::Sentence },
    Wording { frame: Frame::None, case: Case::AsWritten },
    Wording { frame: Frame::Dash, case: Case::SmallButAcronyms },
    Wording { frame: Frame::The, case: Case::SmallButAcronyms },
    Wording { frame: Frame::Your, case: Case::SmallButAcronyms },
];
/// For a lone English word that may name a thing or be something to do: `Paste`.
const EITHER: [Wording; 7] = [
    Wording { frame: Frame::Star, case: Case::AsWritten },
    Wording { frame: Frame::Click, case: Case::AsWritten },
    Wording { frame: Frame::To, case: Case::SmallButAcronyms },
    Wording { frame: Frame::None, case: Case::AsWritten },
    Wording { frame: Frame::Dash, case: Case::SmallButAcronyms },
    Wording { frame: Frame::The, case: Case::SmallButAcronyms },
    Wording { frame: Frame::Your, case: Case::SmallButAcronyms },
];
/// For an English verb with a particle: `Log In`.
const ACT: [Wording; 5] = [
    Wording { frame: Frame::Star, case: Case::AsWritten },
    Wording { frame: Frame::Star, case: Case::Sentence },
    Wording { frame: Frame::Click, case: Case::AsWritten },
    Wording { frame: Frame::None, case: Case::AsWritten },
    Wording { frame: Frame::Dash, case: Case::SmallButAcronyms },
];
/// The verb is right, unless another translation is twice as likely.
const RIGHT: f32 = 2.0;
/// What can be clicked on and what is to be done are the same, and that as likely as this: then the word is a verb. `Print`
/// and `Paste` are, `Travel` and `Purchase` are not.
const CLICKED: f32 = 0.3;
const DONE: f32 = 0.45;
/// `Sign Up` and `Log In` are the same button to models.
const BUTTON: f32 = 0.5;
/// A verb with a particle is no name.
const NO_NAME: f32 = 0.3;
/// Most letters of an acronym: longer words in capitals are taken for words.
const ACRONYM: usize = 5;
/// A last word of fewer letters has no capital.
const SHORTEST: usize = 3;
/// So many of them are always asked.
const ALWAYS: usize = 2;

/// A label, and what came of its wordings.
pub(crate) struct Trial {
    /// The source in small letters.
    source: String,
    is_title: bool,
    /// A lone word in capitals: models take `DATE` for an acronym, and leave it.
    is_shouted: bool,
    /// It is short enough for an acronym.
    may_be_acronym: bool,
    /// An acronym may have a translation: such a word is asked as it is before all.
    first: First,
    /// Whether the translation is written as a title, too.
    keeps_capitals: bool,
    /// Whether the last word is one that has a capital, however short.
    ends_large: bool,
    /// Whether what ends it is no part of what is asked.
    pub(crate) without_end: bool,
    wordings: &'static [Wording],
    next: usize,
    /// The drafts, each once.
    drafts: Vec<String>,
    /// What the word is as something to click on, and to do, and how probable that is.
    clicked: Option<(String, f32)>,
    done: Option<(String, f32)>,
    candidates: Vec<Candidate>,
}

/// What became of the question whether a word in capitals is an acronym.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    ToAsk,
    Asked,
    /// It is one, and has a translation.
    Known,
    /// It came out as it was, or the model is not sure.
    Open,
}

struct Candidate {
    key: String,
    piece: Piece,
    weight: f32,
}

impl Trial {
    /// The trial of a text, if it is a label, and the model `knows` the signs of lists.
    pub(crate) fn of(text: &str, is_english: bool, keeps_titles: bool, knows: &dyn Fn(char) -> bool) -> Option<Self> {
        let mut signs = WORDINGS.iter().flat_map(|wording| wording.frame.text().trim_end().chars());
        if !signs.all(knows) {
            return None;
        }
        let label = Label::of(text)?;
        let is_title = label.is_title || is_english && is_act(text);
        let word = without_shouting(text);
        let said = word.as_deref().unwrap_or(text);
        let letters = text.chars().filter(|character| character.is_alphabetic()).count();
        let may_be_acronym = word.is_some() && letters <= ACRONYM;
        Some(Self {
            source: text.to_lowercase(),
            is_title: label.is_title,
            is_shouted: word.is_some(),
            may_be_acronym,
            first: if may_be_acronym { First::ToAsk } else { First::Open },
            keeps_capitals: is_title && keeps_titles && capitals(text) > 1,
            ends_large: ends_large(text),
            without_end: label.without_end,
            wordings: if is_english && label.is_call {
                &VERB
            } else if is_english && is_act(text) {
                &ACT
            } else if is_english && may_be_done(said) {
                &EITHER
            } else if is_english && is_thing(said) {
                &THING
            } else {
                &WORDINGS
            },
            next: 0,
            drafts: Vec::new(),
            clicked: None,
            done: None,
            candidates: Vec::new(),
        })
    }

    /// How to ask next; nothing, if what is known is enough.
    pub(crate) fn next(&mut self) -> Option<Wording> {
        match self.first {
            First::ToAsk => {
                self.first = First::Asked;
                return Some(WORDINGS[0]);
            }
            First::Known => return None,
            First::Asked | First::Open => self.first = First::Open,
        }
        let is_enough = if self.wordings == EITHER {
            self.verb().is_some()
                || self.next == ALWAYS && self.is_sure() && !self.is_torn()
                || self.next == ALWAYS + 1 && self.is_sure()
        } else {
            self.next == ALWAYS && self.is_sure()
        };
        if is_enough {
            return None;
        }
        self.next += 1;
        let wording = self.wordings.get(self.next - 1).copied()?;
        Some(if self.is_shouted { Wording { case: Case::Shouted, ..wording } } else { wording })
    }

    /// Whether the draft of a wording has not been asked. It counts as asked now.
    pub(crate) fn is_new(&mut self, draft: &str) -> bool {
        let is_new = self.drafts.iter().all(|earlier| earlier != draft);
        if is_new && self.first != First::Asked {
            self.drafts.push(draft.to_owned());
        }
        is_new
    }

    /// A translation and the probability that the model gave to it.
    pub(crate) fn add(&mut self, piece: Piece, frame: Frame, probability: f32) {
        let key = piece.text.to_lowercase();
        let is_either = self.wordings == EITHER;
        let is_first = self.first == First::Asked;
        if is_first && key != self.source {
            if probability < SURE || piece.text.contains(char::is_lowercase) {
                return;
            }
            self.first = First::Known;
        }
        let probability = match frame {
            _ if is_first && self.first != First::Known => 0.0,
            // A verb says nothing of what the thing is.
            Frame::Click if is_either => {
                self.clicked = Some((key.clone(), probability));
                0.0
            }
            Frame::To if is_either => {
                self.done = Some((key.clone(), probability));
                0.0
            }
            Frame::To => RIGHT * probability,
            Frame::Click => BUTTON * probability,
            _ => probability,
        };
        match self.candidates.iter_mut().find(|candidate| candidate.key == key) {
            Some(candidate) => candidate.weight += probability,
            None => self.candidates.push(Candidate { key, piece, weight: probability }),
        }
    }

    /// What the word is, if it is a verb.
    fn verb(&self) -> Option<&str> {
        let ((clicked, one), (done, other)) = (self.clicked.as_ref()?, self.done.as_ref()?);
        (clicked == done && *clicked != self.source && *one >= CLICKED && *other >= DONE).then_some(clicked)
    }

    /// Whether it may be a verb, and nobody asked.
    fn is_torn(&self) -> bool {
        let best = self.best().map(|best| best.key.as_str());
        self.done.is_none()
            && self.clicked.as_ref().is_some_and(|(clicked, probability)| {
                *probability >= CLICKED && *clicked != self.source && best != Some(clicked)
            })
    }

    fn is_sure(&self) -> bool {
        // What is clicked on and done has no weight.
        let asked = if self.wordings == EITHER { 1 } else { self.drafts.len() };
        #[expect(clippy::cast_precision_loss, reason = "there are two at most")]
        let asked = asked as f32;
        self.best().is_some_and(|best| best.key != self.source && best.weight >= SURE * asked)
    }

    /// The likeliest translation; of equals the first.
    fn best(&self) -> Option<&Candidate> {
        let mut best: Option<(&Candidate, f32)> = None;
        for candidate in &self.candidates {
            let weight = self.weight(candidate);
            if best.is_none_or(|(_, most)| weight > most) {
                best = Some((candidate, weight));
            }
        }
        best.map(|(candidate, _)| candidate)
    }

    fn weight(&self, candidate: &Candidate) -> f32 {
        let mut weight = candidate.weight;
        let stays = |word: &str| candidate.key.contains(word);
        if self.wordings == ACT {
            weight *= if candidate.key == self.source { NO_NAME } else { 1.0 };
        } else if self.is_title && long_words(&self.source).all(stays) {
            weight *= NAME;
        }
        if repeats(&candidate.key) && !repeats(&self.source) {
            weight *= TWICE;
        }
        if has_hyphen(&candidate.key) && !has_hyphen(&self.source) {
            weight *= BROKEN;
        }
        weight
    }

    /// The translation to be used, if any is sound.
    pub(crate) fn into_best(mut self) -> Option<Piece> {
        // An acronym that the model half knows as a word stays.
        let stays = self.may_be_acronym && self.first != First::Known && self.verb().is_none() && !self.is_sure();
        let stays = stays && self.candidates.iter().any(|candidate| candidate.key == self.source);
        let best = self.verb().or_else(|| self.best().map(|best| &*best.key))?;
        let best = if stays { self.source.clone() } else { best.to_owned() };
        let at = self.candidates.iter().position(|candidate| candidate.key == best)?;
        let mut piece = self.candidates.swap_remove(at).piece;
        if self.keeps_capitals {
            capitalise(&mut piece, self.ends_large);
        }
        Some(piece)
    }
}

/// Gives long words capitals, and the last word. Lengths stay, so that no place shifts.
fn capitalise(piece: &mut Piece, ends_large: bool) {
    let end = piece.text.trim_end_matches(|character: char| !character.is_alphabetic()).len();
    let ends = piece.text.match_indices(|character: char| !character.is_alphabetic());
    let starts: Vec<usize> = std::iter::once(0).chain(ends.map(|(at, sign)| at + sign.len())).collect();
    for at in starts {
        let word = piece.text[at..].split(|character: char| !character.is_alphabetic()).next().unwrap_or_default();
        let is_fixed = piece.fixed.iter().any(|(_, fixed)| fixed.contains(&at));
        let is_last = ends_large && at + word.len() == end && !piece.text[..at].ends_with(|c: char| !c.is_whitespace());
        let least = if is_last { SHORTEST - 1 } else { LONG };
        let is_small = word.chars().all(char::is_lowercase) && word.chars().nth(least).is_some();
        if let Some(first) = word.chars().next().filter(|_| is_small && !is_fixed) {
            let upper: String = first.to_uppercase().collect();
            if upper.len() == first.len_utf8() {
                piece.text.replace_range(at..at + upper.len(), &upper);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::label::{FRAGMENT, TITLE};

    fn trial(text: &str) -> Option<Trial> {
        Trial::of(text, true, true, &|_| true)
    }

    fn piece(text: &str) -> Piece {
        Piece { text: text.to_owned(), ..Piece::default() }
    }

    /// Asks all that the trial wants; `answers` has the draft, the translation and its probability of each wording.
    #[track_caller]
    fn check(source: &str, answers: &[(&str, &str, f32)], expected: &str) {
        let mut trial = trial(source).unwrap();
        let mut asked = 0;
        let mut answers = answers.iter();
        while trial.next().is_some() {
            let (draft, text, probability) = answers.next().expect("it asks no more than that");
            if trial.is_new(draft) {
                let frame = match *draft {
                    "* To" => Frame::To,
                    "Click" => Frame::Click,
                    draft if draft.starts_with("* To") => Frame::To,
                    _ => Frame::Star,
                };
                trial.add(piece(text), frame, *probability);
                asked += 1;
            }
        }
        assert!(answers.next().is_none(), "{asked} were enough");
        assert_eq!(trial.into_best().unwrap().text, expected);
    }

    #[test]
    fn what_several_wordings_agree_on_is_taken() {
        check(
            "Unit Price",
            &[("* Unit Price", "Preço Unitário", 0.6), ("* Unit price", "preço unitário", 0.7)],
            "Preço Unitário",
        );
        let home = [("1", "Endereço de casa", 0.6), ("2", "Endereço de casa", 0.7)];
        check("Home Address", &home, "Endereço de Casa");
        check("Prepared By", &[("1", "Preparado por", 0.6), ("2", "Preparado por", 0.7)], "Preparado por");
        let unsure = [
            ("1", "Total Due", 0.5),
            ("2", "Total devido", 0.6),
            ("3", "Total Due", 0.4),
            ("4", "total devido", 0.7),
            ("5", "total devido", 0.1),
            ("6", "due", 0.1),
        ];
        check("Total Due", &unsure, "Total Devido");
        check("Due total", &[("1", "Total devido", 0.9), ("2", "Total devido", 0.9)], "Total devido");
    }

    #[test]
    fn a_name_stays_unless_most_speaks_against_it() {
        let answers = [
            ("1", "Rob Brown", 0.5),
            ("2", "Rob castanho", 0.4),
            ("3", "Rob Brown", 0.5),
            ("4", "rob castanho", 0.6),
            ("5", "rob castanho", 0.1),
            ("6", "x", 0.0),
        ];
        check("Rob Brown", &answers, "Rob Brown");
    }

    #[test]
    fn a_lone_word_with_an_ellipsis_is_a_verb() {
        check("Open…", &[("* To open", "Abrir…", 0.5), ("* Open", "Aberto…", 0.8)], "Abrir…");
        check("More…", &[("* To more", "A mais…", 0.2), ("* More", "Mais…", 0.9)], "Mais…");
    }

    #[test]
    fn a_word_that_is_clicked_on_and_done_is_a_verb() {
        check(
            "Print",
            &[("1", "Impressão", 0.83), ("Click", "Imprimir", 0.46), ("* To", "Imprimir", 0.77)],
            "Imprimir",
        );
        check("Report", &[("1", "Relatório", 0.94), ("Click", "Relatório", 0.18)], "Relatório");
        let travel = [("1", "Viagem", 0.87), ("Click", "Viajar", 0.28)];
        check("Travel", &travel, "Viagem");
        let record = [("1", "Registro", 0.5), ("Click", "Gravar", 0.42), ("* To", "Gravar", 0.31)];
        check("Record", &record, "Registro");
        let redo = [("1", "Redo", 0.6), ("Click", "Redo", 0.7), ("* To", "Refazer", 0.5)];
        let rest = [("4", "Redo", 0.3), ("5", "Refazer", 0.4), ("6", "Refazer", 0.7), ("7", "Refazer", 0.6)];
        check("Redo", &[redo.as_slice(), &rest].concat(), "Refazer");
        let login =
            [("1", "Log In", 0.2), ("2", "Log In", 0.4), ("Click", "Iniciar sessão", 0.9), ("4", "Entrar", 0.2)];
        check("Log In", &[login.as_slice(), &[("5", "Login", 0.2)]].concat(), "Iniciar Sessão");
    }

    #[test]
    fn a_lone_word_in_capitals_is_an_acronym_or_a_word() {
        check("AIDS", &[("* AIDS", "SIDA", 0.5)], "SIDA");
        check("PRICE", &[("* PRICE", "PRICE", 0.9), ("* Price", "PREÇO", 0.8), ("Click", "PREÇO", 0.5)], "PREÇO");
        let nasa = [("* NASA", "NASA", 0.9), ("* Nasa", "NASA", 0.8), ("Click", "NASA", 0.8), ("* To", "x", 0.1)];
        let rest = [("4", "NASA", 0.5), ("5", "NAVE", 0.2), ("6", "NAVE", 0.2), ("7", "NAVE", 0.2)];
        check("NASA", &[nasa.as_slice(), &rest].concat(), "NASA");
        check("CANCEL", &[("* Cancel", "CANCELAR", 0.8), ("Click", "CANCELAR", 0.5)], "CANCELAR");
    }

    #[test]
    fn a_draft_is_asked_once_and_nothing_said_twice() {
        check("re do", &[("* re do", "Refazer", 0.5), ("* re do", "never", 1.0)], "Refazer");
        let answers = [("1", "Metas e metas", 0.3), ("2", "Metas e fins", 0.2), ("3", "x", 0.0), ("4", "y", 0.0)];
        check("Getting Goals and Aims", &answers, "Metas e Fins");
    }

    #[test]
    fn a_word_that_breaks_off_is_not_taken() {
        let answers = [
            ("1", "Declaração de Ren-Recome", 0.4),
            ("2", "Declaração de Ren-Recome", 0.3),
            ("3", "Declaração de Ren- Ren -", 0.1),
            ("4", "demonstração de rendimentos", 0.1),
            ("5", "demonstração de resultados", 0.1),
            ("6", "declaração de renda", 0.2),
        ];
        check("Income Statement", &answers, "Declaração de Renda");
        check("Well-being", &[("1", "Bem-estar", 0.5), ("2", "Bem-estar", 0.5)], "Bem-estar");
    }

    #[test]
    fn labels_are_short_and_have_no_full_stop() {
        for label in ["Total", "Total Due:", "Open…", "Save As...", "Thank you!", "different levels of access", "TITLE"]
        {
            assert!(trial(label).is_some(), "{label}");
        }
        for text in
            ["It is.", "", "one, two,", "Where can I find the house?", "Great! See you", "You can choose one of these:"]
        {
            assert!(trial(text).is_none(), "{text}");
        }
        assert!(trial(&"word ".repeat(FRAGMENT + 1)).is_none());
        assert!(trial(&"Word ".repeat(TITLE)).is_some() && trial(&"Word ".repeat(TITLE + 1)).is_none());
        assert!(trial("Open…").unwrap().without_end && !trial("Why?").unwrap().without_end);
    }
}
