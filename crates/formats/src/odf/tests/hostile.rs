//! Documents made to hurt: they are refused, or go through in linear time, and never bring the program down.

use proptest::prelude::*;

use super::build::{Document, NOWHERE, root};
use super::engine::pseudo;
use crate::extent::Extent;
use crate::odf::take_apart;
use crate::{FormatError, Limits, Options};

#[track_caller]
fn check_refused(document: &Document) {
    let refused = document.read();
    assert!(matches!(refused, Err(FormatError::Corrupt { .. } | FormatError::TooComplex { .. })), "read");
}

/// Reads the document and writes all of it anew.
#[track_caller]
fn check_written(document: &Document) -> usize {
    let (segments, skeleton) = document.read().unwrap();
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    skeleton.write(&translations, &NOWHERE, Extent::All).unwrap().len()
}

#[test]
fn missing_and_broken_parts() {
    let empty = take_apart(b"", &Options::default(), &Limits::default(), &mut Vec::new());
    assert!(matches!(empty, Err(FormatError::Empty)));
    check_refused(&Document::raw(""));
    check_refused(&Document::raw("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"));
    assert_eq!(Document::new("<text:p>text</text:p>").with("styles.xml", "<cut").segments(), ["text"]);
    check_refused(&Document::new("").without("content.xml"));
    // Templates of styles have no content.
    let styles = root("document-styles", "<office:master-styles><text:p>A footer</text:p></office:master-styles>");
    assert_eq!(Document::new("").with("styles.xml", styles).without("content.xml").segments(), ["A footer"]);
}

#[test]
fn depth() {
    for element in
        ["<text:section>", "<text:p><text:span>", "<text:p><draw:frame>", "<table:table-cell>", "<text:p><text:a>"]
    {
        check_refused(&Document::new(&element.repeat(2_000)));
    }
    let nested = format!(
        "<text:p>{}deep{}</text:p>",
        "<text:span text:style-name='B'><text:span text:style-name='I'>".repeat(400),
        "</text:span></text:span>".repeat(400)
    );
    assert_eq!(Document::new(&nested).segments(), ["deep"]);
}

#[test]
fn repeats_are_no_more_than_numbers() {
    let body = "<table:table><table:table-row table:number-rows-repeated='4611686018427387904'><table:table-cell \
                table:number-columns-repeated='99999999999999999999999'><text:p>One<text:s text:c='2147483647'/>two<text:s \
                text:c='-1'/>three<text:s text:c='0'/></text:p></table:table-cell></table:table-row></table:table>";
    let document = Document::new(body);
    assert_eq!(document.segments(), ["One", "two", "three"]);
    assert!(document.pseudo().contains("[Óńé]<text:s text:c='2147483647'/>[ťŵó]"));
}

#[test]
fn many_spans_deep_in_spans_do_not_multiply() {
    let around = 300;
    let body = format!(
        "<text:p>{}{}{}</text:p>",
        "<text:span text:style-name='B'><text:span text:style-name='I'>".repeat(around),
        "word <text:span text:style-name='U'>word</text:span> ".repeat(5_000),
        "</text:span></text:span>".repeat(around)
    );
    assert!(check_written(&Document::new(&body)) < 400_000);
}

#[test]
fn floods() {
    let spans: String = (0..20_000).map(|n| format!("<text:span text:style-name='s{n}'>a</text:span>")).collect();
    for body in [
        format!("<text:p>{spans}</text:p>"),
        format!("<text:p>{}</text:p>", "word <text:tab/>".repeat(20_000)),
        format!("<text:p>{}</text:p>", "a<text:s/>".repeat(20_000)),
        format!("<text:p>{}</text:p>", "<text:a xlink:href='x'>a</text:a>".repeat(20_000)),
        format!(
            "<text:p>{}</text:p>",
            "<text:span text:style-name='B'>a</text:span><text:span text:style-name='I'>b</text:span>".repeat(10_000)
        ),
        format!(
            "<text:p>{}</text:p>",
            "<text:note><text:note-body><text:p>n</text:p></text:note-body></text:note>".repeat(10_000)
        ),
        "<text:p>word</text:p>".repeat(20_000),
    ] {
        check_written(&Document::new(&body));
    }
}

#[test]
fn misplaced_elements_are_kept() {
    for content in [
        "Text <text:p>inner</text:p> more",
        "Text <table:table><table:table-cell/></table:table> more",
        "Text <text:ruby>loose</text:ruby> more",
        "Text <text:note>loose</text:note> more",
        "Text <text:s>not empty</text:s> more",
        "Text <text:conditional-text text:string-value-if-true='x'>x<text:span/></text:conditional-text> more",
    ] {
        check_written(&Document::paragraph(content));
        Document::paragraph(content).pseudo();
    }
    check_written(&Document::new("<text:span>no paragraph</text:span>loose text<text:s/>"));
}

/// A document with something of everything.
fn rich() -> Document {
    let span = |style: &str, text: &str| format!("<text:span text:style-name='{style}'>{text}</text:span>");
    Document::new(&format!(
        "<text:tracked-changes/><text:h>One {}</text:h><text:p>Two <text:a xlink:href='x'>three {}</text:a><text:s/>four\
         <text:note><text:note-body><text:p>five</text:p></text:note-body></text:note><text:tab/>six<text:line-break/>seven\
         <draw:frame><draw:text-box><text:p>eight</text:p></draw:text-box><svg:desc>nine</svg:desc></draw:frame></text:p>\
         <table:table><table:table-row><table:table-cell office:string-value='ten'><text:p>ten</text:p></table:table-cell>\
         </table:table-row></table:table>",
        span("B", "bold"),
        span("I", &span("U", "slanted"))
    ))
    .with("styles.xml", super::build::root("document-styles", "<office:master-styles/>"))
    .with_manifest("<manifest:file-entry manifest:full-path='content.xml' manifest:media-type='text/xml'/>")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happens to a document on its way, it is refused or read and written.
    #[test]
    fn damage_never_panics(places in prop::collection::vec((0usize..1 << 16, any::<u8>()), 1..6), cut in 0usize..1 << 17) {
        let mut bytes = rich().stored_bytes();
        for (place, byte) in places {
            let place = place % bytes.len();
            bytes[place] = byte;
        }
        bytes.truncate(cut.max(bytes.len() / 2));
        let read = take_apart(&bytes, &Options::default(), &Limits::default(), &mut Vec::new());
        if let Ok((segments, skeleton)) = read {
            let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
            prop_assert!(skeleton.write(&sources, &NOWHERE, Extent::Changed).unwrap() == bytes);
        }
    }

    /// Damage that the container does not notice: to the text of the content.
    #[test]
    fn damaged_content_never_panics(places in prop::collection::vec((0usize..1 << 16, 0usize..8), 1..6)) {
        let (_, skeleton) = rich().read().unwrap();
        let mut content = skeleton.parts[0].part.text.clone().into_bytes();
        for (place, what) in places {
            let place = place % content.len();
            content[place] = b"<>/'x &:"[what];
        }
        let Ok(content) = String::from_utf8(content) else { return Ok(()) };
        let document = Document::raw(&content);
        if let Ok((segments, skeleton)) = document.read() {
            let translations: Vec<_> = segments.iter().map(pseudo).collect();
            skeleton.write(&translations, &NOWHERE, Extent::All).unwrap();
        }
    }
}
