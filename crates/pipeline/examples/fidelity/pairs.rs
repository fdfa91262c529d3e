//! Pairs of documents, whoever wrote the outputs: what a tool made of each source is measured by the readers that measure
//! what the filters make. `scripts/compare-tools` lays the pairs out.
//!
//! A folder for each tool: `letters/` has its outputs through an engine that writes each letter as a look-alike, `same/` those
//! through an engine that changes nothing, both by the sources' names; `times.tsv` has a line for each run: name, engine,
//! milliseconds, and `ok` or why there is no output; `about.tsv` says which tool it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use terjuman_formats::Format;
use terjuman_pipeline::Translator;

use super::check::{self, Findings};
use super::open::{Office, is_opened};
use super::read::entries;
use super::report::kind;

/// A source: the file, the name that the outputs have in each tool's folders, and its format.
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) place: String,
    pub(crate) format: Format,
}

/// Translates every source through some engines, each by those of its row one after another, and lays the outputs out as those
/// of another tool are.
pub(crate) fn write(
    documents: &[Document],
    folder: &Path,
    engines: &[(&str, &[&dyn Translator])],
) -> std::io::Result<()> {
    let mut times = String::new();
    for document in documents {
        let bytes = std::fs::read(&document.path)?;
        for (name, engines) in engines {
            let start = Instant::now();
            let first = Ok(bytes.clone());
            let output = engines.iter().fold(first, |bytes: Result<Vec<u8>, _>, engine| {
                bytes.and_then(|bytes| check::run(&document.place, &bytes, *engine))
            });
            let time = start.elapsed().as_secs_f64() * 1000.0;
            let said = match output {
                Ok(output) => {
                    let path = folder.join(name).join(&document.place);
                    std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
                    std::fs::write(path, output)?;
                    "ok".to_owned()
                }
                Err(failure) => failure.code.to_string(),
            };
            let _ = writeln!(times, "{}\t{name}\t{time:.2}\t{said}", document.place);
        }
    }
    std::fs::write(folder.join("times.tsv"), times)
}

/// How a tool did on the documents of a format.
#[derive(Default)]
struct Row {
    files: usize,
    refused: usize,
    words: usize,
    translated: usize,
    left: usize,
    failed: BTreeMap<&'static str, usize>,
    /// Packages that name a language, and those that then name the other.
    naming: usize,
    named: usize,
    /// Outputs of the engine that changes nothing, and those with every byte of every part as it was.
    kept: usize,
    same: usize,
    given: usize,
    opened: usize,
    same_pages: usize,
    times: Vec<f64>,
}

/// A tool's figures by format.
struct Tool {
    name: String,
    about: String,
    /// Whether it only reads and writes: then nothing is said of words.
    is_round_trip: bool,
    rows: BTreeMap<String, Row>,
    log: String,
}

/// Measures every tool below `root` and gives the page.
pub(crate) fn page(documents: &[Document], root: &Path, to_open: usize) -> std::io::Result<String> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)?.flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join("times.tsv").is_file());
    // The project's own come last, when it is known in which formats there is anything to compare them with.
    folders.sort_by_key(|folder| (folder.ends_with("terjuman"), folder.clone()));
    let mut tools: Vec<Tool> = Vec::new();
    for folder in folders {
        let is_own = folder.ends_with("terjuman");
        let is_met = |kind: &str| !is_own || tools.iter().any(|tool| tool.rows.contains_key(kind));
        let tool = measure(documents, &folder, &is_met, to_open)?;
        std::fs::write(folder.join("divergences.tsv"), &tool.log)?;
        tools.insert(if is_own { 0 } else { tools.len() }, tool);
    }
    let text = |name: &str| std::fs::read_to_string(root.join(name)).unwrap_or_default();
    let mut page = render(&tools, &text("run.txt"));
    // What `scripts/compare/whole.py` measured.
    let _ = write!(page, "\n{}", text("whole.md"));
    Ok(page)
}

