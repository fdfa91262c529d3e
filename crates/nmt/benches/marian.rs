//! How fast the engine is: words per second of CPU time, by kernel and by sentences per call.
//!
//! ```text
//! cargo bench -p terjuman-nmt --bench marian -- MODEL-FOLDER TEXT-FILE [--kernel NAME]... [--batch N]...
//!     [--threads N] [--rounds N] [--no-shortlist] [--output FILE] [--peak N]
//! ```
//!
//! The folder holds `model.*.bin`, `vocab.*.spm` and `lex.*.bin` of one direction; the text has a sentence on each line.
//! Rounds alternate between all that is compared, and the median is given: other work on the machine then weighs on all
//! alike. Text is tokenized and detokenized, and alignments are made, in every measurement. The peak is what the
//! processor can do of 8-bit multiplications, in 10^9 a second and core (clock times 128 for AVX-512 VNNI on Zen 5, times
//! 64 on Zen 4); with it the share of it that is reached is given, the output layer not counted.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that measures")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use terjuman_nmt::marian::{Engine, Files, Kernel, Options, Workspace};

struct Arguments {
    folder: PathBuf,
    text: PathBuf,
    kernels: Vec<Kernel>,
    batches: Vec<usize>,
    threads: usize,
    rounds: usize,
    shortlist: bool,
    output: Option<PathBuf>,
    peak: Option<f64>,
}

fn arguments() -> Option<Arguments> {
    let mut places = Vec::new();
    let mut arguments = Arguments {
        folder: PathBuf::new(),
        text: PathBuf::new(),
        kernels: Vec::new(),
        batches: Vec::new(),
        threads: 1,
        rounds: 5,
        shortlist: true,
        output: None,
        peak: None,
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--bench" => {}
            "--kernel" => arguments.kernels.push(Kernel::from_name(&given.next()?)?),
            "--batch" => arguments.batches.push(given.next()?.parse().ok()?),
            "--threads" => arguments.threads = given.next()?.parse().ok()?,
            "--rounds" => arguments.rounds = given.next()?.parse().ok()?,
            "--no-shortlist" => arguments.shortlist = false,
            "--output" => arguments.output = Some(given.next()?.into()),
            "--peak" => arguments.peak = Some(given.next()?.parse().ok()?),
            _ => places.push(PathBuf::from(argument)),
        }
    }
    [arguments.folder, arguments.text] = places.try_into().ok()?;
    if arguments.kernels.is_empty() {
        arguments.kernels = vec![Kernel::detect()];
    }
    if arguments.batches.is_empty() {
        arguments.batches = vec![usize::MAX];
    }
    Some(arguments)
}

fn file(folder: &Path, beginning: &str, end: &str) -> PathBuf {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the model's folder can be listed")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(beginning) && name.ends_with(end)
        })
        .collect();
    names.sort();
    names.into_iter().next().unwrap_or_else(|| panic!("no {beginning}*{end} in {}", folder.display()))
}

/// Seconds that this process has computed, all threads together, those that ended as well.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().expect("a number") + fields[12].parse::<f64>().expect("a number");
    ticks / 100.0
}

fn resident_megabytes(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(key)).expect("the kernel says so");
    line.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok()).expect("a number") / 1024.0
}

