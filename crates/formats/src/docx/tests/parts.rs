//! The parts besides the main one.

use super::blocks::body_in_arabic;
use super::build::{Document, NOWHERE, body, part, root, to};
use super::engine::pseudo;
use crate::docx::parts::MAIN;
use crate::package::Package;
use crate::pptx::tests::charts::{STRINGS, workbook};
use crate::{FormatError, Limits};

pub(super) fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn parts_that_cannot_be_read_stay_and_the_main_one_must_be_sound() {
    let broken = "<w:hdr><w:p>".to_owned();
    let document = Document::new(&paragraph("Text"))
        .with("header", broken.clone())
        .with("styles", broken.clone())
        .with("settings", broken.clone())
        .with("footer", root("ftr", &paragraph("Foot")));
    assert_eq!(document.segments(), ["Text", "Foot"]);
    let bytes = document.merged(pseudo, &to("ar"));
    for name in ["word/header.xml", "word/styles.xml", "word/settings.xml"] {
        assert_eq!(part(&bytes, name), broken, "{name}");
    }
    assert!(body(&part(&bytes, "word/document.xml")).contains("[Ťéẋť]"));
    assert!(matches!(Document::raw(broken.into_bytes()).read(), Err(FormatError::Corrupt { .. })));

    // The directory says another name than the entry.
    let mut bytes = document.stored_bytes();
    let needle = b"word/header.xml";
    let local = bytes.windows(needle.len()).position(|window| window == needle).unwrap();
    bytes[local + 5] = b'H';
    let mut warnings = Vec::new();
    let (segments, skeleton) =
        crate::docx::take_apart(&bytes, &document.options, &Limits::default(), &mut warnings).unwrap();
    assert_eq!(segments.len(), 2);
    let kept: Vec<_> = warnings.iter().map(|warning| (warning.kind, warning.place.part.as_str())).collect();
    assert!(kept.contains(&(crate::WarningKind::PartKept, "word/header.xml")), "{kept:?}");
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    let written = skeleton.write(&translations, &NOWHERE, crate::extent::Extent::Changed).unwrap();
    assert!(written.windows(needle.len()).any(|window| window == b"word/Header.xml"));
    let mut package = Package::open(&written, &Limits::default()).unwrap();
    assert!(package.read("word/header.xml").is_err());
    assert!(String::from_utf8(package.require("word/footer.xml").unwrap()).unwrap().contains("[Ƒóóť]"));
}

#[test]
fn documents_that_word_takes_in_are_translated_once() {
    let inner = Document::new(&paragraph("Inner text"))
        .with_default("htm", "text/html")
        .with_bytes("word/a.htm", b"<p>Deeper text</p>".to_vec())
        .with_relationship("aFChunk", "a.htm");
    let with = |bytes: Vec<u8>, name: &str, content_type: &str| {
        Document::new(&paragraph("Outer text"))
            .with_default(name.rsplit('.').next().unwrap(), content_type)
            .with_bytes(&format!("word/{name}"), bytes)
            .with_relationship("aFChunk", name)
    };
    let document = with(inner.bytes(), "chunk.docx", MAIN[0]);
    assert_eq!(document.segments(), ["Outer text", "Inner text", "Deeper text"]);
    let written = document.merged(pseudo, &NOWHERE);
    let mut package = Package::open(&written, &Limits::default()).unwrap();
    let chunk = package.require("word/chunk.docx").unwrap();
    assert!(part(&chunk, "word/document.xml").contains("[Íńńéŕ ťéẋť]"));
    assert!(part(&chunk, "word/a.htm").contains("[Ďééṕéŕ ťéẋť]"));
    // A document in a document in a document stays.
    assert_eq!(with(document.bytes(), "chunk.docx", MAIN[0]).segments(), ["Outer text", "Outer text"]);
    let rich = with(b"{\\rtf1 Rich text\\par}".to_vec(), "chunk.rtf", "application/rtf");
    assert_eq!(rich.segments(), ["Outer text", "Rich text"]);
}

