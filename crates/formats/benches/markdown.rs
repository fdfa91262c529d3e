//! How fast Markdown is taken apart and written back. The aim is 20 MB/s for taking it apart, on one core.

mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use terjuman_formats::{Format, Limits, Options, Target, extract};
use terjuman_model::{Mark, TaggedText};

/// A page such as a manual has: wrapped paragraphs with formatting and links, lists, a table, code, a quotation.
fn page() -> String {
    let mut markdown = String::from("---\ntitle: Bench\n---\n\n");
    for n in 0..2_000 {
        markdown.push_str(&format!(
            "## Section {n}\n\nThe **quick** brown fox &amp; the [lazy dog](/dogs/{n} \"A dog\") met on page {n}, where\n\
             `fox.jump()` is called again. Nothing else happened, as far as _anybody_ could\ntell from the [records][r{n}].\n\n\
             - A first item, with *emphasis*\n- A second one\n\n```rust\nlet fox = {n};\n```\n\n> It was said that the fox\n> \
             had jumped.\n\n| Name | Picture |\n|---|---|\n| Fox {n} | ![A picture](p{n}.png) |\n\n[r{n}]: /r/{n}\n\n"
        ));
    }
    markdown
}

/// Every text changed, between these, each mark at its letters.
fn changed(source: &TaggedText, before: &str, after: &str) -> TaggedText {
    let marks = source.marks().iter().map(|mark| Mark { at: mark.at + before.len(), ..*mark }).collect();
    TaggedText::with_marks(format!("{before}{}{after}", source.text()), marks)
}

fn markdown(criterion: &mut Criterion) {
    let page = page();
    let read = || {
        extract(Format::Markdown, page.as_bytes(), &Options::default(), &Limits::default())
            .expect("the page is well formed")
    };
    let extracted = read();
    let mut group = criterion.benchmark_group("markdown");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("extract", |bencher| bencher.iter_custom(|times| common::timed(times, read)));
    let target = Target { source_language: None, language: Some("pt".parse().expect("a language tag")) };
    // Brackets could be links, so that every text has to be read back.
    for (name, before, after) in [("merge", "E ", " aqui"), ("merge of brackets", "[", "]")] {
        let all = extracted.segments.iter();
        let translations: Vec<TaggedText> = all.map(|segment| changed(&segment.source, before, after)).collect();
        group.bench_function(name, |bencher| {
            let write = || extracted.skeleton.merge(&translations, &target).expect("every tag is there");
            bencher.iter_custom(|times| common::timed(times, write));
        });
    }
    group.finish();
}

criterion_group!(benches, markdown);
criterion_main!(benches);
