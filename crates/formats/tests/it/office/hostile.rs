//! Files that somebody made to hurt: refused with a reason or read, in little time and little room, and never a panic.

use std::time::{Duration, Instant};

use super::*;
use crate::html::Dice;

/// How long one file may take, with room for a busy machine and a program that is not optimised: what is not linear takes
/// minutes.
const LONGEST: Duration = Duration::from_secs(20);
/// Room that one test may take, where it has a process of its own.
const ROOM: u64 = 900 << 20;

/// The codes of what is wrong with an office file.
const REFUSALS: [&str; 4] = ["NoTranslatableText", "DocumentEncrypted", "CorruptDocument", "DocumentTooComplex"];

/// Takes the file apart and writes it in another language. Says what came of it.
#[expect(clippy::disallowed_methods, reason = "the test asks who runs it")]
#[track_caller]
fn survives(format: Format, bytes: &[u8], what: &str) -> Result<usize, FormatError> {
    let start = Instant::now();
    let result = read(format, bytes).and_then(|extracted| {
        let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
        extracted.skeleton.merge(&sources, &NOWHERE).expect("what was read can be written");
        let right_to_left = Target { source_language: "en".parse().ok(), language: "ar".parse().ok() };
        extracted.skeleton.merge(&louder(&extracted), &right_to_left).map(|_| sources.len())
    });
    let taken = start.elapsed();
    assert!(taken < LONGEST, "{format:?}, {what}: {taken:?}");
    if let Err(error) = &result {
        // The codes that a client of the API may get for a damaged office file, and no other.
        let code = error.code().to_string();
        assert!(REFUSALS.contains(&code.as_str()), "{format:?}, {what}: {code}, {error}");
    }
    // The highest mark is that of the process: only nextest gives each test its own.
    if std::env::var_os("NEXTEST").is_some()
        && let Ok(status) = std::fs::read_to_string("/proc/self/status")
        && let Some(peak) = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))
        && let Ok(peak) = peak.trim().trim_end_matches(" kB").parse::<u64>()
    {
        assert!(peak << 10 < ROOM, "{format:?}, {what}: {peak} KiB");
    }
    result
}

#[track_caller]
fn refused(format: Format, bytes: &[u8], what: &str) {
    let result = survives(format, bytes, what);
    assert!(
        matches!(result, Err(FormatError::Corrupt { .. } | FormatError::TooComplex { .. } | FormatError::Encrypted)),
        "{format:?}, {what}: {result:?}"
    );
}

#[test]
fn files_that_are_cut_or_changed() {
    for kind in &KINDS {
        let bytes = kind.of(&(kind.whole)(&(kind.paragraph)("two words").repeat(3)));
        for length in 0..bytes.len() {
            assert!(survives(kind.format, &bytes[..length], "cut").is_err(), "{:?} cut at {length}", kind.format);
        }
        for round in 0..400 {
            let mut dice = Dice(round);
            let mut changed = bytes.clone();
            for _ in 0..=dice.roll(3) {
                let at = dice.roll(changed.len());
                changed[at] ^= 1 << dice.roll(8);
            }
            let _ = survives(kind.format, &changed, "changed");
        }
    }
}

#[test]
fn markup_that_is_damaged_under_sound_sums() {
    const PIECES: [&str; 12] = ["<", ">", "</", "/>", "\"", "&", "]]>", "<![CDATA[", "<!--", "<x>", "\u{feff}", "&#0;"];
    for kind in &KINDS {
        let part = (kind.whole)(&(kind.paragraph)("two words").repeat(2));
        for round in 0..400 {
            let mut dice = Dice(round + 7);
            let mut text = part.clone();
            for _ in 0..=dice.roll(2) {
                let at = text.floor_char_boundary(dice.roll(text.len()));
                let end = text.floor_char_boundary((at + dice.roll(30)).min(text.len()));
                match dice.roll(3) {
                    0 => drop(text.drain(at..end)),
                    1 => text.insert_str(at, PIECES[dice.roll(PIECES.len())]),
                    _ => {
                        let again = text[at..end].to_owned();
                        text.insert_str(at, &again);
                    }
                }
            }
            let _ = survives(kind.format, &kind.of(&text), &text);
        }
    }
}

