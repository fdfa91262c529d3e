//! Presentations made to hurt: they are refused, or go through in linear time, and never bring the program down.

use proptest::prelude::*;

use super::build::{Deck, NOWHERE, SLIDE, paragraph, part, pseudo, root, shape, slide, to};
use crate::extent::Extent;
use crate::pptx::take_apart;
use crate::{FormatError, Limits, Options};

#[track_caller]
fn check_refused(deck: &Deck) {
    let refused = deck.read();
    assert!(matches!(refused, Err(FormatError::Corrupt { .. } | FormatError::TooComplex { .. })), "read");
}

#[test]
fn missing_parts() {
    let read = |bytes: &[u8]| take_apart(bytes, &Options::default(), &Limits::default(), &mut Vec::new());
    assert!(matches!(read(b""), Err(FormatError::Empty)));
    assert!(matches!(read(b"PK"), Err(FormatError::Corrupt { .. })));
    check_refused(&Deck::new("").with_type("text/plain"));
    check_refused(&Deck::raw(b"".to_vec()));
    check_refused(&Deck::raw(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>".to_vec()));
    let mut dangling = Deck::new(&shape(&paragraph("text")));
    dangling.relate(SLIDE, "notesSlide", "ppt/nowhere.xml");
    assert_eq!(dangling.segments(), ["text"]);
}

#[test]
fn depth_and_loops() {
    for element in
        ["<p:grpSp>", "<p:sp>", "<p:txBody>", "<a:p>", "<a:p><a:r>", "<mc:AlternateContent>", "<a:tc hMerge=\"1\">"]
    {
        check_refused(&Deck::new(&element.repeat(30_000)));
    }
    let mut looped = Deck::new(&shape(&paragraph("text")));
    for kind in ["slide", "notesSlide", "slideLayout", "chart", "comments", "diagramDrawing"] {
        looped.relate(SLIDE, kind, SLIDE);
        looped.relate("ppt/presentation.xml", kind, "ppt/presentation.xml");
    }
    assert_eq!(looped.segments(), ["text"]);
}

#[test]
fn misplaced_elements_are_kept() {
    for body in [
        "<a:p><a:p><a:r><a:t>inner</a:t></a:r></a:p><a:r><a:t>outer</a:t></a:r></a:p>",
        "<a:p><a:r><a:t>odd<a:bodyPr rtlCol=\"0\"/></a:t><a:t>outer</a:t><a:tblPr/></a:r></a:p>",
        "<p:text>words<a:bodyPr rtlCol=\"0\"/> and more</p:text><p:text>words</p:text>",
        "<a:p><a:r><a:rPr><a:bodyPr rtlCol=\"0\"/></a:rPr><a:t>outer</a:t></a:r></a:p>",
        "<p:txBody><a:bodyPr><a:normAutofit fontScale=\"0\"/><a:normAutofit fontScale=\"x\"/></a:bodyPr><a:p><a:r><a:t>outer</a:t></a:r></a:p></p:txBody>",
        "<p:txBody><p:txBody><a:normAutofit/></p:txBody><a:normAutofit/><a:p><a:r><a:t>outer</a:t></a:r></a:p></p:txBody>",
        "<a:p><a:fld><a:r><a:t>in a field</a:t></a:r></a:fld><a:r><a:t>outer</a:t></a:r><a:br><a:t>x</a:t></a:br></a:p>",
    ] {
        let deck = Deck::new(body);
        assert!(!deck.segments().is_empty(), "{body}");
        try_everything(&deck.bytes());
    }
}

#[test]
fn floods() {
    let deck = Deck::new(&shape(&format!(
        "<a:p>{}</a:p>",
        "<a:r><a:rPr b=\"1\"/><a:t>a</a:t></a:r><a:r><a:t>b</a:t></a:r>".repeat(20_000)
    )));
    try_everything(&deck.bytes());
    let bodies =
        shape(&paragraph("text")).replace("<a:bodyPr/>", "<a:bodyPr><a:normAutofit fontScale=\"90000\"/></a:bodyPr>");
    try_everything(&Deck::new(&bodies.repeat(3_000)).bytes());
    let link = |at: usize| format!("<a:r><a:rPr><a:hlinkClick r:id=\"r{at}\"/></a:rPr><a:t>a</a:t></a:r>");
    let links: String = (0..20_000).map(link).collect();
    try_everything(&Deck::new(&shape(&format!("<a:p>{links}</a:p>"))).bytes());
}

/// A deck with something of everything.
fn rich() -> Deck {
    let run = |text: &str| {
        format!("<a:r><a:rPr lang=\"en-US\" b=\"1\"><a:hlinkClick r:id=\"r1\"/></a:rPr><a:t>{text}</a:t></a:r>")
    };
    let body = format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"x\" descr=\"a picture\"/><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr><p:txBody>\
         <a:bodyPr rtlCol=\"0\"><a:normAutofit fontScale=\"90000\"/></a:bodyPr><a:lstStyle><a:lvl1pPr algn=\"l\"/></a:lstStyle>\
         <a:p><a:pPr algn=\"r\"/>{}<a:br/>{}<a:fld id=\"x\" type=\"slidenum\"><a:t>1</a:t></a:fld><a:r><a:t>three</a:t></a:r>\
         <a:endParaRPr/></a:p></p:txBody></p:sp><a:tbl><a:tblPr/><a:tr><a:tc hMerge=\"1\"><a:txBody>{}</a:txBody></a:tc></a:tr></a:tbl>",
        run("one"),
        run("two"),
        paragraph("four")
    );
    let chart = root(
        "c:chartSpace",
        "<c:tx><c:strRef><c:f>Sheet1!$A$1</c:f><c:strCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>five</c:v></c:pt></c:strCache>\
         </c:strRef></c:tx>",
    );
    Deck::new(&body).with(SLIDE, "chart", "ppt/charts/chart1.xml", chart).with(
        SLIDE,
        "slideLayout",
        "ppt/slideLayouts/l.xml",
        slide(&body),
    )
}

proptest! {
    #[test]
    fn damage_never_panics(flips in proptest::collection::vec((0usize..100_000, any::<u8>()), 0..8), cut in 0usize..3_000) {
        let mut bytes = rich().stored_bytes();
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        if cut < 1_000 {
            bytes.truncate(bytes.len() * cut / 1_000);
        }
        try_everything(&bytes);
    }

    /// Damage inside of the XML, with checksums that hold.
    #[test]
    fn damaged_markup_never_panics(cuts in proptest::collection::vec((0usize..4_000, 0usize..60, 0usize..4_000), 1..5)) {
        let bytes = rich().bytes();
        let mut text = part(&bytes, SLIDE).into_bytes();
        for (at, length, to) in cuts {
            let at = at % text.len();
            let piece: Vec<u8> = text.drain(at..(at + length).min(text.len())).collect();
            let to = to % (text.len() + 1);
            text.splice(to..to, piece);
        }
        try_everything(&Deck::raw(text).bytes());
    }
}

fn try_everything(bytes: &[u8]) {
    let Ok((segments, skeleton)) = take_apart(bytes, &Options::default(), &Limits::default(), &mut Vec::new()) else {
        return;
    };
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    for target in [NOWHERE, to("ar")] {
        match skeleton.write(&translations, &target, Extent::All) {
            Ok(_) => {}
            Err(error) => assert!(!matches!(error, FormatError::Verification(_)), "{error}"),
        }
    }
}
