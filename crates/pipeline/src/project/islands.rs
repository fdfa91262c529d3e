//! Small words that have formatting by mistake, or lack it: the links of a small model lead from a bold word to its translation, and now
//! and then to an article before it or to a preposition far behind, `vá para **o LibreOffice** na barra **de** menus`.

use std::ops::Range;

use super::atoms::Atoms;
use super::source::SourceTags;
use super::things::Things;

/// Most letters of a small word.
const SMALL: usize = 3;

/// Takes formatting from a small word that stands alone between words without it, if longer words have it elsewhere; and from
/// a small word before the capital that a name begins with in both languages.
///
/// A small word between words with formatting that was over one stretch of the source gets it, too: `o **arquivo** de
/// **configuração**` has a hole.
pub(super) fn drop_islands(
    source: &str,
    text: &str,
    tags: &SourceTags,
    atoms: &Atoms,
    things: &Things,
    formats: &mut [Vec<usize>],
) {
    let written: Vec<usize> = (0..formats.len()).filter(|atom| !atoms.atoms[*atom].is_blank).collect();
    // For each pair, which of the written atoms it is over.
    let mut over: Vec<Vec<usize>> = vec![Vec::new(); tags.pairs.len()];
    for (at, atom) in written.iter().enumerate() {
        formats[*atom].iter().for_each(|pair| over[*pair].push(at));
    }
    let word = |at: usize| written.get(at).map_or("", |atom| &text[atoms.atoms[*atom].range.clone()]);
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
                && begins_large
                && word(first + 1).starts_with(char::is_uppercase)
                && first.checked_sub(1).is_some_and(is_word);
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
        let has = |at: usize| formats[written[at]].binary_search(&pair).is_ok();
        let holes: Vec<usize> = over.windows(2).filter(|hole| hole[0] + 2 == hole[1]).map(|hole| hole[0] + 1).collect();
        for small in holes.into_iter().filter(|small| has(small - 1) && has(small + 1)).collect::<Vec<_>>() {
            let atoms = written[small - 1] + 1..written[small + 1];
            let stays = |atom| tags.pairs[pair].thing.is_none_or(|thing| things.holds(thing, atom));
            // What has a tag of its own was not said there.
            let both = |other: &usize| has_both(formats, written[small - 1], written[small + 1], *other);
            let is_plain =
                formats[written[small]].iter().all(both) && things.owners[written[small]] == tags.pairs[pair].thing;
            if is_small(small) && is_spaced(small) && is_plain && atoms.clone().all(stays) {
                for atom in &mut formats[atoms] {
                    if let Err(place) = atom.binary_search(&pair) {
                        atom.insert(place, pair);
                    }
                }
            }
        }
    }
}

fn has_both(formats: &[Vec<usize>], before: usize, after: usize, pair: usize) -> bool {
    [before, after].into_iter().all(|atom| formats[atom].binary_search(&pair).is_ok())
}

/// Whether a small word before the rest of a thing is an article or a preposition that the source does not have: before a
/// capital that the thing begins with in both languages.
pub(super) fn is_before_name(source: &str, text: &str, word: &Range<usize>) -> bool {
    let small = &text[word.clone()];
    source.starts_with(char::is_uppercase)
        && text[word.end..].trim_start().starts_with(char::is_uppercase)
        && text[word.end..].starts_with(char::is_whitespace)
        && small.chars().count() <= SMALL
        && small.chars().all(char::is_lowercase)
        && !source.split(|letter: char| !letter.is_alphanumeric()).any(|said| said == small)
}

#[cfg(test)]
mod tests {
    use terjuman_model::{Edge, Piece, Segment, TagKind};
    use terjuman_nmt::Link;

    use crate::assemble::{Assembled, Sentence};
    use crate::project::project;

    /// `source` and `expected` have stars around what is bold; `links` are pairs of words.
    #[track_caller]
    fn check(source: &str, links: &[(&str, &str)], expected: &str) {
        let mut segment = Segment::default();
        let bold = segment.add_tag(TagKind::Format);
        for (index, piece) in source.split('*').enumerate() {
            if index > 0 {
                segment.source.mark(if index % 2 == 1 { Edge::Open } else { Edge::Close }, bold);
            }
            segment.source.push_str(piece);
        }
        let text = expected.replace('*', "");
        let plain = segment.source.text();
        let place = |text: &str, word: &str| {
            let start = text.find(word).unwrap();
            start..start + word.len()
        };
        let links: Vec<Link> =
            links.iter().map(|(from, to)| Link { source: place(plain, from), target: place(&text, to) }).collect();
        let sentence = Sentence {
            source: 0..plain.len(),
            target: 0..text.len(),
            links: 0..links.len(),
            verbatim: links.len()..links.len(),
        };
        let assembled = Assembled {
            source_borders: vec![0, plain.len()],
            target_borders: vec![0, text.len()],
            sentences: vec![sentence],
            links,
            text,
            ..Assembled::default()
        };
        let (placed, _) = project(&segment, &assembled);
        let spell = |piece: Piece<'_>| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Mark(..) => "*".to_owned(),
        };
        assert_eq!(placed.pieces().map(spell).collect::<String>(), expected);
    }

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
    fn a_small_word_between_words_that_are_bold_is_bold() {
        let links = [("the", "o"), ("file", "arquivo"), ("the", "de"), ("configuration", "configuração")];
        check("the *configuration file* here", &links, "o *arquivo de configuração*");
    }

    #[test]
    fn small_words_that_are_said_stay_as_they_were() {
        let links = [("is", "foi"), ("a", "a"), ("first", "primeira")];
        check("is *a first* thing", &links, "foi *a primeira*");
        check("is *instead*", &[links[0], ("instead", "em"), ("instead", "vez")], "foi *em vez*");
    }
}