#[test]
fn titles_in_the_properties_follow() {
    let app = "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\" \
        xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\"><HeadingPairs><vt:vector><vt:variant>\
        <vt:lpstr>Title</vt:lpstr></vt:variant></vt:vector></HeadingPairs><TitlesOfParts><vt:vector><vt:lpstr> Main &amp; text</vt:lpstr>\
        <vt:lpstr>Office Theme</vt:lpstr></vt:vector></TitlesOfParts><Company>Main &amp; text</Company></Properties>";
    let mut document =
        Document::new(&paragraph("Main &amp; text")).with_root("extended-properties", "docProps/app.xml", app);
    let written = part(&document.merged(pseudo, &NOWHERE), "docProps/app.xml");
    assert_eq!(written, app.replacen("Main &amp; text", "[Ḿáíń &amp; ťéẋť]", 1));
    document.options.properties = false;
    assert_eq!(part(&document.merged(pseudo, &NOWHERE), "docProps/app.xml"), app);
}

#[test]
fn names_of_parts_are_equal_in_every_spelling() {
    for (name, target) in [
        ("word/a%20head.xml", "a%20head.xml"),
        ("word/a head.xml", "a%20head.xml"),
        ("word\\A head.xml", "/word/./a%20h%65ad.xml"),
    ] {
        let document = Document::new(&paragraph("Main text"))
            .with_part(name, &root("hdr", &paragraph("Head")))
            .with_relationship("header", target);
        assert_eq!(document.segments(), ["Main text", "Head"], "{name}");
        let merged = document.merged(pseudo, &NOWHERE);
        assert!(part(&merged, name).contains("[Ĥéáď]"), "{name}");
    }
}

#[test]
fn other_parts_are_found_by_their_relationships() {
    let notes = |name: &str, text: &str| {
        root(&format!("{name}s"), &format!("<w:{name} w:id=\"2\">{}</w:{name}>", paragraph(text)))
    };
    let chart = format!(
        "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">{}</c:chartSpace>",
        "<c:title><c:tx><c:rich><a:p><a:pPr/><a:r><a:rPr lang=\"en-US\" b=\"1\"/><a:t>Sales </a:t></a:r><a:r><a:rPr lang=\"en-GB\" b=\"1\" dirty=\"0\"/><a:t>chart</a:t></a:r>\
         <a:endParaRPr lang=\"en-US\"/></a:p></c:rich></c:tx></c:title>\
         <c:ser><c:tx><c:strRef><c:f>Sheet One</c:f><c:strCache><c:pt idx=\"0\"><c:v>A series</c:v></c:pt></c:strCache></c:strRef></c:tx>\
         <c:val><c:numRef><c:f>Sheet Two</c:f><c:numCache><c:formatCode>General</c:formatCode><c:pt idx=\"0\"><c:v>1 e</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser>"
    );
    let core = "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
        <dc:title>A title</dc:title><dc:creator>Some Body</dc:creator><cp:keywords> key words </cp:keywords></cp:coreProperties>";
    let level = |format: &str, text: &str| {
        format!("<w:lvl><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/></w:lvl>")
    };
    let numbering = root(
        "numbering",
        &format!("{}{}{}", level("decimal", "Chapter %1."), level("decimal", "A.%1"), level("bullet", "oo")),
    );
    let make = || {
        Document::new(&paragraph("Main text"))
            .with("header", root("hdr", &paragraph("Head")))
            .with("footnotes", notes("footnote", "Foot note"))
            .with("comments", notes("comment", "A comment"))
            .with("glossaryDocument", root("glossaryDocument", &paragraph("A template")))
            .with("chart", chart.clone())
            .with("numbering", numbering.clone())
            .with_root("core-properties", "docProps/core.xml", core)
    };
    let mut document = make();
    assert_eq!(
        document.segments(),
        [
            "Main text",
            "Head",
            "Foot note",
            "A comment",
            "Sales chart",
            "A series",
            "A title",
            "key words",
            "Chapter {0!:%1}."
        ]
    );
    let translated = document.merged(pseudo, &NOWHERE);
    assert_eq!(part(&translated, "word/header.xml"), root("hdr", &paragraph("[Ĥéáď]")));
    assert!(part(&translated, "word/numbering.xml").contains("w:val=\"[Ćĥáṕťéŕ %1.]\""));
    assert!(part(&translated, "docProps/core.xml").contains("<cp:keywords> [ķéý ŵóŕďś] </cp:keywords>"));
    let new_chart = part(&translated, "word/chart.xml");
    assert!(
        new_chart.contains("<a:r><a:rPr lang=\"en-US\" b=\"1\"/><a:t>[Śáĺéś ćĥáŕť]</a:t></a:r><a:endParaRPr"),
        "{new_chart}"
    );
    assert!(new_chart.contains("<c:f>Sheet One</c:f>") && new_chart.contains("<c:v>1 e</c:v>"));
    document.options.comments = false;
    document.options.notes = false;
    document.options.properties = false;
    assert_eq!(document.segments(), ["Main text", "Head", "Sales chart", "A series", "Chapter {0!:%1}."]);
}

