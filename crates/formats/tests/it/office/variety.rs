//! What other programs write differently, and every reader takes: all of it is read, translated and given back.

use super::*;

/// The document is read, is the same without a translation, and has the words of the translation where it had them.
#[track_caller]
fn check(kind: &Kind, bytes: &[u8], what: &str) {
    let extracted = read(kind.format, bytes).unwrap_or_else(|error| panic!("{:?}, {what}: {error}", kind.format));
    let texts: Vec<_> = extracted.segments.iter().map(|segment| segment.source.text()).collect();
    assert_eq!(texts, ["two words"], "{:?}, {what}", kind.format);
    let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    assert!(
        extracted.skeleton.merge(&sources, &NOWHERE).expect("a sound document") == bytes,
        "{:?}, {what}: identity",
        kind.format
    );
    let written = extracted.skeleton.merge(&louder(&extracted), &NOWHERE).expect("a sound document");
    let again = read(kind.format, &written).expect("a sound document");
    let texts: Vec<_> = again.segments.iter().map(|segment| segment.source.text()).collect();
    assert_eq!(texts, ["TWO WORDS"], "{:?}, {what}", kind.format);
    // Another reader opens it, and finds every entry sound.
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&written)).expect("a sound document");
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("a sound document");
        std::io::copy(&mut file, &mut std::io::sink()).expect("a sound document");
    }
}

fn all(change: impl Fn(&Kind, Vec<Entry>) -> Vec<Entry>, style: Style, what: &str) {
    for kind in &KINDS {
        let part = (kind.whole)(&(kind.paragraph)("two words"));
        check(kind, &zip(&change(kind, (kind.package)(&part)), style), what);
    }
}

/// Changes the text of every XML part.
fn rewritten(entries: Vec<Entry>, rewrite: impl Fn(&Entry, &str) -> Vec<u8>) -> Vec<Entry> {
    let change = |entry: Entry| match entry.name.as_str() {
        "mimetype" => entry,
        _ => Entry {
            data: rewrite(&entry, std::str::from_utf8(&entry.data).expect("a sound document")),
            name: entry.name,
        },
    };
    entries.into_iter().map(change).collect()
}

/// Changes the part with the text only.
fn with_part(kind: &Kind, entries: Vec<Entry>, change: impl Fn(&str) -> Vec<u8>) -> Vec<Entry> {
    rewritten(entries, |entry, text| if entry.name == kind.part { change(text) } else { entry.data.clone() })
}

#[test]
fn containers_of_all_styles() {
    for (stored, streamed, wide) in
        [(true, false, false), (false, true, false), (false, false, true), (false, true, true)]
    {
        let style = Style { stored, streamed, wide };
        all(|_, entries| entries, style, &format!("{style:?}"));
    }
    all(
        |_, mut entries| {
            // An entry for each folder, as some archivers write.
            entries.insert(1, entry("word/", ""));
            entries.insert(1, entry("META-INF/", ""));
            entries
        },
        Style::default(),
        "folders",
    );
}

#[test]
fn names_of_entries() {
    let renamed = |rename: fn(&str) -> String| {
        move |_: &Kind, entries: Vec<Entry>| {
            let is_odf = entries[0].name == "mimetype";
            let rename = |entry: Entry| match is_odf {
                true => entry,
                false => Entry { name: rename(&entry.name), ..entry },
            };
            entries.into_iter().map(rename).collect::<Vec<_>>()
        }
    };
    all(renamed(|name| name.replace('/', "\\")), Style::default(), "backslashes");
    all(renamed(|name| format!("/{name}")), Style::default(), "slash");
    all(renamed(|name| format!("./{name}")), Style::default(), "dot");
    all(renamed(|name| name.to_ascii_uppercase()), Style::default(), "capitals");
}

#[test]
fn encodings_and_declarations() {
    let utf_16 = |text: &str, to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?>{text}").encode_utf16().flat_map(to_bytes).collect()
    };
    all(
        |_, all| rewritten(all, |_, text| utf_16(text, u16::to_le_bytes)),
        Style::default(),
        "UTF-16, little end first",
    );
    all(|_, all| rewritten(all, |_, text| utf_16(text, u16::to_be_bytes)), Style::default(), "UTF-16, big end first");
    for head in [
        "\u{feff}",
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n",
        "<?xml version='1.0' encoding='UTF8'?>",
        "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Word.Document\"?>\n<!-- made by hand -->",
        "<?xml version=\"1.0\" encoding=\"us-ascii\"?>",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
        "<?xml version=\"1.0\" encoding=\"windows-1252\"?>",
    ] {
        all(|_, all| rewritten(all, |_, text| format!("{head}{text}").into_bytes()), Style::default(), head);
    }
}

#[test]
fn spellings_of_text() {
    for spelled in [
        "<![CDATA[two words]]>",
        "two<!-- not shown --> words",
        "two <?pi not shown?>words",
        "two&#32;words",
        "&#x74;wo wor<![CDATA[ds]]>",
        "<!-- a --><![CDATA[two]]> <!-- b -->words<?c?>",
    ] {
        for kind in &KINDS {
            check(kind, &kind.of(&(kind.whole)(&(kind.paragraph)(spelled))), spelled);
        }
    }
}

