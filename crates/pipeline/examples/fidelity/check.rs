//! One document through all checks.

use std::collections::{BTreeMap, BTreeSet};

use terjuman_formats::{Format, Options, Target, extract};
use terjuman_model::{Failure, TaggedText};
use terjuman_nmt::{Identity, Pseudo};
use terjuman_pipeline::{Limits, Request, Translator, translate};

use super::flat;
use super::language::{self, Into};
use super::looks::looks;
use super::read::{borders, entries, shown, structure};
use super::sound::{disorder, problems};
use super::swap::{self, Swap};

/// What a document showed.
#[derive(Default)]
pub(crate) struct Findings {
    /// Why it was refused, if it was.
    pub(crate) refused: Option<String>,
    /// Words that somebody sees and that a translation changes, and those that stayed.
    pub(crate) words: usize,
    pub(crate) left: Vec<String>,
    /// Checks that failed, each with what was seen.
    pub(crate) failures: Vec<(&'static str, String)>,
    pub(crate) segments: usize,
    pub(crate) tags: usize,
    /// Segments with more than six tags, and how many tags there were if runs were not united.
    pub(crate) crowded: usize,
    pub(crate) borders: usize,
    /// The document with every segment written twice, and the one through `pseudo`.
    pub(crate) forced: Option<Vec<u8>>,
    pub(crate) pseudo: Option<Vec<u8>>,
}

impl Findings {
    /// The checks that failed, coverage among them.
    pub(crate) fn divergences(&self) -> Vec<(&'static str, String)> {
        let mut seen = self.failures.clone();
        // A word or two in a hundred thousand are a matter of the table; a file that shows many is one by itself.
        if self.left.len() * 200 > self.words {
            let sample: Vec<_> = self.left.iter().take(6).map(String::as_str).collect();
            seen.push(("coverage", format!("{} of {} words: {}", self.left.len(), self.words, sample.join(", "))));
        }
        seen
    }
}

pub(crate) fn run(name: &str, bytes: &[u8], engine: &dyn Translator) -> Result<Vec<u8>, Failure> {
    run_into("pt", name, bytes, engine)
}

fn run_into(target: &str, name: &str, bytes: &[u8], engine: &dyn Translator) -> Result<Vec<u8>, Failure> {
    let request = Request {
        bytes,
        name: Some(name),
        content_type: None,
        source: Some("en".parse().expect("a known code")),
        target: target.parse().expect("a known code"),
        engine,
        glossaries: &[],
        options: &Options::default(),
        limits: &Limits::default(),
    };
    Ok(translate(&request, &())?.bytes)
}

/// Identity, every segment written anew, extraction before and after, coverage and structure.
pub(crate) fn check(name: &str, format: Format, bytes: &[u8]) -> Findings {
    let mut findings = Findings::default();
    match run(name, bytes, &Identity) {
        Ok(same) if same == bytes => {}
        Ok(_) => findings.failures.push(("identity", "other bytes".to_owned())),
        Err(failure) => {
            findings.refused = Some(failure.code.to_string());
            return findings;
        }
    }
    there_and_back(name, format, bytes, &mut findings);
    twice(format, bytes, &mut findings);
    match run(name, bytes, &Pseudo::default()) {
        Ok(output) => {
            coverage(format, bytes, &output, &mut findings);
            named(bytes, &output, Into::Portuguese, &mut findings);
            findings.pseudo = Some(output);
        }
        Err(failure) => findings.failures.push(("pseudo", failure.code.to_string())),
    }
    if [Format::Docx, Format::Pptx, Format::Odt, Format::Odp].contains(&format) {
        match run_into("ar", name, bytes, &Pseudo::default()) {
            Ok(output) => named(bytes, &output, Into::Arabic, &mut findings),
            Err(failure) => findings.failures.push(("pseudo", failure.code.to_string())),
        }
    }
    findings
}

/// The parts that were written name the language and the direction, and keep the order of properties.
pub(crate) fn named(bytes: &[u8], output: &[u8], into: Into, findings: &mut Findings) {
    let Some((before, after)) = entries(bytes).zip(entries(output)) else { return };
    let written = after.iter().filter(|(name, content)| before.get(*name).is_some_and(|other| other != *content));
    for (name, content) in written.clone() {
        if let Some(what) = language::wrong(name, content, into) {
            findings.failures.push(("language", format!("{name}: {what}")));
        }
    }
    for (name, content) in written.filter(|(name, _)| name.starts_with("word/")) {
        if !disorder(content).is_subset(&disorder(&before[name])) {
            findings.failures.push(("sound", format!("{name}: properties are in another order")));
        }
    }
}

fn there_and_back(name: &str, format: Format, bytes: &[u8], findings: &mut Findings) {
    let back = match run(name, bytes, &Swap).and_then(|there| run(name, &there, &Swap)) {
        Ok(back) => back,
        Err(failure) => return findings.failures.push(("forced", failure.code.to_string())),
    };
    if back != bytes {
        compare_forced(format, bytes, &back, findings);
    }
    findings.forced = Some(back);
}

fn compare_forced(format: Format, bytes: &[u8], back: &[u8], findings: &mut Findings) {
    if let (Some(before), Some(after)) = (flat::seen(format, bytes, bytes), flat::seen(format, back, bytes)) {
        let words = |seen: &flat::Seen| match format {
            // Which body says it differs, and how it is cut into paragraphs with it.
            Format::Msg => {
                let words = seen.texts.iter().flat_map(|text| plain_words(text));
                words.map(|word| word.as_bytes().to_vec()).collect::<BTreeSet<_>>().into_iter().collect()
            }
            _ => seen.texts.iter().map(|text| spelled(text.as_bytes())).collect::<Vec<_>>(),
        };
        let (left, right) = (words(&before), words(&after));
        if let Some(what) = flat::difference(&before, &after) {
            findings.failures.push(("forced", what));
        } else if left != right {
            let at = left.iter().zip(&right).position(|(left, right)| left != right);
            let start = |texts: &[Vec<u8>]| {
                let text = at.map(|at| String::from_utf8_lossy(&texts[at]).into_owned()).unwrap_or_default();
                text.chars().take(60).collect::<String>()
            };
            let (count, left, right) = (left.len(), start(&left), start(&right));
            findings.failures.push(("forced", format!("other text, at {at:?} of {count}: {left} | {right}")));
        }
        return;
    }
    let Some((before, after)) = entries(bytes).zip(entries(back)) else {
        if spelled(bytes) != spelled(back) {
            findings.failures.push(("forced", "other text".to_owned()));
        }
        return;
    };
    compare("forced", &before, &after, findings);
    compare_looks(&before, &after, findings);
    let (before, after) = (shown(bytes), shown(back));
    let differs = before.iter().zip(&after).find(|((_, a), (_, b))| spelled(a.as_bytes()) != spelled(b.as_bytes()));
    if let Some(((place, before), (_, after))) = differs {
        let beginning = |text: &str| text.chars().take(60).collect::<String>();
        findings.failures.push(("forced", format!("{place}: {:?} for {:?}", beginning(after), beginning(before))));
    } else if before.len() != after.len() {
        findings.failures.push(("forced", format!("{} texts for {}", after.len(), before.len())));
    }
}

/// White space may be spelled in another way, and nobody sees control characters.
fn spelled(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && !byte.is_ascii_control()).collect()
}