#[test]
fn html_that_word_takes_in_is_translated_too() {
    let document = Document::new(&paragraph("Main"))
        .with_default("html", "text/html")
        .with_default("bin", "application/octet-stream")
        .with_part("word/chunk.html", "<html><body><p>Some html</p></body></html>");
    let document = document.with_relationship("aFChunk", "chunk.html");
    assert_eq!(document.segments(), ["Main", "Some html"]);
    let translated = document.merged(pseudo, &NOWHERE);
    assert!(part(&translated, "word/chunk.html").contains("[Śóɱé ĥťɱĺ]"));
}

#[test]
fn custom_xml_says_what_the_bound_control_shows() {
    let control = |leaf: &str, list: &str, text: &str| {
        format!(
            "<w:p><w:sdt><w:sdtPr><w:dataBinding w:xpath=\"/n:a[1]/n:{leaf}[1]\" w:storeItemID=\"{{AB-1}}\"/>{list}</w:sdtPr>\
             <w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent></w:sdt></w:p>"
        )
    };
    let body = format!(
        "{}{}{}",
        control("client", "<w:text/>", "Our client").replace("<w:sdt>", "<w:r><w:t>Dear</w:t></w:r><w:sdt>"),
        control("state", "<w:dropDownList/>", "Open state"),
        control("other", "<w:text/>", "Not the same")
    );
    let item = "<a xmlns=\"n\"><client> Our client </client><client2>Our client</client2><state>Open state</state><other>x y</other></a>";
    let properties = "<ds:datastoreItem xmlns:ds=\"http://schemas.openxmlformats.org/officeDocument/2006/customXml\" ds:itemID=\"{ab-1}\"/>";
    let relationships = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>\
        <Relationship Id='a' Type='http://x/customXmlProps' Target='itemProps1.xml'/></Relationships>";
    let document = Document::new(&body)
        .with_relationship("customXml", "../customXml/item1.xml")
        .with_part("customXml/item1.xml", item)
        .with_part("customXml/itemProps1.xml", properties)
        .with_part("customXml/_rels/item1.xml.rels", relationships);
    assert_eq!(document.segments(), ["Dear", "Our client", "Open state", "Not the same"]);
    let translated = document.merged(pseudo, &NOWHERE);
    let expected = item.replace("<client> Our client <", "<client> [Óúŕ ćĺíéńť] <");
    assert_eq!(part(&translated, "customXml/item1.xml"), expected);
}

