//! Parts besides slides: notes, comments, masters, diagrams, sections, properties.

use super::build::{Deck, NOWHERE, SLIDE, paragraph, part, pseudo, root, shape, slide};
use crate::package::Package;
use crate::{FormatError, Limits, Options, WarningKind};

const MAIN: &str = "ppt/presentation.xml";

#[test]
fn slides_come_in_the_order_of_the_show_hidden_ones_too() {
    let hidden = slide(&shape(&paragraph("hidden"))).replace("<p:sld ", "<p:sld show=\"0\" ");
    let list = "<p:sldIdLst><p:sldId id=\"257\" r:id=\"r3\"/><p:sldId id=\"256\" r:id=\"r1\"/></p:sldIdLst>";
    let deck = Deck::new(&shape(&paragraph("shown")))
        .with_main(list)
        .with(MAIN, "slide", "ppt/slides/slide9.xml", hidden)
        .with(MAIN, "slide", "ppt/slides/slide3.xml", slide(&shape(&paragraph("in no list"))));
    assert_eq!(deck.segments(), ["hidden", "shown", "in no list"]);
}

#[test]
fn names_of_sections() {
    let sections = "<p:sldIdLst><p:sldId id=\"256\" r:id=\"r1\"/></p:sldIdLst><p:extLst><p:ext><p14:sectionLst>\
        <p14:section name=\"First part\" id=\"{A}\"/></p14:sectionLst></p:ext></p:extLst>";
    Deck::new("").with_main(sections).check(&["First part"], MAIN, &[("\"First part\"", "\"FIRST PART\"")]);
}

#[test]
fn names_of_shows_and_titles_in_the_properties() {
    let shows = "<p:sldIdLst><p:sldId id=\"256\" r:id=\"r1\"/></p:sldIdLst><p:custShowLst><p:custShow name=\"For guests\" \
        id=\"0\"/></p:custShowLst>";
    let app = "<Properties xmlns='http://schemas.openxmlformats.org/officeDocument/2006/extended-properties' \
        xmlns:vt='http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes'><TitlesOfParts><vt:vector><vt:lpstr>Arial\
        </vt:lpstr><vt:lpstr>Welcome</vt:lpstr></vt:vector></TitlesOfParts></Properties>";
    let deck = || {
        Deck::new(&shape(&paragraph("Welcome"))).with_main(shows).with(
            "",
            "extended-properties",
            "docProps/app.xml",
            app,
        )
    };
    deck().check(&["For guests", "Welcome"], MAIN, &[("\"For guests\"", "\"FOR GUESTS\"")]);
    deck().check(&["For guests", "Welcome"], "docProps/app.xml", &[("Welcome", "WELCOME")]);
}

#[test]
fn notes_and_comments() {
    let comment = root(
        "p:cmLst",
        "<p:cm authorId=\"0\" idx=\"1\"><p:pos x=\"1\" y=\"2\"/><p:text>Really? &amp; why</p:text></p:cm>",
    );
    let modern = root(
        "p188:cmLst",
        &format!(
            "<p188:cm id=\"{{A}}\"><p188:replyLst><p188:reply><p188:txBody><a:bodyPr/>{}</p188:txBody></p188:reply></p188:replyLst>\
            <p188:txBody><a:bodyPr/>{}</p188:txBody></p188:cm>",
            paragraph("Answer"),
            paragraph("Question")
        ),
    );
    let deck = Deck::new(&shape(&paragraph("text")))
        .with(SLIDE, "notesSlide", "ppt/notesSlides/n.xml", slide(&shape(&paragraph("note"))))
        .with(SLIDE, "comments", "ppt/comments/c.xml", comment)
        .with(SLIDE, "comments", "ppt/comments/m.xml", modern);
    deck.check(
        &["text", "note", "Really? & why", "Answer", "Question"],
        "ppt/comments/c.xml",
        &[("Really? &amp; why", "REALLY? &amp; WHY")],
    );
    let without = deck.with_options(Options { notes: false, comments: false, ..Options::default() });
    assert_eq!(without.segments(), ["text"]);
}

