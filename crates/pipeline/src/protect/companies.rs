//! Names of companies: their legal form tells them, `Sun Microscopes Inc.`, and the sign of a right, `© 2026 The Valley
//! Courier`. They are made of words, and a model translates them as such.

use std::ops::Range;

use crate::sentences::FIRST_WORDS;

/// What stands behind a company's name and is no word of English.
const FORMS: &[&str] = &[
    "B.V.", "Corp.", "GmbH", "Inc", "Inc.", "KGaA", "L.L.C.", "LLC", "LLP", "Ltd", "Ltd.", "N.V.", "PLC", "Pty",
    "S.p.A.",
];
/// Words with a capital that stand before a name in titles and on buttons.
const BEFORE: &[&str] = &[
    "About",
    "Agreement",
    "Between",
    "Call",
    "Client",
    "Contact",
    "Contractor",
    "Copyright",
    "Customer",
    "Dear",
    "Join",
    "Meet",
    "Seller",
    "Supplier",
    "Vendor",
    "Visit",
    "Welcome",
];
/// Most words of a name.
const MOST: usize = 5;

type Word<'a> = (usize, &'a str);

/// Finds names of companies: for models, which take them for words.
pub(crate) fn companies(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let has_form = FORMS.iter().any(|form| text.contains(form));
    let is_owned = text.contains('©');
    if !has_form && !is_owned {
        return found;
    }
    let words: Vec<Word<'_>> =
        text.split_whitespace().map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word)).collect();
    if has_form {
        formed(&words, &mut found);
    }
    if is_owned {
        owners(&words, &mut found);
    }
    found
}

fn formed(words: &[Word<'_>], found: &mut Vec<Range<usize>>) {
    for (last, (at, word)) in words.iter().enumerate() {
        let bare = word.trim_end_matches([',', ';', ':', ')', '"', '”', '’', '!', '?']);
        // At the end of a sentence one stop is that of both.
        let form = [bare, bare.trim_end_matches('.')].into_iter().find(|form| FORMS.contains(form));
        let Some(form) = form else { continue };
        let is_part = |(_, word): &&Word<'_>| is_name(word.trim_end_matches(',')) || *word == "&";
        let count = words[..last].iter().rev().take(MOST).take_while(is_part).count();
        let mut first = last - count;
        while first < last && (FIRST_WORDS.contains(&words[first].1) || BEFORE.contains(&words[first].1)) {
            first += 1;
        }
        // `Sun Microscopes Inc.`, and in a sentence not its first words: `Ask Sun Inc. for it`.
        let is_certain = first > 0 || last + 1 == words.len();
        if first < last && is_certain && words[first].1 != "&" {
            found.push(words[first].0..at + form.len());
        }
    }
}

/// A word of a name: with a capital, and nothing behind it that ends one.
fn is_name(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '\'' | '’' | '&'))
}

/// Whose right it is: what stands behind the sign and the years, up to a stop.
fn owners(words: &[Word<'_>], found: &mut Vec<Range<usize>>) {
    let is_year = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || "-–,".contains(c));
    for (sign, _) in words.iter().enumerate().filter(|(_, (_, word))| word.ends_with('©') || is_marked_year(word)) {
        let is_said = |at: usize| words.get(at).is_some_and(|(_, word)| *word == "Copyright");
        let from = if sign > 0 && is_said(sign - 1) { sign - 1 } else { sign };
        let sign = sign + usize::from(is_said(sign + 1));
        let years = words[sign + 1..].iter().take_while(|(_, word)| is_year(word)).count();
        let first = sign + 1 + years;
        let mut last = None;
        for (at, word) in words[first..].iter().take(MOST + 1) {
            let bare = word.trim_end_matches(['.', ',', ';']);
            if *word == "All" || !(is_name(bare) || *word == "&") {
                // Behind a name in the sentence of other words it is theirs.
                last = last.filter(|_| !word.starts_with(char::is_lowercase));
                break;
            }
            last = Some(at + bare.len());
            if bare.len() < word.len() {
                break;
            }
        }
        found.extend(last.map(|end| words[from].0..end));
    }
}

/// `©2026`
fn is_marked_year(word: &str) -> bool {
    word.strip_prefix('©').is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(companies(text).into_iter().map(|range| &text[range]).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn legal_forms_tell_names() {
        check("Sun Microscopes Inc.", &["Sun Microscopes Inc."]);
        check("Green Valley Foods Ltd.", &["Green Valley Foods Ltd."]);
        check("It was sold to Baker & Sons GmbH, Berlin.", &["Baker & Sons GmbH"]);
        check("The goods of The Paper Mill LLC are here.", &["Paper Mill LLC"]);
        check("Agreement Between Sun Inc. and Moon, Inc.", &["Sun Inc.", "Moon, Inc."]);
        check("Contact Sun Microscopes Inc.", &["Sun Microscopes Inc."]);
    }

    #[test]
    fn what_may_be_a_verb_is_none() {
        check("Ask Sun Inc. for it", &[]);
        check("They included Inc. in it, and a PLC controls it", &[]);
        check("Incorporated in the USA", &[]);
    }

    #[test]
    fn owners_of_rights_are_names() {
        check("© 2026 The Valley Courier.", &["© 2026 The Valley Courier"]);
        check("Copyright © 2019–2026 Harbour Works. All rights reserved.", &["Copyright © 2019–2026 Harbour Works"]);
        check(
            "© Copyright 2025, The Harbour Project Developers.",
            &["© Copyright 2025, The Harbour Project Developers"],
        );
        check("©2026 Harbour Works", &["©2026 Harbour Works"]);
        check("© 2009 McGraw Hill Companies All Rights Reserved", &["© 2009 McGraw Hill Companies"]);
        check("© 2026 by the authors", &[]);
        check("© Images of the town", &[]);
        check("©", &[]);
    }

    #[test]
    fn long_texts_come_to_an_end() {
        for part in ["Sun Inc. ", "© A ", "© 2 ", "A "] {
            companies(&part.repeat(50_000));
        }
    }
}
