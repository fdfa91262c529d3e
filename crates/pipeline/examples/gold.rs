//! How well tags find their words, measured on a book that people translated: the paragraphs of Debian's handbook or
//! installation guide that carry the same inline tags in both languages.
//!
//! `TERJUMAN_TEST_MODELS=$PWD/target/models cargo run -p terjuman-pipeline --example gold -- SOURCE-DIR TARGET-DIR [show]`
//! (`show` prints every tag that missed its words.)
//!
//! First the model is made to say the reference, so that its words and the projected tags can be compared with those
//! of the reference (M7). Then it translates by itself, and what can be told without a reference is counted: lost,
//! empty, doubled tags, tags inside words, the share of the text under each kind of tag (M6); and whether tags cost
//! quality, as chrF against the reference with and without them (M8).

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program for a developer to read")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::ops::Range;
use std::path::Path;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Models, Neural, NeuralConfig, Pairs, Source, TranslateError, Translated, Unit};
use terjuman_pipeline::{EngineLimits, Limits, Options, Request, Translator, Watch, translate_within};

/// An element over a stretch of text.
#[derive(Debug, Clone)]
struct Tag {
    name: String,
    /// What tells it apart: its number, once it has one, else its class.
    key: String,
    range: Range<usize>,
}

#[derive(Debug, Clone, Default)]
struct Paragraph {
    text: String,
    tags: Vec<Tag>,
}

fn attribute(tag: &str, name: &str) -> String {
    let sought = format!("{name}=\"");
    let value = tag.find(&sought).map(|at| &tag[at + sought.len()..]);
    value.and_then(|value| value.split('"').next()).unwrap_or_default().to_owned()
}

