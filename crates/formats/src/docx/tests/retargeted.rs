//! Language and direction of the translation.

use super::build::{Document, body, part, root, to};
use super::engine::pseudo;

#[track_caller]
fn check(before: &str, language: &str, after: &str) {
    let translated = Document::new(before).merged(pseudo, &to(language));
    assert_eq!(body(&part(&translated, "word/document.xml")), after);
}

#[test]
fn runs_that_name_their_language_name_the_new_one() {
    check(
        "<w:p><w:r><w:rPr><w:b/><w:lang w:val=\"en-US\" w:eastAsia=\"ja-JP\"/></w:rPr><w:t>text</w:t></w:r></w:p>",
        "pt",
        "<w:p><w:r><w:rPr><w:b/><w:lang w:val=\"pt-BR\" w:eastAsia=\"ja-JP\"/></w:rPr><w:t>[ťéẋť]</w:t></w:r></w:p>",
    );
    check(
        "<w:p><w:r><w:rPr><w:lang w:val=\"en-US\"/></w:rPr><w:t>text</w:t></w:r></w:p>",
        "ja",
        "<w:p><w:r><w:rPr><w:lang w:eastAsia=\"ja-JP\" w:val=\"en-US\"/></w:rPr><w:t>[ťéẋť]</w:t></w:r></w:p>",
    );
}

#[test]
fn the_document_names_the_new_language() {
    let styles = root(
        "styles",
        "<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val=\"22\"/><w:lang w:val=\"en-US\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault></w:docDefaults>\
         <w:style w:styleId=\"A\"><w:rPr><w:lang w:val=\"en-GB\"/></w:rPr></w:style><w:style w:styleId=\"B\"><w:rPr><w:lang w:val=\"fr-FR\"/></w:rPr></w:style>",
    );
    let settings = root("settings", "<w:themeFontLang w:val=\"en-US\"/>");
    let document = Document::new("<w:p><w:r><w:t>text</w:t></w:r></w:p>")
        .with("styles", styles.clone())
        .with("settings", settings);
    let translated = document.merged(pseudo, &to("de"));
    let expected = styles.replace("w:val=\"en-US\" w:bidi", "w:val=\"de-DE\" w:bidi").replace("en-GB", "de-DE");
    assert_eq!(part(&translated, "word/styles.xml"), expected);
    assert!(part(&translated, "word/settings.xml").contains("<w:themeFontLang w:val=\"de-DE\"/>"));
    let same = document.merged(|segment| segment.source.clone(), &to("de"));
    assert!(same == document.bytes());
    let without = root(
        "styles",
        "<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val=\"22\"/></w:rPr></w:rPrDefault></w:docDefaults>",
    );
    let document = Document::new("<w:p><w:r><w:t>text</w:t></w:r></w:p>").with("styles", without);
    let translated = document.merged(pseudo, &to("he"));
    assert!(part(&translated, "word/styles.xml").contains("<w:sz w:val=\"22\"/><w:lang w:bidi=\"he-IL\"/></w:rPr>"));
}

