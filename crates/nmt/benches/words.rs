//! Words per second and memory of the engine `neural`, with real models.
//!
//! `TERJUMAN_TEST_MODELS=target/models cargo bench -p terjuman-nmt --bench words [-- [--threads N] [--rounds N] FILE...]` translates
//! the sentences of the files (by default the demo's and what the corpus has in English), with one thread and with all, with
//! links and without. Rounds alternate between these. Processor seconds are the figure to compare: the clock on the wall
//! counts other people's work, too. So the threads' gain is told by the best rounds, and by how many threads were at work or
//! would have been on a quiet machine, times the work of a second of the processor: that of each round against the same
//! round's, as is what links cost. Memory is one engine's with `--threads`, all engines' without.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

#[path = "common/clock.rs"]
mod clock;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use terjuman_nmt::{Models, Neural, NeuralConfig, Source, Translator, parse_pair};

/// Enough to keep all threads busy, and still done in a minute.
const MOST_SENTENCES: usize = 4_000;

/// The median of so many is told, unless others are asked for.
const ROUNDS: usize = 7;

/// One of the things compared.
struct Case {
    threads: usize,
    linked: bool,
    neural: Rc<Neural>,
    /// Words a second, round by round.
    processor: Vec<f64>,
    wall: Vec<f64>,
    /// The compute threads' share of the processor time.
    share: Vec<f64>,
    /// Threads that were at work, or would have been if others had left them a processor.
    at_work: Vec<f64>,
    /// The share of the time in which a thread had nothing to do.
    idle: Vec<f64>,
    /// Of all that was translated: the same as before, as long as translations are.
    came_out: DefaultHasher,
}

