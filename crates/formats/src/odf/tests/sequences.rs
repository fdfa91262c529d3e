//! Sequences are called what their captions call them.

use terjuman_model::{Edge, Piece, Segment, TaggedText};

use super::build::{Document, NOWHERE, part};

/// Two captions of figures, a table's, and a reference of category and number to the first figure.
fn document() -> Document {
    let caption = |name: &str, field: &str, text: &str| {
        format!(
            "<text:p>{name} <text:sequence text:ref-name='{field}' text:name='{name}' \
             text:formula='ooow:{name}+1'>1</text:sequence>: {text}</text:p>"
        )
    };
    Document::new(&format!(
        "<office:text><text:sequence-decls><text:sequence-decl text:name='Table'/><text:sequence-decl \
         text:name='Figure'/></text:sequence-decls>{}{}{}<text:p>See <text:sequence-ref \
         text:reference-format='category-and-value' text:ref-name='f0'>Figure 1</text:sequence-ref></text:p>\
         <text:illustration-index><text:illustration-index-source text:caption-sequence-name='Figure'/>\
         </text:illustration-index></office:text>",
        caption("Figure", "f0", "A dialog"),
        caption("Figure", "f1", "A menu"),
        caption("Table", "t0", "Names"),
    ))
}

/// The text with other words and the same marks.
fn replaced(segment: &Segment, words: &[(&str, &str)]) -> TaggedText {
    let mut out = TaggedText::new();
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => {
                let text = words.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
                out.push_str(&text);
            }
            Piece::Mark(Edge::Open, tag) => out.open(tag),
            Piece::Mark(Edge::Close, tag) => out.close(tag),
            Piece::Mark(Edge::Point, tag) => out.point(tag),
        }
    }
    out
}

#[track_caller]
fn written(words: &[(&str, &str)]) -> String {
    part(&document().merged(|segment| replaced(segment, words), &NOWHERE), "content.xml")
}

#[test]
fn a_sequence_that_is_referred_to_gets_the_name_that_its_captions_have() {
    let written = written(&[("Figure", "Figura"), ("Table", "Tabela")]);
    for expected in [
        "<text:sequence-decl text:name='Figura'/>",
        "text:ref-name='f0' text:name='Figura' text:formula='ooow:Figura+1'",
        "text:ref-name='f1' text:name='Figura' text:formula='ooow:Figura+1'",
        "text:caption-sequence-name='Figura'",
        // Nothing refers to tables.
        "<text:sequence-decl text:name='Table'/>",
        "text:ref-name='t0' text:name='Table' text:formula='ooow:Table+1'",
        "text:ref-name='f0'>Figura 1</text:sequence-ref>",
    ] {
        assert!(written.contains(expected), "{expected}\n{written}");
    }
}

#[test]
fn captions_that_do_not_agree_keep_the_name() {
    for words in [
        [("Figure", "Figura"), ("A menu", "Um menu")].as_slice(),
        &[("A dialog", "Um diálogo")],
        // Another sequence is called so.
        &[("Figure", "Table")],
        &[("Figure ", "")],
    ] {
        let written = written(words);
        let is_renamed = written.contains("text:name='Figura'");
        assert_eq!(is_renamed, words[0] == ("Figure", "Figura"), "{words:?}");
        assert!(is_renamed || written.contains("text:ref-name='f0' text:name='Figure' text:formula='ooow:Figure+1'"));
    }
    let one = |segment: &Segment| match segment.source.text().contains("menu") {
        true => segment.source.clone(),
        false => replaced(segment, &[("Figure", "Figura")]),
    };
    let written = part(&document().merged(one, &NOWHERE), "content.xml");
    assert!(written.contains("text:ref-name='f0' text:name='Figure'") && written.contains(">Figura 1<"), "{written}");
}