/// Text and elements of a paragraph without blocks in it; `None` if it is not simple enough.
fn parse(html: &str, key: &str) -> Option<Paragraph> {
    let mut out = Paragraph::default();
    let mut open: Vec<Tag> = Vec::new();
    let mut rest = html.trim();
    while let Some(first) = rest.chars().next() {
        match first {
            '<' => {
                let end = rest.find('>')?;
                let tag = &rest[1..end];
                rest = &rest[end + 1..];
                if let Some(name) = tag.strip_prefix('/') {
                    let mut done = open.pop()?;
                    if done.name != name.trim() {
                        return None;
                    }
                    done.range.end = out.text.len();
                    out.tags.push(done);
                } else if !tag.ends_with('/') {
                    let name = tag.split_whitespace().next()?.to_owned();
                    let at = out.text.len();
                    open.push(Tag { name, key: attribute(tag, key), range: at..at });
                }
            }
            '&' => {
                let end = rest.find(';')?;
                out.text.push_str(match &rest[1..end] {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "#39" | "apos" => "'",
                    "nbsp" | "#160" => " ",
                    _ => return None,
                });
                rest = &rest[end + 1..];
            }
            _ => {
                let blank = first.is_whitespace();
                if !(blank && (out.text.is_empty() || out.text.ends_with(' '))) {
                    out.text.push(if blank { ' ' } else { first });
                }
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    open.is_empty().then_some(out)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Paragraphs without blocks inside, as they stand in the page.
fn blocks(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (open, close) in [("<div class=\"para\">", "</div>"), ("<p>", "</p>")] {
        for part in page.split(open).skip(1) {
            let inner = part.split(close).next().unwrap_or_default();
            found.push(inner);
        }
    }
    found
}

fn is_simple(block: &str) -> bool {
    !["<div", "<p", "<ul", "<ol", "<dl", "<table", "<img", "<br"].iter().any(|tag| block.contains(tag))
}

/// The source with numbered tags, and the reference with the same numbers.
fn numbered(source: &str, reference: &str) -> Option<(Paragraph, Paragraph)> {
    let (mut source, mut reference) = (parse(source, "class")?, parse(reference, "class")?);
    source.tags.retain(|tag| !source.text[tag.range.clone()].trim().is_empty());
    reference.tags.retain(|tag| !reference.text[tag.range.clone()].trim().is_empty());
    if source.tags.is_empty() || source.tags.len() != reference.tags.len() || source.text == reference.text {
        return None;
    }
    let mut free: Vec<usize> = (0..source.tags.len()).collect();
    let mut numbers = vec![0; reference.tags.len()];
    // Equal texts first; the rest in order.
    for same_text in [true, false] {
        for (tag, number) in reference.tags.iter().zip(&mut numbers).filter(|(_, number)| **number == 0) {
            let is_twin = |other: &Tag| {
                let same = source.text[other.range.clone()] == reference.text[tag.range.clone()];
                (&other.name, &other.key) == (&tag.name, &tag.key) && (same || !same_text)
            };
            if let Some(place) = free.iter().position(|other| is_twin(&source.tags[*other])) {
                *number = free.remove(place) + 1;
            }
        }
    }
    if !free.is_empty() {
        return None;
    }
    for (index, tag) in source.tags.iter_mut().enumerate() {
        tag.key = (index + 1).to_string();
    }
    for (tag, number) in reference.tags.iter_mut().zip(numbers) {
        tag.key = number.to_string();
    }
    Some((source, reference))
}

fn html(paragraph: &Paragraph, with_tags: bool) -> String {
    // Closing before opening; the longer opens first and closes last, of equal ones that which was read last.
    let mut edges: Vec<(usize, bool, usize, usize, &Tag)> = Vec::new();
    for (index, tag) in paragraph.tags.iter().enumerate().filter(|_| with_tags) {
        let Range { start, end } = tag.range;
        edges.push((start, true, usize::MAX - end, usize::MAX - index, tag));
        edges.push((end, false, usize::MAX - start, index, tag));
    }
    edges.sort_by_key(|(at, opens, length, index, _)| (*at, *opens, *length, *index));
    let mut out = String::from("<p>");
    let mut done = 0;
    for (at, opens, .., tag) in edges {
        out.push_str(&escape(&paragraph.text[done..at]));
        done = at;
        let address = if tag.name == "a" { " href=\"#\"" } else { "" };
        out.push_str(&if opens {
            format!("<{} data-n=\"{}\"{address}>", tag.name, tag.key)
        } else {
            format!("</{}>", tag.name)
        });
    }
    out + &escape(&paragraph.text[done..]) + "</p>\n"
}

/// Says the reference, with the links that the model's attention gives.
struct Forced<'a> {
    engine: &'a Neural,
    references: HashMap<&'a str, &'a str>,
}

impl Translator for Forced<'_> {
    fn pairs(&self) -> Pairs {
        self.engine.pairs()
    }

    fn unit(&self) -> Unit {
        Unit::Segment
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        _: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        let say = |source: &Source| {
            let reference = self.references.get(source.text.as_str());
            let aligned = reference.map(|reference| self.engine.align(pair, source, reference)).transpose()?.flatten();
            Ok(aligned.unwrap_or_else(|| Translated {
                fixed: source.fixed.iter().map(|fixed| fixed.range.clone()).collect(),
                kept_as_source: true,
                ..source.text.clone().into()
            }))
        };
        sources.iter().map(say).collect()
    }
}

/// The language that a folder is named after: `en-US`.
fn language(folder: &str) -> Option<&str> {
    Path::new(folder).file_name()?.to_str()?.split('-').next()
}

fn run(engine: &dyn Translator, [source, target]: [&str; 2], page: &str) -> Result<Vec<Paragraph>, Box<dyn Error>> {
    let request = Request {
        bytes: page.as_bytes(),
        name: Some("gold.html"),
        content_type: None,
        source: Some(source.parse()?),
        target: target.parse()?,
        engine,
        glossaries: &[],
        options: &Options::default(),
        limits: &Limits::default(),
    };
    let limits = EngineLimits { kept_percent: 100, ..EngineLimits::default() };
    let output = translate_within(&request, &limits, &()).map_err(|failure| failure.to_string())?;
    let page = String::from_utf8(output.bytes)?;
    let paragraphs = page.split("<p>").skip(1).map(|part| part.split("</p>").next().unwrap_or_default());
    Ok(paragraphs.map(|inner| parse(inner, "data-n").unwrap_or_default()).collect())
}

fn words(text: &str) -> Vec<Range<usize>> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let range = |word: &str| {
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        start..start + word.len()
    };
    words.map(range).collect()
}

/// Which words the tags of this number cover.
fn covered(paragraph: &Paragraph, words: &[Range<usize>], key: &str) -> HashSet<usize> {
    let tags: Vec<_> = paragraph.tags.iter().filter(|tag| tag.key == key).collect();
    let is_under =
        |word: &Range<usize>| tags.iter().any(|tag| tag.range.start < word.end && word.start < tag.range.end);
    words.iter().enumerate().filter(|(_, word)| is_under(word)).map(|(index, _)| index).collect()
}

#[derive(Default)]
struct Spans {
    tags: usize,
    exact: usize,
    both: usize,
    found: usize,
    wanted: usize,
}

impl Spans {
    fn add(&mut self, found: &HashSet<usize>, wanted: &HashSet<usize>) {
        self.tags += 1;
        self.exact += usize::from(found == wanted);
        self.both += found.intersection(wanted).count();
        self.found += found.len();
        self.wanted += wanted.len();
    }

    fn print(&self, name: &str) {
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let f1 = 2.0 * self.both as f64 / (self.found + self.wanted).max(1) as f64;
        println!("  {name}: {} tags, exact span {:.1} %, token F1 {f1:.3}", self.tags, percent(self.exact, self.tags));
    }
}

/// Character n-gram F-score, n to 6, recall twice as heavy, over a corpus.
fn chrf(pairs: &[(String, &str)]) -> f64 {
    let grams = |text: &str, length: usize| {
        let letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        let mut counts: HashMap<Vec<char>, usize> = HashMap::new();
        for gram in letters.windows(length) {
            *counts.entry(gram.to_vec()).or_default() += 1;
        }
        counts
    };
    let mut sum = 0.0;
    for length in 1..=6 {
        let (mut both, mut found, mut wanted) = (0, 0, 0);
        for (output, reference) in pairs {
            let (a, b) = (grams(output, length), grams(reference, length));
            both += a.iter().map(|(gram, count)| *count.min(b.get(gram).unwrap_or(&0))).sum::<usize>();
            found += a.values().sum::<usize>();
            wanted += b.values().sum::<usize>();
        }
        let (precision, recall) = (both as f64 / found.max(1) as f64, both as f64 / wanted.max(1) as f64);
        sum += 5.0 * precision * recall / (4.0 * precision + recall).max(1e-9);
    }
    100.0 * sum / 6.0
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn pairs(source: &Path, target: &Path) -> Result<Vec<(Paragraph, Paragraph)>, Box<dyn Error>> {
    let mut names: Vec<_> =
        std::fs::read_dir(source)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<_, _>>()?;
    names.sort();
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for name in names.iter().filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "html")) {
        let translation = target.join(name).with_extension("html");
        let translation = if translation.exists() {
            translation
        } else {
            let name = name.to_string_lossy();
            let (from, to) = if name.contains(".en.") { (".en.", ".pt.") } else { (".pt.", ".en.") };
            target.join(name.replace(from, to))
        };
        let (Ok(a), Ok(b)) = (std::fs::read_to_string(source.join(name)), std::fs::read_to_string(translation)) else {
            continue;
        };
        let (a, b) = (blocks(&a), blocks(&b));
        if a.len() != b.len() {
            continue;
        }
        let simple = a.iter().zip(&b).filter(|(a, b)| is_simple(a) && is_simple(b));
        found.extend(simple.filter_map(|(a, b)| numbered(a, b)).filter(|(a, _)| seen.insert(a.text.clone())));
    }
    Ok(found)
}