#[test]
fn strict_documents_other_prefixes_and_utf_16() {
    let strict = "<x:document xmlns:x=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><x:body><x:p><x:r><x:rPr><x:b/></x:rPr><x:t>Strict</x:t></x:r></x:p></x:body></x:document>";
    let document = Document::raw(strict.as_bytes().to_vec());
    assert_eq!(document.segments(), ["Strict"]);
    let translated = document.merged(pseudo, &NOWHERE);
    assert_eq!(part(&translated, "word/document.xml"), strict.replace("Strict", "[Śťŕíćť]"));
    let utf_16: Vec<u8> = format!("\u{feff}{strict}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let translated = Document::raw(utf_16).merged(pseudo, &NOWHERE);
    let bytes = Package::open(&translated, &Limits::default()).unwrap().require("word/document.xml").unwrap();
    let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(String::from_utf16(&units).unwrap(), format!("\u{feff}{}", strict.replace("Strict", "[Śťŕíćť]")));
}

#[test]
fn templates_and_documents_with_macros_are_documents() {
    for content_type in super::super::parts::MAIN {
        let document = Document::new(&paragraph("text")).with_type(content_type);
        assert_eq!(document.segments(), ["text"]);
    }
    let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    assert!(matches!(Document::new("").with_type(sheet).read(), Err(FormatError::Corrupt { .. })));
}

#[test]
fn only_parts_that_change_are_written() {
    let document = Document::new(&paragraph("Main")).with("header", root("hdr", &paragraph("Head")));
    let bytes = document.bytes();
    let written = document.merged(
        |segment| if segment.source.text() == "Head" { pseudo(segment) } else { segment.source.clone() },
        &super::build::to("pt"),
    );
    assert_eq!(part(&written, "word/document.xml"), part(&bytes, "word/document.xml"));
    assert_eq!(body(&part(&written, "word/document.xml")), paragraph("Main"));
    assert_ne!(part(&written, "word/header.xml"), part(&bytes, "word/header.xml"));
}

#[test]
fn signatures_that_no_longer_hold_are_left_out() {
    let document = Document::new(&paragraph("Main"))
        .with_root("digital-signature/origin", "_xmlsignatures/origin.sigs", "")
        .with_part("_xmlsignatures/sig1.xml", "<Signature/>");
    let names =
        |bytes: &[u8]| Package::open(bytes, &Limits::default()).unwrap().names().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(&document.merged(|segment| segment.source.clone(), &NOWHERE)), names(&document.bytes()));
    let translated = document.merged(pseudo, &NOWHERE);
    assert!(!names(&translated).iter().any(|name| name.starts_with("_xmlsignatures")));
    assert!(!part(&translated, "_rels/.rels").contains("signature"));
    let extracted = crate::docx::extract(&document.bytes(), &document.options, &Limits::default()).unwrap();
    assert_eq!(extracted.warnings.len(), 1);
}

#[test]
fn the_workbook_behind_a_chart_says_what_it_says() {
    let chart = "<c:chartSpace xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart'><c:chart><c:ser><c:tx><c:strRef>\
         <c:f>Sheet1!$B$1</c:f><c:strCache><c:pt idx='0'><c:v>Old</c:v></c:pt></c:strCache></c:strRef></c:tx></c:ser></c:chart>\
         </c:chartSpace>";
    let related = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>\
         <Relationship Id='r1' Type='http://x/package' Target='book.xlsx'/></Relationships>";
    let document = Document::new("")
        .with("chart", chart.to_owned())
        .with_part("word/_rels/chart.xml.rels", related)
        .with_bytes("word/book.xlsx", workbook(&STRINGS, "1"));
    assert_eq!(document.segments(), ["Old"]);
    let merged = document.merged(pseudo, &NOWHERE);
    assert!(part(&merged, "word/chart.xml").contains(">[Óĺď]<"));
    let book = Package::open(&merged, &Limits::default()).unwrap().require("word/book.xlsx").unwrap();
    let strings = part(&book, "xl/sharedStrings.xml");
    assert!(strings.contains("<t>[Óĺď]</t>") && strings.contains(">New</t>"), "{strings}");
}

#[test]
fn diagrams_and_what_was_drawn_of_them_agree() {
    const SPACE: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"";
    let drawn = |name: &str, text: &str| {
        format!(
            "<{name} xmlns:d=\"d\" {SPACE}><d:t><a:p><a:r><a:rPr lang=\"en-US\"/><a:t>{text}</a:t></a:r></a:p></d:t></{name}>"
        )
    };
    let document = Document::new(&paragraph("Main"))
        .with("diagramDrawing", drawn("d:drawing", "Step one"))
        .with("diagramData", drawn("d:dataModel", "Step one"));
    assert_eq!(document.segments(), ["Main", "Step one"]);
    let translated = document.merged(pseudo, &NOWHERE);
    for (name, whole) in [("Drawing", "d:drawing"), ("Data", "d:dataModel")] {
        assert_eq!(part(&translated, &format!("word/diagram{name}.xml")), drawn(whole, "[Śťéṕ óńé]"));
    }
}

