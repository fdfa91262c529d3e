//! Megabytes of WordprocessingML a second, out and in again: a document of prose with the usual noise.

use std::hint::black_box;
use std::io::{Cursor, Write as _};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use terjuman_formats::{Format, Limits, Options, Target, extract};
use terjuman_model::{Mark, Segment, TaggedText};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A document of about this many bytes of XML.
const BYTES: usize = 8 << 20;

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

/// The document, and how long its main part is.
fn document() -> (Vec<u8>, u64) {
    let mut xml = String::from(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:body>",
    );
    let mut number = 0u32;
    while xml.len() < BYTES {
        number += 1;
        let run = |properties: &str, text: &str| {
            format!(
                "<w:r w:rsidRPr=\"00{number:06X}\"><w:rPr><w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\"/>{properties}<w:sz w:val=\"20\"/>\
                 <w:lang w:val=\"en-US\"/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>"
            )
        };
        xml.push_str(&format!(
            "<w:p w:rsidR=\"00{number:06X}\"><w:pPr><w:pStyle w:val=\"BodyText\"/><w:jc w:val=\"both\"/></w:pPr>"
        ));
        xml.push_str(&run("", &format!("Paragraph {number} says that ")));
        xml.push_str("<w:proofErr w:type=\"spellStart\"/>");
        xml.push_str(&run("<w:b/>", "the committee"));
        xml.push_str("<w:proofErr w:type=\"spellEnd\"/>");
        xml.push_str(&run("<w:spacing w:val=\"-2\"/>", " adopted the report on the situation, "));
        xml.push_str(&format!(
            "<w:hyperlink r:id=\"rId{number}\">{}</w:hyperlink>",
            run("<w:u w:val=\"single\"/>", "as published")
        ));
        xml.push_str(&run("", ", and asked for another one within the year.</w:t><w:tab/><w:t>End"));
        xml.push_str("</w:p>");
    }
    xml.push_str("</w:body></w:document>");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
                 <Override PartName=\"/word/document.xml\" ContentType=\"{MAIN}\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{RELATIONSHIPS}\"><Relationship Id=\"a\" Type=\"{OFFICE}/officeDocument\" \
                 Target=\"word/document.xml\"/></Relationships>"
            ),
        ),
        ("word/document.xml", xml.clone()),
    ] {
        writer.start_file(name, SimpleFileOptions::default()).expect("a container in memory");
        writer.write_all(contents.as_bytes()).expect("a container in memory");
    }
    (writer.finish().expect("a container in memory").into_inner(), xml.len() as u64)
}

fn translated(segment: &Segment) -> TaggedText {
    let marks = segment.source.marks().iter().map(|mark| Mark { at: mark.at + 1, ..*mark }).collect();
    TaggedText::with_marks(format!("[{}]", segment.source.text()), marks)
}

fn docx(criterion: &mut Criterion) {
    let (bytes, length) = document();
    // The ratio of a document that repeats itself is that of a bomb.
    let limits = Limits { zip_ratio: 10_000, ..Limits::default() };
    let read = || extract(Format::Docx, &bytes, &Options::default(), &limits).expect("a sound document");
    let extracted = read();
    let translations: Vec<_> = extracted.segments.iter().map(translated).collect();
    let target = Target { source_language: None, language: "pt".parse().ok() };
    let mut group = criterion.benchmark_group("docx");
    group.throughput(Throughput::Bytes(length)).sample_size(10);
    group.bench_function("extract", |bencher| bencher.iter(|| black_box(read())));
    group.bench_function("merge", |bencher| {
        bencher.iter(|| black_box(extracted.skeleton.merge(&translations, &target).expect("a sound translation")));
    });
    group.finish();
}

criterion_group!(benches, docx);
criterion_main!(benches);
