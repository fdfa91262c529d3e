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
use crate::neural::piece::Piece;

/// The most words of a title, where all long words have capitals,
const TITLE: usize = 14;
/// of another text without an end,
const FRAGMENT: usize = 9;
/// and of one that a colon ends or a sign of a sentence.
const CALL: usize = 4;

/// Two wordings in the mean that are less probable than this are not trusted.
const SURE: f32 = 0.4;
/// A title that stays as it is may be a name, and the small letters of the other wordings hide that.
const NAME: f32 = 1.3;
/// No title says a thing twice.
const TWICE: f32 = 0.5;
/// A hyphen where the source has none is rarely right when other wordings go without it: words break off at it.
const BROKEN: f32 = 0.25;

/// Words of fewer letters are the same in many languages.
const LONG: usize = 4;

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
/// Most words of such a title, and of another label.
const LONGEST_THING: usize = 8;
const SHORT_THING: usize = 4;
/// What no thing's name begins with: it has an article, or is a question, a place, a condition;
const NO_FIRST: &[&str] = &[
    "a", "all", "an", "as", "at", "by", "do", "for", "from", "how", "if", "in", "is", "my", "no", "not", "on", "our",
    "the", "this", "to", "what", "when", "where", "which", "who", "why", "with", "your",
];
/// or ends with: it is something to do.
const NO_LAST: &[&str] = &[
    "again", "and", "as", "at", "back", "by", "down", "for", "from", "here", "in", "now", "of", "off", "on", "or",
    "out", "over", "to", "up", "with",
];

/// The verb is right, unless another translation is twice as likely.
const RIGHT: f32 = 2.0;

/// So many of them are always asked.
const ALWAYS: usize = 2;

/// A label, and what came of its wordings.
pub(crate) struct Trial {
    /// The source in small letters.
    source: String,
    is_title: bool,
    /// Whether the translation is written as a title, too.
    keeps_capitals: bool,
    /// Whether what ends it is no part of what is asked.
    pub(crate) without_end: bool,
    wordings: &'static [Wording],
    next: usize,
    /// The drafts, each once.
    drafts: Vec<String>,
    candidates: Vec<Candidate>,
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
        Some(Self {
            source: text.to_lowercase(),
            is_title: label.is_title,
            keeps_capitals: label.is_title && keeps_titles && capitals(text) > 1,
            without_end: label.without_end,
            wordings: if is_english && label.is_call {
                &VERB
            } else if is_english && is_thing(text) {
                &THING
            } else {
                &WORDINGS
            },
            next: 0,
            drafts: Vec::new(),
            candidates: Vec::new(),
        })
    }

    /// How to ask next; nothing, if what is known is enough.
    pub(crate) fn next(&mut self) -> Option<Wording> {
        if self.next == ALWAYS && self.is_sure() {
            return None;
        }
        self.next += 1;
        self.wordings.get(self.next - 1).copied()
    }

    /// Whether the draft of a wording has not been asked. It counts as asked now.
    pub(crate) fn is_new(&mut self, draft: &str) -> bool {
        let is_new = self.drafts.iter().all(|earlier| earlier != draft);
        if is_new {
            self.drafts.push(draft.to_owned());
        }
        is_new
    }

    /// A translation and the probability that the model gave to it.
    pub(crate) fn add(&mut self, piece: Piece, frame: Frame, probability: f32) {
        let probability = if frame == Frame::To { RIGHT * probability } else { probability };
        let key = piece.text.to_lowercase();
        match self.candidates.iter_mut().find(|candidate| candidate.key == key) {
            Some(candidate) => candidate.weight += probability,
            None => self.candidates.push(Candidate { key, piece, weight: probability }),
        }
    }

    fn is_sure(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "there are two at most")]
        let asked = self.drafts.len() as f32;
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
        if self.is_title && long_words(&self.source).all(stays) {
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
        let best = self.best()?.key.clone();
        let at = self.candidates.iter().position(|candidate| candidate.key == best)?;
        let mut piece = self.candidates.swap_remove(at).piece;
        if self.keeps_capitals {
            capitalise(&mut piece);
        }
        Some(piece)
    }
}

/// How many words begin with a capital.
fn capitals(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.starts_with(char::is_uppercase)).count()
}

struct Label {
    is_title: bool,
    /// A lone word with an ellipsis.
    is_call: bool,
    without_end: bool,
}

