//! Texts and data: plain text, tables, JSON, bilingual files, topics.

use super::Sample;
use terjuman_formats::Format;

/// So many MiB of what a line looks like, between a head and a tail.
fn lines(scale: usize, head: &str, tail: &str, line: impl Fn(usize) -> String) -> String {
    let mut text = String::from(head);
    let mut number = 0;
    while text.len() < scale << 20 {
        number += 1;
        text.push_str(&line(number));
    }
    text + tail
}

/// Paragraphs in lines.
pub(crate) fn txt(scale: usize) -> Sample {
    let paragraph = |number| {
        format!(
            "Paragraph {number} says that the committee adopted the report on the\nsituation, and asked for another one \
             within the year. Nothing else\nhappened.\n\n"
        )
    };
    Sample::of_text(Format::Txt, lines(scale, "", "", paragraph))
}

/// A table of texts and numbers.
pub(crate) fn csv(scale: usize) -> Sample {
    let row = |number| format!("{number},Entry {number} of the report,\"It was adopted, at last\",0.25,2026-11-26\n");
    Sample::of_text(Format::Csv, lines(scale, "Number,Title,Remark,Share,Date\n", "", row))
}

/// Records.
pub(crate) fn json(scale: usize) -> Sample {
    let record = |number| {
        format!(
            "  {{\"id\": {number}, \"title\": \"Entry {number} of the report\", \"note\": \"It was \\\"adopted\\\" at the \
             meeting\", \"share\": 0.25}},\n"
        )
    };
    Sample::of_text(Format::Json, lines(scale, "[\n", "  {\"id\": 0}\n]\n", record))
}

/// Units without targets.
pub(crate) fn xliff(scale: usize) -> Sample {
    let head = "<?xml version=\"1.0\"?><xliff version=\"1.2\" xmlns=\"urn:oasis:names:tc:xliff:document:1.2\"><file original=\"a\" \
                source-language=\"en\" target-language=\"pt\" datatype=\"plaintext\"><body>\n";
    let unit = |number| {
        format!(
            "<trans-unit id=\"{number}\"><source>Unit {number} says that <g id=\"1\">the committee</g> adopted the \
             report.</source></trans-unit>\n"
        )
    };
    Sample::of_text(Format::Xliff, lines(scale, head, "</body></file></xliff>\n", unit))
}

/// A topic.
pub(crate) fn dita(scale: usize) -> Sample {
    let head = "<?xml version=\"1.0\"?><!DOCTYPE topic PUBLIC \"-//OASIS//DTD DITA Topic//EN\" \"topic.dtd\"><topic \
                id=\"a\"><title>The report</title><body>\n";
    let paragraph = |number| {
        format!(
            "<p>Paragraph {number} says that <b>the committee</b> adopted <ph>the report</ph> on the situation, and asked for \
             another one within the year.</p>\n"
        )
    };
    Sample::of_text(Format::Dita, lines(scale, head, "</body></topic>\n", paragraph))
}
