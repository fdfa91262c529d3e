//! What comes back from real documents, in figures: `fidelity FOLDER...` runs every file of a known format below the folders
//! through the checks, writes `docs/fidelity.md`, and fails on a divergence that is not in `register.tsv` beside this file.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod check;
mod flat;
mod read;
mod register;
mod report;
mod sound;
mod swap;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use terjuman_formats::Format;

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut out, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { out.push(path) }
        }
    }
    out.sort();
    out
}

fn main() -> ExitCode {
    let mut report = report::Report::default();
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // To look into some files: `--only=.ods,business` leaves out the rest and writes no page.
    let only = arguments.iter().position(|argument| argument.starts_with("--only="));
    let only = only.map(|at| arguments.remove(at).split_off("--only=".len()));
    for folder in arguments {
        for path in files(Path::new(&folder)) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let Some(format) = Format::from_name(&name) else { continue };
            if only.as_deref().is_some_and(|only| !only.split(',').any(|part| name.contains(part))) {
                continue;
            }
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let start = std::time::Instant::now();
            let findings = check::check(&name, format, &bytes);
            report.add(format, &name, &findings, start.elapsed());
        }
    }
    for line in &report.divergences {
        println!("{line}");
    }
    if only.is_some() {
        return ExitCode::SUCCESS;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fidelity.md");
    if let Err(error) = std::fs::write(&page, report.page()) {
        eprintln!("{}: {error}", page.display());
        return ExitCode::FAILURE;
    }
    if report.new == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
