//! Documents in one file: small ones, and every document of the corpus made into one.

use terjuman_model::TaggedText;

use super::build::NOWHERE;
use super::corpus::documents;
use super::engine::pseudo;
use crate::odf::take_apart;
use crate::package::Package;
use crate::table::Format;
use crate::xml::{Kind, Scanner, XmlPart};
use crate::{Extracted, Limits, Options, Reason, Target, detect, extract};

const SPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" \
    xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" \
    xmlns:presentation=\"urn:oasis:names:tc:opendocument:xmlns:presentation:1.0\" \
    xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"1.3\" \
    office:mimetype=\"application/vnd.oasis.opendocument.text\"";

fn file(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n<office:document {SPACES}>\n <office:meta><dc:title>A title\
         </dc:title><dc:language>en-US</dc:language></office:meta><office:settings><p>A setting</p></office:settings>\
         <office:styles><style:default-style style:family=\"paragraph\"><style:text-properties fo:language=\"en\" \
         fo:country=\"US\"/></style:default-style></office:styles><office:automatic-styles><style:style \
         style:name=\"T1\" style:family=\"text\"><style:text-properties fo:font-weight=\"bold\"/></style:style>\
         <style:style style:name=\"T2\" style:family=\"text\"/></office:automatic-styles><office:master-styles>\
         <style:master-page style:name=\"S\"><style:header><text:p>A header</text:p></style:header><draw:frame \
         presentation:class=\"title\"><draw:text-box><text:p>A prompt</text:p></draw:text-box></draw:frame>\
         </style:master-page></office:master-styles><office:body><office:text>{body}</office:text></office:body>\n\
         </office:document>\n"
    )
}

fn read(file: &str, options: &Options) -> Extracted {
    extract(Format::Odt, file.as_bytes(), options, &Limits::default()).unwrap()
}

fn texts(read: &Extracted) -> Vec<&str> {
    read.segments.iter().map(|segment| segment.source.text()).collect()
}

#[test]
fn everything_stands_in_one_file() {
    let file = file("<text:p>Good <text:span text:style-name=\"T2\">day</text:span></text:p>");
    let read = read(&file, &Options::default());
    assert_eq!(texts(&read), ["A title", "A header", "Good day"]);
    let sources: Vec<_> = read.segments.iter().map(|segment| segment.source.clone()).collect();
    assert!(read.skeleton.merge(&sources, &NOWHERE).unwrap() == file.as_bytes(), "identity");
    let translations: Vec<_> = ["Um título", "Um cabeçalho", "Bom dia"].map(TaggedText::plain).into();
    let target = Target { source_language: "en".parse().ok(), language: "pt".parse().ok() };
    let merged = String::from_utf8(read.skeleton.merge(&translations, &target).unwrap()).unwrap();
    for has in [">Um título<", ">Um cabeçalho<", "Bom dia", "A setting", "A prompt", "fo:language=\"pt\""] {
        assert!(merged.contains(has), "{has}: {merged}");
    }
    assert!(!merged.contains("en-US"), "{merged}");
    assert!(
        merged.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n<office:document ")
            && merged.ends_with(">\n")
    );
}

#[test]
fn what_stays_is_told() {
    let file = file(
        "<text:p>Words<draw:frame><draw:image><office:binary-data>iVBORw0K</office:binary-data></draw:image></draw:frame>\
         <draw:frame><draw:object><math><mtext>In it</mtext></math></draw:object></draw:frame></text:p>",
    );
    let read = read(&file, &Options { properties: false, ..Options::default() });
    assert_eq!(texts(&read), ["A header", "Words"]);
    let untranslated = read.skeleton.untranslated();
    for reason in [Reason::ImageText, Reason::EmbeddedObject, Reason::PropertiesOff] {
        assert_eq!(untranslated.count(reason), 1, "{reason:?}");
    }
}