fn compare(
    check: &'static str,
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
    findings: &mut Findings,
) {
    for (name, content) in before {
        let Some(other) = after.get(name) else {
            if !name.contains("signature") {
                findings.failures.push((check, format!("{name} is gone")));
            }
            continue;
        };
        if content == other || name.ends_with(".xlsx") {
            continue;
        }
        let (Some(elements), Some(others)) = (structure(content), structure(other)) else { continue };
        if elements == others {
            continue;
        }
        let mut counts = BTreeMap::new();
        elements.iter().for_each(|element| *counts.entry(element).or_insert(0) += 1);
        others.iter().for_each(|element| *counts.entry(element).or_insert(0) -= 1);
        let beginning = |element: &str| element.chars().take(120).collect::<String>();
        if let Some((element, count)) = counts.iter().find(|(_, count)| **count != 0) {
            findings.failures.push((check, format!("{name}: {} {count:+}", beginning(element))));
        } else if let Some((before, after)) = elements.iter().zip(&others).find(|(before, after)| before != after) {
            let what = format!("{name}: {} where {} was", beginning(after), beginning(before));
            findings.failures.push((check, what));
        }
    }
}

/// What characters look like, when as many were written as there were.
pub(crate) fn compare_looks(
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
    findings: &mut Findings,
) {
    for (name, content) in before {
        let Some(other) = after.get(name).filter(|other| *other != content) else { continue };
        let Some((mut counts, others)) = looks(name, content).zip(looks(name, other)) else { continue };
        for (look, count) in others {
            *counts.entry(look).or_insert(0) -= count;
        }
        counts.retain(|_, count| *count != 0);
        if !counts.is_empty() {
            let changes = counts.iter().take(4).map(|(look, count)| format!("{:+} of {look:.120}", -count));
            findings.failures.push(("looks", format!("{name}: {}", changes.collect::<Vec<_>>().join(" | "))));
        }
    }
}

/// What is wrong with the output and was not with the input.
fn compare_soundness(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>, findings: &mut Findings) {
    let known = problems(before);
    findings.failures.extend(problems(after).difference(&known).map(|problem| ("sound", problem.clone())));
}

