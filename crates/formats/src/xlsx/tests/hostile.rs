//! Workbooks made to hurt: they are refused, or go through in linear time, and never bring the program down.

use super::build::{MAIN_SPACE, NOWHERE, Workbook};
use crate::docx::tests::engine::pseudo;
use crate::extent::Extent;
use crate::xlsx::take_apart;
use crate::{FormatError, Limits, Options};

#[track_caller]
fn check_refused(workbook: &Workbook) {
    let refused = workbook.read().err();
    assert!(matches!(refused, Some(FormatError::Corrupt { .. } | FormatError::TooComplex { .. })), "{refused:?}");
}

#[test]
fn what_is_no_workbook_is_refused() {
    let read = |bytes: &[u8]| take_apart(bytes, &Options::default(), &Limits::default(), &mut Vec::new()).err();
    assert!(matches!(read(b""), Some(FormatError::Empty)));
    assert!(matches!(read(b"PK\x03\x04"), Some(FormatError::Corrupt { .. })));
    let mut other = Workbook::of(&[]);
    other.main_type = "text/plain";
    check_refused(&other);
}

#[test]
fn references_that_lead_nowhere_are_refused() {
    for row in [
        "<row><c t=\"s\"><v>4294967295</v></c></row>",
        "<row><c t=\"s\"><v>-1</v></c></row>",
        "<row><c t=\"s\"><v>x</v></c></row>",
        "<row><c r=\"A18446744073709551617\"><v>1</v></c></row>",
        "<row><c r=\"XFE1\"><v>1</v></c></row>",
        "<row r=\"1048577\"/>",
        "<row r=\"-1\"/>",
    ] {
        check_refused(&Workbook::new().sheet("", row, ""));
    }
    let far = "<row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t>far away</t></is></c></row>";
    assert_eq!(Workbook::new().sheet("", far, "").segments(), ["far away"]);
}

#[test]
fn many_of_everything() {
    let mut workbook = Workbook::new();
    let cell = workbook.cell("<t>one string</t>");
    let workbook = workbook.sheet("", &cell.repeat(50_000), "");
    assert_eq!(workbook.segments(), ["one string"]);
    let rows: String =
        (0..30_000).map(|n| format!("<row><c t=\"inlineStr\"><is><t>word {n}</t></is></c></row>")).collect();
    let (segments, skeleton) = Workbook::new().sheet("", &rows, "").read().unwrap();
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    assert_eq!(segments.len(), 30_000);
    skeleton.write(&translations, &NOWHERE, Extent::Changed).unwrap();
    let columns: String = (0..5_000).map(|n| format!("<tableColumn name=\"column {n}\"/>")).collect();
    let table = format!("<table {MAIN_SPACE}><tableColumns>{columns}</tableColumns></table>");
    let strings: Vec<_> = (0..5_000).map(|n| format!("column {n}")).collect();
    let strings: Vec<_> = strings.iter().map(String::as_str).collect();
    let workbook = Workbook::of(&strings).with_on_sheet("table", &table);
    let same = workbook.translated_by(|_| terjuman_model::TaggedText::plain("same"), &NOWHERE);
    assert!(same.part("table1.xml").contains("\"same 5000\""));
    let formats: String = (0..5_000).map(|n| format!("<r><rPr><sz val=\"{n}\"/></rPr><t>word </t></r>")).collect();
    let mut workbook = Workbook::new();
    let cell = workbook.cell(&formats);
    assert_eq!(workbook.sheet("", &cell, "").segments().len(), 1);
    let quotes = format!("<row><c><f>{}</f><v>1</v></c></row>", "\"a\"['".repeat(50_000));
    assert!(Workbook::new().sheet("", &quotes, "").segments().is_empty());
    let mut sheets = Workbook::new();
    for _ in 0..1_001 {
        sheets = sheets.sheet("", "", "");
    }
    check_refused(&sheets);
}

#[test]
fn damage_never_brings_the_program_down() {
    let mut workbook = Workbook::new();
    let mut rows =
        ["<t>plain words_x000D_\nmore</t>", "<r><t>rich </t></r><r><rPr><b/><u/></rPr><t>text</t></r>", "<t>Name</t>"]
            .map(|string| workbook.cell(string))
            .concat();
    rows.push_str("<row r=\"7\" hidden=\"1\"><c r=\"B7\" t=\"inlineStr\"><is><t>inline</t></is></c><c t=\"str\"><f>T[Name]&amp;\"x\"</f><v>y</v></c></row>");
    let behind = "<autoFilter><filterColumn><filters><filter val=\"Name\"/></filters></filterColumn></autoFilter><headerFooter><oddHeader>&amp;L&amp;12a word &amp;P</oddHeader></headerFooter>";
    let bytes = workbook
        .sheet("", &rows, behind)
        .with_on_sheet("table", &format!("<table {MAIN_SPACE}><tableColumns><tableColumn name=\"Name\"/></tableColumns></table>"))
        .with_on_sheet("comments", &format!("<comments {MAIN_SPACE}><authors><author>A</author></authors><commentList><comment ref=\"A1\" authorId=\"0\"><text><t>A: note</t></text></comment></commentList></comments>"))
        .stored_bytes();
    let mut state = 1u64;
    let mut roll = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut read = 0;
    for round in 0..1_000 {
        let mut damaged = bytes.clone();
        for _ in 0..=roll(3) {
            let at = roll(damaged.len());
            match roll(3) {
                0 => damaged[at] = [b'<', b'>', b'"', b'&', b'\'', b'/', 0, 0xff, b'x', b'['][roll(10)],
                1 => damaged[at] ^= 1 << roll(8),
                _ => {
                    let other = roll(damaged.len());
                    damaged.swap(at, other);
                }
            }
        }
        mend_sums(&mut damaged);
        let Ok((segments, skeleton)) = take_apart(&damaged, &Options::default(), &Limits::default(), &mut Vec::new())
        else {
            continue;
        };
        read += 1;
        let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
        assert!(skeleton.write(&sources, &NOWHERE, Extent::Changed).unwrap() == damaged, "round {round}");
        let translations: Vec<_> = segments.iter().map(pseudo).collect();
        if let Err(error) = skeleton.write(&translations, &NOWHERE, Extent::Changed) {
            panic!("round {round}: {error}");
        }
    }
    assert!(read > 50, "{read} were read");
}

/// Writes the right sums into stored entries, so that damage gets past them.
fn mend_sums(bytes: &mut [u8]) {
    let find = |bytes: &[u8], magic: &[u8; 4]| -> Vec<usize> {
        bytes.windows(4).enumerate().filter(|(_, window)| window == magic).map(|(at, _)| at).collect()
    };
    let short = |bytes: &[u8], at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    for record in find(bytes, b"PK\x01\x02") {
        if record + 46 > bytes.len() {
            continue;
        }
        let long = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize;
        let (size, local) = (long(record + 20), long(record + 42));
        if local + 30 > bytes.len() {
            continue;
        }
        let start = local + 30 + short(bytes, local + 26) + short(bytes, local + 28);
        let Some(data) = bytes.get(start..start.saturating_add(size)) else { continue };
        let mut sum = flate2::Crc::new();
        sum.update(data);
        let sum = sum.sum().to_le_bytes();
        bytes[record + 16..record + 20].copy_from_slice(&sum);
        bytes[local + 14..local + 18].copy_from_slice(&sum);
    }
}
