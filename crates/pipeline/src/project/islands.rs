//! Small words that have formatting by mistake: the links of a small model lead from a bold word to its translation, and now
//! and then to an article before it or to a preposition far behind, `vá para **o LibreOffice** na barra **de** menus`.

use super::atoms::Atoms;
use super::source::SourceTags;

/// Most letters of a small word.
const SMALL: usize = 3;

/// Takes formatting from a small word that stands alone between words without it, if longer words have it elsewhere; and from
/// a small word before the capital that a name begins with in both languages, or before the name of a program, `o **dpkg**`.
pub(super) fn drop_islands(source: &str, text: &str, tags: &SourceTags, atoms: &Atoms, formats: &mut [Vec<usize>]) {
    let written: Vec<usize> = (0..formats.len()).filter(|atom| !atoms.atoms[*atom].is_blank).collect();
    // For each pair, which of the written atoms it is over.
    let mut over: Vec<Vec<usize>> = vec![Vec::new(); tags.pairs.len()];
    for (at, atom) in written.iter().enumerate() {
        formats[*atom].iter().for_each(|pair| over[*pair].push(at));
    }
    let word = |at: usize| written.get(at).map_or("", |atom| &text[atoms.atoms[*atom].range.clone()]);
    let rest = |at: usize| written.get(at).map_or("", |atom| &text[atoms.atoms[*atom].range.start..]);
    let is_word = |at: usize| word(at).starts_with(char::is_alphabetic);
    // A piece of a word is none.
    let is_spaced = |at: usize| {
        let is_blank =
            |atom: Option<usize>| atom.and_then(|atom| atoms.atoms.get(atom)).is_some_and(|atom| atom.is_blank);
        written.get(at).is_some_and(|atom| is_blank(atom.checked_sub(1)) && is_blank(Some(atom + 1)))
    };
    let is_small = |at: usize| {
        let word = word(at);
        word.chars().count() <= SMALL && !word.is_empty() && word.chars().all(char::is_lowercase)
    };
    for (pair, over) in over.iter().enumerate().filter(|(_, over)| over.len() > 1) {
        let formatted = &source[tags.pairs[pair].range.clone()];
        let begins_large = formatted.starts_with(char::is_uppercase);
        let has_long = over.iter().any(|at| word(*at).chars().filter(|letter| letter.is_alphabetic()).count() > SMALL);
        for island in over.chunk_by(|a, b| a + 1 == *b) {
            let (first, last) = (island[0], island[island.len() - 1]);
            let stands_alone = first == last && has_long && first > 0 && is_word(first - 1) && is_word(last + 1);
            let is_article = first < last
                && (begins_large
                    && word(first + 1).starts_with(char::is_uppercase)
                    && first.checked_sub(1).is_some_and(is_word)
                    || is_name(formatted, rest(first + 1)));
            // Letters without capitals are of scripts that may stand beside others without a blank.
            let is_part = |c: char| c.is_lowercase() || c.is_uppercase() || c.is_numeric();
            let is_said = || formatted.split(|c: char| !is_part(c)).any(|said| said == word(first));
            if is_small(first) && is_spaced(first) && (stands_alone || is_article) && !is_said() {
                // The blank behind it as well: lines under it would show.
                let until = if is_article { written[first + 1] } else { written[first] + 1 };
                for atom in &mut formats[written[first]..until] {
                    atom.retain(|other| *other != pair);
                }
            }
        }
    }
}

/// Whether `word` is an article before a name: what is formatted begins with a capital and is no article itself, and so does
/// `next`, the text behind it.
pub(super) fn is_article(formatted: &str, word: &str, next: &str) -> bool {
    let first = formatted.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    // `The Debian Project` has one that is part of it.
    let is_long = first.chars().count() > SMALL || first.chars().nth(1).is_some_and(|second| !second.is_lowercase());
    let is_capital = |word: &str| word.starts_with(char::is_uppercase);
    let is_small = (1..=SMALL).contains(&word.chars().count()) && word.chars().skip(1).all(char::is_lowercase);
    let is_alphabetic = word.chars().all(char::is_alphabetic);
    let is_before = !is_capital(word) && is_capital(formatted) && is_capital(next) && is_long;
    is_small && is_alphabetic && (is_before || is_name(formatted, next))
}

/// Whether what is formatted came out as it was: most such are no words of the language.
fn is_name(formatted: &str, next: &str) -> bool {
    formatted.chars().nth(SMALL).is_some() && next.starts_with(formatted)
}

#[cfg(test)]
mod tests {
    use terjuman_model::TagKind;

    use crate::project::starred::{check, check_of};

    const MENU: &[(&str, &str)] = &[
        ("go", "acesse"),
        ("LibreOffice", "o"),
        ("LibreOffice", "LibreOffice"),
        ("Options", "Opções"),
        ("in", "na"),
        ("bar", "barra"),
        ("Options", "de"),
        ("menu", "menus"),
    ];

    #[test]
    fn small_words_far_from_what_is_bold_are_not() {
        check("go to *LibreOffice Options* in the menu bar", MENU, "acesse o *LibreOffice Opções* na barra de menus");
    }

    #[test]
    fn articles_of_names_are_not() {
        check("Then *dpkg* is", &[("Then", "Aí"), ("dpkg", "o"), ("dpkg", "dpkg"), ("is", "é")], "Aí, o *dpkg* é");
        let links = [("Use", "Use"), ("apt-get", "o"), ("apt-get", "apt-get")];
        check("Use *apt-get*", &links, "Use o *apt-get*");
        check("Then *tool* is", &[("tool", "a"), ("tool", "ferramenta"), ("is", "é")], "Logo *a ferramenta* é");
    }

    #[test]
    fn articles_of_links_are_not() {
        let links = [("Chapter", "o"), ("Chapter", "Capítulo"), ("see", "veja"), ("now", "agora")];
        check_of(TagKind::Whole, "see *Chapter* now", &links, "veja o *Capítulo* agora");
        let links = [("The", "o"), ("Project", "Projeto"), ("see", "veja")];
        check_of(TagKind::Whole, "see *The Project*", &links, "veja *o Projeto*");
        let links = [("Debian", "O"), ("Debian", "Debian"), ("2.1", "2.1"), ("was", "foi")];
        check_of(TagKind::Whole, "*Debian 2.1* was", &links, "O *Debian 2.1* foi");
        let links = [("manual", "o"), ("manual", "manual"), ("see", "veja"), ("big", "grande")];
        check_of(TagKind::Whole, "see *big manual*", &links, "veja *o manual grande*");
    }

    #[test]
    fn small_words_that_are_said_stay_as_they_were() {
        let links = [("is", "foi"), ("a", "a"), ("first", "primeira")];
        check("is *a first* thing", &links, "foi *a primeira*");
        check("is *instead*", &[links[0], ("instead", "em"), ("instead", "vez")], "foi *em vez*");
    }
}