fn measure(
    documents: &[Document],
    folder: &Path,
    is_met: &dyn Fn(&str) -> bool,
    to_open: usize,
) -> std::io::Result<Tool> {
    let about = std::fs::read_to_string(folder.join("about.tsv")).unwrap_or_default();
    let (title, about) = about.trim().split_once('\t').unwrap_or(("", ""));
    let (kind_of_tool, about) = about.split_once('\t').unwrap_or(("", about));
    let mut tool = Tool {
        name: title.to_owned(),
        about: about.to_owned(),
        is_round_trip: kind_of_tool == "round trip",
        rows: BTreeMap::new(),
        log: String::new(),
    };
    let times = std::fs::read_to_string(folder.join("times.tsv"))?;
    let mut runs: BTreeMap<(&str, &str), (f64, &str)> = BTreeMap::new();
    for line in times.lines() {
        if let [name, engine, time, said] = line.splitn(4, '\t').collect::<Vec<_>>()[..] {
            runs.insert((name, engine), (time.parse().unwrap_or(0.0), said));
        }
    }
    let mut written: BTreeMap<String, Vec<&Document>> = BTreeMap::new();
    for document in documents {
        let Some((time, said)) = runs.get(&(document.place.as_str(), "letters")) else { continue };
        let kind = kind(document.format, &document.place);
        if !is_met(&kind) {
            continue;
        }
        let row = tool.rows.entry(kind.clone()).or_default();
        row.files += 1;
        let Ok(output) = std::fs::read(folder.join("letters").join(&document.place)) else {
            row.refused += 1;
            let _ = writeln!(tool.log, "{}\trefused\t{said}", document.place);
            continue;
        };
        let source = std::fs::read(&document.path)?;
        row.times.push(*time);
        written.entry(kind).or_default().push(document);
        compare(document, &source, &output, row, &mut tool.log, tool.is_round_trip);
        if let Ok(same) = std::fs::read(folder.join("same").join(&document.place)) {
            row.kept += 1;
            row.same += usize::from(same == source || entries(&same).is_some() && entries(&same) == entries(&source));
        }
    }
    for (kind, documents) in written {
        let documents: Vec<_> = documents.into_iter().filter(|document| is_opened(document.format)).collect();
        let Some(mut office) = (to_open > 0).then(Office::find).flatten() else { continue };
        let all = documents.len();
        for (number, document) in documents.iter().enumerate() {
            if to_open >= all || number * to_open / all != (number + 1) * to_open / all {
                let source = std::fs::read(&document.path)?;
                let output = std::fs::read(folder.join("letters").join(&document.place))?;
                office.add(document.format, &document.place, &source, &source, &output);
            }
        }
        let row = tool.rows.entry(kind).or_default();
        for opened in office.run() {
            let Some(pages) = opened.source else { continue };
            row.given += 1;
            row.opened += usize::from(opened.pseudo.is_some());
            row.same_pages += usize::from(opened.pseudo == Some(pages));
            if opened.pseudo != Some(pages) {
                let _ = writeln!(tool.log, "{}\topens\t{:?} pages for {pages}", opened.name, opened.pseudo);
            }
        }
    }
    Ok(tool)
}

/// Whether a part is of the document itself. Lists of parts and of formulas may be written in any order, and programs note
/// when they wrote.
fn is_of_text(name: &str) -> bool {
    !(["[Content_Types].xml", "xl/calcChain.xml"].contains(&name)
        || name.ends_with('/')
        || name.ends_with(".rels")
        || name.starts_with("docProps/")
        || name.starts_with("META-INF/")
        || name.ends_with("meta.xml"))
}

/// Whether a package names a language that begins so, for its default or for a run.
fn names(bytes: &[u8], language: &str) -> bool {
    let keys = ["w:lang w:val=\"", " lang=\"", "fo:language=\""].map(|key| format!("{key}{language}"));
    entries(bytes).unwrap_or_default().iter().any(|(name, content)| {
        let is_text = ["word/", "ppt/slides/"].iter().any(|folder| name.starts_with(folder));
        let is_text = is_text || ["content.xml", "styles.xml"].contains(&name.as_str());
        is_text && name.ends_with(".xml") && {
            let text = String::from_utf8_lossy(content);
            keys.iter().any(|key| text.contains(key))
        }
    })
}

