//! Small files, and every Word, PowerPoint and Excel document of the corpus as one file.

use std::path::{Path, PathBuf};

use super::*;
use crate::Reason;
use crate::docx::tests::engine::pseudo;
use crate::xml::{Kind, Scanner};

const NOWHERE: Target = Target { source_language: None, language: None };
const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const ROOTS: &str = "<pkg:part pkg:name=\"/_rels/.rels\" pkg:contentType=\
    \"application/vnd.openxmlformats-package.relationships+xml\" pkg:padding=\"512\"><pkg:xmlData><Relationships \
    xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"word/document.xml\"/></Relationships></pkg:xmlData></pkg:part>";

/// A file with these parts, and these declarations on its root.
fn file(declarations: &str, parts: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<?mso-application progid=\"Word.Document\"?>\r\n\
         <pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\"{declarations}>\r\n {ROOTS}{parts}\r\n\
         </pkg:package>\r\n"
    )
}

fn part(name: &str, content_type: &str, content: &str) -> String {
    format!("<pkg:part pkg:name=\"/{name}\" pkg:contentType=\"{content_type}\">{content}</pkg:part>")
}

fn word(content: &str) -> String {
    part("word/document.xml", MAIN, &format!("<pkg:xmlData>{content}</pkg:xmlData>"))
}

fn body(declarations: &str) -> String {
    let paragraph = "<w:p><w:r><w:t>Good day</w:t></w:r></w:p>";
    format!("<!-- kept --><w:document{declarations}><w:body>{paragraph}<w:sectPr/></w:body></w:document>")
}

fn read(bytes: &[u8]) -> Result<Extracted, FormatError> {
    extract(bytes, &Options::default(), &Limits::default())
}

/// The file with another text in each segment's place; nothing changes it if nothing changes.
#[track_caller]
fn translated(bytes: &[u8], text: &str) -> String {
    let read = read(bytes).unwrap();
    let sources: Vec<_> = read.segments.iter().map(|segment| segment.source.clone()).collect();
    assert!(read.skeleton.merge(&sources, &NOWHERE).unwrap() == bytes, "identity");
    let translations: Vec<_> = sources.iter().map(|_| TaggedText::plain(text)).collect();
    String::from_utf8(read.skeleton.merge(&translations, &NOWHERE).unwrap()).unwrap()
}

#[test]
fn only_the_text_changes() {
    let file = file("", &word(&body(&format!(" xmlns:w=\"{WORD}\""))));
    assert_eq!(translated(file.as_bytes(), "Bom dia"), file.replace("Good day", "Bom dia"));
}

#[test]
fn namespaces_of_outer_elements_hold() {
    let on_package = file(&format!(" xmlns:w='{WORD}' xmlns:x='a\"b'"), &word(&body("")));
    assert_eq!(translated(on_package.as_bytes(), "Bom dia"), on_package.replace("Good day", "Bom dia"));
    // The inner one of two declarations is the one that holds.
    let on_data = file(" xmlns:w='urn:other'", &word(&body("")))
        .replace("<pkg:xmlData><!--", &format!("<pkg:xmlData xmlns:w='{WORD}'><!--"));
    assert_eq!(translated(on_data.as_bytes(), "Bom dia"), on_data.replace("Good day", "Bom dia"));
    // What one part declares does not hold in the next.
    let other = part("x.xml", "application/xml", &format!("<pkg:xmlData xmlns:w='{WORD}'><a/></pkg:xmlData>"));
    let elsewhere = file(" xmlns:w='urn:other'", &(other + &word(&body(""))));
    assert_eq!(read(elsewhere.as_bytes()).unwrap().segments.len(), 0);
}

#[test]
fn other_encodings_stay() {
    let text = file("", &word(&body(&format!(" xmlns:w=\"{WORD}\"")))).replace("UTF-8", "UTF-16");
    let units =
        |text: &str| ("\u{feff}".to_owned() + text).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let read = read(&units(&text)).unwrap();
    let merged = read.skeleton.merge(&[TaggedText::plain("日")], &NOWHERE).unwrap();
    assert!(merged == units(&text.replace("Good day", "日")));
}

#[test]
fn binary_parts_are_told_of_and_stay() {
    let picture = part("word/media/a.png", "image/png", "<pkg:binaryData>iVBORw0K\r\nGgo=</pkg:binaryData>");
    let file = file("", &(word(&body(&format!(" xmlns:w=\"{WORD}\""))) + &picture));
    let untranslated = read(file.as_bytes()).unwrap().skeleton.untranslated();
    assert_eq!(untranslated.count(Reason::ImageText), 1);
    assert_eq!(translated(file.as_bytes(), "x"), file.replace("Good day", "x"));
}

