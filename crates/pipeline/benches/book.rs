//! A document of Word of 300 pages through the whole way with the real engine, and which share of the processor's time goes into
//! the engine's threads.
//!
//! `TERJUMAN_TEST_MODELS=target/models cargo bench -p terjuman-pipeline --bench book [-- [--pages N] [--threads N] [--rounds N]]`
//! makes the document: paragraphs of three runs each, one of them bold, of sentences that do not repeat. Rounds alternate
//! between the engine and one that gives the answers of the round before: what that costs is all but the engine. The share is
//! told in both ways, by threads and by the difference; the target is 90 %.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Models, Neural, NeuralConfig, Source, TranslateError, Translated, Unit};
use terjuman_pipeline::{Limits, Options, Pairs, Request, Translator, Watch, translate};
use zip::write::SimpleFileOptions;

/// Words of a page.
const PAGE: usize = 400;

const SUBJECTS: &[&str] = &[
    "The committee",
    "Every member of the staff",
    "The new printer",
    "A careful reader",
    "The northern office",
    "Our oldest customer",
    "The second report",
    "The person in charge",
    "Each of the suppliers",
    "The safety valve",
    "The annual budget",
    "A small group of engineers",
    "The city council",
    "The author of this manual",
    "The main server",
];
const VERBS: &[&str] = &[
    "has to examine",
    "will replace",
    "did not mention",
    "should describe",
    "usually depends on",
    "must be ready before",
    "agreed to pay for",
    "is responsible for",
    "cannot explain",
    "was built for",
    "has already approved",
    "would like to change",
    "kept a record of",
];
const OBJECTS: &[&str] = &[
    "the results of the last inspection",
    "all of the documents that were sent",
    "the cost of the repairs",
    "the rooms on the third floor",
    "a list of open questions",
    "the rules for visitors",
    "the water in the tank",
    "the plan for the coming year",
    "two letters from the bank",
    "the price of the material",
    "the old agreement",
];
const ENDS: &[&str] = &[
    "before the end of the month",
    "as soon as possible",
    "without any further delay",
    "when the weather is good",
    "in the presence of a witness",
    "because nobody else was there",
    "after a long discussion",
    "for the first time",
    "during the summer holidays",
    "if the owner asks for it",
    "at a meeting in the town hall",
    "with great care",
    "although it was late",
    "on the following day",
    "while the doors were closed",
    "in spite of the noise",
    "every week",
];

/// Sentences that do not repeat before all that can be made are made.
fn sentence(number: usize) -> String {
    let pick = |words: &[&'static str], place: usize| words[place % words.len()];
    let all = SUBJECTS.len() * VERBS.len() * OBJECTS.len() * ENDS.len();
    // No common divisor: every number is met once.
    let place = number * 7_919 % all;
    let (subject, place) = (pick(SUBJECTS, place), place / SUBJECTS.len());
    let (verb, place) = (pick(VERBS, place), place / VERBS.len());
    let (object, place) = (pick(OBJECTS, place), place / OBJECTS.len());
    format!("{subject} {verb} {object} {}.", pick(ENDS, place))
}

/// The document, and its words.
fn document(pages: usize) -> (Vec<u8>, usize, usize) {
    let mut body = String::new();
    let (mut words, mut paragraphs, mut number) = (0, 0, 0);
    while words < pages * PAGE {
        let text: Vec<String> = (0..2 + paragraphs % 2).map(|at| sentence(number + at)).collect();
        number += text.len();
        let text = text.join(" ");
        let places: Vec<&str> = text.split(' ').collect();
        words += places.len();
        paragraphs += 1;
        body.push_str("<w:p>");
        let third = places.len() / 3;
        let runs = [&places[..third], &places[third..2 * third], &places[2 * third..]];
        for (at, run) in runs.iter().enumerate() {
            let style = if at == 1 { "<w:rPr><w:b/></w:rPr>" } else { "" };
            let space = if at < 2 { " " } else { "" };
            body.push_str(&format!("<w:r>{style}<w:t xml:space=\"preserve\">{}{space}</w:t></w:r>", run.join(" ")));
        }
        body.push_str("</w:p>");
    }
    let main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override \
                 PartName=\"/word/document.xml\" ContentType=\"{kind}\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{office}\" \
                 Target=\"word/document.xml\"/></Relationships>"
            ),
        ),
        ("word/document.xml", format!("<w:document xmlns:w=\"{main}\"><w:body>{body}</w:body></w:document>")),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).expect("memory can be written to");
        zip.write_all(content.as_bytes()).expect("memory can be written to");
    }
    (zip.finish().expect("memory can be written to").into_inner(), words, paragraphs)
}

