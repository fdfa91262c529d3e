//! The letters of a draft, one stretch of the source after the other.

use std::ops::Range;

use unicode_normalization::char::compose;

use super::{Case, Draft, Place, Sign, StandIn};
use crate::neural::abbreviations::written_out;
use crate::neural::model::Model;
use crate::neural::protect::{Group, plainer, plainer_word, word_around};
use crate::neural::units::{is_mark, is_spelling, is_unseen};

/// Writes a draft.
pub(super) struct Writer<'a> {
    pub(super) source: &'a str,
    pub(super) draft: &'a mut Draft,
    pub(super) model: &'a dyn Model,
    pub(super) case: Case,
    pub(super) english: bool,
}

impl Writer<'_> {
    pub(super) fn text(&mut self, range: Range<usize>) {
        let mut at = range.start;
        let mut is_in_word = false;
        while let Some(character) = self.source[at..range.end].chars().next() {
            let end = at + character.len_utf8();
            let begins_word = character.is_alphabetic() && !is_in_word;
            is_in_word = character.is_alphanumeric();
            if begins_word
                && self.english
                && let Some((length, long)) = written_out(&self.source[range.start..at], &self.source[at..range.end])
            {
                self.write_out(long, at..at + length);
                at += length;
                is_in_word = false;
                continue;
            }
            // The vocabulary's normalisation would make three points of one sign, for good.
            let is_known = character != '…' && (character.is_whitespace() || self.model.knows(character));
            if is_known {
                self.character(character, at..end);
                at = end;
            } else if is_unseen(character) {
                self.unseen(character, at..end, range.end);
                at = end;
            } else if let Some(plain) = plainer(character) {
                self.sign(character, plain, at..end, &range);
                at = end;
            } else if self.compose(character, end) || is_mark(character) {
                // An accent written apart.
                at = end;
            } else {
                let word = word_around(self.source, at, at..range.end);
                let around = word_around(self.source, at, range.clone());
                at = self.plainer(&around, word.end.max(end));
            }
        }
    }

    fn character(&mut self, character: char, from: Range<usize>) {
        let start = self.draft.text.len();
        if self.is_lowered(character, &from) {
            self.draft.text.extend(character.to_lowercase());
        } else {
            self.draft.text.push(character);
        }
        let to = start..self.draft.text.len();
        if to.len() == from.len() {
            self.draft.origin.push_exact(to, from);
        } else {
            self.draft.origin.push(to, from);
        }
    }

    fn is_lowered(&self, character: char, from: &Range<usize>) -> bool {
        match self.case {
            // A lone `Sign Out` is its opposite to models, and `Sign out` is not.
            Case::AsWritten => self.english && character == 'O' && self.is_particle(from.start),
            Case::Small | Case::Shouted => true,
            Case::Sentence | Case::SmallButAcronyms => {
                // The first letter of a word whose others are small: `LibreOffice` is a name.
                let rest = &self.source[from.end..self.draft.within.end];
                (self.case != Case::Sentence || self.is_within_sentence())
                    && character.is_uppercase()
                    && rest.starts_with(char::is_lowercase)
                    && !self.draft.text.ends_with(char::is_alphabetic)
                    && !rest.chars().take_while(|letter| letter.is_alphabetic()).any(char::is_uppercase)
            }
        }
    }

    /// Whether something but a number stands before.
    fn is_within_sentence(&self) -> bool {
        let before = self.draft.unframed().trim_end();
        before.contains(char::is_alphanumeric) && !before.ends_with('.')
    }

    /// Whether this is the second of two words and only makes another verb of the first.
    fn is_particle(&self, at: usize) -> bool {
        let Range { start, end } = self.draft.within;
        let verb = self.source[start..at].strip_suffix(' ').unwrap_or_default();
        matches!(&self.source[at..end], "Out" | "Off" | "On" | "Over")
            && verb.starts_with(char::is_uppercase)
            && verb.chars().all(char::is_alphabetic)
    }

    /// Writes the whole word for an abbreviation, with a capital where that has one.
    fn write_out(&mut self, long: &str, from: Range<usize>) {
        let start = self.draft.text.len();
        let is_capital = self.case == Case::AsWritten && self.source[from.clone()].starts_with(char::is_uppercase);
        let capital = if is_capital { 1 } else { 0 };
        self.draft.text.extend(long[..capital].chars().flat_map(char::to_uppercase));
        self.draft.text.push_str(&long[capital..]);
        // `No.5`
        if self.source[from.end..self.draft.within.end].starts_with(char::is_alphanumeric) {
            self.draft.text.push(' ');
        }
        self.draft.origin.push(start..self.draft.text.len(), from);
    }

    /// Writes words whose letters stand apart.
    pub(super) fn letters(&mut self, words: &[Vec<Range<usize>>]) {
        for word in words {
            if !self.draft.text.is_empty() {
                self.draft.text.push(' ');
            }
            for letter in word {
                self.source[letter.clone()].chars().for_each(|character| self.character(character, letter.clone()));
            }
        }
    }

    /// Puts an accent on the letter written last, if the vocabulary has the two as one.
    fn compose(&mut self, mark: char, end: usize) -> bool {
        let Some(last) = self.draft.text.chars().next_back() else { return false };
        let Some(both) = compose(last, mark).filter(|both| self.model.knows(*both)) else { return false };
        let start = self.draft.text.len() - last.len_utf8();
        self.draft.text.truncate(start);
        self.draft.origin.truncate(start);
        self.draft.text.push(both);
        self.draft.origin.push(start..self.draft.text.len(), end - mark.len_utf8() - last.len_utf8()..end);
        true
    }

    /// Writes a word again with other letters: what of it is written already is taken back.
    fn plainer(&mut self, word: &Range<usize>, end: usize) -> usize {
        let Some(plain) = plainer_word(&self.source[word.clone()], self.model) else {
            // `groups` protects such words; one it did not see is left to the model.
            self.character(' ', end - 1..end);
            return end;
        };
        let written = self.draft.text.len() - word_around_end(&self.draft.text);
        self.draft.text.truncate(written);
        self.draft.origin.truncate(written);
        self.draft.text.push_str(&plain);
        self.draft.origin.push(written..self.draft.text.len(), word.clone());
        word.end
    }

    /// What belongs to the spelling of a word goes with it.
    fn unseen(&mut self, character: char, from: Range<usize>, end: usize) {
        let goes_on = |next: char| next.is_alphanumeric() || is_mark(next) || is_unseen(next);
        let is_in_word =
            self.draft.text.ends_with(char::is_alphanumeric) && self.source[from.end..end].starts_with(goes_on);
        if !(is_in_word && is_spelling(character)) {
            self.draft.unseen.push((self.draft.text.len(), from));
        }
    }

    fn sign(&mut self, original: char, plain: &'static str, from: Range<usize>, range: &Range<usize>) {
        let before = self.source[range.start..from.start].chars().next_back();
        let after = self.source[from.end..range.end].chars().next();
        let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        let is_digit = |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
        let place = match (is_word(before) && is_word(after), original) {
            (true, '—' | '―') => Place::Spread,
            (true, _) if is_digit(before) && is_digit(after) => Place::Digits,
            (true, _) => Place::Within,
            (false, _) => Place::Around,
        };
        let start = self.draft.text.len();
        if place == Place::Spread {
            self.draft.text.push(' ');
        }
        self.draft.text.push_str(plain);
        if place == Place::Spread {
            self.draft.text.push(' ');
        }
        self.draft.origin.push(start..self.draft.text.len(), from);
        self.draft.signs.push(Sign { original, plain, place });
    }

    pub(super) fn stand_in(&mut self, index: usize, group: &Group, word: &str, follows: Option<char>) {
        let is_word = |character: char| character.is_alphanumeric();
        let before = self.draft.text.chars().next_back().is_some_and(is_word);
        let after = follows.is_some_and(is_word);
        if before {
            self.draft.text.push(' ');
        }
        let start = self.draft.text.len();
        self.draft.text.push_str(word);
        self.draft.origin.push(start..self.draft.text.len(), group.range.clone());
        if after {
            self.draft.text.push(' ');
        }
        let stand_in = StandIn { word: word.to_owned(), group: index, spaced: (before, after) };
        self.draft.stand_ins.push(stand_in);
    }
}

/// The length of the word that ends the text.
pub(super) fn word_around_end(text: &str) -> usize {
    let word = text.chars().rev().take_while(|character| character.is_alphanumeric() || is_mark(*character));
    word.map(char::len_utf8).sum()
}