#[test]
fn containers_that_lie() {
    for kind in &KINDS {
        let part = (kind.whole)(&(kind.paragraph)("two words"));
        let entries = (kind.package)(&part);
        let bytes = zip(&entries, Style::default());
        let text = entries.iter().position(|entry| entry.name == kind.part).expect("a sound document");
        // The part with the text, twice.
        let mut doubled = entries.clone();
        doubled.push(entries[text].clone());
        refused(kind.format, &zip(&doubled, Style::default()), "doubled");
        // Names that lead out of the package are names like any other: nothing is ever written to a disk.
        for name in ["/etc/passwd", "../../../etc/passwd", "C:\\Windows\\x", "a\0b", "", "con", &"long/".repeat(2_000)]
        {
            let mut more = entries.clone();
            more.push(entry(name, "x"));
            assert_eq!(survives(kind.format, &zip(&more, Style::default()), name).ok(), Some(1), "{name}");
        }
        // All records name the same data: a small file that says it is large.
        let record = |bytes: &[u8], nth: usize| {
            bytes
                .windows(4)
                .enumerate()
                .filter(|(_, w)| w == b"PK\x01\x02")
                .nth(nth)
                .map(|(at, _)| at)
                .expect("a sound document")
        };
        let mut overlapping = bytes.clone();
        let last = record(&bytes, entries.len() - 1);
        overlapping[last + 42..last + 46].copy_from_slice(&[0; 4]);
        refused(kind.format, &overlapping, "overlapping");
        for (field, what) in [(20, "packed size"), (24, "size"), (16, "sum")] {
            let mut lying = bytes.clone();
            lying[last + field] ^= 0x55;
            refused(kind.format, &lying, what);
        }
        let end = bytes.len() - 22;
        let mut many = bytes.clone();
        many[end + 8..end + 12].copy_from_slice(&[0xff; 4]);
        refused(kind.format, &many, "count");
        let mut flood = entries.clone();
        flood.extend((0..10_001).map(|number| entry(&format!("x/{number}"), "")));
        refused(kind.format, &zip(&flood, Style::default()), "entries");
    }
}

#[test]
fn bombs() {
    for kind in &KINDS {
        // Blanks expand a thousand times.
        let spaces = " ".repeat(12 << 20);
        let bomb = (kind.whole)(&spaces);
        refused(kind.format, &kind.of(&bomb), "expands");
        // A part that nobody reads may be what it wants.
        let mut beside = (kind.package)(&(kind.whole)(&(kind.paragraph)("two words")));
        beside.push(entry("media/image.png", spaces.as_bytes()));
        assert_eq!(survives(kind.format, &zip(&beside, Style::default()), "beside").ok(), Some(1));
    }
    // A bomb in a document in the document.
    let inner = zip(&docx(&word_document(&" ".repeat(12 << 20))), Style::default());
    let mut outer = docx(&word_document(&word_paragraph("two words")));
    outer[0] = entry(
        "[Content_Types].xml",
        content_types("word/document.xml", "wordprocessingml.document").replace(
            "<Override",
            "<Default Extension=\"docx\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/><Override",
        ),
    );
    outer.push(entry("word/_rels/document.xml.rels", relationships(&[("aFChunk", "chunk.docx")])));
    outer.push(entry("word/chunk.docx", inner));
    assert_eq!(survives(Format::Docx, &zip(&outer, Style::default()), "nested").ok(), Some(1));
}

#[test]
fn entities_and_document_types() {
    let laughs: String = (0..9).map(|n| format!("<!ENTITY e{} \"{}\">", n + 1, format!("&e{n};").repeat(10))).collect();
    for (declared, text) in [
        (format!("<!DOCTYPE x [<!ENTITY e0 \"ha\">{laughs}]>"), "&e9;"),
        ("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>".into(), "&e;"),
        ("<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1/x\">%p;]>".into(), "text"),
        ("<!DOCTYPE x SYSTEM \"http://127.0.0.1/x.dtd\">".into(), "text"),
        (String::new(), "&undeclared;"),
    ] {
        for kind in &KINDS {
            let part = format!("{declared}{}", (kind.whole)(&(kind.paragraph)(text)));
            refused(kind.format, &kind.of(&part), &declared);
        }
    }
}

