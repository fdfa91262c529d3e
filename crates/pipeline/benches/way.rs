//! The way of one document without the cost of an engine: what is left is detection, extraction, sentences, fixed texts,
//! tag projection, verification and merge. Throughput is in bytes of the document.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use terjuman_model::LanguagePair;
use terjuman_nmt::{Identity, Link, Source, TranslateError, Translated, Unit};
use terjuman_pipeline::{Limits, Options, Pairs, Request, Translator, Watch, translate};

/// Identity by the sentence, with a link for each word: the way of `neural` without its models.
struct BySentence;

impl Translator for BySentence {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> Unit {
        Unit::Sentence
    }

    fn translate(
        &self,
        _: &LanguagePair,
        sources: &[Source],
        _: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        let translate = |source: &Source| {
            let text = source.text.as_str();
            let link = |word: &str| {
                let start = word.as_ptr().addr() - text.as_ptr().addr();
                Link { source: start..start + word.len(), target: start..start + word.len() }
            };
            let mut text = text.to_owned();
            let fixed = source.fixed.iter().map(|fixed| fixed.range.clone()).collect();
            for fixed in source.fixed.iter().rev().filter(|fixed| fixed.text.len() == fixed.range.len()) {
                text.replace_range(fixed.range.clone(), &fixed.text);
            }
            let links = if source.linked { source.text.split_whitespace().map(link).collect() } else { Vec::new() };
            Translated { links, fixed, ..text.into() }
        };
        Ok(sources.iter().map(translate).collect())
    }
}

const WORDS: &[&str] = &[
    "The",
    "printer",
    "driver",
    "must",
    "be",
    "installed",
    "before",
    "Dr. Smith",
    "connects",
    "it",
    "to",
    "{0}",
    "or",
    "https://example.com/a?b=c",
    "and",
    "12.5",
    "cables,",
    "as",
    "shown",
    "in",
    "Fig. 3",
];

/// Sentences that do not repeat.
fn sentence(number: usize) -> String {
    let words = (0..12).map(|at| WORDS[(number * 7 + at * (1 + number % 5)) % WORDS.len()]);
    format!("{} {number}.", words.collect::<Vec<_>>().join(" "))
}

fn text(bytes: usize) -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < bytes {
        text.push_str(&sentence(number));
        text.push_str(if number % 4 == 3 { "\n\n" } else { " " });
        number += 1;
    }
    text
}

fn table(bytes: usize) -> String {
    let mut text = String::from("id,name,note\r\n");
    let mut number = 0;
    while text.len() < bytes {
        text.push_str(&format!("{number},item {number},\"{}\"\r\n", sentence(number)));
        number += 1;
    }
    text
}

fn page(bytes: usize) -> String {
    let mut text = String::from("<!DOCTYPE html><html lang=\"en\"><body>\n");
    let mut number = 0;
    while text.len() < bytes {
        let (one, two) = (sentence(number), sentence(number + 1));
        text.push_str(&format!(
            "<p class=\"c{number}\">A <b>bold start</b> of {one} See <a href=\"/p/{number}\">the <i>other</i> page</a>: {two}<br>End.</p>\n"
        ));
        number += 2;
    }
    text + "</body></html>\n"
}

fn way(criterion: &mut Criterion) {
    const BYTES: usize = 4 << 20;
    let (options, limits) = (Options::default(), Limits::default());
    let documents = [("txt", text(BYTES)), ("csv", table(BYTES)), ("html", page(BYTES))];
    let engines: [(&str, &dyn Translator); 2] = [("identity", &Identity), ("by sentence", &BySentence)];
    for (engine_name, engine) in engines {
        let mut group = criterion.benchmark_group(engine_name);
        group.sample_size(10);
        for (format, document) in &documents {
            group.throughput(Throughput::Bytes(document.len() as u64));
            let name = format!("a.{format}");
            group.bench_function(*format, |bencher| {
                let request = || Request {
                    bytes: document.as_bytes(),
                    name: Some(&name),
                    content_type: None,
                    source: Some("en".parse().expect("a known code")),
                    target: "pt".parse().expect("a known code"),
                    engine,
                    glossaries: &[],
                    options: &options,
                    limits: &limits,
                };
                bencher.iter_batched(
                    request,
                    |request| translate(&request, &()).expect("it translates"),
                    BatchSize::LargeInput,
                );
            });
        }
        group.finish();
    }
}

criterion_group!(benches, way);
criterion_main!(benches);
