//! Tests of where formatting comes to stand: what is formatted has stars around it.

use terjuman_model::{Edge, Piece, Segment, TagKind};
use terjuman_nmt::Link;

use super::project;
use crate::assemble::{Assembled, Sentence};

/// `source` and `expected` have stars around what is bold; `links` are pairs of words.
#[track_caller]
pub(super) fn check(source: &str, links: &[(&str, &str)], expected: &str) {
    check_of(TagKind::Format, source, links, expected);
}

/// The same of another kind of tags.
#[track_caller]
pub(super) fn check_of(kind: TagKind, source: &str, links: &[(&str, &str)], expected: &str) {
    let mut segment = Segment::default();
    let bold = segment.add_tag(kind);
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
