//! The parts of a package.

use super::build::{Document, NOWHERE, part, root};
use super::engine::pseudo;
use crate::package::Package;
use crate::{FormatError, Limits, WarningKind};

const TEXT: &str = "<text:p>Text</text:p>";

fn entry(path: &str, media_type: &str) -> String {
    format!("<manifest:file-entry manifest:full-path='{path}' manifest:media-type='{media_type}'/>")
}

#[test]
fn headers_and_footers_of_pages_and_no_prompts() {
    let styles = root(
        "document-styles",
        "<office:styles><style:style style:name='x' style:family='text' style:display-name='Not this'/></office:styles>\
         <office:master-styles><style:master-page style:name='Standard'><style:header><text:p>The header</text:p>\
         </style:header><draw:frame presentation:class='title'><draw:text-box><text:p>Click here</text:p></draw:text-box>\
         </draw:frame><draw:frame presentation:class='footer'><draw:text-box><text:p>The footer</text:p></draw:text-box>\
         </draw:frame></style:master-page></office:master-styles>",
    );
    let document = Document::new(TEXT).with("styles.xml", styles);
    assert_eq!(document.segments(), ["Text", "The header", "The footer"]);
    assert!(document.pseudo_part("styles.xml").contains("<text:p>[Ťĥé ĥéáďéŕ]</text:p>"));
}

#[test]
fn properties_of_the_document() {
    let meta = root(
        "document-meta",
        "<office:meta><meta:generator>Some Program</meta:generator><dc:title>The title</dc:title><dc:creator>Some Body\
         </dc:creator><dc:subject>The <x/> subject</dc:subject><dc:description>What it is</dc:description><meta:keyword>\
         key</meta:keyword><meta:user-defined>Defined</meta:user-defined></office:meta>",
    );
    let mut document = Document::new(TEXT).with("meta.xml", meta);
    assert_eq!(document.segments(), ["Text", "The title", "What it is", "key"]);
    assert!(document.pseudo_part("meta.xml").contains("<dc:title>[Ťĥé ťíťĺé]</dc:title>"));
    document.options.properties = false;
    assert_eq!(document.segments(), ["Text"]);
}

#[test]
fn charts_and_no_formulas() {
    let chart = root(
        "document-content",
        "<office:body><office:chart><chart:chart><chart:title><text:p>Sales</text:p></chart:title><table:table><table:table-row>\
         <table:table-cell office:value-type='string'><text:p>North</text:p></table:table-cell></table:table-row></table:table>\
         <chart:series xmlns:loext='urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0' \
         loext:label-string='&quot;All&quot;'/></chart:chart></office:chart></office:body>",
    );
    let document = Document::new(TEXT)
        .with("Object 1/content.xml", chart)
        .with("Object 2/content.xml", "<!DOCTYPE math><math/>")
        .with("Object 3/content.xml", "<broken")
        .with_manifest(&entry("Object 1/", "application/vnd.oasis.opendocument.chart"))
        .with_manifest(&entry("Object 2/", "application/vnd.oasis.opendocument.formula"));
    assert_eq!(document.segments(), ["Text", "Sales", "North", "All"]);
    assert!(document.pseudo_part("Object 1/content.xml").contains("loext:label-string='&quot;[Áĺĺ]&quot;'"));
    assert!(document.pseudo_part("Object 1/content.xml").contains("<text:p>[Ńóŕťĥ]</text:p>"));
    let warnings: Vec<_> = document.warnings().into_iter().map(|warning| (warning.kind, warning.place.part)).collect();
    assert_eq!(warnings, [(WarningKind::PartKept, "Object 3/content.xml".to_owned())]);
}

#[test]
fn signatures_are_left_out_of_what_changes() {
    let signed = entry("META-INF/documentsignatures.xml", "");
    let document = Document::new(TEXT)
        .with("META-INF/documentsignatures.xml", "<document-signatures/>")
        .with("Thumbnails/thumbnail.png", "png")
        .with_manifest(&entry("content.xml", "text/xml"))
        .with_manifest(&signed);
    assert_eq!(document.warnings()[0].kind, WarningKind::SignatureRemoved);
    let bytes = document.merged(pseudo, &NOWHERE);
    let mut package = Package::open(&bytes, &Limits::default()).unwrap();
    assert_eq!(package.read("META-INF/documentsignatures.xml").unwrap(), None);
    assert_eq!(package.require("Thumbnails/thumbnail.png").unwrap(), b"png");
    assert!(!part(&bytes, "META-INF/manifest.xml").contains("signatures"));
    assert!(part(&bytes, "META-INF/manifest.xml").contains("content.xml"));
}

#[test]
fn the_media_type_stays_first_and_as_it_is() {
    let bytes = Document::new(TEXT).merged(pseudo, &NOWHERE);
    assert_eq!(&bytes[30..77], b"mimetypeapplication/vnd.oasis.opendocument.text");
    assert_eq!(bytes[8..10], [0, 0]);
    assert_eq!(crate::detect(None, None, &bytes).ok(), Some(crate::Format::Odt));
}

