//! Packages and what stands in each other in them.

use super::office::{ODF, WORD, docx, each, odf, packed, paragraph, part, related, word};
use crate::package::zipped;

/// Entries that nobody reads.
pub(super) fn zip_entries(size: usize) -> Vec<u8> {
    let names: Vec<String> = (0..size).map(|n| format!("media/{n}.bin")).collect();
    zipped(&names.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>())
}

/// Parts that each expand to just what is free of any ratio.
pub(super) fn zip_bombs(size: usize) -> Vec<u8> {
    let blank = format!("<w:hdr {WORD}><w:p><w:r><w:t>word{}</w:t></w:r></w:p></w:hdr>", " ".repeat(10_000_000));
    let mut main = word(&paragraph("<w:r><w:t>word</w:t></w:r>"));
    main.related = each(size, |n| related(&format!("r{n}"), "header", &format!("h{n}.xml")));
    let mut parts = vec![main];
    parts.extend((0..size).map(|n| part(format!("word/h{n}.xml"), "wordprocessingml.header", blank.clone())));
    packed(parts)
}

/// Relationships of many parts to many others.
pub(super) fn docx_related(size: usize) -> Vec<u8> {
    let all = each(1_000, |n| related(&format!("r{n}"), "header", &format!("h{n}.xml")));
    let mut main = word(&paragraph("<w:r><w:t>word</w:t></w:r>"));
    main.related.clone_from(&all);
    let mut parts = vec![main];
    for n in 0..size {
        let mut header =
            part(format!("word/h{n}.xml"), "wordprocessingml.header", format!("<w:hdr {WORD}><w:p/></w:hdr>"));
        header.related.clone_from(&all);
        parts.push(header);
    }
    packed(parts)
}

pub(super) fn docx_types(size: usize) -> Vec<u8> {
    let mut parts = vec![word(&paragraph("<w:r><w:t>word</w:t></w:r>"))];
    parts.extend((0..9_900).map(|n| part(format!("word/x{n}.xml"), "x".repeat(size), String::new())));
    packed(parts)
}

/// Prefixes that are declared behind a thousand others, each looked up in turn.
pub(super) fn docx_prefixes(size: usize) -> Vec<u8> {
    let declared = |from: usize| each(240, |n| format!(" xmlns:x{}=\"u\"", from + n));
    let open: String = (0..4).map(|n| format!("<w:sdt{}>", declared(n * 240))).collect();
    let body = each(size, |n| format!("<a{n}:b/>"));
    docx(&format!("{open}<w:p><w:r><w:t>word</w:t></w:r></w:p>{body}{}", "</w:sdt>".repeat(4)))
}

pub(super) fn docx_controls(size: usize) -> Vec<u8> {
    let open = "<w:sdt><w:sdtPr><w:alias w:val=\"Some words\"/></w:sdtPr><w:sdtContent>";
    docx(&format!(
        "{}{}{}",
        open.repeat(size),
        paragraph("<w:r><w:t>word</w:t></w:r>"),
        "</w:sdtContent></w:sdt>".repeat(size)
    ))
}

const BOX: [&str; 2] = [
    "<w:r><w:t>word</w:t></w:r><w:r><w:pict><v:shape xmlns:v=\"urn:schemas-microsoft-com:vml\"><v:textbox><w:txbxContent>",
    "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>",
];

/// Text boxes in text boxes, each beside words.
pub(super) fn docx_nested_boxes(size: usize) -> Vec<u8> {
    let (open, close) = (format!("<w:p>{}", BOX[0]), format!("{}<w:r><w:t>more</w:t></w:r></w:p>", BOX[1]));
    docx(&format!("{}<w:p/>{}", open.repeat(size), close.repeat(size)).repeat(100))
}

pub(super) fn docx_boxes(size: usize) -> Vec<u8> {
    let content = paragraph("<w:r><w:t>inner</w:t></w:r>");
    docx(&paragraph(&format!("{}{content}{}", BOX[0], BOX[1]).repeat(size)))
}

