//! Words per second and memory of the engine `neural`, with real models.
//!
//! `TERJUMAN_TEST_MODELS=target/models cargo bench -p terjuman-nmt --bench words [-- FILE...]` translates the sentences
//! of the files (by default the demo's and what the corpus has in English), with links, with one thread and with all.
//! Processor seconds are the figure to compare: the clock on the wall counts other people's work, too.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use terjuman_nmt::{Models, Neural, NeuralConfig, Source, Translator, parse_pair};

/// Enough to keep all threads busy, and still done in a minute.
const MOST_SENTENCES: usize = 400;

/// The median of so many is told.
const ROUNDS: usize = 5;

#[expect(clippy::disallowed_methods, reason = "only the run knows where the models are")]
fn main() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Some(models) = std::env::var_os("TERJUMAN_TEST_MODELS") else {
        println!("skipped: TERJUMAN_TEST_MODELS names no folder of models");
        return;
    };
    let models = repository.join(models);
    // Cargo passes flags of its own.
    let files: Vec<PathBuf> =
        std::env::args().skip(1).filter(|name| !name.starts_with('-')).map(PathBuf::from).collect();
    let files = if files.is_empty() { usual_texts(&repository) } else { files };
    let sentences = sentences(&files);
    let words: usize = sentences.iter().map(|sentence| sentence.split_whitespace().count()).sum();
    println!("{} sentences, {words} words", sentences.len());
    let all = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut runs = vec![1, all];
    runs.dedup();
    for threads in runs {
        let config = NeuralConfig { threads: NonZeroUsize::new(threads), cache_bytes: 0, ..NeuralConfig::default() };
        let neural = Neural::new(Models::new(&models), &config).expect("threads can be started");
        for pair in ["en-pt", "pt-en"] {
            let source = |text: &String| Source { text: text.clone(), fixed: Vec::new(), linked: true };
            let sources: Vec<Source> = sentences.iter().map(source).collect();
            let pair = parse_pair(pair).expect("it is a pair");
            let clock = Instant::now();
            neural.translate(&pair, &sources[..1], &()).expect("the store has both");
            println!("{pair}: loaded, and one sentence translated, in {:.0} ms", clock.elapsed().as_secs_f64() * 1e3);
            // Portuguese is measured for its memory; what it makes of English is of no interest.
            let rounds = if pair.to_string() == "en-pt" { ROUNDS } else { 1 };
            let (mut processor, mut wall, mut kept) = (Vec::new(), Vec::new(), 0);
            for _ in 0..rounds {
                let (clock, before) = (Instant::now(), processor_seconds());
                let translated = neural.translate(&pair, &sources, &()).expect("the store has both");
                wall.push(words as f64 / clock.elapsed().as_secs_f64());
                processor.push(words as f64 / (processor_seconds() - before));
                kept = translated.iter().filter(|translated| translated.kept_as_source).count();
            }
            println!(
                "{pair}, threads {threads}: {:.0} words/s of processor time, {:.0} words/s on the wall, {kept} kept, peak memory {} MB",
                median(processor),
                median(wall),
                peak_megabytes(),
            );
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn usual_texts(repository: &Path) -> Vec<PathBuf> {
    let corpus = repository.join("../shared/corpus/markdown");
    let names = ["ch04-01-what-is-ownership.md", "appendix-02-operators.md", "appendix-07-nightly-rust.md"];
    let mut files = vec![repository.join("demo/documents/letter.txt"), repository.join("demo/documents/manual.md")];
    files.extend(names.map(|name| corpus.join(name)).into_iter().filter(|path| path.is_file()));
    files
}

/// What stands between full stops, roughly: sentences are the caller's business.
fn sentences(files: &[PathBuf]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        for paragraph in text.split("\n\n") {
            let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            let sentences = line.split_inclusive(". ").map(str::trim);
            out.extend(sentences.filter(|text| (3..60).contains(&text.split(' ').count())).map(str::to_owned));
        }
    }
    out.sort();
    out.dedup();
    out.truncate(MOST_SENTENCES);
    out
}

/// User and system time of this process, in ticks of a hundredth; 0 where the system does not tell.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

fn peak_megabytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok()).unwrap_or_default() / 1024
}
