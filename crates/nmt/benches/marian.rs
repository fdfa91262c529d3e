//! How fast the engine is: words per second of CPU time, by kernel, by sentences per call, and as a share of what the
//! processor can do of 8-bit multiplications.
//!
//! ```text
//! cargo bench -p terjuman-nmt --bench marian -- MODEL-FOLDER TEXT-FILE [--kernel NAME]... [--batch N]...
//!     [--threads N]... [--rounds N] [--no-shortlist] [--most-target N] [--output FILE]
//! cargo bench -p terjuman-nmt --bench marian -- --write-base FOLDER DECODER-LAYERS
//! cargo bench -p terjuman-nmt --bench marian -- --cut N MODEL-FOLDER TEXT-FILE
//! ```
//!
//! The folder holds `model.*.bin`, `vocab.*.spm` and `lex.*.bin` of one direction; the text has a sentence on each line.
//! Rounds alternate between all that is compared, and the median is given: other work on the machine then weighs on all
//! alike. Text is tokenized and detokenized, and alignments are made, in every measurement. The peak is measured on
//! registers alone; what the output layer multiplies counts as well.
//!
//! `--write-base` writes a model of the size of `base` models with random weights, for the vocabulary and the shortlist of
//! a model with 32,000 pieces, that ends no sentence before its limit; `--cut` prints the lines cut to so many tokens. With
//! these and `--most-target`, engines do the same work whatever they make of random weights.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that measures")]

#[path = "common/clock.rs"]
mod clock;
#[path = "common/files.rs"]
mod files;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use terjuman_nmt::marian::measure::{Recipe, peak};
use terjuman_nmt::marian::{Engine, Feed, Hypothesis, Kernel, Options, Workspace};

/// Of the vocabularies of Firefox Translations.
const PIECES: usize = 32_000;

struct Arguments {
    folder: PathBuf,
    text: PathBuf,
    kernels: Vec<Kernel>,
    batches: Vec<usize>,
    threads: Vec<usize>,
    rounds: usize,
    shortlist: bool,
    options: Options,
    output: Option<PathBuf>,
}

fn arguments() -> Option<Arguments> {
    let mut places = Vec::new();
    let mut arguments = Arguments {
        folder: PathBuf::new(),
        text: PathBuf::new(),
        kernels: Vec::new(),
        batches: Vec::new(),
        threads: Vec::new(),
        rounds: 5,
        shortlist: true,
        options: Options::default(),
        output: None,
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--bench" => {}
            "--kernel" => arguments.kernels.push(Kernel::from_name(&given.next()?)?),
            "--batch" => arguments.batches.push(given.next()?.parse().ok()?),
            "--threads" => arguments.threads.push(given.next()?.parse().ok()?),
            "--rounds" => arguments.rounds = given.next()?.parse().ok()?,
            "--no-shortlist" => arguments.shortlist = false,
            "--output" => arguments.output = Some(given.next()?.into()),
            "--most-target" => arguments.options.max_target_tokens = given.next()?.parse().ok()?,
            _ => places.push(PathBuf::from(argument)),
        }
    }
    [arguments.folder, arguments.text] = places.try_into().ok()?;
    if arguments.kernels.is_empty() {
        arguments.kernels = vec![Kernel::detect()];
    }
    if arguments.threads.is_empty() {
        arguments.threads = vec![1];
    }
    if arguments.batches.is_empty() {
        arguments.batches = vec![usize::MAX];
    }
    Some(arguments)
}

fn resident_megabytes(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(key)).expect("the kernel says so");
    line.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok()).expect("a number") / 1024.0
}

/// What one thread did.
#[derive(Default)]
struct Done {
    /// By line.
    translations: Vec<(usize, String)>,
    target_tokens: usize,
    /// What tells how many multiplications there were.
    lengths: Vec<(Vec<u32>, Hypothesis)>,
}

