//! What every format costs: extract, merge with every text changed, memory, and whether twice the document takes twice
//! the time. One row for each format, each measured in a process of its own; `-- NAME…` measures only these, `--varied` with
//! sentences that do not repeat themselves, `--scale 10` documents of 10 and 20 MiB.

#![allow(clippy::print_stdout, reason = "the table is printed")]

mod common;

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use common::words::{ARE_WANTED, WANTED};
use common::{SAMPLES, Sample};
use terjuman_formats::{Limits, Options, Target, extract};
use terjuman_model::{Mark, Segment, TaggedText};

/// MiB of a document, if nothing else is said; another is twice as long.
const SCALE: usize = 4;
/// Every figure is the best of so many.
const TIMES: usize = 7;
const MEBIBYTE: f64 = 1_048_576.0;

fn main() {
    let is_ours = |argument: &String| argument != "--bench" && argument != WANTED;
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(is_ours).collect();
    if let [one, name, scale] = arguments.as_slice()
        && one == "--one"
    {
        return measure(name, scale.parse().expect("a number"));
    }
    let mut scale = SCALE;
    if let Some(at) = arguments.iter().position(|argument| argument == "--scale") {
        scale = arguments.get(at + 1).and_then(|scale| scale.parse().ok()).expect("MiB");
        arguments.drain(at..at + 2);
    }
    println!("| | extract | merge | both | merge in brackets | memory / markup | / largest part | time of 2x |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, _) in SAMPLES {
        if arguments.is_empty() || arguments.iter().any(|wanted| wanted == name) {
            row(name, scale);
        }
    }
}

fn row(name: &str, scale: usize) {
    let [length, largest, extracted, merged, bracketed, memory] = figures(name, scale);
    let [length_of_two, _, extracted_of_two, merged_of_two, ..] = figures(name, 2 * scale);
    let speed = |seconds: f64| length / MEBIBYTE / seconds;
    println!(
        "| {name}, {:.1} MiB | {:.1} MiB/s | {:.1} MiB/s | {:.1} MiB/s | {:.1} MiB/s | {:.1} | {:.1} | {:.2} |",
        length / MEBIBYTE,
        speed(extracted),
        speed(merged),
        speed(extracted + merged),
        speed(extracted + bracketed),
        memory / length,
        memory / largest,
        (extracted_of_two + merged_of_two) / (extracted + merged) * 2.0 * length / length_of_two,
    );
}

/// Measures in a process of its own.
fn figures(name: &str, scale: usize) -> [f64; 6] {
    let program = std::env::current_exe().expect("this program");
    let varied = ARE_WANTED.then_some(WANTED);
    let output = Command::new(program).args(["--one", name, &scale.to_string()]).args(varied).output();
    let output = output.expect("it runs again");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("figures");
    let figures: Vec<f64> = text.split_whitespace().map(|figure| figure.parse().expect("a figure")).collect();
    figures.try_into().expect("six figures")
}

/// Prints bytes, bytes of the largest part, seconds of extract and of two merges, and bytes of memory.
fn measure(name: &str, scale: usize) {
    let (_, generator) = SAMPLES.into_iter().find(|(known, _)| *known == name).expect("a format of the table");
    let sample = generator(scale);
    // The ratio of a document that repeats itself is that of a bomb.
    let limits = Limits { zip_ratio: 10_000, ..Limits::default() };
    let options = Options::default();
    let read = |sample: &Sample| extract(sample.format, &sample.bytes, &options, &limits).expect("a sound document");
    let target = Target { source_language: None, language: "pt".parse().ok() };
    // It stays, so that what is measured next finds no room that was left by another.
    let document = read(&sample);
    let translations = |before: &str, after: &str| -> Vec<TaggedText> {
        document.segments.iter().map(|segment| changed(segment, before, after)).collect()
    };
    let (plain, bracketed) = (translations("E ", " aqui"), translations("<", " ^ />"));
    assert!(plain.len() > 1_000, "{} segments", plain.len());
    let memory = memory(|| read(&sample).skeleton.merge(&plain, &target).expect("a sound translation"));
    let extracted = fastest(|| read(&sample));
    let merged = fastest(|| document.skeleton.merge(&plain, &target).expect("a sound translation"));
    let in_brackets = fastest(|| document.skeleton.merge(&bracketed, &target).expect("a sound translation"));
    println!("{} {} {extracted} {merged} {in_brackets} {memory}", sample.length, sample.largest);
}

/// The source between these, each mark at its letters.
fn changed(segment: &Segment, before: &str, after: &str) -> TaggedText {
    let marks = segment.source.marks().iter().map(|mark| Mark { at: mark.at + before.len(), ..*mark }).collect();
    TaggedText::with_marks(format!("{before}{}{after}", segment.source.text()), marks)
}

/// Seconds that the processor works on it, at best: other programs do not count.
fn fastest<T>(run: impl Fn() -> T) -> f64 {
    (0..TIMES).map(|_| timed(&run).as_secs_f64()).fold(f64::INFINITY, f64::min)
}

/// Where the system does not tell how long the processor worked, the clock does.
fn timed<T>(run: impl Fn() -> T) -> Duration {
    let worked = || {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    let (before, begun) = (worked(), Instant::now());
    black_box(run());
    match (before, worked()) {
        (Some(before), Some(after)) => after - before,
        _ => begun.elapsed(),
    }
}

/// Bytes of memory that a run takes above what was there; zero where the system does not tell.
fn memory<T>(run: impl FnOnce() -> T) -> f64 {
    let field = |name: &str| -> Option<f64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let value = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(value.split_whitespace().next()?.parse::<f64>().ok()? * 1024.0)
    };
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = field("VmRSS");
    black_box(run());
    before.zip(field("VmHWM")).map_or(0.0, |(before, peak)| peak - before)
}
