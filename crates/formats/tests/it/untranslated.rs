//! What filters leave as it is they say, with the reason and the place.

use std::io::Write as _;

use terjuman_formats::{Extracted, Format, Limits, Options, Reason, Target, extract};
use terjuman_model::TaggedText;
use zip::write::SimpleFileOptions;

fn read(format: Format, bytes: &[u8], options: &Options) -> Extracted {
    extract(format, bytes, options, &Limits::default()).expect("the document can be read")
}

/// The reasons with their counts, in their order.
#[track_caller]
fn check(format: Format, bytes: &[u8], options: &Options, expected: &[(Reason, u64)]) {
    let untranslated = read(format, bytes, options).skeleton.untranslated();
    let found: Vec<_> = untranslated.iter().map(|counted| (counted.kind, counted.count)).collect();
    assert_eq!(found, expected);
    let sound = |counted: &terjuman_formats::Counted<Reason>| {
        counted.places.iter().all(|place| !place.part.is_empty() || place.offset <= bytes.len() as u64)
    };
    assert!(untranslated.iter().all(sound));
}

/// Everything that can be switched off is off.
fn off() -> Options {
    Options {
        comments: false,
        notes: false,
        alt_text: false,
        properties: false,
        inserted_text: false,
        front_matter_keys: Vec::new(),
        ..Options::default()
    }
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, contents) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a container in memory");
        writer.write_all(contents.as_bytes()).expect("a container in memory");
    }
    writer.finish().expect("a container in memory").into_inner()
}

#[test]
fn a_page_says_what_is_protected_and_what_is_switched_off() {
    let page = "<meta name=description content='Good day'><script>x()</script><p>Read <code>this</code> <b translate=no>and \
        <i>that</i></b></p><img alt='A dog'><math><mi>x</mi></math><iframe src=x></iframe><pre class=highlight>code</pre>";
    let always = [
        (Reason::ProtectedRange, 3),
        (Reason::Equation, 1),
        (Reason::EmbeddedObject, 1),
        (Reason::ImageText, 1),
        (Reason::Macro, 1),
    ];
    check(Format::Html, page.as_bytes(), &Options::default(), &always);
    let switched = [&always[..], &[(Reason::AltTextOff, 1), (Reason::PropertiesOff, 1)]].concat();
    check(Format::Html, page.as_bytes(), &off(), &switched);
}

#[test]
fn a_markdown_text_says_what_is_code_and_which_keys_are_left_out() {
    let text = "---\ntitle: A title\nauthor: Some Body\ndate: 2024-01-01\n---\nRun `it`. ![A dog](d.png)\n\n```sh\n# Say hello.\necho\n```\n";
    let always = [(Reason::ProtectedRange, 2), (Reason::ImageText, 1)];
    let on = [&always[..], &[(Reason::CodeCommentsOff, 1), (Reason::FrontMatterKeyOff, 1)]].concat();
    check(Format::Markdown, text.as_bytes(), &Options::default(), &on);
    let switched =
        [&always[..], &[(Reason::AltTextOff, 1), (Reason::CodeCommentsOff, 1), (Reason::FrontMatterKeyOff, 2)]]
            .concat();
    check(Format::Markdown, text.as_bytes(), &off(), &switched);
}

#[test]
fn comments_in_code_are_translated_where_that_is_wanted() {
    let text = "> ```rust\n> // Say hello.\n> let x = \"// no\";\n> ```\n\nText.\n";
    let options = Options { code_comments: true, ..Options::default() };
    let extracted = read(Format::Markdown, text.as_bytes(), &options);
    let texts: Vec<_> = extracted.segments.iter().map(|segment| segment.source.text()).collect();
    assert_eq!(texts, ["Say hello.", "Text."]);
    let translations = ["Diz\nolá.", "Texto."].map(TaggedText::plain);
    let merged = extracted.skeleton.merge(&translations, &Target { source_language: None, language: None }).unwrap();
    assert_eq!(String::from_utf8(merged).unwrap(), text.replace("Say hello.", "Diz olá.").replace("Text.", "Texto."));
}

#[test]
fn a_rich_text_says_what_is_hidden_deleted_or_switched_off() {
    let text =
        "{\\rtf1{\\info{\\title A title}}{\\pict 00}Seen {\\v hidden} {\\deleted gone} here{\\footnote A note.}\\par}";
    let always = [(Reason::HiddenText, 1), (Reason::DeletedText, 1), (Reason::ImageText, 1)];
    check(Format::Rtf, text.as_bytes(), &Options::default(), &always);
    let switched = [&always[..], &[(Reason::NotesOff, 1), (Reason::PropertiesOff, 1)]].concat();
    check(Format::Rtf, text.as_bytes(), &off(), &switched);
    let shown = Options { hidden_text: true, ..Options::default() };
    check(Format::Rtf, text.as_bytes(), &shown, &always[1..]);
}

