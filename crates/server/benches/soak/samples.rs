//! What is measured of the process, and whether it stayed the same.

use std::path::Path;
use std::time::Duration;

use crate::server::Server;

/// What one measure may be above what it was.
struct Measure {
    name: &'static str,
    unit: f64,
    /// A share of its value, and an amount.
    may_grow: (f64, f64),
}

const MEASURES: [Measure; 5] = [
    Measure { name: "resident memory, MB", unit: 1e6, may_grow: (0.05, 8e6) },
    Measure { name: "descriptors", unit: 1.0, may_grow: (0.1, 8.0) },
    Measure { name: "threads", unit: 1.0, may_grow: (0.1, 2.0) },
    Measure { name: "temporary files", unit: 1.0, may_grow: (0.0, 4.0) },
    Measure { name: "database, MB", unit: 1e6, may_grow: (0.1, 2e6) },
];

/// Measures over time.
#[derive(Default)]
pub(crate) struct Samples(Vec<(Duration, [f64; MEASURES.len()])>);

impl Samples {
    pub(crate) fn take(&mut self, server: &Server, at: Duration) {
        let process = format!("/proc/{}", server.id());
        let descriptors = std::fs::read_dir(format!("{process}/fd")).map_or(0, Iterator::count);
        let status = std::fs::read_to_string(format!("{process}/status")).unwrap_or_default();
        let threads = status.lines().find_map(|line| line.strip_prefix("Threads:")?.trim().parse().ok());
        let data = server.root().join("data");
        self.0.push((
            at,
            [
                server.resident_bytes() as f64,
                descriptors as f64,
                threads.unwrap_or_default(),
                temporary(server.root()) as f64,
                bytes(&data) as f64,
            ],
        ));
    }

    /// A line for each tenth of the time, and the verdict's numbers.
    pub(crate) fn print(&self) {
        let names = MEASURES.each_ref().map(|measure| measure.name).join(" | ");
        println!("| minute | {names} |\n| --- |{}", " --- |".repeat(MEASURES.len()));
        for tenth in 0..10 {
            let part = &self.0[self.0.len() * tenth / 10..self.0.len() * (tenth + 1) / 10];
            let Some((at, _)) = part.last() else { continue };
            let cells: Vec<_> = (0..MEASURES.len()).map(|index| cell(index, median(part, index))).collect();
            println!("| {:.1} | {} |", at.as_secs_f64() / 60.0, cells.join(" | "));
        }
    }

    /// Whether nothing went up: neither from the second fifth of the time to the last, nor by the slope of all but the first.
    pub(crate) fn are_flat(&self) -> bool {
        let fifth = |index: usize| &self.0[self.0.len() * index / 5..self.0.len() * (index + 1) / 5];
        let mut flat = true;
        for (index, measure) in MEASURES.iter().enumerate() {
            let (before, after) = (median(fifth(1), index), median(fifth(4), index));
            let rise = rise(&self.0[self.0.len() / 5..], index);
            let may = before * measure.may_grow.0 + measure.may_grow.1;
            let good = after - before <= may && rise <= may;
            println!(
                "{}: {} in the second fifth, {} in the last, rise by slope {}, allowed {}: {}",
                measure.name,
                cell(index, before),
                cell(index, after),
                cell(index, rise),
                cell(index, may),
                if good { "flat" } else { "GROWS" }
            );
            flat &= good;
        }
        flat
    }
}

fn cell(index: usize, value: f64) -> String {
    format!("{:.1}", value / MEASURES[index].unit)
}

fn median(samples: &[(Duration, [f64; MEASURES.len()])], index: usize) -> f64 {
    middle(samples.iter().map(|(_, values)| values[index]).collect())
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// What the median of all slopes between two samples comes to over the whole time: outliers do not count.
fn rise(samples: &[(Duration, [f64; MEASURES.len()])], index: usize) -> f64 {
    let mut slopes = Vec::new();
    for (number, (from, before)) in samples.iter().enumerate() {
        for (to, after) in &samples[number + 1..] {
            slopes.push((after[index] - before[index]) / (*to - *from).as_secs_f64());
        }
    }
    let length = samples.last().map_or(0.0, |(last, _)| (*last - samples[0].0).as_secs_f64());
    middle(slopes) * length
}

/// Files that are being written, or were left: whatever is neither a document nor the database's own.
fn temporary(root: &Path) -> usize {
    let known = |name: &str| name.starts_with("jobs.db") || matches!(name, "secrets.key" | "lock");
    files(root, &mut |path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let parent = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        match parent.as_deref() {
            Some("in") => 0,
            Some("data") => usize::from(!known(&name)),
            Some("tmp" | "at-work") => 1,
            // Outputs have the names of the documents; what is being written has one of its own.
            _ => usize::from(name.starts_with('.') || name.ends_with(".tmp")),
        }
    })
}

fn bytes(folder: &Path) -> usize {
    files(folder, &mut |path| path.metadata().map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or_default()))
}

fn files(folder: &Path, count: &mut impl FnMut(&Path) -> usize) -> usize {
    let mut sum = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) => sum += count(&entry.path()),
                // It is gone already.
                Err(_) => {}
            }
        }
    }
    sum
}