#[test]
fn depth_and_width() {
    for kind in &KINDS {
        let whole = |body: &str| kind.of(&(kind.whole)(body));
        let name =
            (kind.paragraph)("").split(['>', ' ']).next().expect("a sound document").trim_start_matches('<').to_owned();
        refused(kind.format, &whole(&format!("<{name}>").repeat(100_000)), "depth");
        refused(
            kind.format,
            &whole(&format!("{}{}", format!("<{name}>").repeat(5_000), format!("</{name}>").repeat(5_000))),
            "depth",
        );
        let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
        refused(kind.format, &whole(&format!("<{name}{attributes}/>")), "attributes");
        let spaces: String = (0..100_000).map(|n| format!(" xmlns:a{n}=\"u\"")).collect();
        refused(kind.format, &whole(&format!("<{name}{spaces}/>")), "namespaces");
        // Long, but sound.
        let long = "two words ".repeat(30_000);
        survives(kind.format, &whole(&(kind.paragraph)(&long)), "long").expect("a sound document");
        let attribute = format!("<{name} a=\"{long}\"/>{}", (kind.paragraph)("two words"));
        survives(kind.format, &whole(&attribute), "attribute").expect("a sound document");
        survives(kind.format, &whole(&(kind.paragraph)("<!-- x -->a<![CDATA[b]]>").repeat(10_000)), "pieces")
            .expect("a sound document");
        survives(kind.format, &whole(&(kind.paragraph)("&amp;&#x41; ").repeat(20_000)), "references")
            .expect("a sound document");
    }
}

#[test]
fn many_things_in_one_paragraph() {
    let run = |number: usize| {
        format!("<w:r><w:rPr><w:sz w:val=\"{number}\"/></w:rPr><w:t xml:space=\"preserve\">a{number} </w:t></w:r>")
    };
    let runs: String = (0..20_000).map(run).collect();
    let anchors: String =
        (0..20_000).map(|n| format!("<w:bookmarkStart w:id=\"{n}\"/><w:r><w:t>a</w:t></w:r>")).collect();
    let fields =
        "<w:fldSimple w:instr=\"PAGE\"><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t>word</w:t></w:r>".repeat(20_000);
    let nested = format!("{}{}", "<w:fldSimple w:instr=\"PAGE\">".repeat(900), "</w:fldSimple>".repeat(900));
    let grid = "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"4294967295\"/></w:tcPr><w:p><w:r><w:t>word</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    for paragraph in [runs, anchors, fields, nested] {
        let part = word_document(&format!("<w:p>{paragraph}</w:p>{grid}"));
        survives(Format::Docx, &KINDS[0].of(&part), &paragraph[..40]).expect("a sound document");
    }
    let spans: String = (0..20_000).map(|n| format!("<text:span text:style-name=\"T{n}\">a </text:span>")).collect();
    let labels: String = (0..20_000).map(|n| format!("<text:label text:value=\"choice {n}\"/>")).collect();
    let lists = format!("<text:drop-down>{labels}choice 1</text:drop-down>").repeat(2);
    let fields = "<text:user-field-get text:name=\"f\">The words</text:user-field-get> ".repeat(20_000);
    let declared = "<text:user-field-decl text:name=\"f\" office:string-value=\"The words\"/>";
    for paragraph in [spans, lists, fields] {
        let part = text_document(&format!("{declared}<text:p>{paragraph}</text:p>"));
        survives(Format::Odt, &KINDS[3].of(&part), &paragraph[..40]).expect("a sound document");
    }
}