#[test]
fn prompts_of_masters_are_no_text() {
    let placeholder = |kind: &str, text: &str| {
        format!(
            "<p:sp><p:nvSpPr><p:cNvPr id=\"1\" name=\"x\"/><p:nvPr><p:ph{kind}/></p:nvPr></p:nvSpPr><p:txBody>{}</p:txBody></p:sp>",
            paragraph(text)
        )
    };
    let shapes = [
        placeholder(" type=\"title\"", "Click to edit"),
        placeholder("", "Second level"),
        placeholder(" type=\"ftr\" idx=\"3\"", "Our house"),
        shape(&paragraph("Printed on all")),
        format!("<p:grpSp>{}{}</p:grpSp>", placeholder(" type=\"dt\"", "a date"), shape(&paragraph("in a group"))),
    ];
    let layout = slide(&shapes.concat());
    let deck = Deck::new(&placeholder(" type=\"title\"", "A title"))
        .with(SLIDE, "slideLayout", "ppt/slideLayouts/l.xml", layout.clone())
        .with("ppt/slideLayouts/l.xml", "slideMaster", "ppt/slideMasters/m.xml", slide(&shape(&paragraph("Master"))));
    assert_eq!(deck.segments(), ["A title", "Our house", "Printed on all", "in a group", "Master"]);
    let merged = part(&deck.merged(pseudo, &NOWHERE), "ppt/slideLayouts/l.xml");
    assert!(merged.contains("Click to edit") && merged.contains("IN A GROUP"), "{merged}");
}

#[test]
fn diagrams_and_what_was_drawn_of_them_agree() {
    let data = root(
        "dgm:dataModel",
        &format!(
            "<dgm:ptLst><dgm:pt><dgm:prSet phldrT=\"[Text]\"/><dgm:t><a:bodyPr/>{}</dgm:t></dgm:pt></dgm:ptLst>",
            paragraph("Step one")
        ),
    );
    let drawing = root(
        "dsp:drawing",
        &format!(
            "<dsp:spTree><dsp:sp><dsp:txBody>{}{}</dsp:txBody></dsp:sp></dsp:spTree>",
            paragraph("Step one"),
            paragraph("Only drawn")
        ),
    );
    let deck = Deck::new("").with(SLIDE, "diagramDrawing", "ppt/diagrams/drawing1.xml", drawing).with(
        SLIDE,
        "diagramData",
        "ppt/diagrams/data1.xml",
        data,
    );
    deck.check(
        &["Step one", "Only drawn"],
        "ppt/diagrams/drawing1.xml",
        &[("Step one", "STEP ONE"), ("Only drawn", "ONLY DRAWN")],
    );
    assert!(part(&deck.merged(pseudo, &NOWHERE), "ppt/diagrams/data1.xml").contains(">STEP ONE<"));
}

#[test]
fn properties() {
    let core = "<cp:coreProperties xmlns:cp='http://schemas.openxmlformats.org/package/2006/metadata/core-properties' \
        xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>A deck</dc:title><dc:creator>Somebody</dc:creator></cp:coreProperties>";
    let deck = Deck::new("").with("", "core-properties", "docProps/core.xml", core);
    deck.check(&["A deck"], "docProps/core.xml", &[("A deck", "A DECK")]);
}

#[test]
fn parts_that_do_not_change_keep_their_bytes() {
    let deck = Deck::new(&shape(&paragraph("text")))
        .with(MAIN, "slide", "ppt/slides/slide2.xml", slide(&shape(&paragraph("ALREADY"))))
        .with(SLIDE, "image", "ppt/media/a.png", vec![0x89, 0, 1, 2]);
    let merged = deck.merged(pseudo, &super::build::to("fr"));
    let mut package = Package::open(&merged, &Limits::default()).unwrap();
    let mut before = Package::open(&deck.bytes(), &Limits::default()).unwrap();
    for name in before.names().map(str::to_owned).collect::<Vec<_>>() {
        let same = package.read(&name).unwrap() == before.read(&name).unwrap();
        assert_eq!(same, name != SLIDE, "{name}");
    }
}

#[test]
fn every_kind_of_presentation_and_nothing_else() {
    for content_type in crate::pptx::parts::MAIN {
        assert_eq!(Deck::new(&shape(&paragraph("text"))).with_type(content_type).segments(), ["text"]);
    }
    let refused =
        Deck::new("").with_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml");
    assert!(matches!(refused.read(), Err(FormatError::Corrupt { .. })));
}

#[test]
fn signatures_are_left_out() {
    let deck =
        Deck::new(&shape(&paragraph("text"))).with("", "digital-signature/origin", "_xmlsignatures/origin.sigs", "");
    assert_eq!(deck.warnings()[0].kind, WarningKind::SignatureRemoved);
    let merged = deck.merged(pseudo, &NOWHERE);
    assert!(!Package::open(&merged, &Limits::default()).unwrap().contains("_xmlsignatures/origin.sigs"));
}
