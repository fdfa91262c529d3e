//! Language and direction of the translation.

use super::build::{Deck, SLIDE, paragraph, part, pseudo, shape, slide, to};

#[test]
fn runs_tell_their_language() {
    let deck = Deck::new(&shape(&paragraph("text")));
    let merged = part(&deck.merged(pseudo, &to("pt")), SLIDE);
    assert!(merged.contains("<a:rPr lang=\"pt-BR\"/><a:t>TEXT</a:t>"), "{merged}");
}

#[test]
fn slides_turn_with_the_direction() {
    let shapes = [
        "<a:tbl><a:tblPr firstRow=\"1\"/><a:tr><a:tc><a:txBody>",
        &paragraph("cell"),
        "</a:txBody></a:tc></a:tr></a:tbl>",
        "<p:sp><p:txBody><a:bodyPr rtlCol=\"0\"/><a:lstStyle><a:lvl1pPr algn=\"l\"/></a:lstStyle>",
        "<a:p><a:pPr algn=\"r\" rtl=\"0\"/><a:r><a:t>right</a:t></a:r></a:p>",
        "<a:p><a:pPr algn=\"ctr\"/><a:r><a:t>middle</a:t></a:r></a:p>",
        "<a:p><a:r><a:t>plain</a:t></a:r></a:p></p:txBody></p:sp>",
    ]
    .concat();
    let master = slide("").replace(
        "</p:cSld>",
        "</p:cSld><p:txStyles><p:bodyStyle><a:lvl2pPr marL=\"1\" algn=\"r\" rtl=\"0\"/></p:bodyStyle></p:txStyles>",
    );
    let deck = Deck::new(&shapes).with(SLIDE, "slideMaster", "ppt/slideMasters/m.xml", master);
    let turned = deck.merged(pseudo, &to("ar"));
    let text = part(&turned, SLIDE);
    for expected in [
        "<a:tblPr rtl=\"1\" firstRow=\"1\"/>",
        "<a:bodyPr rtlCol=\"1\"/>",
        "<a:lvl1pPr rtl=\"1\" algn=\"r\"/>",
        "<a:pPr algn=\"l\" rtl=\"1\"/>",
        "<a:pPr rtl=\"1\" algn=\"ctr\"/>",
        "<a:p><a:pPr rtl=\"1\"/><a:r>",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let master = part(&turned, "ppt/slideMasters/m.xml");
    assert!(master.contains("<a:lvl2pPr marL=\"1\" algn=\"l\" rtl=\"1\"/>"), "{master}");
    // One direction, nothing turns.
    assert!(!part(&deck.merged(pseudo, &to("fr")), SLIDE).contains("rtl=\"1\""));
}

#[test]
fn and_back() {
    let shapes = "<a:tbl><a:tblPr rtl=\"1\"/></a:tbl><p:sp><p:txBody><a:p><a:pPr algn=\"r\" rtl=\"1\"/><a:r><a:t>text</a:t></a:r></a:p>\
        </p:txBody></p:sp>";
    let target = crate::Target { source_language: "he".parse().ok(), language: "en".parse().ok() };
    let text = part(&Deck::new(shapes).merged(pseudo, &target), SLIDE);
    assert!(text.contains("<a:tblPr rtl=\"0\"/>") && text.contains("<a:pPr algn=\"l\" rtl=\"0\"/>"), "{text}");
}