/// What is found in a written document is what was written.
fn twice(format: Format, bytes: &[u8], findings: &mut Findings) {
    let read = |bytes: &[u8]| extract(format, bytes, &Options::default(), &Limits::default());
    let Ok(document) = read(bytes) else { return };
    findings.segments = document.segments.len();
    findings.tags = document.segments.iter().map(|segment| segment.tags.len()).sum();
    findings.crowded = document.segments.iter().filter(|segment| segment.tags.len() > 6).count();
    findings.borders = borders(bytes);
    let swapped: Vec<TaggedText> = document.segments.iter().map(swap::segment).collect();
    let target = Target { source_language: None, language: None };
    let again = document.skeleton.merge(&swapped, &target).and_then(|written| read(&written));
    match again {
        Ok(again) if again.segments.iter().map(|segment| &segment.source).eq(&swapped) => {}
        Ok(again) => {
            let (found, put) = (again.segments.len(), swapped.len());
            let mut pairs = again.segments.iter().zip(&swapped);
            let at =
                pairs.find(|(found, put)| found.source != **put).map(|(found, put)| (found.source.text(), put.text()));
            findings.failures.push(("twice", format!("{put} segments written, {found} found, first other {at:?}")));
        }
        Err(error) => findings.failures.push(("twice", error.to_string())),
    }
}

/// What a document is made of besides its text, before and after; of packages, the parts that `counts` wants.
pub(crate) fn compare_structure(
    format: Format,
    bytes: &[u8],
    output: &[u8],
    counts: fn(&str) -> bool,
    findings: &mut Findings,
) {
    let seen = flat::seen(format, bytes, bytes).zip(flat::seen(format, output, bytes));
    if let Some(what) = seen.as_ref().and_then(|(before, after)| flat::difference(before, after)) {
        findings.failures.push(("structure", what));
    }
    if let Some((mut before, after)) = entries(bytes).zip(entries(output)) {
        compare_soundness(&before, &after, findings);
        before.retain(|name, _| counts(name));
        compare("structure", &before, &after, findings);
    } else if entries(bytes).is_some() {
        findings.failures.push(("structure", "the container does not open".to_owned()));
    }
}

/// The texts that somebody sees, with the part that each stands in. What stands around the words of a quoted message for
/// a formatter is none.
pub(crate) fn texts(format: Format, bytes: &[u8], original: &[u8]) -> Vec<(String, String)> {
    let mut texts = all_texts(format, bytes, original);
    let is_message = |text: &str| [", plural,", ", select,"].iter().any(|kind| text.contains(kind));
    for (_, text) in texts.iter_mut().filter(|(_, text)| is_message(text)) {
        *text = flat::without_syntax(text);
    }
    texts
}

fn all_texts(format: Format, bytes: &[u8], original: &[u8]) -> Vec<(String, String)> {
    match format {
        Format::Txt => vec![(String::new(), String::from_utf8_lossy(bytes).into_owned())],
        Format::Csv | Format::Tsv => {
            let mut reader = csv::ReaderBuilder::new();
            let delimiter = if format == Format::Tsv { b'\t' } else { b',' };
            let reader = reader.has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
            let records = reader.into_byte_records().flatten();
            let cells =
                records.flat_map(|r| r.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>());
            // What is missing, and what is of a program, is no prose.
            let is_prose = |cell: &String| cell != "NA" && !cell.starts_with(['{', '[']);
            cells.filter(is_prose).map(|cell| (String::new(), cell)).collect()
        }
        _ => match flat::seen_exactly(format, bytes, original) {
            Some(seen) => seen.texts.into_iter().map(|text| (String::new(), text)).collect(),
            None => shown(bytes),
        },
    }
}

fn coverage(format: Format, bytes: &[u8], output: &[u8], findings: &mut Findings) {
    compare_structure(format, bytes, output, |_| true, findings);
    findings.words = texts(format, bytes, bytes).iter().map(|(_, text)| plain_words(text).count()).sum();
    for (place, text) in texts(format, output, bytes) {
        findings.left.extend(plain_words(&text).map(|word| format!("{place}: {word}")));
    }
}

/// Words of ASCII letters alone: neither numbers, codes, names for programs, addresses, markup nor paths.
pub(crate) fn plain_words(text: &str) -> impl Iterator<Item = &str> {
    // What is called, switches of programs, patterns of names of files: `*.txt`.
    let is_code = |word: &str| {
        let bare = word.trim_start_matches(['`', '\'', '"', '(', '[']);
        word.contains("()") || bare.starts_with("--") || bare.starts_with("*.")
    };
    let words = text.split_whitespace().filter(move |word| !is_code(word));
    let words = words.map(|word| word.trim_matches(|c: char| ".,;:!?'\"()[]-*_+".contains(c)));
    let is_hump =
        |word: &str| word.as_bytes().windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    // Numbers to the base of sixteen that happen to have no digit.
    let is_byte = |word: &str| word.len() < 4 && word.trim_end_matches('H').bytes().all(|b| (b'A'..=b'F').contains(&b));
    words.filter(move |word| {
        word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !is_hump(word) && !is_byte(word)
    })
}