impl Label {
    fn of(text: &str) -> Option<Self> {
        let words = text.split_whitespace().take(TITLE + 1).count();
        // Two sentences are no label.
        if text.trim_end_matches(['!', '?']).contains(['!', '?']) {
            return None;
        }
        let is_title = is_title(text);
        let without_end = text.ends_with(['…', ':']) || text.ends_with("...");
        let most = match text.chars().next_back()? {
            '.' | ';' | ',' if !without_end => return None,
            '!' | '?' => CALL,
            ':' if !is_title => CALL,
            _ if is_title => TITLE,
            _ => FRAGMENT,
        };
        let word = text.trim_end_matches(['…', '.']);
        let is_call = without_end && word.len() < text.len() && word.chars().all(char::is_alphabetic);
        (words <= most).then_some(Self { is_title, is_call, without_end })
    }
}

/// Whether all long words have a capital.
fn is_title(text: &str) -> bool {
    let mut words = long_words(text).take(TITLE + 1).peekable();
    words.peek().is_some() && words.all(|word| word.starts_with(char::is_uppercase))
}

/// Gives long words capitals. Lengths stay, so that no place shifts.
fn capitalise(piece: &mut Piece) {
    let ends = piece.text.match_indices(|character: char| !character.is_alphabetic());
    let starts: Vec<usize> = std::iter::once(0).chain(ends.map(|(at, sign)| at + sign.len())).collect();
    for at in starts {
        let word = piece.text[at..].split(|character: char| !character.is_alphabetic()).next().unwrap_or_default();
        let is_fixed = piece.fixed.iter().any(|(_, fixed)| fixed.contains(&at));
        let is_small = word.chars().all(char::is_lowercase) && word.chars().nth(LONG).is_some();
        if let Some(first) = word.chars().next().filter(|_| is_small && !is_fixed) {
            let upper: String = first.to_uppercase().collect();
            if upper.len() == first.len_utf8() {
                piece.text.replace_range(at..at + upper.len(), &upper);
            }
        }
    }
}

/// Whether English words name a thing, and nothing to do: `Income Statement`, not `Setting Up`.
fn is_thing(text: &str) -> bool {
    let text = text.trim_end_matches(':');
    let is_listed = |list: &[&str], word: &str| list.iter().any(|listed| listed.eq_ignore_ascii_case(word));
    let most = if is_title(text) { LONGEST_THING } else { SHORT_THING };
    let words: Vec<&str> = text.split_whitespace().take(most + 1).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    // Behind an article `third party claims` is a sentence.
    let may_be_verb = last.ends_with('s') && !last.ends_with("ss");
    let is_owned = || words[..words.len() - 1].last().is_none_or(|before| matches!(*before, "of" | "and" | "&"));
    words.len() <= most
        && text.starts_with(char::is_alphabetic)
        && !text.contains(['.', '…', ',', ':', ';', '(', ')', '/', '!', '?'])
        && !first.ends_with("ing")
        && !is_listed(NO_FIRST, first)
        && !is_listed(NO_LAST, last)
        && (!may_be_verb || is_owned())
}

/// Whether a hyphen joins two words.
fn has_hyphen(text: &str) -> bool {
    text.match_indices('-')
        .any(|(at, _)| text[..at].ends_with(char::is_alphabetic) && text[at + 1..].starts_with(char::is_alphabetic))
}

/// Whether a long word is there twice, also with another ending.
fn repeats(text: &str) -> bool {
    let stems: Vec<String> = long_words(text).map(|word| word.chars().take(LONG + 1).collect()).collect();
    stems.iter().enumerate().any(|(at, stem)| stems[..at].contains(stem))
}

fn long_words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|character: char| !character.is_alphabetic());
    words.filter(|word| word.chars().nth(LONG - 1).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

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
                let frame = if draft.starts_with("* To") { Frame::To } else { Frame::Star };
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
    fn a_draft_is_asked_once_and_nothing_said_twice() {
        check("Redo", &[("* Redo", "Refazer", 0.5), ("* Redo", "never", 1.0)], "Refazer");
        let answers = [("1", "Metas e metas", 0.3), ("2", "Metas e fins", 0.2), ("3", "x", 0.0), ("4", "y", 0.0)];
        check("Getting Goals and Aims", &answers, "Metas e fins");
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
    fn things_are_told_from_what_is_to_be_done() {
        for thing in
            ["Income Statement", "Balance due:", "Redo", "Percent of Hires", "Project Management Process Model"]
        {
            assert!(is_thing(thing), "{thing}");
        }
        for other in
            ["Setting Up", "Sign Out", "The End", "How It Works", "Download now", "Logs, Users", "2 Months", ""]
        {
            assert!(!is_thing(other), "{other}");
        }
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
