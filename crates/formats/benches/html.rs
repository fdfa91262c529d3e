//! How fast HTML is taken apart and written back. The aim is 20 MB/s for each, on one core.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use terjuman_formats::{Format, Limits, Options, Target, extract};
use terjuman_model::TaggedText;

/// A page such as a manual has: paragraphs with formatting and links, lists, a table, pictures.
fn page() -> String {
    let mut html = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Bench</title></head><body>\n",
    );
    for n in 0..2_000 {
        html.push_str(&format!(
            "<h2 id=\"s{n}\">Section {n}</h2>\n<p class=\"intro\">The <b>quick</b> brown fox &amp; the <a href=\"/dogs/{n}\">lazy \
             dog</a> met on page {n}, where <code>fox.jump()</code> is called&nbsp;again.<br>Nothing else happened.</p>\n<ul>\n  \
             <li>A first item, with <em>emphasis</em>\n  <li>A second one\n</ul>\n<table><tr><th>Name</th><td><img \
             src=\"p{n}.png\" alt=\"A picture of the fox\"></td></tr></table>\n<!-- end of {n} -->\n"
        ));
    }
    html + "</body></html>\n"
}

fn html(criterion: &mut Criterion) {
    let page = page();
    let read = || {
        extract(Format::Html, page.as_bytes(), &Options::default(), &Limits::default())
            .expect("the page is well formed")
    };
    let extracted = read();
    let mut group = criterion.benchmark_group("html");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("extract", |bencher| bencher.iter(read));
    let target = Target { source_language: None, language: Some("pt".parse().expect("a language tag")) };
    let same: Vec<TaggedText> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    group.bench_function("merge", |bencher| {
        bencher.iter(|| extracted.skeleton.merge(&same, &target).expect("every tag is there"));
    });
    group.finish();
}

criterion_group!(benches, html);
criterion_main!(benches);
