//! What the benches share.

#![allow(dead_code, clippy::print_stdout, reason = "not every bench uses everything; figures are printed")]

use std::hint::black_box;
use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use terjuman_formats::{Format, Limits, Options, Target, extract};
use terjuman_model::{Mark, Segment, TaggedText};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A container of these parts.
pub(crate) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a container in memory");
        writer.write_all(contents.as_bytes()).expect("a container in memory");
    }
    writer.finish().expect("a container in memory").into_inner()
}

/// Runs `times` and says how long the processor worked: other programs do not count. Where the system does not tell, the
/// clock does.
pub(crate) fn timed<T>(times: u64, mut run: impl FnMut() -> T) -> Duration {
    let worked = || {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    let (before, begun) = (worked(), Instant::now());
    for _ in 0..times {
        black_box(run());
    }
    match (before, worked()) {
        (Some(before), Some(after)) => after - before,
        _ => begun.elapsed(),
    }
}

/// Megabytes of a field of the process's status: `VmRSS`, `VmHWM`.
fn megabytes(field: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    Some(value.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

fn translated(segment: &Segment) -> TaggedText {
    let marks = segment.source.marks().iter().map(|mark| Mark { at: mark.at + 1, ..*mark }).collect();
    TaggedText::with_marks(format!("[{}]", segment.source.text()), marks)
}

/// Takes a document apart and writes it back with every text changed; `length` is that of its text with its markup.
pub(crate) fn measure(criterion: &mut Criterion, name: &str, format: Format, bytes: &[u8], length: usize) {
    // The ratio of a document that repeats itself is that of a bomb.
    let limits = Limits { zip_ratio: 10_000, ..Limits::default() };
    let read = || extract(format, bytes, &Options::default(), &limits).expect("a sound document");
    let extracted = read();
    let translations: Vec<_> = extracted.segments.iter().map(translated).collect();
    assert!(translations.len() > 1_000, "{} segments", translations.len());
    let target = Target { source_language: None, language: "pt".parse().ok() };
    // What one document takes, in and out, above what was there.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = megabytes("VmRSS");
    drop(read().skeleton.merge(&translations, &target).expect("a sound translation"));
    if let (Some(before), Some(peak)) = (before, megabytes("VmHWM")) {
        println!("{name}: {:.0} MiB more for {:.1} MiB", peak - before, length as f64 / 1_048_576.0);
    }
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(length as u64)).sample_size(10);
    group.bench_function("extract", |bencher| bencher.iter_custom(|times| timed(times, &read)));
    group.bench_function("merge", |bencher| {
        let write = || extracted.skeleton.merge(&translations, &target).expect("a sound translation");
        bencher.iter_custom(|times| timed(times, write));
    });
    group.finish();
}