/// All that is measured of one document.
fn compare(document: &Document, source: &[u8], output: &[u8], row: &mut Row, log: &mut String, is_round_trip: bool) {
    let mut findings = Findings::default();
    check::compare_structure(document.format, source, output, is_of_text, &mut findings);
    if let Some((before, after)) = entries(source).zip(entries(output)) {
        check::compare_looks(&before, &after, &mut findings);
        for (name, content) in &before {
            let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
            let well_formed = |content: &Vec<u8>| super::read::structure(content).is_some();
            if is_xml && well_formed(content) && after.get(name).is_some_and(|other| !well_formed(other)) {
                findings.failures.push(("damaged", format!("{name} is not well-formed")));
            }
        }
    } else if entries(source).is_some() {
        findings.failures.push(("damaged", "the container does not open".to_owned()));
    }
    if !is_round_trip {
        if names(source, "") {
            row.naming += 1;
            row.named += usize::from(names(output, "pt"));
        }
        let lost = words(document.format, source, output, row);
        if !lost.is_empty() {
            let _ = writeln!(log, "{}\twords\t{}", document.place, lost.join(", "));
        }
    }
    let failed: BTreeSet<&'static str> = findings.failures.iter().map(|(check, _)| *check).collect();
    failed.into_iter().for_each(|check| *row.failed.entry(check).or_default() += 1);
    for (check, what) in findings.failures {
        let _ = writeln!(log, "{}\t{check}\t{}", document.place, what.replace(['\t', '\n'], " "));
    }
}

/// Counts the words that were translated and those that stayed; gives a few that did not come out translated.
fn words(format: Format, source: &[u8], output: &[u8], row: &mut Row) -> Vec<String> {
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for text in check::texts(format, source, source) {
        for word in check::plain_words(&text.1) {
            *wanted.entry(word.to_owned()).or_default() += 1;
        }
    }
    row.words += wanted.values().sum::<usize>();
    let (mut translated, mut left) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    for text in check::texts(format, output, source) {
        for word in text.1.split_whitespace() {
            let plain: String = word.chars().map(plain).collect();
            let Some(found) = check::plain_words(&plain).next() else { continue };
            let has_plain = word.chars().any(|c| c.is_ascii_alphabetic());
            if !has_plain {
                *translated.entry(found.to_owned()).or_default() += 1;
            } else if plain == word {
                *left.entry(found.to_owned()).or_default() += 1;
            }
        }
    }
    let mut lost = Vec::new();
    for (word, count) in wanted {
        let done = count.min(translated.get(&word).copied().unwrap_or(0));
        let kept = (count - done).min(left.get(&word).copied().unwrap_or(0));
        row.translated += done;
        row.left += kept;
        if done < count && lost.len() < 12 {
            lost.push(format!("{word} ({} left, {} lost)", kept, count - done - kept));
        }
    }
    lost
}

/// The letter that a look-alike stands for.
fn plain(letter: char) -> char {
    const LOWER: &str = "áƀćďéƒǵĥíĵķĺɱńóṕɋŕśťúṽŵẋýź";
    const UPPER: &str = "ÁƁĆĎÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼŴẊÝŹ";
    let back = |letters: &str, first: u8| {
        let at = letters.chars().position(|other| other == letter).and_then(|at| u8::try_from(at).ok());
        at.map(|at| char::from(first + at))
    };
    if letter.is_ascii() {
        return letter;
    }
    back(LOWER, b'a').or_else(|| back(UPPER, b'A')).unwrap_or(letter)
}

fn median(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    let (Some(median), Some(longest)) = (times.get(times.len() / 2), times.last()) else { return "–".to_owned() };
    let spelled = |time: f64| if time < 10.0 { format!("{time:.1}") } else { format!("{time:.0}") };
    format!("{} ({})", spelled(*median), spelled(*longest))
}