#[test]
fn encrypted_documents_are_refused() {
    let document = Document::raw("not XML at all").with_manifest(
        "<manifest:file-entry manifest:full-path='content.xml'><manifest:encryption-data/></manifest:file-entry>",
    );
    assert!(matches!(document.read(), Err(FormatError::Encrypted)));
    // All of it is one encrypted entry.
    let document = Document::new(TEXT).without("content.xml").with("encrypted-package", "x").with_manifest(
        "<manifest:file-entry manifest:full-path='encrypted-package'><manifest:encryption-data/></manifest:file-entry>",
    );
    assert!(matches!(document.read(), Err(FormatError::Encrypted)));
}

#[test]
fn what_a_document_can_do_without_may_be_unreadable() {
    let encrypted = |name: &str| {
        format!("<manifest:file-entry manifest:full-path='{name}'><manifest:encryption-data/></manifest:file-entry>")
    };
    // Macros have a password of their own.
    let document = Document::new(TEXT)
        .with("Basic/Standard/Module1.xml", "x")
        .with_manifest(&encrypted("Basic/Standard/Module1.xml"));
    assert_eq!(document.segments(), ["Text"]);
    assert!(document.warnings().is_empty());
    let cut_off = root("document-styles", "<office:master-styles><text:p>Page").split_at(200).0.to_owned();
    let document = Document::new(TEXT).with("styles.xml", cut_off.as_str()).with("meta.xml", "<broken");
    assert_eq!(document.segments(), ["Text"]);
    let kept: Vec<_> = document.warnings().into_iter().map(|warning| (warning.kind, warning.place.part)).collect();
    assert_eq!(kept, ["styles.xml", "meta.xml"].map(|part| (WarningKind::PartKept, part.to_owned())));
    let bytes = document.merged(pseudo, &NOWHERE);
    assert_eq!(part(&bytes, "styles.xml"), cut_off);
    assert_eq!(part(&bytes, "meta.xml"), "<broken");
    // Without content, the styles are the document.
    assert!(Document::new(TEXT).without("content.xml").with("styles.xml", cut_off).read().is_err());
}

#[test]
fn manifests_of_old_have_a_document_type() {
    let old = "<?xml version='1.0'?><!DOCTYPE manifest:manifest PUBLIC '-//X//EN' 'Manifest.dtd'><manifest:manifest \
               xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>";
    assert_eq!(Document::new(TEXT).with("META-INF/manifest.xml", old).segments(), ["Text"]);
    let hostile = old.replace("PUBLIC '-//X//EN' 'Manifest.dtd'", "[<!ENTITY a 'b'>]");
    assert!(Document::new(TEXT).with("META-INF/manifest.xml", hostile).read().is_err());
}

#[test]
fn labels_of_lists_have_words() {
    let level = |attributes: &str| format!("<text:list-level-style-number text:level='1' {attributes}/>");
    let styles = root(
        "document-styles",
        &format!(
            "<office:styles><text:outline-style>{}</text:outline-style><text:notes-configuration>\
             <text:note-continuation-notice-forward>Goes on</text:note-continuation-notice-forward></text:notes-configuration>\
             </office:styles><office:automatic-styles><text:list-style>{}</text:list-style></office:automatic-styles>",
            level("style:num-prefix='Chapter ' style:num-suffix=': ' loext:num-list-format='Chapter %1%: 100 %'")
                .replace("list-level-style-number", "outline-level-style")
                .replace(
                    " text:level",
                    " xmlns:loext='urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0' text:level"
                ),
            level("style:num-prefix='(' style:num-suffix='a)'")
        ),
    );
    let document = Document::new("<text:p>Text</text:p>").with("styles.xml", styles);
    assert_eq!(document.segments(), ["Text", "Chapter", "Chapter {0=%1%}: 100 %", "Goes on"]);
    let written = document.pseudo_part("styles.xml");
    for part in ["num-prefix='[Ćĥáṕťéŕ] '", "num-list-format='[Ćĥáṕťéŕ %1%: 100 %]'", ">[Ǵóéś óń]<", "num-suffix='a)'"]
    {
        assert!(written.contains(part), "{part} {written}");
    }
}

#[test]
fn controls_explain_themselves_and_send_what_they_sent() {
    let body = "<office:forms xmlns:form='urn:oasis:names:tc:opendocument:xmlns:form:1.0'><form:form form:name='Form'>\
                <form:text form:name='n' form:title='Your name here' form:value='Nobody yet' form:current-value='Nobody yet'/>\
                <form:checkbox form:label='I agree' form:value='yes please'/><form:combobox form:current-value='Two words'>\
                <form:item form:label='Two words'/></form:combobox><form:listbox><form:option form:label='An option' \
                form:value='a value'/></form:listbox></form:form></office:forms>";
    assert_eq!(
        Document::new(body).segments(),
        ["Your name here", "Nobody yet", "Nobody yet", "I agree", "Two words", "Two words", "An option"]
    );
}

#[test]
fn dates_of_slides_that_somebody_wrote() {
    let body = "<office:presentation><presentation:date-time-decl presentation:name='d' presentation:source='fixed'>Spring term\
                </presentation:date-time-decl><presentation:date-time-decl presentation:source='current-date'>May day\
                </presentation:date-time-decl></office:presentation>";
    assert_eq!(Document::new(body).segments(), ["Spring term"]);
}
