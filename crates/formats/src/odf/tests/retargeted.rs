//! Language and direction of the translation.

use super::build::{Document, root};

const TEXT: &str = "<text:p>Text</text:p>";

fn styled(styles: &str) -> Document {
    Document::new(TEXT).with("styles.xml", root("document-styles", &format!("<office:styles>{styles}</office:styles>")))
}

#[track_caller]
fn check(target: &str, styles: &str, expected: &str) {
    let part = styled(styles).retargeted(target, "styles.xml");
    let start = part.find("<office:styles>").unwrap() + "<office:styles>".len();
    assert_eq!(&part[start..part.find("</office:styles>").unwrap()], expected, "{target}");
}

const DEFAULT: &str = "<style:default-style style:family='paragraph'><style:paragraph-properties/><style:text-properties \
    fo:language='en' fo:country='US' style:language-asian='zxx' style:country-asian='none'/></style:default-style>";

#[test]
fn the_default_language_is_that_of_the_script() {
    check("pt-pt", DEFAULT, &DEFAULT.replace("fo:language='en' fo:country='US'", "fo:language='pt' fo:country='PT'"));
    check("ja", DEFAULT, &DEFAULT.replace("asian='zxx'", "asian='ja'").replace("asian='none'", "asian='JP'"));
    check(
        "hi",
        DEFAULT,
        &DEFAULT.replace(
            "<style:text-properties",
            "<style:text-properties style:language-complex=\"hi\" style:country-complex=\"IN\"",
        ),
    );
}

#[test]
fn drafts_of_the_format_name_properties_in_another_way() {
    let part = |name: &str, language: &str| {
        format!(
            "<office:document-{name} xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' \
             xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0' xmlns:fo='http://www.w3.org/1999/XSL/Format'>\
             <office:styles><style:default-style style:family='paragraph'><style:text-properties \
             fo:language='{language}' fo:country='{}'/></style:default-style></office:styles></office:document-{name}>",
            language.to_uppercase()
        )
    };
    let document = Document::new(TEXT).with("styles.xml", part("styles", "de"));
    assert_eq!(document.retargeted("fr", "styles.xml"), part("styles", "fr"));
}

#[test]
fn styles_in_the_source_language_follow_and_others_stay() {
    let style = |language: &str, country: &str| {
        format!(
            "<style:style style:name='x' style:family='text'><style:text-properties fo:language='{language}' \
             fo:country='{country}'/></style:style>"
        )
    };
    check("de", &style("en", "GB"), &style("de", "DE"));
    check("de", &style("fr", "FR"), &style("fr", "FR"));
    check("de", &style("zxx", "none"), &style("zxx", "none"));
    let tagged = "<style:style><style:text-properties fo:language='en' style:rfc-language-tag='en-x' fo:country='GB'/></style:style>";
    check("de", tagged, "<style:style><style:text-properties fo:language='de'  fo:country='DE'/></style:style>");
}

#[test]
fn pages_and_paragraphs_turn() {
    let defaults = "<style:default-style style:family='paragraph'><style:paragraph-properties/></style:default-style>\
                    <style:default-style style:family='graphic'><x/><style:text-properties/></style:default-style>\
                    <style:style style:name='s'><style:paragraph-properties fo:text-align='start'/></style:style>\
                    <style:style style:name='c'><style:paragraph-properties fo:text-align='center'/></style:style>\
                    <style:page-layout style:name='p'><style:page-layout-properties/></style:page-layout>\
                    <style:style style:name='t' style:family='table'><style:table-properties style:writing-mode='lr-tb'/>\
                    </style:style><style:style style:name='v' style:family='section'><style:section-properties \
                    style:writing-mode='tb-rl'/></style:style>";
    let part = styled(defaults).retargeted("ar", "styles.xml");
    for turned in [
        "'paragraph'><style:paragraph-properties style:writing-mode=\"rl-tb\" fo:text-align=\"right\"/>",
        "<x/><style:paragraph-properties style:writing-mode=\"rl-tb\" fo:text-align=\"right\"/><style:text-properties",
        "'s'><style:paragraph-properties fo:text-align='right'/>",
        "'c'><style:paragraph-properties fo:text-align='center'/>",
        "<style:page-layout-properties style:writing-mode=\"rl-tb\"/>",
        "<style:table-properties style:writing-mode='rl-tb'/>",
        "style:writing-mode='tb-rl'",
    ] {
        assert!(part.contains(turned), "{turned}\n{part}");
    }
    // From left to right nothing turns.
    check(
        "de",
        "<style:style><style:paragraph-properties style:writing-mode='rl-tb'/></style:style>",
        "<style:style>\
        <style:paragraph-properties style:writing-mode='rl-tb'/></style:style>",
    );
}

#[test]
fn the_language_of_the_document_is_named() {
    let meta = root("document-meta", "<office:meta><dc:language>en-GB</dc:language></office:meta>");
    let document = Document::new(TEXT).with("meta.xml", meta);
    assert!(document.retargeted("fr", "meta.xml").contains("<dc:language>fr-FR</dc:language>"));
}