fn render(tools: &[Tool], run: &str) -> String {
    let mut out = String::from(HEAD);
    let _ = writeln!(out, "{}\n\n## The tools\n", run.trim());
    for tool in tools {
        let _ = writeln!(out, "- **{}**: {}", tool.name, tool.about);
    }
    let formats: BTreeSet<&String> = tools.iter().skip(1).flat_map(|tool| tool.rows.keys()).collect();
    for format in formats {
        let _ = writeln!(out, "\n## `{format}`\n\n{COLUMNS}");
        for tool in tools {
            let Some(row) = tool.rows.get(format) else { continue };
            let failed = |check: &str| row.failed.get(check).copied().unwrap_or(0);
            let is_package = is_package(format);
            let share = |count: usize| match (tool.is_round_trip, row.words) {
                (true, _) | (_, 0) => "–".to_owned(),
                (false, words) => format!("{:.2} %", count as f64 * 100.0 / words as f64),
            };
            let of_package = |count: usize| if is_package { count.to_string() } else { "–".to_owned() };
            let named = match row.naming {
                0 => "–".to_owned(),
                naming => format!("{} of {naming}", row.named),
            };
            let opened = match row.given {
                0 => "–".to_owned(),
                given => format!("{} of {given}, {}", row.opened, row.same_pages),
            };
            let mut times = row.times.clone();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {named} | {} of {} | {opened} | {} |",
                tool.name,
                row.files,
                row.refused,
                share(row.translated),
                share(row.left),
                share(row.words - row.translated - row.left),
                failed("damaged"),
                failed("structure"),
                of_package(failed("looks")),
                of_package(failed("sound")),
                row.same,
                row.kept,
                median(&mut times),
            );
        }
    }
    out
}

/// Whether documents of the format are packages with parts, of which looks and soundness can be measured.
fn is_package(extension: &str) -> bool {
    [".doc", ".pp", ".xl", ".od"].iter().any(|start| extension.starts_with(start)) && extension != ".xlf"
}

const COLUMNS: &str = "\
| tool | files | refused | translated | left | lost or cut | damaged | structure | looks | sound | names language | identity | opens, pages same | ms median (longest) |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

const HEAD: &str = "# The same files through other tools

Written by `scripts/compare-tools`. Existing open tools translate the files of `make fidelity`, with an engine that writes each
letter as a look-alike, and the readers of [fidelity.md](fidelity.md) measure what comes out. What this project makes of the
files is written to a folder first and read from there like the others' outputs.

The engine is as kind as one can be: it gives as many characters as it gets, and a part of a sentence reads as it does in the
whole. So a tool that hands an engine one run of letters at a time loses nothing here, though a real engine sees no sentence.

- **refused**: no output: an error, a crash, or more than 60 seconds of processor time. Some files cannot be read by anybody.
- **translated, left, lost or cut**: of the words that a reader sees in the sources with an output, those that came out in the
  other letters, those that stayed in the old ones, and those that are in neither (gone, or with a part of each).
- **damaged**: the container does not open, or a part that was well-formed is not.
- **structure**: files whose elements or attributes differ, but for runs and attributes with text; with an element too few, too
  many, or in another place. **looks**: files in which another number of characters has a look (texts and presentations).
  **sound**: files with a broken relationship, content type, number or order of properties that was not broken before.
- **names language**: of the packages that name a language, those that name the new one after.
- **identity**: an engine that changes nothing gives back every byte of every part.
- **opens, pages same**: of a sample that LibreOffice opens as it was given, the outputs that it opens, and those on as many pages.
- **ms**: of the others the processor time, inside the process without its start where a tool is a library, of the whole process
  where it is a program (po4a, pandoc), of the batch by the number of its files for LibreOffice. Of this project the time by the
  clock, which is never less.

What is of the comparison and not of a tool: a catalogue's messages hold markup, which our engine leaves alone by a simple rule,
and which a translator may treat better (a label `[text]` that is its own reference is translated, and its link is lost).
Whole processes of this project use `pseudo`, which also pads. Words in codes' and keys' cells stay by rule, see
[fidelity.md](fidelity.md). Its structures in `.odt` are sequences that follow the names in their captions, those in `.ods`
formulas that follow the cells they compare.

";
