//! Small words without formatting between words that have it: the links of a small model lead from `do` in
//! `**Líder** do **Projeto**` to an article outside of what is bold, or to nothing.

use super::atoms::Atoms;
use super::source::SourceTags;
use super::things::Things;

/// Most letters of a small word.
const SMALL: usize = 3;
/// Most small words that are one hole.
const MOST: usize = 2;

/// Lays formatting over a small word or two between words that have it: in the source it was one stretch. What is not a word
/// stays as it is, and so does what is protected, and a word from outside that came out as it was.
pub(super) fn fill_holes(
    source: &str,
    text: &str,
    tags: &SourceTags,
    atoms: &Atoms,
    things: &Things,
    formats: &mut [Vec<usize>],
) {
    let written: Vec<usize> = (0..formats.len()).filter(|atom| !atoms.atoms[*atom].is_blank).collect();
    let mut over: Vec<Vec<usize>> = vec![Vec::new(); tags.pairs.len()];
    for (at, atom) in written.iter().enumerate() {
        formats[*atom].iter().for_each(|pair| over[*pair].push(at));
    }
    let mut copied = None;
    let is_word = |at: usize| text[atoms.atoms[written[at]].range.clone()].chars().all(char::is_alphanumeric);
    for (pair, over) in over.iter().enumerate() {
        for two in over.windows(2).filter(|two| (2..=MOST + 1).contains(&(two[1] - two[0]))) {
            let (from, until) = (written[two[0]] + 1, written[two[1]]);
            let can_have = |atom: usize| {
                let range = &atoms.atoms[atom].range;
                let word = &text[range.clone()];
                let is_open = !atoms.atoms[atom].label.iter().any(|pair| tags.pairs[*pair].is_verbatim);
                let stays = things.owners[atom] == things.owners[written[two[0]]];
                let is_small = word.chars().count() <= SMALL && word.chars().all(char::is_lowercase);
                is_open && stays && (atoms.atoms[atom].is_blank || is_small)
            };
            let mut is_copied = |atom: usize| {
                let copied = copied.get_or_insert_with(|| atoms.copied(source, text));
                copied.contains(&atoms.atoms[atom].range.start)
            };
            let is_set_off = atoms.atoms[from].is_blank && atoms.atoms[until - 1].is_blank;
            let is_hole = is_set_off
                && is_word(two[0])
                && is_word(two[1])
                && (from..until).all(|atom| can_have(atom) && !is_copied(atom));
            for atom in formats[from..until].iter_mut().filter(|_| is_hole) {
                if let Err(place) = atom.binary_search(&pair) {
                    atom.insert(place, pair);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::project::starred::check;

    #[test]
    fn small_words_within_what_is_bold_are_bold() {
        let links = [("by", "pelo"), ("the", "do"), ("Project", "Projeto"), ("Leader", "Líder"), ("today", "hoje")];
        check("by the *Project Leader* today", &links, "pelo *Líder do Projeto* hoje");
        let links = [("an", "uma"), ("estimated", "se"), ("estimated", "calcula"), ("arrival", "chegada")];
        check("an *estimated arrival*", &links, "uma *chegada que se calcula*");
    }

    #[test]
    fn others_are_not() {
        let links = [("big", "grande"), ("Apple", "Maçã"), ("house", "casa"), ("one", "uma")];
        check("one *Apple big* house", &links, "*grande* uma casa *Maçã*");
        let links = [("Project", "Projeto"), ("Leader", "Líder"), ("so", ","), ("so", "de")];
        check("*Project Leader* so", &links, "*Líder*, de *Projeto*");
        // It came from outside as it was.
        let links = [("Project", "Projeto"), ("Leader", "Líder"), ("so", "so")];
        check("*Project Leader* so", &links, "*Líder* so *Projeto*");
    }
}