/// The engine, and what it said; or that again, without it.
struct Recorded {
    neural: Neural,
    said: Mutex<HashMap<Source, Translated>>,
    is_replayed: bool,
}

impl Translator for Recorded {
    fn pairs(&self) -> Pairs {
        self.neural.pairs()
    }

    fn unit(&self) -> Unit {
        Unit::Sentence
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        let mut said = self.said.lock().expect("nobody panics");
        if self.is_replayed {
            return Ok(sources.iter().map(|source| said[source].clone()).collect());
        }
        let translated = self.neural.translate(pair, sources, watch)?;
        if said.len() < sources.len() {
            said.extend(sources.iter().cloned().zip(translated.iter().cloned()));
        }
        Ok(translated)
    }
}

/// Seconds of processor time of the threads that are there, those whose name begins so.
fn processor(name: &str) -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let ran = tasks.filter_map(|task| {
        let is_one = std::fs::read_to_string(task.path().join("comm")).ok()?.starts_with(name);
        let times = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        let ran: f64 = times.split_whitespace().next()?.parse().ok()?;
        is_one.then_some(ran / 1e9)
    });
    ran.sum()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[expect(clippy::disallowed_methods, reason = "only the run knows where the models are")]
fn main() {
    let Some(models) = std::env::var_os("TERJUMAN_TEST_MODELS") else {
        println!("skipped: TERJUMAN_TEST_MODELS names no folder of models");
        return;
    };
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(models);
    let given: Vec<String> = std::env::args().collect();
    let number = |flag: &str| {
        let at = given.iter().position(|argument| argument == flag)?;
        given.get(at + 1)?.parse::<usize>().ok()
    };
    let pages = number("--pages").unwrap_or(300);
    let (bytes, words, paragraphs) = document(pages);
    println!("{pages} pages: {words} words in {paragraphs} paragraphs, {} kB", bytes.len() / 1000);
    let all = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut threads = number("--threads").map_or(vec![1, all], |threads| vec![threads]);
    threads.dedup();
    for threads in threads {
        let config = NeuralConfig { threads: NonZeroUsize::new(threads), cache_bytes: 0, ..NeuralConfig::default() };
        let neural = Neural::new(Models::new(&models), &config).expect("threads can be started");
        let mut engine = Recorded { neural, said: Mutex::default(), is_replayed: false };
        let run = |engine: &Recorded, bytes: &[u8]| {
            let request = Request {
                bytes,
                name: Some("book.docx"),
                content_type: None,
                source: Some("en".parse().expect("a language")),
                target: "pt".parse().expect("a language"),
                engine,
                glossaries: &[],
                options: &Options::default(),
                limits: &Limits::default(),
            };
            translate(&request, &()).expect("the document is sound")
        };
        // The model is loaded, and threads that only load are gone.
        run(&engine, &document(1).0);
        let (mut shares, mut others, mut walls, mut spent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..number("--rounds").unwrap_or(3) {
            engine.is_replayed = false;
            let (before, inner, wall) = (processor(""), processor("engine-"), Instant::now());
            let output = run(&engine, &bytes);
            let whole = processor("") - before;
            walls.push(wall.elapsed().as_secs_f64());
            shares.push((processor("engine-") - inner) / whole);
            engine.is_replayed = true;
            let before = processor("");
            assert!(run(&engine, &bytes).bytes == output.bytes, "the same answers give the same document");
            others.push(1.0 - (processor("") - before) / whole);
            spent.push(whole);
        }
        println!(
            "threads {threads}: {:.2} s of processor time, {:.2} s on the wall; {:.1} % of it in the engine's threads, {:.1} % gone \
             where its answers were there already",
            median(spent),
            median(walls),
            100.0 * median(shares),
            100.0 * median(others)
        );
    }
}