#[test]
fn charts_in_the_file_have_words() {
    let chart = "<draw:frame><draw:object>\n <office:document office:mimetype=\"application/vnd.oasis.opendocument.chart\">\
         <office:meta><dc:title>Of the chart</dc:title></office:meta><office:body><office:chart><text:p>Sales</text:p>\
         </office:chart></office:body></office:document></draw:object></draw:frame>";
    let file = file(&format!("<text:p>Words{chart}</text:p>")).replace(
        "<text:p>A header</text:p></style:header>",
        &format!("<text:p>A header{chart}</text:p></style:header>"),
    );
    let read = read(&file, &Options::default());
    // What the master page goes on with is still a prompt.
    assert_eq!(texts(&read), ["A title", "Sales", "A header", "Sales", "Words"]);
    let translations: Vec<_> = read.segments.iter().map(pseudo).collect();
    let merged = String::from_utf8(read.skeleton.merge(&translations, &NOWHERE).unwrap()).unwrap();
    assert_eq!(merged.matches("<office:chart><text:p>[Śáĺéś]</text:p></office:chart>").count(), 2, "{merged}");
}

#[test]
fn the_file_says_what_it_is() {
    let text = file("");
    assert_eq!(detect(None, None, text.as_bytes()).unwrap(), Format::Odt);
    assert_eq!(detect(None, None, text.replace(".text\"", ".spreadsheet\"").as_bytes()).unwrap(), Format::Ods);
    assert_eq!(detect(Some("a.FODP"), None, b"").unwrap(), Format::Odp);
    for bytes in ["<a/>", "<office:document/>", &text[..text.len() - 30], "\u{feff}"] {
        let error = extract(Format::Odt, bytes.as_bytes(), &Options::default(), &Limits::default()).unwrap_err();
        assert_eq!(error.code(), terjuman_model::FailureCode::CorruptDocument, "{bytes}");
    }
}

/// What is in the root of a part, and the attributes of the root.
fn taken_out<'a>(part: &'a XmlPart, limits: &'a Limits) -> (&'a str, &'a str) {
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let start = loop {
        let event = scanner.next().unwrap().unwrap();
        if let Kind::Start { name, empty: false } = event.kind {
            break event.range.start + 1 + name.qualified.len()..event.range.end;
        }
    };
    let end = part.text.rfind("</").unwrap();
    (&part.text[start.end..end], part.text[start.start..start.end - 1].trim())
}

/// The content of a package as one file, with the declarations of its own root. Its styles come in front of it.
fn flattened(bytes: &[u8]) -> Option<String> {
    let limits = Limits::default();
    let mut package = Package::open(bytes, &limits).ok()?;
    let content = XmlPart::decode("content.xml", package.require("content.xml").ok()?).ok()?;
    let (inner, attributes) = taken_out(&content, &limits);
    Some(format!("<?xml version=\"1.0\"?><office:document {attributes}>{inner}</office:document>"))
}

#[test]
fn contents_of_packages_survive_as_files() {
    let (mut total, mut files) = (0, 0);
    for path in ["odt", "odp", "ods"].into_iter().flat_map(documents) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let Some(flat) = flattened(&bytes).filter(|flat| flat.contains("xmlns:office")) else { continue };
        let read = |bytes: &[u8]| take_apart(bytes, &Options::default(), &Limits::default(), &mut Vec::new()).unwrap();
        let (segments, skeleton) = read(flat.as_bytes());
        total += segments.len();
        files += 1;
        let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
        let write = |translations: &[TaggedText]| crate::Skeleton::merge(&skeleton, translations, &NOWHERE).unwrap();
        assert!(write(&sources) == flat.as_bytes(), "{name}: identity");
        let translations: Vec<_> = segments.iter().map(pseudo).collect();
        let (again, _) = read(&write(&translations));
        assert_eq!(again.len(), segments.len(), "{name}");
        for (again, expected) in again.iter().zip(&translations) {
            assert_eq!(again.source.text(), expected.text(), "{name}");
        }
    }
    println!("{total} segments in {files} files");
    assert!(files == 0 || total > 0);
}
