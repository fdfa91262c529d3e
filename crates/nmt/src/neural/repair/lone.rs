//! Lone abbreviations and names, as headings and lists have them: models spell them anew, `TTY` as `TJTJ`, or put an
//! article before them, `WASI` as `O WASI`.

/// Most letters of an abbreviation.
const LONGEST: usize = 8;
/// Most letters of an article.
const ARTICLE: usize = 3;
/// So many letters may be others if an abbreviation came out misspelt.
const MISSPELT: usize = 2;

/// Whether the source is one word that should have come out as it is.
pub(crate) fn is_garbled(source: &str, target: &str) -> bool {
    let (source, target) = (source.trim(), target.trim());
    let letters = source.chars().filter(|letter| letter.is_alphabetic()).count();
    if letters < 2 || source.contains(char::is_whitespace) || source == target {
        return false;
    }
    let is_same = |text: &str| text.to_lowercase() == source.to_lowercase();
    if let Some((word, rest)) = target.split_once(' ')
        && word.chars().count() <= ARTICLE
        && word.chars().all(char::is_alphabetic)
    {
        return letters > ARTICLE && is_same(rest.trim_start());
    }
    if letters > LONGEST || source.chars().any(char::is_lowercase) {
        return false;
    }
    // With a vowel it may be a word in capitals, and its translation as much like it as `NOTE` and `NOTA`. Abbreviations
    // have their words in another order elsewhere: `HR`, `RH`.
    let is_word = source.contains(['A', 'E', 'I', 'O', 'U']) || !source.is_ascii();
    is_same(target) || (!is_word && sorted(source) != sorted(target) && distance(source, target) <= MISSPELT)
}

fn sorted(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters
}

/// How many characters must be put in, left out or changed to make one text of the other. Both are short.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(2 * (LONGEST + MISSPELT)).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], index + 1);
        for (at, with) in other.iter().enumerate() {
            let changed = corner + usize::from(*with != letter);
            corner = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(corner + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_and_names_are_not_spelled_anew() {
        for (source, target) in [
            ("TTY", "TJTJ"),
            ("TLS/SSL", "TLS/SL"),
            ("HTTP/2", "Http/2"),
            ("WASI", "O WASI"),
            ("Foldhash", "Do foldhash"),
            ("OK", "Ok"),
        ] {
            assert!(is_garbled(source, target), "{source} {target}");
        }
    }

    #[test]
    fn words_and_other_orders_of_letters_are_translations() {
        for (source, target) in [
            ("NOTE", "NOTA"),
            ("HR", "RH"),
            ("GDP", "PIB"),
            ("STD", "DST"),
            ("DATE", "Data"),
            ("Index", "O índice"),
            ("Index", "índice"),
            ("TTY", "TTY"),
            ("TTY mode", "modo TTY"),
            ("B", "O B"),
            ("Save", "Guardar"),
            ("café", "o café e"),
        ] {
            assert!(!is_garbled(source, target), "{source} {target}");
        }
    }

    #[test]
    fn distances_are_least() {
        assert_eq!(distance("TTY", "TJTJ"), 2);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("abc", "xbcd"), 2);
    }
}