fn main() -> Result<(), Box<dyn Error>> {
    let models = std::env::var_os("TERJUMAN_TEST_MODELS").ok_or("TERJUMAN_TEST_MODELS names no folder of models")?;
    let engine = Neural::new(Models::new(models), &NeuralConfig::default())?;
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, show @ ..] = folders.as_slice() else { return Err("it takes two folders of pages".into()) };
    let languages = [language(source), language(target)].map(|language| language.unwrap_or("en"));
    let gold = pairs(Path::new(source), Path::new(target))?;
    println!("{} paragraphs, {} tags", gold.len(), gold.iter().map(|(a, _)| a.tags.len()).sum::<usize>());
    let page: String = gold.iter().map(|(source, _)| html(source, true)).collect();
    let plain: String = gold.iter().map(|(source, _)| html(source, false)).collect();

    println!("made to say the reference (M7)");
    let references = gold.iter().map(|(a, b)| (a.text.as_str(), b.text.as_str())).collect();
    let forced = run(&Forced { engine: &engine, references }, languages, &page)?;
    let mut by_kind: BTreeMap<&str, Spans> = BTreeMap::new();
    let mut compared = 0;
    for ((source, reference), output) in gold.iter().zip(&forced) {
        let (ours, theirs) = (words(&output.text), words(&reference.text));
        let spelled = |text: &str, words: &[Range<usize>]| {
            words.iter().map(|word| text[word.clone()].to_lowercase()).collect::<Vec<_>>()
        };
        if spelled(&output.text, &ours) != spelled(&reference.text, &theirs) {
            continue;
        }
        compared += 1;
        for tag in &reference.tags {
            let text = &reference.text[tag.range.clone()];
            let is_same =
                source.tags.iter().any(|other| other.key == tag.key && source.text[other.range.clone()] == *text);
            let (found, wanted) = (covered(output, &ours, &tag.key), covered(reference, &theirs, &tag.key));
            by_kind.entry(if is_same { "same text in both" } else { "translated" }).or_default().add(&found, &wanted);
            by_kind.entry("all").or_default().add(&found, &wanted);
            if found != wanted && !show.is_empty() {
                println!(
                    "- {}\n  {}\n  wanted {text:?}, got {:?}",
                    html(source, true),
                    html(reference, true),
                    output
                        .tags
                        .iter()
                        .filter(|other| other.key == tag.key)
                        .map(|other| &output.text[other.range.clone()])
                        .collect::<Vec<_>>()
                );
            }
        }
    }
    println!("  {compared} paragraphs compared; the others were too long for one call, or spelled otherwise");
    for (kind, spans) in &by_kind {
        spans.print(kind);
    }

    println!("by itself (M6, M7, M8)");
    let own = run(&engine, languages, &page)?;
    let (mut lost, mut empty, mut doubled, mut split, mut inside, mut tags) = (0, 0, 0, 0, 0, 0);
    let (mut shares, mut far) = (Vec::new(), 0);
    for ((source, _), output) in gold.iter().zip(&own) {
        for tag in &source.tags {
            tags += 1;
            let twins: Vec<_> = output.tags.iter().filter(|other| other.key == tag.key).collect();
            lost += usize::from(twins.is_empty());
            empty += twins.iter().filter(|twin| output.text[twin.range.clone()].trim().is_empty()).count();
            if twins.len() > 1 {
                *(if tag.name == "a" || tag.name == "code" { &mut doubled } else { &mut split }) += 1;
            }
            let cuts = |text: &str, at: usize| {
                let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                is_word(text[..at].chars().next_back()) && is_word(text[at..].chars().next())
            };
            let was_cut = cuts(&source.text, tag.range.start) || cuts(&source.text, tag.range.end);
            let is_cut =
                twins.iter().any(|twin| cuts(&output.text, twin.range.start) || cuts(&output.text, twin.range.end));
            inside += usize::from(is_cut && !was_cut);
        }
        if source.text.chars().count() <= 20 {
            continue;
        }
        let names: HashSet<&str> = source.tags.iter().map(|tag| tag.name.as_str()).collect();
        for name in names {
            let share = |paragraph: &Paragraph| {
                let mut under: Vec<bool> = vec![false; paragraph.text.len()];
                for tag in paragraph.tags.iter().filter(|tag| tag.name == name) {
                    under[tag.range.clone()].fill(true);
                }
                let letters = || paragraph.text.char_indices();
                100.0 * letters().filter(|(at, _)| under[*at]).count() as f64 / letters().count().max(1) as f64
            };
            let error = (share(source) - share(output)).abs();
            far += usize::from(error > 15.0);
            shares.push(error);
        }
    }
    println!("  {tags} tags: {lost} lost, {empty} empty, {doubled} doubled, {split} split, {inside} inside words");
    println!(
        "  nesting: {} paragraphs not well-formed",
        own.iter().filter(|paragraph| paragraph.text.is_empty()).count()
    );
    let count = shares.len();
    println!(
        "  share of the text under each kind: {count} shares, {far} off by more than 15 points, median error {:.2} points",
        median(&mut shares)
    );
    let untagged = run(&engine, languages, &plain)?;
    let scored = |outputs: Vec<Paragraph>| {
        outputs
            .into_iter()
            .zip(&gold)
            .map(|(output, (_, reference))| (output.text, reference.text.as_str()))
            .collect::<Vec<_>>()
    };
    println!("  chrF with tags {:.2}, without {:.2}", chrf(&scored(own)), chrf(&scored(untagged)));
    Ok(())
}