/// Choices and fallbacks in each other: what is in both is read in both.
pub(super) fn docx_choices(size: usize) -> Vec<u8> {
    let spaces = "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"";
    let leaf = "<w:r><w:t>word</w:t></w:r>";
    let one = |inside: &str| {
        format!(
            "<mc:AlternateContent {spaces}><mc:Choice Requires=\"wps\">{inside}</mc:Choice><mc:Fallback>{leaf}</mc:Fallback></mc:AlternateContent>"
        )
    };
    let nested = (0..200).fold(leaf.to_owned(), |inside, _| one(&inside));
    docx(&paragraph(&nested).repeat(size))
}

/// Pages that a document takes in.
pub(super) fn docx_chunks(size: usize) -> Vec<u8> {
    let mut main = word(&paragraph("<w:r><w:t>word</w:t></w:r>"));
    main.related = each(size, |n| related(&format!("c{n}"), "aFChunk", &format!("c{n}.html")));
    let mut parts = vec![main];
    parts.extend((0..size).map(|n| part(format!("word/c{n}.html"), "x", "<p>Some words".repeat(100))));
    packed(parts)
}

const FRAME: [&str; 2] = [
    "<draw:frame xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\"><draw:text-box>",
    "</draw:text-box></draw:frame>",
];

pub(super) fn odt_nested_frames(size: usize) -> Vec<u8> {
    let (open, close) = (format!("<text:p>word {}", FRAME[0]), format!("{} more</text:p>", FRAME[1]));
    let body = format!("{}<text:p/>{}", open.repeat(size), close.repeat(size)).repeat(100);
    odf("", &format!("<office:text>{body}</office:text>"))
}

pub(super) fn odt_frames(size: usize) -> Vec<u8> {
    let frame = format!("word {}<text:p>inner</text:p>{}", FRAME[0], FRAME[1]);
    odf("", &format!("<office:text><text:p>{}</text:p></office:text>", frame.repeat(size)))
}

pub(super) fn odt_tables(size: usize) -> Vec<u8> {
    let (open, close) =
        ("<table:table><table:table-row><table:table-cell>", "</table:table-cell></table:table-row></table:table>");
    let body = format!("{}<text:p>word</text:p>{}", open.repeat(size), close.repeat(size)).repeat(100);
    odf("", &format!("<office:text>{body}</office:text>"))
}

/// Cells that stand for as many as a sheet has.
pub(super) fn ods_repeated(size: usize) -> Vec<u8> {
    let cell = "<table:table-cell office:value-type=\"string\" table:number-columns-repeated=\"16384\"><text:p>Some words</text:p></table:table-cell>";
    let row = format!(
        "<table:table-row table:number-rows-repeated=\"1048576\">{cell}<table:table-cell table:number-columns-repeated=\"99999999999\"/></table:table-row>"
    );
    odf(
        "",
        &format!(
            "<office:spreadsheet><table:table table:name=\"S\">{}</table:table></office:spreadsheet>",
            row.repeat(size)
        ),
    )
}

/// Changes that were tracked, and notes, each named from the text.
pub(super) fn odt_changes(size: usize) -> Vec<u8> {
    let change = |n: usize| {
        format!(
            "<text:changed-region text:id=\"c{n}\"><text:deletion><text:p>gone {n}</text:p></text:deletion></text:changed-region>"
        )
    };
    let place = |n: usize| format!("<text:p>Some words <text:change text:change-id=\"c{n}\"/>go on</text:p>");
    odf(
        "",
        &format!(
            "<office:text><text:tracked-changes>{}</text:tracked-changes>{}</office:text>",
            each(size, change),
            each(size, place)
        ),
    )
}

/// Styles in a chain, in a part of their own.
pub(super) fn odt_style_part(size: usize) -> Vec<u8> {
    let style = |n: usize| {
        format!(
            "<style:style style:name=\"S{n}\" style:display-name=\"Words {n}\" style:family=\"paragraph\" style:parent-style-name=\"S{}\"/>",
            n + 1
        )
    };
    let styles = format!(
        "<office:document-styles {ODF}><office:styles>{}</office:styles></office:document-styles>",
        each(size, style)
    );
    let place = |n: usize| format!("<text:p text:style-name=\"S{n}\">Some words</text:p>");
    let content = format!(
        "<office:document-content {ODF}><office:body><office:text>{}</office:text></office:body></office:document-content>",
        each(size, place)
    );
    zipped(&[("content.xml", &content), ("styles.xml", &styles)])
}