#[test]
fn right_to_left_goes_through_runs_paragraphs_tables_and_sections() {
    check(
        "<w:p><w:pPr><w:keepNext/><w:spacing w:after=\"0\"/><w:jc w:val=\"left\"/></w:pPr>\
         <w:r><w:rPr><w:b/><w:sz w:val=\"28\"/><w:u w:val=\"single\"/><w:lang w:val=\"en-US\"/></w:rPr><w:t>bold</w:t></w:r></w:p>",
        "ar",
        "<w:p><w:pPr><w:keepNext/><w:bidi/><w:spacing w:after=\"0\"/><w:jc w:val=\"left\"/></w:pPr>\
         <w:r><w:rPr><w:b/><w:bCs/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/><w:u w:val=\"single\"/><w:rtl/><w:lang w:bidi=\"ar-SA\" w:val=\"en-US\"/></w:rPr><w:t>[ƀóĺď]</w:t></w:r></w:p>",
    );
    check(
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"a\"/><w:tblW w:w=\"0\"/></w:tblPr><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
         <w:sectPr><w:pgSz w:w=\"1\"/><w:docGrid/></w:sectPr>",
        "he",
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"a\"/><w:bidiVisual/><w:tblW w:w=\"0\"/></w:tblPr><w:tr><w:tc><w:p><w:pPr><w:bidi/></w:pPr><w:r><w:rPr><w:rtl/></w:rPr><w:t>[ćéĺĺ]</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
         <w:sectPr><w:pgSz w:w=\"1\"/><w:bidi/><w:rtlGutter/><w:docGrid/></w:sectPr>",
    );
    check(
        "<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:rPr><w:rtl w:val=\"0\"/></w:rPr><w:t>text</w:t></w:r></w:p>",
        "fa",
        "<w:p><w:pPr><w:bidi/><w:sectPr><w:bidi/><w:rtlGutter/></w:sectPr></w:pPr><w:r><w:rPr><w:rtl/></w:rPr><w:t>[ťéẋť]</w:t></w:r></w:p>",
    );
}

#[test]
fn left_to_right_takes_the_marks_away() {
    let body_before = "<w:p><w:pPr><w:bidi/><w:jc w:val=\"left\"/></w:pPr><w:r><w:rPr><w:b/><w:rtl/></w:rPr><w:t>text</w:t></w:r></w:p><w:sectPr><w:bidi/></w:sectPr>";
    let target = crate::Target { source_language: "he".parse().ok(), language: "en".parse().ok() };
    let translated = Document::new(body_before).merged(pseudo, &target);
    assert_eq!(
        body(&part(&translated, "word/document.xml")),
        "<w:p><w:pPr><w:jc w:val=\"left\"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>[ťéẋť]</w:t></w:r></w:p><w:sectPr></w:sectPr>"
    );
}

#[test]
fn text_boxes_within_paragraphs_turn_too() {
    let inner =
        |properties: &str, run: &str, text: &str| format!("<w:p>{properties}<w:r>{run}<w:t>{text}</w:t></w:r></w:p>");
    let outer = |properties: &str, run: &str, text: &str, inside: &str| {
        format!(
            "<w:p>{properties}<w:r>{run}<w:t>{text}</w:t></w:r><w:r>{run}<w:pict><v:textbox><w:txbxContent>{inside}</w:txbxContent></v:textbox></w:pict></w:r><w:r>{run}<w:t>end</w:t></w:r></w:p>"
        )
    };
    let (bidi, rtl) = ("<w:pPr><w:bidi/></w:pPr>", "<w:rPr><w:rtl/></w:rPr>");
    check(
        &outer("", "", "start", &inner("", "", "inside")),
        "ar",
        &outer(bidi, rtl, "[śťáŕť", &inner(bidi, rtl, "[íńśíďé]")).replace(">end<", ">éńď]<"),
    );
}

#[test]
fn charts_turn_by_attributes() {
    let chart = "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">\
        <a:p><a:pPr algn=\"l\"/><a:r><a:rPr lang=\"en-US\"/><a:t>title</a:t></a:r></a:p><a:p><a:r><a:t>other</a:t></a:r></a:p></c:chartSpace>";
    let translated = Document::new("").with("chart", chart.into()).merged(pseudo, &to("ar"));
    let chart = part(&translated, "word/chart.xml");
    assert!(
        chart.contains("<a:pPr rtl=\"1\" algn=\"r\"/><a:r><a:rPr lang=\"ar-SA\"/><a:t>[ťíťĺé]</a:t></a:r>"),
        "{chart}"
    );
    assert!(chart.contains("<a:p><a:pPr rtl=\"1\"/><a:r><a:t>[óťĥéŕ]</a:t></a:r></a:p>"), "{chart}");
}
