//! Documents made to hurt: they are refused, or go through in linear time, and never bring the program down.

use proptest::prelude::*;

use super::build::{Document, NOWHERE};
use super::engine::pseudo;
use crate::docx::take_apart;
use crate::extent::Extent;
use crate::{FormatError, Limits, Options};

#[track_caller]
fn check_refused(document: &Document) {
    let refused = document.read();
    assert!(matches!(refused, Err(FormatError::Corrupt { .. } | FormatError::TooComplex { .. })), "read");
}

#[test]
fn missing_parts() {
    assert!(matches!(
        take_apart(b"", &Options::default(), &Limits::default(), &mut Vec::new()),
        Err(FormatError::Empty)
    ));
    check_refused(&Document::new("").with_type("text/plain"));
    check_refused(&Document::raw(b"".to_vec()));
    check_refused(&Document::raw(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>".to_vec()));
    check_refused(&Document::raw(b"<x>\xff</x>".to_vec()));
}

#[test]
fn depth() {
    for element in [
        "<w:ins>",
        "<w:tbl>",
        "<w:p>",
        "<w:p><w:r>",
        "<w:sdt><w:sdtContent>",
        "<mc:AlternateContent>",
        "<w:p><w:hyperlink>",
        "<w:p><mc:AlternateContent><mc:Choice>",
    ] {
        check_refused(&Document::new(&element.repeat(2_000)));
    }
    let nested = format!("<w:p>{}<w:r><w:t>deep</w:t></w:r>{}</w:p>", "<w:ins>".repeat(900), "</w:ins>".repeat(900));
    assert_eq!(Document::new(&nested).segments(), ["deep"]);
}

#[test]
fn fields_without_end_and_ends_without_field() {
    let mark = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let text = "<w:r><w:t>word</w:t></w:r>";
    for body in [
        format!("<w:p>{}</w:p>", format!("{}{text}", mark("begin")).repeat(5_000)),
        format!("<w:p>{}</w:p>", format!("{}{text}", mark("end")).repeat(5_000)),
        format!("<w:p>{}</w:p>", format!("{}{}{text}", mark("begin"), mark("separate")).repeat(5_000)),
        format!(
            "{}{}",
            format!("<w:p>{}</w:p>", mark("begin")).repeat(5_000),
            format!("<w:p>{}</w:p>", mark("end")).repeat(5_000)
        ),
        format!("<w:p>{}{text}{}</w:p>", mark("begin").repeat(5_000), mark("end").repeat(5_000)),
    ] {
        let (segments, skeleton) = Document::new(&body).read().unwrap();
        let translations: Vec<_> = segments.iter().map(pseudo).collect();
        skeleton.write(&translations, &NOWHERE, Extent::All).unwrap();
    }
}

#[test]
fn loops_and_floods_of_relationships() {
    let document = Document::new("<w:p><w:r><w:t>text</w:t></w:r></w:p>").with_relationship("header", "document.xml");
    assert_eq!(document.segments(), ["text"]);
    let mut flood = Document::new("");
    for _ in 0..10_001 {
        flood = flood.with_relationship("header", "../../outside.xml");
    }
    check_refused(&flood);
}

#[test]
fn misplaced_elements_are_kept() {
    for paragraph in [
        "<w:p><w:p><w:r><w:t>inner</w:t></w:r></w:p><w:r><w:t>outer</w:t></w:r></w:p>",
        "<w:p><w:r><w:r><w:t>inner</w:t></w:r><w:t>outer</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>odd<w:b/></w:t><w:t>outer</w:t><w:tbl><w:tr/></w:tbl></w:r></w:p>",
        "<w:p><w:sdt/><w:sdt><w:sdtContent/><w:sdtContent/></w:sdt><w:t>x y</w:t><w:r><w:t>outer</w:t></w:r></w:p>",
        "<w:p><w:hyperlink/><w:r><w:rPr/><w:t>ou</w:t><w:rPr><w:b/></w:rPr><w:t>ter</w:t></w:r></w:p>",
        "<w:fldChar w:fldCharType=\"end\"/><w:r><w:t>outer</w:t></w:r><w:p>stray<w:r>stray<w:t>outer</w:t></w:r></w:p>",
    ] {
        let (segments, skeleton) = Document::new(paragraph).read().unwrap();
        assert!(!segments.is_empty(), "{paragraph}");
        let translations: Vec<_> = segments.iter().map(pseudo).collect();
        skeleton.write(&translations, &NOWHERE, Extent::All).unwrap();
    }
}

/// What each control shows is looked for among what all of them show: control by control, this would take minutes.
#[test]
fn many_controls_and_elements_are_matched_in_time() {
    let control = |n| {
        format!(
            "<w:sdt><w:sdtPr><w:dataBinding w:xpath=\"/a/b\" w:storeItemID=\"{{1}}\"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>Words {n}</w:t>\
             </w:r></w:p></w:sdtContent></w:sdt>"
        )
    };
    let item: String = (0..20_000).map(|n| format!("<b>Words {n}</b>")).collect();
    let properties = "<ds:datastoreItem xmlns:ds=\"http://schemas.openxmlformats.org/officeDocument/2006/customXml\" ds:itemID=\"{1}\"/>";
    let relationships = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>\
        <Relationship Id='a' Type='http://x/customXmlProps' Target='itemProps1.xml'/></Relationships>";
    let document = Document::new(&(0..20_000).map(control).collect::<String>())
        .with_relationship("customXml", "../customXml/item1.xml")
        .with_part("customXml/item1.xml", &format!("<a>{item}</a>"))
        .with_part("customXml/itemProps1.xml", properties)
        .with_part("customXml/_rels/item1.xml.rels", relationships);
    let bytes = document.bytes();
    let started = std::time::Instant::now();
    let (segments, _) = take_apart(&bytes, &Options::default(), &Limits::default(), &mut Vec::new()).unwrap();
    assert_eq!(segments.len(), 20_000);
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}

/// A document with something of everything.
fn rich() -> Vec<u8> {
    let run = |text: &str| format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>");
    let mark = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let body = format!(
        "<w:p><w:pPr><w:pStyle w:val=\"A\"/></w:pPr>{}<w:hyperlink r:id=\"r1\">{}</w:hyperlink><w:r><w:tab/><w:br/></w:r>{}<w:r><w:instrText>HYPERLINK a</w:instrText></w:r>{}{}{}\
         <w:del w:id=\"1\"/><w:ins w:id=\"2\">{}</w:ins><w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt></w:p>",
        run("one"),
        run("two"),
        mark("begin"),
        mark("separate"),
        run("three"),
        mark("end"),
        run("four"),
        run("five")
    );
    Document::new(&body).stored_bytes()
}

proptest! {
    #[test]
    fn damage_never_panics(flips in proptest::collection::vec((0usize..100_000, any::<u8>()), 0..8), cut in 0usize..3_000) {
        let mut bytes = rich();
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
    fn damaged_markup_never_panics(cuts in proptest::collection::vec((0usize..2_000, 0usize..40, 0usize..2_000), 1..5)) {
        let bytes = rich();
        let mut text = super::build::part(&bytes, "word/document.xml").into_bytes();
        for (at, length, to) in cuts {
            let at = at % text.len();
            let piece: Vec<u8> = text.drain(at..(at + length).min(text.len())).collect();
            let to = to % (text.len() + 1);
            text.splice(to..to, piece);
        }
        try_everything(&Document::raw(text).bytes());
    }
}

fn try_everything(bytes: &[u8]) {
    let Ok((segments, skeleton)) = take_apart(bytes, &Options::default(), &Limits::default(), &mut Vec::new()) else {
        return;
    };
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    for target in [NOWHERE, super::build::to("ar")] {
        match skeleton.write(&translations, &target, Extent::All) {
            Ok(_) => {}
            Err(error) => assert!(!matches!(error, FormatError::Verification(_)), "{error}"),
        }
    }
}