#[test]
fn charts_of_newer_programs_have_words() {
    let chart = "<cx:chartSpace xmlns:cx=\"http://schemas.microsoft.com/office/drawing/2014/chartex\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><cx:chartData><cx:data id=\"0\"><cx:strDim type=\"cat\">\
         <cx:f>Sheet1!$A$2</cx:f><cx:lvl ptCount=\"2\"><cx:pt idx=\"0\">Branch</cx:pt><cx:pt idx=\"1\">Leaf</cx:pt></cx:lvl></cx:strDim>\
         <cx:numDim type=\"size\"><cx:f>Sheet1!$B$2</cx:f><cx:lvl ptCount=\"1\" formatCode=\"General\"><cx:pt idx=\"0\">12</cx:pt></cx:lvl>\
         </cx:numDim></cx:data></cx:chartData><cx:chart><cx:title><cx:tx><cx:txData><cx:v>A tree</cx:v></cx:txData></cx:tx></cx:title>\
         <cx:plotArea><cx:plotAreaRegion><cx:series layoutId=\"treemap\"><cx:tx><cx:txData><cx:f>Sheet1!$B$1</cx:f><cx:v>Branch</cx:v>\
         </cx:txData></cx:tx></cx:series></cx:plotAreaRegion></cx:plotArea></cx:chart></cx:chartSpace>";
    let document = Document::new(&paragraph("Main")).with("chartEx", chart.into());
    assert_eq!(document.segments(), ["Main", "Branch", "Leaf", "A tree"]);
    let expected = chart.replace("Branch", "[Ɓŕáńćĥ]").replace("Leaf", "[Ĺéáƒ]").replace("A tree", "[Á ťŕéé]");
    assert_eq!(part(&document.merged(pseudo, &NOWHERE), "word/chartEx.xml"), expected);
}

#[test]
fn what_newer_programs_add_to_comments_and_controls() {
    const MORE: &str = "xmlns:w15=\"http://schemas.microsoft.com/office/word/2012/wordml\" \
         xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\"";
    let extended = format!("<w15:commentsEx {MORE}><w15:commentEx w15:paraId=\"0A\" w15:done=\"1\"/></w15:commentsEx>");
    let people = format!("<w15:people {MORE}><w15:person w15:author=\"Some Body\"/></w15:people>");
    let item = |text: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:id w:val=\"2\"/><w15:repeatingSectionItem/></w:sdtPr><w:sdtContent><w:tr><w:tc>{}</w:tc></w:tr>\
             </w:sdtContent></w:sdt>",
            paragraph(text)
        )
    };
    let body = format!(
        "<w:tbl><w:sdt {MORE}><w:sdtPr><w:alias w:val=\"An alias\"/><w15:repeatingSection><w15:sectionTitle w15:val=\"Items\"/>\
         </w15:repeatingSection></w:sdtPr><w:sdtContent>{}{}</w:sdtContent></w:sdt></w:tbl>\
         <w:p><w:sdt {MORE}><w:sdtPr><w14:checkbox><w14:checked w14:val=\"1\"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>x y</w:t></w:r>\
         </w:sdtContent></w:sdt></w:p>",
        item("first"),
        item("second")
    );
    let comment = format!(
        "<w:comment w:id=\"1\" w:author=\"Some Body\" w:initials=\"SB\">{}</w:comment>",
        paragraph("A comment")
    );
    let document = Document::new(&body)
        .with("comments", root("comments", &comment))
        .with("commentsExtended", extended.clone())
        .with("people", people.clone());
    assert_eq!(document.segments(), ["first", "second", "A comment"]);
    let translated = document.merged(pseudo, &NOWHERE);
    assert_eq!(part(&translated, "word/commentsExtended.xml"), extended);
    assert_eq!(part(&translated, "word/people.xml"), people);
    assert!(part(&translated, "word/comments.xml").contains("w:author=\"Some Body\" w:initials=\"SB\""));
    assert!(body_in_arabic(&document).contains("w15:val=\"Items\""));
}