#[test]
fn lists_of_choices_and_sheets_without_end() {
    // Each list shares a choice with the next: one that stays makes all of them stay.
    let lists = |list: fn(usize) -> String| (0..20_000).map(list).collect::<String>();
    let validations = lists(|n| {
        format!("<dataValidation type=\"list\"><formula1>\"choice {n}x,choice {}x\"</formula1></dataValidation>", n + 1)
    });
    for formula in ["", "<row><c><f>A1=\"choice 1x\"</f></c></row>"] {
        let part = sheet(&format!("{}{formula}", row("choice 5x")))
            .replace("</sheetData>", &format!("</sheetData>{validations}"));
        survives(Format::Xlsx, &KINDS[2].of(&part), "choices").expect("a sound document");
    }
    let ranges =
        lists(|n| format!("<dataValidation type=\"list\"><formula1>$A$1:$ZZ${}</formula1></dataValidation>", n + 1));
    let hidden: String = (0..20_000)
        .map(|n| format!("<row hidden=\"1\"><c t=\"inlineStr\"><is><t>word {n}</t></is></c></row>"))
        .collect();
    let part = sheet(&hidden).replace("</sheetData>", &format!("</sheetData>{ranges}"));
    survives(Format::Xlsx, &KINDS[2].of(&part), "ranges").expect("a sound document");
    let columns = "<cols><col min=\"1\" max=\"99999999999999999999\" hidden=\"1\"/></cols><sheetData>";
    survives(Format::Xlsx, &KINDS[2].of(&sheet(&row("word")).replace("<sheetData>", columns)), "columns")
        .expect("a sound document");
    let conditions = lists(|n| {
        format!(
            "<table:content-validation table:condition='cell-content-is-in-list(\"choice {n}\";\"choice {}\")'/>",
            n + 1
        )
    });
    let formula = "<table:table-row><table:table-cell table:formula='of:=[.A1]=\"choice 1\"'/></table:table-row>";
    for formula in ["", formula] {
        let part = spreadsheet(&format!("{}{formula}", table_row("choice 5"))).replace(
            "<table:table ",
            &format!("<table:content-validations>{conditions}</table:content-validations><table:table "),
        );
        survives(Format::Ods, &KINDS[4].of(&part), "conditions").expect("a sound document");
    }
    // Thousands of sheets whose new names would be one.
    let sheets: String = (0..5_000).map(|n| format!("<table:table table:name=\"Sheet a{n}\"/>")).collect();
    let bytes = KINDS[4].of(&spreadsheet("").replace("</table:table>", &format!("</table:table>{sheets}")));
    let options = Options { sheet_names: true, ..Options::default() };
    let start = Instant::now();
    let extracted = extract(Format::Ods, &bytes, &options, &Limits::default()).expect("a sound document");
    assert_eq!(extracted.segments.len(), 5_001);
    let same = vec![TaggedText::plain("Same"); 5_001];
    extracted.skeleton.merge(&same, &NOWHERE).expect("a sound document");
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
}

#[test]
fn relationships_in_a_circle() {
    let mut slides = pptx(&slide(&slide_paragraph("two words")));
    let to = |kind: &str, target: &str| relationships(&[(kind, target), (kind, target), ("chart", "slide1.xml")]);
    slides.push(entry("ppt/slides/_rels/slide1.xml.rels", to("slideLayout", "layout.xml")));
    slides.push(entry("ppt/slides/layout.xml", slide("")));
    slides.push(entry("ppt/slides/_rels/layout.xml.rels", to("slideMaster", "master.xml")));
    slides.push(entry("ppt/slides/master.xml", slide("")));
    slides.push(entry("ppt/slides/_rels/master.xml.rels", to("slideLayout", "layout.xml")));
    assert_eq!(survives(Format::Pptx, &zip(&slides, Style::default()), "circle").ok(), Some(1));
    let mut book = xlsx(&sheet(&row("two words")));
    book.push(entry(
        "xl/worksheets/_rels/sheet1.xml.rels",
        relationships(&[("drawing", "d.xml"), ("table", "sheet1.xml")]),
    ));
    book.push(entry("xl/worksheets/d.xml", "<d/>"));
    book.push(entry(
        "xl/worksheets/_rels/d.xml.rels",
        relationships(&[("chart", "d.xml"), ("chart", "../workbook.xml")]),
    ));
    let _ = survives(Format::Xlsx, &zip(&book, Style::default()), "circle");
    let mut document = docx(&word_document(&word_paragraph("two words")));
    document
        .push(entry("word/_rels/document.xml.rels", relationships(&[("header", "document.xml"), ("chart", "c.xml")])));
    document.push(entry("word/c.xml", "<c/>"));
    document.push(entry(
        "word/_rels/c.xml.rels",
        relationships(&[("chart", "c.xml"), ("package", "../../up.xlsx"), ("header", "document.xml")]),
    ));
    assert_eq!(survives(Format::Docx, &zip(&document, Style::default()), "circle").ok(), Some(1));
}