#[test]
fn a_message_says_what_is_attached() {
    let message = "Subject: Good day\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
        <p>Hello <code>x y</code> there</p>\r\n--b\r\nContent-Type: image/png\r\n\r\nxx\r\n--b\r\nContent-Type: application/pdf\r\n\
        Content-Disposition: attachment\r\n\r\nxx\r\n--b--\r\n";
    let expected = [(Reason::ProtectedRange, 1), (Reason::EmbeddedObject, 1), (Reason::ImageText, 1)];
    check(Format::Eml, message.as_bytes(), &Options::default(), &expected);
}

#[test]
fn bilingual_files_and_topics_say_what_is_not_to_be_translated() {
    let file = "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:1.2\" version=\"1.2\"><file original=\"a\" source-language=\"en\" \
        target-language=\"pt\" datatype=\"plaintext\"><body><trans-unit id=\"1\" translate=\"no\"><source>Keep this.</source></trans-unit>\
        <trans-unit id=\"2\"><source>Do this.</source></trans-unit></body></file></xliff>";
    check(Format::Xliff, file.as_bytes(), &Options::default(), &[(Reason::ProtectedRange, 1)]);
    let topic = "<topic id=\"t\"><title>A topic</title><body><p>Run <codeph>it</codeph> now.</p><p translate=\"no\">Not this.</p>\
        <image href=\"a.png\"><alt>A dog</alt></image></body></topic>";
    let always = [(Reason::ProtectedRange, 2), (Reason::ImageText, 1)];
    check(Format::Dita, topic.as_bytes(), &Options::default(), &always);
}

const WORD: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"";

fn letter() -> Vec<u8> {
    let body = "<w:p><w:r><w:t>Seen </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>\
        <w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>added</w:t></w:r></w:ins>\
        <w:fldSimple w:instr=\"PAGE\"><w:r><w:t>7</w:t></w:r></w:fldSimple><m:oMath/></w:p>";
    let relationship = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"http://x/{kind}\" Target=\"{target}\"/>")
    };
    let list = |lines: &[String]| {
        let space = "http://schemas.openxmlformats.org/package/2006/relationships";
        format!("<Relationships xmlns=\"{space}\">{}</Relationships>", lines.concat())
    };
    let main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/word/document.xml\" ContentType=\"{main}\"/></Types>"
    );
    let story = |name: &str| format!("<w:{name} {WORD}/>");
    zipped(&[
        ("[Content_Types].xml", &types),
        ("_rels/.rels", &list(&[relationship("r", "officeDocument", "word/document.xml")])),
        ("word/document.xml", &format!("<w:document {WORD}><w:body>{body}</w:body></w:document>")),
        (
            "word/_rels/document.xml.rels",
            &list(&[relationship("c", "comments", "comments.xml"), relationship("f", "footnotes", "footnotes.xml")]),
        ),
        ("word/comments.xml", &story("comments")),
        ("word/footnotes.xml", &story("footnotes")),
        ("word/media/image1.png", "x"),
        ("word/embeddings/sheet.xlsx", "x"),
        ("word/vbaProject.bin", "x"),
    ])
}

#[test]
fn a_word_document_says_what_is_hidden_deleted_embedded_or_switched_off() {
    let always = [
        (Reason::HiddenText, 1),
        (Reason::DeletedText, 1),
        (Reason::Field, 1),
        (Reason::Equation, 1),
        (Reason::EmbeddedObject, 1),
        (Reason::ImageText, 1),
        (Reason::Macro, 1),
    ];
    let letter = letter();
    check(Format::Docx, &letter, &Options::default(), &always);
    let mut switched = always.to_vec();
    switched.insert(2, (Reason::InsertedTextOff, 1));
    switched.extend([(Reason::CommentsOff, 1), (Reason::NotesOff, 1)]);
    check(Format::Docx, &letter, &off(), &switched);
    let text = |options: &Options| read(Format::Docx, &letter, options).segments[0].source.text().to_owned();
    assert_eq!((text(&Options::default()).as_str(), text(&off()).as_str()), ("Seen added7", "Seen 7"));
    let place = &read(Format::Docx, &letter, &off()).skeleton.untranslated();
    let comments = place.iter().find(|counted| counted.kind == Reason::CommentsOff).unwrap();
    assert_eq!(comments.places[0].part, "word/comments.xml");
}

#[test]
fn an_open_document_says_what_is_hidden_deleted_or_switched_off() {
    let spaces = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"";
    let body = "<text:tracked-changes><text:changed-region text:id=\"c\"><text:deletion><office:change-info><dc:creator>x</dc:creator>\
        </office:change-info><text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes>\
        <text:section text:display=\"none\"><text:p>hidden</text:p></text:section>\
        <text:p>Seen<office:annotation><text:p>A comment.</text:p></office:annotation> here<text:note><text:note-body>\
        <text:p>A note.</text:p></text:note-body></text:note></text:p>";
    let content = format!(
        "<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    );
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    let document = zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", &content),
        ("Pictures/1.png", "x"),
        ("META-INF/manifest.xml", manifest),
    ]);
    let always = [(Reason::HiddenText, 1), (Reason::DeletedText, 1), (Reason::ImageText, 1)];
    check(Format::Odt, &document, &Options::default(), &always);
    let switched = [&always[..], &[(Reason::CommentsOff, 1), (Reason::NotesOff, 1)]].concat();
    check(Format::Odt, &document, &off(), &switched);
}