#[expect(clippy::disallowed_methods, reason = "only the run knows where the models are")]
fn main() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Some(models) = std::env::var_os("TERJUMAN_TEST_MODELS") else {
        println!("skipped: TERJUMAN_TEST_MODELS names no folder of models");
        return;
    };
    let models = repository.join(models);
    let (mut files, mut only, mut wanted) = (Vec::new(), None, ROUNDS);
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--threads" => only = given.next().and_then(|number| number.parse::<usize>().ok()),
            "--rounds" => wanted = given.next().and_then(|number| number.parse().ok()).unwrap_or(ROUNDS),
            // Cargo passes flags of its own.
            flag if flag.starts_with('-') => {}
            file => files.push(PathBuf::from(file)),
        }
    }
    let files = if files.is_empty() { usual_texts(&repository) } else { files };
    let sentences = sentences(&files);
    let words: usize = sentences.iter().map(|sentence| sentence.split_whitespace().count()).sum();
    println!("{} sentences, {words} words", sentences.len());
    let all = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut threads = vec![1, all];
    threads.dedup();
    threads.retain(|&threads| only.is_none_or(|only| only == threads));
    let sources = |linked| -> Vec<Source> {
        sentences.iter().map(|text| Source { text: text.clone(), fixed: Vec::new(), linked }).collect()
    };
    let mut cases = Vec::new();
    for &threads in &threads {
        let config = NeuralConfig { threads: NonZeroUsize::new(threads), cache_bytes: 0, ..NeuralConfig::default() };
        let neural = Rc::new(Neural::new(Models::new(&models), &config).expect("threads can be started"));
        cases.extend([true, false].map(|linked| {
            let neural = Rc::clone(&neural);
            Case {
                threads,
                linked,
                neural,
                processor: Vec::new(),
                wall: Vec::new(),
                share: Vec::new(),
                at_work: Vec::new(),
                idle: Vec::new(),
                came_out: DefaultHasher::new(),
            }
        }));
    }
    for pair in ["en-pt", "pt-en"] {
        let pair = parse_pair(pair).expect("it is a pair");
        for case in cases.iter().filter(|case| case.linked) {
            let clock = Instant::now();
            case.neural.translate(&pair, &sources(true)[..1], &()).expect("the store has both");
            println!("{pair}: loaded, and one sentence translated, in {:.0} ms", clock.elapsed().as_secs_f64() * 1e3);
        }
        // Portuguese is there for its memory; what the model makes of English is of no interest.
        let rounds = if pair.to_string() == "en-pt" { wanted } else { 1 };
        for _ in 0..rounds {
            for case in &mut cases {
                let sources = sources(case.linked);
                let idle = case.neural.idle();
                let (before, engine) = (clock::process(), clock::threads("engine-"));
                let (wanted, clock) = (clock::wanted(), Instant::now());
                let translated = case.neural.translate(&pair, &sources, &()).expect("the store has both");
                let wall = clock.elapsed().as_secs_f64();
                case.idle.push((case.neural.idle() - idle).as_secs_f64() / wall / case.threads as f64);
                case.at_work.push((clock::wanted() - wanted).as_secs_f64() / wall);
                let spent = (clock::process() - before).as_secs_f64();
                case.came_out = translated.iter().fold(DefaultHasher::new(), |mut hasher, translated| {
                    format!("{translated:?}").hash(&mut hasher);
                    hasher
                });
                case.wall.push(words as f64 / wall);
                case.processor.push(words as f64 / spent);
                case.share.push((clock::threads("engine-") - engine).as_secs_f64() / spent);
            }
        }
        for case in &mut cases {
            println!(
                "{pair}, threads {}, {} links: {:.0} words/s of processor time ({:.1} % of it in the engine), {:.0} words/s on \
                 the wall, at best {:.0}, {:.2} threads at work, {:.1} % idle; what came out: {:016x}",
                case.threads,
                with(case.linked),
                median(&case.processor),
                100.0 * median(&case.share),
                median(&case.wall),
                best(&case.wall),
                median(&case.at_work),
                100.0 * median(&case.idle),
                case.came_out.finish(),
            );
        }
        let of =
            |threads: usize, linked: bool| cases.iter().find(|case| case.linked == linked && case.threads == threads);
        for linked in [true, false] {
            if let (Some(one), Some(many)) = (of(1, linked), of(all, linked)) {
                let gain = best(&many.wall) / best(&one.wall);
                let by_round = ratios(&many.speeds(), &one.speeds());
                println!(
                    "{pair}: {all} threads do {gain:.2} times one's work on the wall, {} times by those at work, {} links",
                    spread(&by_round),
                    with(linked)
                );
                println!(
                    "{pair}: a word costs {} times as much with {all}",
                    spread(&ratios(&one.processor, &many.processor))
                );
            }
        }
        for &threads in &threads {
            if let (Some(with), Some(without)) = (of(threads, true), of(threads, false)) {
                let cost = ratios(&without.processor, &with.processor);
                println!("{pair}, threads {threads}: links cost {} times the processor time", spread(&cost));
            }
        }
        for case in &mut cases {
            case.processor.clear();
            case.wall.clear();
            case.share.clear();
            case.at_work.clear();
            case.idle.clear();
        }
        println!("peak memory, all of this together: {} MB", peak_megabytes());
    }
}

impl Case {
    /// Words a second of those at work, round by round.
    fn speeds(&self) -> Vec<f64> {
        self.at_work.iter().zip(&self.processor).map(|(threads, words)| threads * words).collect()
    }
}

/// Round by round.
fn ratios(of: &[f64], to: &[f64]) -> Vec<f64> {
    of.iter().zip(to).map(|(of, to)| of / to).collect()
}

/// The median, and the quarters next to it.
fn spread(values: &[f64]) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: usize| sorted[(sorted.len() - 1) * share / 4];
    format!("{:.3} ({:.3} to {:.3})", at(2), at(1), at(3))
}

fn with(linked: bool) -> &'static str {
    if linked { "with" } else { "without" }
}

fn best(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
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

fn peak_megabytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok()).unwrap_or_default() / 1024
}
