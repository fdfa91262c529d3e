//! Translations that show what was done with them.

use terjuman_model::{Piece, Segment, TaggedText};

/// Each ASCII letter becomes a look-alike, the text stands in brackets; protected text stays.
pub(crate) fn pseudo(segment: &Segment) -> TaggedText {
    let mut out = TaggedText::new();
    let mut protected = false;
    let first_text = segment.source.pieces().position(|piece| matches!(piece, Piece::Text(_)));
    let last_text = segment.source.pieces().filter(|piece| matches!(piece, Piece::Text(_))).count();
    let mut seen = 0;
    for (index, piece) in segment.source.pieces().enumerate() {
        match piece {
            Piece::Text(text) => {
                seen += 1;
                if Some(index) == first_text {
                    out.push('[');
                }
                text.chars().for_each(|c| out.push(if protected { c } else { look_alike(c) }));
                if seen == last_text && !protected {
                    out.push(']');
                }
            }
            Piece::Mark(edge, tag) => {
                if segment.kind(tag) == terjuman_model::TagKind::Protected {
                    protected = edge == terjuman_model::Edge::Open;
                }
                out.mark(edge, tag);
                if seen == last_text && edge == terjuman_model::Edge::Close && !out.text().ends_with(']') {
                    out.push(']');
                }
            }
        }
    }
    out
}

/// The look-alike of an ASCII letter.
pub(crate) fn look_alike(character: char) -> char {
    let table = |first: char, table: &str| table.chars().nth(character as usize - first as usize).unwrap();
    match character {
        'a'..='z' => table('a', "áƀćďéƒǵĥíĵķĺɱńóṕɋŕśťúṽŵẋýź"),
        'A'..='Z' => table('A', "ÁƁĆĎÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼŴẊÝŹ"),
        other => other,
    }
}