/// Lines for one thread, from a counter that all share.
struct Lines<'a> {
    engine: &'a Engine,
    lines: &'a [&'a str],
    next: &'a AtomicUsize,
    /// How many this call may still take.
    left: usize,
    ids: Vec<Vec<u32>>,
    numbers: Vec<usize>,
    done: Done,
    keeps: bool,
}

impl Feed for Lines<'_> {
    fn next(&mut self, _: usize) -> Option<(usize, Vec<u32>)> {
        self.left = self.left.checked_sub(1)?;
        let line = self.next.fetch_add(1, Ordering::Relaxed);
        let ids = self.engine.encode(self.lines.get(line)?).ids;
        self.numbers.push(line);
        if self.keeps {
            self.ids.push(ids.clone());
        }
        Some((self.numbers.len() - 1, ids))
    }

    fn done(&mut self, sentence: usize, hypothesis: Hypothesis) {
        let text = self.engine.decode(&hypothesis.ids).text;
        self.done.translations.push((self.numbers[sentence], text));
        self.done.target_tokens += hypothesis.ids.len() + 1;
        if self.keeps {
            self.done.lengths.push((std::mem::take(&mut self.ids[sentence]), hypothesis));
        }
    }
}

/// Translates lines, `batch` at a time, until the counter is beyond the last one.
fn translate(case: &Case<'_>, lines: &[&str], next: &AtomicUsize, workspace: &mut Workspace, keeps: bool) -> Done {
    let engine = case.engine;
    let mut feed = Lines {
        engine,
        lines,
        next,
        left: case.batch,
        ids: Vec::new(),
        numbers: Vec::new(),
        done: Done::default(),
        keeps,
    };
    while next.load(Ordering::Relaxed) < lines.len() {
        feed.left = case.batch;
        engine.run(&mut feed, &case.options, workspace).expect("nobody cancels");
    }
    feed.done
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One of the things compared.
struct Case<'a> {
    engine: &'a Engine,
    batch: usize,
    threads: usize,
    options: Options,
}

