//! A part as a reader sees it: two parts with one canonical form differ in nothing but how text is cut into spans.

use std::collections::HashMap;

use crate::Limits;
use crate::odf::styles::{Significance, Styles};
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};

/// A paragraph that is open: how it is formatted, and whether a space would be dropped.
struct Open {
    formats: Vec<String>,
    after_space: bool,
}

/// The elements with their attributes, and each letter with its format; one a line.
pub(super) fn canonical(part: &XmlPart, styles: &Styles) -> Vec<String> {
    let limits = Limits::default();
    let text = &part.text;
    let mut looks: HashMap<String, usize> = HashMap::new();
    let mut scanner = Scanner::new(text, &part.name, &limits);
    let mut out: Vec<String> = Vec::new();
    let mut paragraphs: Vec<Open> = Vec::new();
    let mut reading = 0;
    let letters = |out: &mut Vec<String>, paragraph: &Open, looks: &mut HashMap<String, usize>, text: &str| {
        for character in text.chars() {
            if character.is_whitespace() {
                out.push(format!("'{character}'"));
            } else {
                let count = looks.len();
                let look = *looks.entry(paragraph.formats.concat()).or_insert(count);
                out.push(format!("'{character}' {look}"));
            }
        }
    };
    while let Some(event) = scanner.next().unwrap() {
        match event.kind {
            Kind::Start { name, .. } if name.namespace == Namespace::OdfText && reading == 0 => match name.local {
                "span" => {
                    let style = scanner.value(Namespace::OdfText, "style-name").unwrap_or_default();
                    let (significance, _) = styles.significance(&style);
                    paragraphs.last_mut().unwrap().formats.push(match significance {
                        Significance::None => String::new(),
                        other => format!("{other:?}"),
                    });
                }
                "s" => {
                    let count = scanner.value(Namespace::OdfText, "c").map_or(1, |c| c.parse().unwrap());
                    let paragraph = paragraphs.last_mut().unwrap();
                    letters(&mut out, paragraph, &mut looks, &" ".repeat(count));
                    paragraph.after_space = false;
                }
                "soft-page-break" | "ruby" | "ruby-base" => {}
                "ruby-text" => reading = scanner.depth(),
                local => {
                    out.push(element(&scanner, text, name.qualified));
                    if matches!(local, "p" | "h") {
                        paragraphs.push(Open { formats: Vec::new(), after_space: true });
                    } else if let Some(paragraph) = paragraphs.last_mut()
                        && !["mark", "change"].iter().any(|mark| local.contains(mark))
                    {
                        paragraph.after_space = false;
                    }
                }
            },
            Kind::Start { name, .. } if reading == 0 => {
                out.push(element(&scanner, text, name.qualified));
                if let Some(paragraph) = paragraphs.last_mut() {
                    paragraph.after_space = false;
                }
            }
            Kind::End { name } if name.namespace == Namespace::OdfText => match name.local {
                _ if reading > 0 => {
                    if reading == scanner.depth() + 1 {
                        reading = 0;
                    }
                }
                "span" => drop(paragraphs.last_mut().unwrap().formats.pop()),
                "s" | "soft-page-break" | "ruby" | "ruby-base" => {}
                local => {
                    out.push(format!("</{}", name.qualified));
                    if matches!(local, "p" | "h") {
                        paragraphs.pop();
                    }
                }
            },
            Kind::End { name } if reading == 0 => out.push(format!("</{}", name.qualified)),
            Kind::Text if reading == 0 => {
                let characters = unescape(&text[event.range]);
                match paragraphs.last_mut() {
                    Some(paragraph) => {
                        let mut folded = String::new();
                        for character in characters.chars() {
                            let is_space = character.is_ascii_whitespace();
                            if !is_space {
                                folded.push(character);
                            } else if !paragraph.after_space {
                                folded.push(' ');
                            }
                            paragraph.after_space = is_space;
                        }
                        letters(&mut out, paragraph, &mut looks, &folded);
                    }
                    None => out.extend(characters.split_ascii_whitespace().map(str::to_owned)),
                }
            }
            _ => {}
        }
    }
    out
}

fn element(scanner: &Scanner<'_>, text: &str, qualified: &str) -> String {
    let attributes = scanner.attributes().iter();
    let attributes: Vec<_> = attributes
        .map(|attribute| format!("{}={}", attribute.qualified, unescape(&text[attribute.value.clone()])))
        .collect();
    format!("<{qualified} {}", attributes.join(" "))
}