#[test]
fn what_is_no_package_is_refused() {
    let with = |content: &str| file("", &word(content)).into_bytes();
    let sound = format!("<w:document xmlns:w=\"{WORD}\"/>");
    for bytes in [
        &b"<a/>"[..],
        b"<w:wordDocument xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'/>",
        file("", "").as_bytes(),
    ] {
        assert!(matches!(read(bytes), Err(FormatError::Unsupported(_))));
    }
    assert!(matches!(read(b""), Err(FormatError::Empty)));
    let twice = file("", &word(&sound).repeat(2)).into_bytes();
    for bytes in [with(&sound.repeat(2)), with("text"), with("<a>"), with(""), twice, with(&sound)[..700].to_vec()] {
        assert!(matches!(read(&bytes), Err(FormatError::Corrupt { .. })), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn namespaces_cannot_be_multiplied_without_end() {
    let wide = format!(" xmlns:x='{}'", "x".repeat(1 << 20));
    let parts: String = (0..100).map(|n| part(&format!("{n}.xml"), "a/b", "<pkg:xmlData><a/></pkg:xmlData>")).collect();
    assert!(matches!(read(file(&wide, &parts).as_bytes()), Err(FormatError::TooComplex { .. })));
    let few = Limits { zip_entries: 50, ..Limits::default() };
    let error = extract(file("", &parts).as_bytes(), &Options::default(), &few).unwrap_err();
    assert!(matches!(error, FormatError::TooComplex { limit: 50, .. }));
}

/// The documents of a folder of the corpus; says so where it is missing, and fails where it must not be.
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
fn documents(folder: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(folder);
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of {folder}");
        return Vec::new();
    };
    let mut documents: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|p| p.is_file()).collect();
    documents.sort();
    documents
}

/// A package as one file, `None` if it has a part that cannot stand in one.
fn flattened(bytes: &[u8]) -> Option<(String, Vec<String>)> {
    let limits = Limits::default();
    let mut package = Package::open(bytes, &limits).ok()?;
    let types = XmlPart::decode(ContentTypes::PART, package.require(ContentTypes::PART).ok()?).ok()?;
    let types = ContentTypes::read(&types, &limits).ok()?;
    let mut names: Vec<String> = package.names().map(str::to_owned).collect();
    names.retain(|name| name != ContentTypes::PART && !name.ends_with('/'));
    let mut out = String::from("<pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\">");
    for name in &names {
        let content = package.require(name).ok()?;
        let content_type = types.of(name).unwrap_or_default();
        let is_xml = content_type.ends_with("xml") || name.ends_with(".rels");
        let content = match XmlPart::decode(name, content.clone()) {
            Ok(part) if is_xml && check(&part.text, name, &limits).is_ok() => {
                let mut scanner = Scanner::new(&part.text, name, &limits);
                let start = loop {
                    let event = scanner.next().ok()??;
                    if matches!(event.kind, Kind::Start { .. }) {
                        break event.range.start;
                    }
                };
                format!("<pkg:xmlData>{}</pkg:xmlData>", &part.text[start..])
            }
            _ => {
                let digits = String::from_utf8(encode_base64(&content, "\r\n")).ok()?;
                format!("<pkg:binaryData>{digits}</pkg:binaryData>")
            }
        };
        out.push_str(&part(name, content_type, &content));
    }
    Some((out + "</pkg:package>", names))
}

#[test]
fn a_file_is_translated_as_the_package_is() {
    let target = Target { source_language: "en".parse().ok(), language: "ar".parse().ok() };
    let mut count = 0;
    for (folder, format) in [("docx", Format::Docx), ("pptx", Format::Pptx), ("xlsx", Format::Xlsx)] {
        for path in documents(folder) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            // The largest would take longer than they tell more.
            if bytes.len() > 200 << 10 {
                continue;
            }
            let options = Options::default();
            let Ok(of_package) = crate::extract(format, &bytes, &options, &Limits::default()) else { continue };
            let Some((flat, names)) = flattened(&bytes) else { continue };
            let of_file =
                extract(flat.as_bytes(), &options, &Limits::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
            let sources = |read: &Extracted| read.segments.iter().map(|s| s.source.clone()).collect::<Vec<_>>();
            assert!(sources(&of_package) == sources(&of_file), "{name}: other segments");
            let same = of_file.skeleton.merge(&sources(&of_file), &NOWHERE).unwrap();
            assert!(same == flat.as_bytes(), "{name}: identity changed the file");
            let translations: Vec<_> = of_file.segments.iter().map(pseudo).collect();
            let merged = of_file.skeleton.merge(&translations, &target).unwrap_or_else(|e| panic!("{name}: {e}"));
            let expected = of_package.skeleton.merge(&translations, &target).unwrap();
            // Each part says what it says in the package, byte for byte, but for XML declarations.
            let file = XmlPart::decode(NAME, merged).unwrap();
            let mut package = Package::open(&expected, &Limits::default()).unwrap();
            let parts = Parts::read(&file, &Limits::default()).unwrap();
            assert_eq!(parts.parts.len(), names.iter().filter(|name| package.contains(name)).count(), "{name}");
            for part in &parts.parts {
                let inner = contents(&file, part);
                let wanted = package.require(&part.name).unwrap();
                let is_same = if part.is_binary {
                    inner == wanted
                } else {
                    let wanted = XmlPart::decode(&part.name, wanted).unwrap().text;
                    let own = String::from_utf8(inner.to_vec()).unwrap().replacen(&part.declarations, "", 1);
                    wanted.ends_with(&own)
                };
                assert!(is_same, "{name}: {}", part.name);
            }
            count += 1;
        }
    }
    println!("{count} packages as files");
}