/// All lines once; with `keeps`, what is needed to count multiplications is kept.
fn once(case: &Case<'_>, lines: &[&str], workspaces: &mut [Workspace], keeps: bool) -> Done {
    let next = AtomicUsize::new(0);
    let parts: Vec<Done> = std::thread::scope(|scope| {
        let threads: Vec<_> = workspaces[..case.threads]
            .iter_mut()
            .map(|workspace| scope.spawn(|| translate(case, lines, &next, workspace, keeps)))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    let mut all = Done::default();
    for part in parts {
        all.translations.extend(part.translations);
        all.lengths.extend(part.lengths);
        all.target_tokens += part.target_tokens;
    }
    all.translations.sort();
    all
}

fn write_base(folder: &Path, layers: usize) {
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let model = Recipe::full_base(layers).model(PIECES, PIECES);
    std::fs::write(folder.join("model.base.intgemm.alphas.bin"), model).expect("the model can be written");
}

/// Prints the lines that have at least so many tokens, cut to these.
fn cut(count: usize, folder: &Path, text: &Path) {
    let engine = files::engine(folder, Kernel::detect(), true);
    for line in std::fs::read_to_string(text).expect("the text can be read").lines() {
        let tokens = engine.encode(line);
        let cut = tokens.spans.get(count.wrapping_sub(1)).map(|span| &line[..span.end]);
        if let Some(cut) = cut.filter(|cut| engine.encode(cut).ids.len() == count) {
            println!("{cut}");
        }
    }
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match given.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--write-base", folder, layers] => {
            return write_base(Path::new(folder), layers.parse().expect("a number of layers"));
        }
        ["--cut", count, folder, text] => {
            return cut(count.parse().expect("a number of tokens"), Path::new(folder), Path::new(text));
        }
        _ => {}
    }
    let Some(arguments) = arguments() else {
        eprintln!("usage: MODEL-FOLDER TEXT-FILE [options]; see the top of benches/marian.rs");
        return;
    };
    let text = std::fs::read_to_string(&arguments.text).expect("the text can be read");
    let lines: Vec<&str> = text.lines().collect();
    let words = lines.iter().map(|line| line.split_whitespace().count()).sum::<usize>() as f64;
    let files = files::files(&arguments.folder, arguments.shortlist);
    let mut engines = Vec::new();
    for &kernel in &arguments.kernels {
        let (before, all, own) = (Instant::now(), clock::process(), clock::thread());
        let engine = Engine::load(&files, kernel).unwrap_or_else(|error| panic!("{error}"));
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "{}: loaded in {:.1} ms; {:.1} ms of processor time, {:.1} of them on the thread that waits",
            kernel.name(),
            milliseconds(before.elapsed()),
            milliseconds(clock::process() - all),
            milliseconds(clock::thread() - own)
        );
        engines.push((engine, peak(kernel, &clock::thread)));
    }
    println!("resident with {} engines: {:.1} MB", engines.len(), resident_megabytes("VmRSS"));
    let mut cases = Vec::new();
    for (engine, peak) in &engines {
        for &batch in &arguments.batches {
            for &threads in &arguments.threads {
                cases.push((Case { engine, batch, threads, options: arguments.options }, *peak));
            }
        }
    }
    let most = arguments.threads.iter().copied().max().unwrap_or(1);
    let mut workspaces: Vec<Workspace> = (0..most).map(|_| Workspace::new()).collect();
    // The first round warms up, and counts.
    let first: Vec<Done> = cases.iter().map(|(case, _)| once(case, &lines, &mut workspaces, true)).collect();
    let multiplications: Vec<u64> = cases
        .iter()
        .zip(&first)
        .map(|((case, _), done)| {
            let (ids, hypotheses): (Vec<&[u32]>, Vec<Hypothesis>) =
                done.lengths.iter().map(|(ids, hypothesis)| (ids.as_slice(), hypothesis.clone())).unzip();
            files::multiplications(case.engine, &ids, &hypotheses)
        })
        .collect();
    let mut speeds = vec![Vec::new(); cases.len()];
    let mut walls = vec![Vec::new(); cases.len()];
    for _ in 0..arguments.rounds {
        for (place, (case, _)) in cases.iter().enumerate() {
            let (wall, cpu) = (Instant::now(), clock::process());
            once(case, &lines, &mut workspaces, false);
            speeds[place].push(words / (clock::process() - cpu).as_secs_f64());
            walls[place].push(words / wall.elapsed().as_secs_f64());
        }
    }
    println!("{words} words, median of {} rounds (and the best on the wall)", arguments.rounds);
    for (place, (case, peak)) in cases.iter().enumerate() {
        let (cpu, wall) = (median(speeds[place].clone()), median(walls[place].clone()));
        let best = walls[place].iter().copied().fold(0.0, f64::max);
        let batch = if case.batch == usize::MAX { "all".to_owned() } else { case.batch.to_string() };
        let share = peak.map(|peak| {
            let speed = cpu / words * multiplications[place] as f64;
            format!(", {:.0} G multiplications/s, {:.0} % of the peak", speed / 1e9, 100.0 * speed / peak)
        });
        println!(
            "{:<10} {batch:>4} sentences a call, {} threads: {cpu:.0} words/s of CPU time, {wall:.0} ({best:.0}) on the \
             wall, {} target tokens{}",
            case.engine.kernel().name(),
            case.threads,
            first[place].target_tokens,
            share.unwrap_or_default()
        );
    }
    println!("peak resident: {:.1} MB", resident_megabytes("VmHWM"));
    if let Some(output) = arguments.output {
        let lines = first.last().into_iter().flat_map(|done| &done.translations).map(|(_, line)| format!("{line}\n"));
        std::fs::write(output, lines.collect::<String>()).expect("the output can be written");
    }
}
