//! A part as a reader sees it: two parts with one canonical form differ in nothing but how text is cut into runs.

use std::collections::HashMap;

use crate::Limits;
use crate::docx::formats::Formats;
use crate::docx::vocabulary::Vocabulary;
use crate::runs::Span;
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};

/// Elements that are dropped where text is rewritten.
const DROPPED: [&str; 8] =
    ["proofErr", "lastRenderedPageBreak", "softHyphen", "smartTag", "smartTagPr", "customXml", "customXmlPr", "attr"];

/// The elements with their attributes, and each letter with its format; one a line.
pub(super) fn canonical(part: &XmlPart) -> Vec<String> {
    let limits = Limits::default();
    let text = &part.text;
    let mut formats = Formats::new(text, &limits);
    let mut looks: HashMap<u32, String> = HashMap::new();
    let mut scanner = Scanner::new(text, &part.name, &limits);
    let mut out: Vec<String> = Vec::new();
    // Formats of runs around text boxes.
    let mut outer = Vec::new();
    let (mut properties, mut format, mut skipped, mut in_text, mut in_reading) = (0, 0, 0, false, false);
    while let Some(event) = scanner.next().unwrap() {
        let span = Span::from(event.range.clone());
        match event.kind {
            Kind::Start { name, .. } | Kind::End { name } if DROPPED.contains(&name.local) => {}
            Kind::Start { name, .. } => {
                let is_text = matches!(name.namespace, Namespace::Word | Namespace::Drawing);
                if skipped > 0 {
                    skipped += 1;
                } else if is_text && name.local == "rPr" {
                    (properties, skipped) = (span.start, 1);
                } else if is_text && name.local == "r" {
                    outer.push(format);
                    format = 0;
                } else if is_text && name.local == "t" {
                    in_text = !in_reading;
                } else if is_text && name.local == "noBreakHyphen" {
                    out.push("\u{2011}".into());
                } else if is_text && matches!(name.local, "ruby" | "rubyBase" | "rubyPr" | "rt") {
                    in_reading = matches!(name.local, "rt" | "rubyPr") || (in_reading && name.local != "rubyBase");
                } else if !in_reading {
                    if is_text && name.local == "p" {
                        outer.push(format);
                    }
                    let attributes = scanner.attributes().iter();
                    let attributes: Vec<_> = attributes
                        .map(|attribute| {
                            format!("{}={}", attribute.qualified, unescape(&text[attribute.value.clone()]))
                        })
                        .collect();
                    out.push(format!("<{} {}", name.qualified, attributes.join(" ")));
                }
            }
            Kind::End { name } => {
                let is_text = matches!(name.namespace, Namespace::Word | Namespace::Drawing);
                if skipped > 0 {
                    skipped -= 1;
                    if skipped == 0 {
                        let vocabulary =
                            if name.namespace == Namespace::Word { Vocabulary::Word } else { Vocabulary::Drawing };
                        let span = Span { start: properties, end: span.end };
                        let (read, _) = formats.format(vocabulary, span).unwrap();
                        format = read.key;
                        looks.entry(format).or_insert_with(|| text[span.range()].to_owned());
                    }
                } else if is_text
                    && matches!(name.local, "r" | "t" | "noBreakHyphen" | "ruby" | "rubyBase" | "rubyPr" | "rt")
                {
                    in_text &= name.local != "t";
                    if name.local == "r" {
                        format = outer.pop().unwrap();
                    }
                    in_reading &= !matches!(name.local, "rt" | "rubyPr");
                } else if !in_reading {
                    if is_text && name.local == "p" {
                        format = outer.pop().unwrap();
                    }
                    out.push(format!("</{}", name.qualified));
                }
            }
            Kind::Text if in_text => {
                for character in unescape(&text[event.range]).chars() {
                    // White space takes the format of its neighbours.
                    let look = if character.is_whitespace() { 0 } else { format };
                    out.push(if look == 0 { character.to_string() } else { format!("{character} {look}") });
                }
            }
            Kind::Text if skipped == 0 && !in_reading => {
                let text = unescape(&text[event.range]);
                if !text.trim().is_empty() {
                    out.push(format!("text {text}"));
                }
            }
            Kind::CData => out.push(format!("cdata {}", &text[event.range])),
            Kind::Text | Kind::Other => {}
        }
    }
    // Format keys are numbered by first use, which depends on runs without text: number them by text.
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for line in &mut out {
        if let Some((character, key)) = line.split_once(' ')
            && character.chars().count() == 1
            && let Ok(key) = key.parse::<u32>()
        {
            let next = numbers.len();
            let number = numbers.entry(looks.get(&key).map_or(String::new(), |_| key.to_string())).or_insert(next);
            *line = format!("{character} {number}");
        }
    }
    out
}