#[test]
fn prefixes_of_namespaces() {
    // A library that knows no prefixes numbers them.
    let numbered = |text: &str| {
        let mut out = text.to_owned();
        for (number, prefix) in ["w", "a", "p", "r", "office", "text", "table"].iter().enumerate() {
            out = out
                .replace(&format!("<{prefix}:"), &format!("<ns{number}:"))
                .replace(&format!("</{prefix}:"), &format!("</ns{number}:"))
                .replace(&format!(" {prefix}:"), &format!(" ns{number}:"))
                .replace(&format!("xmlns:{prefix}="), &format!("xmlns:ns{number}="));
        }
        out
    };
    assert!(numbered(&word_document("")).starts_with("<ns0:document xmlns:ns0="));
    all(|_, all| rewritten(all, |_, text| numbered(text).into_bytes()), Style::default(), "numbers");
    // Or it has none where one is usual, and one where none is.
    let turned = |text: &str| {
        let bare = |text: &str, prefix: &str| {
            let no_prefix = text.replace(&format!("<{prefix}:"), "<").replace(&format!("</{prefix}:"), "</");
            no_prefix.replace(&format!("xmlns:{prefix}="), "xmlns=")
        };
        if text.contains("<w:document") {
            return bare(text, "w");
        }
        if !text.contains("<worksheet") {
            return text.to_owned();
        }
        let with_prefix = text.replace("</", "\u{1}").replace('<', "<x:").replace('\u{1}', "</x:");
        with_prefix.replace("xmlns=", "xmlns:x=")
    };
    all(|kind, all| with_part(kind, all, |text| turned(text).into_bytes()), Style::default(), "prefixes turned");
}

#[test]
fn strict_documents() {
    let strict = |text: &str| {
        text.replace(WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main")
            .replace(DRAWING, "http://purl.oclc.org/ooxml/drawingml/main")
            .replace(SLIDES, "http://purl.oclc.org/ooxml/presentationml/main")
            .replace(SHEETS, "http://purl.oclc.org/ooxml/spreadsheetml/main")
            .replace(RELATIONSHIPS, "http://purl.oclc.org/ooxml/officeDocument/relationships")
    };
    all(|_, all| rewritten(all, |_, text| strict(text).into_bytes()), Style::default(), "strict");
}

#[test]
fn relationships_of_all_kinds() {
    let edited = |edit: fn(&str) -> String| {
        move |_: &Kind, all: Vec<Entry>| {
            rewritten(all, |entry, text| match entry.name.ends_with(".rels") {
                true => edit(text).into_bytes(),
                false => entry.data.clone(),
            })
        }
    };
    all(
        edited(|text| text.replace("Target=\"s", "Target=\"./s").replace("Target=\"w", "Target=\"./w")),
        Style::default(),
        "dots",
    );
    all(
        edited(|text| {
            text.replace("Target=\"slides/", "Target=\"/ppt/slides/")
                .replace("Target=\"worksheets/", "Target=\"/xl/worksheets/")
        }),
        Style::default(),
        "absolute",
    );
    all(edited(|text| text.replace("Target=\"", "TargetMode=\"Internal\" Target=\"")), Style::default(), "internal");
    all(
        edited(|text| {
            let odd = "<Relationship Id=\"x1\" Type=\"http://x/hyperlink\" Target=\"http://a/b?c=d&amp;e\" TargetMode=\"External\"/>\
                <Relationship Id=\"x2\" Type=\"http://x/image\" Target=\"file:///c:/a.png\" TargetMode=\"External\"/>\
                <Relationship Id=\"x3\" Type=\"http://x/image\" Target=\"NULL\"/><Relationship Id=\"x4\" Type=\"http://x/core-properties\" \
                Target=\"docProps/core.xml\"/><Relationship Id=\"x5\" Type=\"http://x/extended-properties\" Target=\"docProps/app.xml\"/>\
                <Relationship Id=\"x6\" Type=\"http://x/header\"/><Relationship Id=\"x7\" Type=\"http://x/theme\" Target=\"\"/>";
            text.replace("</Relationships>", &format!("{odd}</Relationships>"))
        }),
        Style::default(),
        "relationships that lead nowhere",
    );
}

#[test]
fn content_types_by_default() {
    for kind in KINDS.iter().filter(|kind| matches!(kind.format, Format::Docx | Format::Pptx | Format::Xlsx)) {
        let entries = (kind.package)(&(kind.whole)(&(kind.paragraph)("two words")));
        let by_default = rewritten(entries, |entry, text| match entry.name.as_str() {
            "[Content_Types].xml" => {
                let name = text
                    .split("ContentType=\"")
                    .nth(2)
                    .and_then(|rest| rest.split('"').next())
                    .expect("a sound document");
                format!(
                    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"XML\" \
                     ContentType=\"{name}\"/></Types>"
                )
                .into_bytes()
            }
            _ => entry.data.clone(),
        });
        check(kind, &zip(&by_default, Style::default()), "defaults");
    }
}