/// Translates all lines in calls of `batch`; on several threads, each takes its share.
fn translate(engine: &Engine, lines: &[&str], batch: usize, workspace: &mut Workspace) -> (Vec<String>, u64) {
    let options = Options::default();
    let mut translations = Vec::with_capacity(lines.len());
    let mut multiplications = 0;
    for lines in lines.chunks(batch.min(lines.len())) {
        let tokens: Vec<_> = lines.iter().map(|line| engine.encode(line)).collect();
        let ids: Vec<&[u32]> = tokens.iter().map(|tokens| tokens.ids.as_slice()).collect();
        let hypotheses = engine.translate(&ids, &options, workspace, &|| false).expect("nobody cancels");
        for hypothesis in &hypotheses {
            multiplications += engine.multiplications(hypothesis.source_length, hypothesis.ids.len() + 1);
            translations.push(engine.decode(&hypothesis.ids).text);
        }
    }
    (translations, multiplications)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let Some(arguments) = arguments() else {
        eprintln!("usage: MODEL-FOLDER TEXT-FILE [options]; see the top of benches/marian.rs");
        return;
    };
    let text = std::fs::read_to_string(&arguments.text).expect("the text can be read");
    let lines: Vec<&str> = text.lines().collect();
    let words = lines.iter().map(|line| line.split_whitespace().count()).sum::<usize>() as f64;
    let vocabulary = file(&arguments.folder, "vocab", ".spm");
    let files = Files {
        model: file(&arguments.folder, "model", ".bin"),
        source_vocabulary: vocabulary.clone(),
        target_vocabulary: vocabulary.clone(),
        shortlist: arguments.shortlist.then(|| file(&arguments.folder, "lex", ".bin")),
    };
    let mut engines = Vec::new();
    for &kernel in &arguments.kernels {
        let before = Instant::now();
        let engine = Engine::load(&files, kernel).unwrap_or_else(|error| panic!("{error}"));
        println!("{}: loaded in {:.1} ms", kernel.name(), before.elapsed().as_secs_f64() * 1e3);
        engines.push(engine);
    }
    println!("resident with {} engines: {:.1} MB", engines.len(), resident_megabytes("VmRSS"));
    let cases: Vec<(&Engine, usize)> =
        engines.iter().flat_map(|engine| arguments.batches.iter().map(move |&batch| (engine, batch))).collect();
    let mut speeds = vec![Vec::new(); cases.len()];
    let mut walls = vec![Vec::new(); cases.len()];
    let mut workspaces: Vec<Workspace> = (0..arguments.threads).map(|_| Workspace::new()).collect();
    let (mut translations, mut multiplications) = (Vec::new(), 0);
    for round in 0..=arguments.rounds {
        for (case, &(engine, batch)) in cases.iter().enumerate() {
            let (wall, cpu) = (Instant::now(), cpu_seconds());
            if arguments.threads == 1 {
                (translations, multiplications) = translate(engine, &lines, batch, &mut workspaces[0]);
            } else {
                let share = lines.len().div_ceil(arguments.threads);
                std::thread::scope(|scope| {
                    for (lines, workspace) in lines.chunks(share).zip(&mut workspaces) {
                        scope.spawn(move || translate(engine, lines, batch, workspace));
                    }
                });
            }
            // The first round warms up.
            if round > 0 {
                speeds[case].push(words / (cpu_seconds() - cpu));
                walls[case].push(words / wall.elapsed().as_secs_f64());
            }
        }
    }
    println!("{words} words, {} threads, median of {} rounds", arguments.threads, arguments.rounds);
    for (case, (engine, batch)) in cases.into_iter().enumerate() {
        let (cpu, wall) = (median(speeds[case].clone()), median(walls[case].clone()));
        let batch = if batch == usize::MAX { "all".to_owned() } else { batch.to_string() };
        let share = arguments.peak.filter(|_| multiplications > 0).map(|peak| {
            let speed = cpu / words * multiplications as f64 / 1e9;
            format!(", {speed:.0} G multiplications/s, {:.0} % of the peak", 100.0 * speed / peak)
        });
        let share = share.unwrap_or_default();
        println!(
            "{:<10} {batch:>4} sentences a call: {cpu:.0} words/s of CPU time, {wall:.0} of wall time{share}",
            engine.kernel().name()
        );
    }
    println!("peak resident: {:.1} MB", resident_megabytes("VmHWM"));
    if let Some(output) = arguments.output {
        std::fs::write(output, translations.join("\n") + "\n").expect("the output can be written");
    }
}
