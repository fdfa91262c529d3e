//! What comes back from real documents, in figures: `fidelity FOLDER...` runs every file of a known format below the folders
//! through the checks, writes `docs/fidelity.md`, and fails on a divergence that is not in `register.tsv` beside this file.
//!
//! `--write=DIR` translates the files into a folder instead, and `--pairs=DIR` measures the outputs of any tools: see `pairs`.
//! `--to-render=DIR` translates them for `scripts/rendered`: through other letters, and twice through an engine that is its own
//! inverse.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod check;
mod flat;
mod generate;
mod language;
mod letters;
mod looks;
mod open;
mod pairs;
mod read;
mod register;
mod report;
mod sound;
mod swap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use terjuman_formats::Format;
use terjuman_nmt::Identity;

use letters::{Common, Letters};
use swap::Swap;

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

/// Takes `--name=value` out of the arguments.
fn option(arguments: &mut Vec<String>, name: &str) -> Option<String> {
    let at = arguments.iter().position(|argument| argument.starts_with(name))?;
    Some(arguments.remove(at).split_off(name.len()))
}

/// Writes what the filters make of the files, or measures what lies in a folder for each tool.
fn with_pairs(way: &str, folder: &Path, sources: &[String], only: Option<&str>, to_open: usize) -> ExitCode {
    let mut documents = Vec::new();
    for (number, root) in sources.iter().enumerate() {
        for path in files(Path::new(root)) {
            let place = format!("{number}/{}", path.strip_prefix(root).unwrap_or(&path).display());
            if only.is_some_and(|only| !only.split(',').any(|part| place.contains(part))) {
                continue;
            }
            documents.extend(Format::from_name(&place).map(|format| pairs::Document { path, place, format }));
        }
    }
    let done = match way {
        "--write=" => pairs::write(&documents, folder, &[("letters", &[&Letters]), ("same", &[&Identity])]),
        "--to-render=" => pairs::write(&documents, folder, &[("letters", &[&Common]), ("forced", &[&Swap, &Swap])]),
        _ => pairs::page(&documents, folder, to_open).and_then(|page| {
            if only.is_some() {
                println!("{page}");
                return Ok(());
            }
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/comparison.md"), page)
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn main() -> ExitCode {
    let mut report = report::Report::default();
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    // To look into some files: `--only=.ods,business` leaves out the rest and writes no page.
    let only = option(&mut arguments, "--only=");
    // `--open=N` lets LibreOffice open so many documents of each format, taken evenly from all.
    let wanted: usize = option(&mut arguments, "--open=").and_then(|number| number.parse().ok()).unwrap_or(0);
    // `--made=N` adds as many documents of each format that no folder has documents of.
    let made: u64 = option(&mut arguments, "--made=").and_then(|number| number.parse().ok()).unwrap_or(0);
    let mut office = if wanted > 0 { open::Office::find() } else { None };
    if wanted > 0 && office.is_none() {
        eprintln!("LibreOffice is not at hand: nothing is opened with it");
    }
    for way in ["--write=", "--to-render=", "--pairs="] {
        if let Some(folder) = option(&mut arguments, way) {
            return with_pairs(way, Path::new(&folder), &arguments, only.as_deref(), wanted);
        }
    }
    let mut documents: Vec<(PathBuf, String, Format)> = Vec::new();
    for path in arguments.iter().flat_map(|folder| files(Path::new(folder))) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(format) = Format::from_name(&name) else { continue };
        if only.as_deref().is_none_or(|only| only.split(',').any(|part| name.contains(part))) {
            documents.push((path, name, format));
        }
    }
    let mut all: BTreeMap<String, usize> = BTreeMap::new();
    documents.iter().for_each(|(_, name, format)| *all.entry(report::kind(*format, name)).or_insert(0) += 1);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (path, name, format) in &documents {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let start = std::time::Instant::now();
        let findings = check::check(name, *format, &bytes);
        report.add(*format, name, &findings, start.elapsed());
        let number = seen.entry(report::kind(*format, name)).or_insert(0);
        *number += 1;
        let all = all[&report::kind(*format, name)];
        let is_chosen = *number * wanted / all != (*number - 1) * wanted / all || wanted >= all;
        if let (Some(office), Some(forced), Some(pseudo)) = (&mut office, &findings.forced, &findings.pseudo)
            && is_chosen
            && open::is_opened(*format)
        {
            office.add(*format, name, &bytes, forced, pseudo);
        }
    }
    for opened in office.map(open::Office::run).into_iter().flatten() {
        report.add_opened(&opened);
    }
    for (format, number) in [Format::Json, Format::Dita].into_iter().flat_map(|f| (0..made).map(move |n| (f, n))) {
        let (name, bytes) = generate::document(format, number);
        let start = std::time::Instant::now();
        report.add(format, &name, &check::check(&name, format, &bytes), start.elapsed());
    }
    for line in &report.divergences {
        println!("{line}");
    }
    if only.is_some() {
        report.refused.iter().for_each(|line| println!("{line}"));
        return ExitCode::SUCCESS;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fidelity.md");
    if let Err(error) = std::fs::write(&page, report.page()) {
        eprintln!("{}: {error}", page.display());
        return ExitCode::FAILURE;
    }
    if report.new == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
