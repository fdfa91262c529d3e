//! Bilingual files of other people: identity, what an independent reader finds in the targets, time.

use std::collections::BTreeMap;

use quick_xml::events::Event;
use terjuman_formats::{Extracted, Format, Limits, Options, Target, extract};
use terjuman_model::{Mark, TaggedText};

use crate::corpus::documents;

fn read(bytes: &[u8]) -> Extracted {
    extract(Format::Xliff, bytes, &Options::default(), &Limits::default()).expect("the file can be read")
}

/// The words in quotation marks, every mark at its letters.
fn wrap(source: &TaggedText) -> TaggedText {
    let quote = "\u{ab}";
    let marks = source.marks().iter().map(|mark| Mark { at: mark.at + quote.len(), ..*mark }).collect();
    TaggedText::with_marks(format!("{quote}{}\u{bb}", source.text()), marks)
}

/// What a reader that knows nothing but element names finds in one unit.
#[derive(Default, Debug)]
struct Unit {
    source: BTreeMap<String, usize>,
    target: BTreeMap<String, usize>,
    words: String,
}

const CODES: [&str; 15] = ["g", "x", "bx", "ex", "bpt", "ept", "it", "ph", "pc", "sc", "ec", "cp", "sm", "em", "mrk"];

fn units(file: &[u8]) -> Vec<Unit> {
    let text = String::from_utf8_lossy(file);
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut units, mut open): (Vec<Unit>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().expect("the file is well-formed");
        let (tag, is_empty) = match &event {
            Event::Start(tag) => (Some(tag), false),
            Event::Empty(tag) => (Some(tag), true),
            _ => (None, false),
        };
        let is_in = |open: &[String], name: &str| {
            open.iter().any(|other| other == name) && !open.iter().any(|other| other == "alt-trans")
        };
        if let Some(tag) = tag {
            let name = tag.local_name();
            let name: &str = name.as_ref();
            if matches!(name, "trans-unit" | "segment") {
                units.push(Unit::default());
            }
            if let Some(unit) = units.last_mut().filter(|_| CODES.contains(&name)) {
                let id = |attribute: &quick_xml::events::attributes::Attribute<'_>| {
                    let key: &str = attribute.key.as_ref();
                    matches!(key, "id" | "mid" | "startRef")
                };
                let id = tag.attributes().flatten().find(id).map(|a| format!("{:?}", a.value)).unwrap_or_default();
                let code = format!("{name} {id}");
                let has_parts = is_in(&open, "seg-source");
                if is_in(&open, "target") {
                    *unit.target.entry(code).or_default() += 1;
                } else if (is_in(&open, "source") || has_parts) && name != "mrk" {
                    let count = unit.source.entry(code).or_default();
                    *count = if has_parts { (*count).max(1) } else { *count + 1 };
                }
            }
            if !is_empty {
                open.push(name.to_owned());
            }
        }
        match event {
            Event::End(_) => drop(open.pop()),
            Event::Text(text) if is_in(&open, "target") => {
                if let Some(unit) = units.last_mut() {
                    unit.words.push_str(&text.xml10_content());
                }
            }
            Event::CData(text) if is_in(&open, "target") => {
                if let Some(unit) = units.last_mut() {
                    unit.words.push_str(&text.xml10_content());
                }
            }
            Event::Eof => return units,
            _ => {}
        }
    }
}

#[test]
fn files_of_other_people() {
    for path in documents("xliff") {
        let name = path.display();
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        let extracted = read(&bytes);
        let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
        let nowhere = Target { source_language: None, language: None };
        let same = extracted.skeleton.merge(&sources, &nowhere).expect("identity can be written");
        assert!(same == bytes, "{name}: identity changed the document");

        let to = Target { source_language: None, language: "pt".parse().ok() };
        let forced = extracted.skeleton.merge(&sources, &to).expect("equal targets can be written");
        let wrapped: Vec<_> = sources.iter().map(wrap).collect();
        let written = extracted.skeleton.merge(&wrapped, &to).expect("a translation can be written");
        assert!(read(&written).segments.is_empty(), "{name}: all targets are finished now");
        // Version 1.0 has no states: a target that equals its source cannot be told from one that was never begun.
        let has_states = !String::from_utf8_lossy(&bytes).contains("<xliff version='1.0'");
        assert!(!has_states || read(&forced).segments.is_empty(), "{name}: all equal targets are finished now");
        let found = units(&written);
        let marks: usize = found.iter().map(|unit| unit.words.matches('\u{ab}').count()).sum();
        let old: usize = units(&bytes).iter().map(|unit| unit.words.matches('\u{ab}').count()).sum();
        assert_eq!(marks - old, wrapped.len(), "{name}: every translation is in a target once");
        for unit in found.iter().filter(|unit| unit.words.contains('\u{ab}')) {
            let codes: BTreeMap<_, _> = unit.target.iter().filter(|(code, _)| !code.starts_with("mrk")).collect();
            assert_eq!(codes, unit.source.iter().collect(), "{name}: codes");
        }
        println!("{name}: {} segments in {} units", sources.len(), found.len());
    }
}

#[test]
fn hostile_files_are_refused() {
    for path in documents("xliff/hostile") {
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        let refused = extract(Format::Xliff, &bytes, &Options::default(), &Limits::default());
        assert!(refused.is_err(), "{}", path.display());
    }
}

/// Four times the input takes about four times as long: far less than sixteen times.
#[test]
fn time_is_linear() {
    let unit = "<trans-unit id='1'><source>One <g id='1'>two</g> <bx id='2'/>three</source></trans-unit>";
    let long = |count: usize| {
        [
            unit.repeat(count * 4),
            format!("<trans-unit><source>{}</source></trans-unit>", "a <bx id='1'/>".repeat(count * 20)),
            format!("<trans-unit><source>a {}</source></trans-unit>", "<ex id='1'/>b".repeat(count * 20)),
            format!("<trans-unit><source>a {}</source></trans-unit>", "&lt;b>c &lt;i>".repeat(count * 20)),
            format!("<trans-unit><source>{}</source></trans-unit>", "&lt;b c".repeat(count * 20)),
            format!(
                "<trans-unit><source>{}</source></trans-unit>",
                "<ph id='1'>a<sub>b</sub></ph> c ".repeat(count * 8)
            ),
            format!(
                "<trans-unit><source>a</source><seg-source>{}</seg-source><target>x{}</target></trans-unit>",
                "<mrk mtype='seg' mid='1'>a</mrk>".repeat(count * 8),
                "<mrk mtype='seg' mid='1'/>".repeat(count * 8)
            ),
        ]
        .map(|units| format!("<xliff version='1.2'><file><body>{units}</body></file></xliff>"))
    };
    let time = |file: &str| {
        let start = std::time::Instant::now();
        let extracted = read(file.as_bytes());
        let wrapped: Vec<_> = extracted.segments.iter().map(|segment| wrap(&segment.source)).collect();
        let to = Target { source_language: None, language: "pt".parse().ok() };
        extracted.skeleton.merge(&wrapped, &to).expect("a translation can be written");
        start.elapsed()
    };
    for (index, (short, long)) in long(250).iter().zip(&long(1_000)).enumerate() {
        // Others may be at work on the machine: what is quadratic is slow each time.
        let is_linear = || {
            let (small, large) = (time(short), time(long));
            println!("{index}: {small:?} for {} bytes, {large:?} for {} bytes", short.len(), long.len());
            large < small * 12 + std::time::Duration::from_millis(50)
        };
        assert!((0..3).any(|_| is_linear()), "case {index}");
    }
}
