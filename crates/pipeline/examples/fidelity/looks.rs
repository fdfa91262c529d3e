//! How many characters of a part have which look: what a translation has to keep when it writes as many as there were.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Step, steps};

/// The looks of the characters of a part, if it is one with text; white space does not count.
pub(crate) fn looks(name: &str, content: &[u8]) -> Option<BTreeMap<String, isize>> {
    let read = match name {
        "content.xml" => of_open_document,
        _ if !name.ends_with(".xml") => return None,
        _ if name.starts_with("word/") => of_word,
        _ if name.starts_with("ppt/slides/") || name.starts_with("ppt/notesSlides/") => of_drawing,
        _ => return None,
    };
    Some(read(&steps(std::str::from_utf8(content).ok()?)?))
}

fn count(text: &str) -> isize {
    isize::try_from(text.chars().filter(|c| !c.is_whitespace()).count()).unwrap_or(isize::MAX)
}

/// Properties of a run that do not show, or that a filter rightly unites (languages, revisions, proofing).
const UNSEEN: [&str; 14] = [
    "bCs",
    "iCs",
    "szCs",
    "spacing",
    "kern",
    "w",
    "lang",
    "noProof",
    "rPrChange",
    "ins",
    "del",
    "moveFrom",
    "moveTo",
    "webHidden",
];

/// How many characters of a part of Word have which properties; white space does not count.
fn of_word(steps: &[Step]) -> BTreeMap<String, isize> {
    let mut out = BTreeMap::new();
    let mut stack: Vec<&str> = Vec::new();
    let mut properties = BTreeSet::new();
    for step in steps {
        match step {
            Step::Open(element, attributes) => {
                let of_run = stack.iter().rev().take(2).eq(["rPr", "r"].iter());
                if element == "r" {
                    properties = BTreeSet::new();
                } else if of_run && !UNSEEN.contains(&element.as_str()) {
                    // Fonts of scripts that the text may not have, and the colour that nobody chose.
                    let is_idle = |key: &str, value: &str| match element.as_str() {
                        "rFonts" => {
                            ["hint", "cs", "cstheme", "eastAsia", "eastAsiaTheme"].iter().any(|of| key.ends_with(of))
                        }
                        "color" => value == "auto",
                        _ => false,
                    };
                    let values = attributes.iter().filter(|(key, value)| !is_idle(key, value));
                    let values: Vec<_> = values.map(|(key, value)| format!("{key}={value}")).collect();
                    if !values.is_empty() || !["rFonts", "color"].contains(&element.as_str()) {
                        properties.insert(format!("{element} {}", values.join(" ")));
                    }
                }
                stack.push(element);
            }
            Step::Close => drop(stack.pop()),
            Step::Text(text) if stack.iter().rev().take(2).eq(["t", "r"].iter()) => {
                let look = properties.iter().map(String::as_str).collect::<Vec<_>>().join("; ");
                *out.entry(look).or_insert(0) += count(text);
            }
            Step::Text(_) => {}
        }
    }
    out
}

/// Attributes of a run of a drawing that do not show, or that a filter rightly unites.
const UNSEEN_IN_DRAWINGS: [&str; 11] =
    ["lang", "altLang", "dirty", "err", "smtClean", "smtId", "noProof", "bmk", "kern", "spc", "kumimoji"];

/// Runs of DrawingML (ECMA-376 part 1, 21.1.2.3.9).
fn of_drawing(steps: &[Step]) -> BTreeMap<String, isize> {
    let mut out = BTreeMap::new();
    let mut stack: Vec<&str> = Vec::new();
    let mut look: Vec<String> = Vec::new();
    for step in steps {
        match step {
            Step::Open(element, attributes) => {
                let of_run = stack.iter().rev().position(|name| *name == "rPr");
                let is_run = stack.last() == Some(&"r") && element == "rPr";
                // Fonts of other scripts, and what only editing sees.
                let is_idle =
                    stack.iter().chain([&element.as_str()]).any(|name| ["ea", "cs", "sym", "extLst"].contains(name));
                if element == "r" {
                    look.clear();
                } else if (is_run || of_run.is_some_and(|at| stack.iter().rev().nth(at + 1) == Some(&"r"))) && !is_idle
                {
                    let values = attributes.iter().filter(|(key, _)| !UNSEEN_IN_DRAWINGS.contains(&key.as_str()));
                    let values: Vec<_> = values.map(|(key, value)| format!("{key}={value}")).collect();
                    if !is_run || !values.is_empty() {
                        look.push(format!("{element} {}", values.join(" ")));
                    }
                }
                stack.push(element);
            }
            Step::Close => drop(stack.pop()),
            Step::Text(text) if stack.iter().rev().take(2).eq(["t", "r"].iter()) => {
                *out.entry(look.join("; ")).or_insert(0) += count(text);
            }
            Step::Text(_) => {}
        }
    }
    out
}

/// What a style of OpenDocument says that shows.
type Properties = BTreeMap<String, String>;

/// Text of OpenDocument by the automatic styles of its spans over that of its paragraph (part 3, 16.2).
fn of_open_document(steps: &[Step]) -> BTreeMap<String, isize> {
    let mut styles: BTreeMap<String, Properties> = BTreeMap::new();
    let mut style: Option<String> = None;
    let mut out = BTreeMap::new();
    // Of each open element what text in it looks like; `None` outside of paragraphs.
    let mut stack: Vec<Option<Properties>> = Vec::new();
    for step in steps {
        match step {
            Step::Open(element, attributes) => {
                let of = |key: &str| attributes.get(key).cloned();
                let mut look = stack.last().cloned().flatten();
                if element.ends_with("-style") {
                    style = None;
                }
                match element.as_str() {
                    "style" => {
                        style = of("style:name");
                        if let Some(name) = &style {
                            let parent =
                                of("style:parent-style-name").filter(|_| of("style:family") == Some("text".into()));
                            let own = styles.entry(name.clone()).or_default();
                            own.extend(parent.map(|parent| ("parent".to_owned(), parent)));
                        }
                    }
                    "text-properties" => {
                        if let Some(own) = style.as_ref().and_then(|name| styles.get_mut(name)) {
                            own.extend(
                                attributes
                                    .iter()
                                    .filter(|(key, _)| is_seen(key))
                                    .map(|(key, value)| (key.clone(), value.clone())),
                            );
                        }
                    }
                    "p" | "h" => look = Some(Properties::new()),
                    // Stories inside a paragraph begin anew with their own paragraphs.
                    "note" | "annotation" | "frame" => look = None,
                    _ => {}
                }
                if let Some(look) = look.as_mut().filter(|_| ["p", "h", "span"].contains(&element.as_str()))
                    && let Some(name) = of("text:style-name")
                {
                    match styles.get(&name) {
                        Some(own) => look.extend(own.clone()),
                        None if element == "span" => drop(look.insert("parent".into(), name)),
                        None => {}
                    }
                }
                stack.push(look);
            }
            Step::Close => drop(stack.pop()),
            Step::Text(text) => {
                if let Some(Some(look)) = stack.last() {
                    let look: Vec<_> = look.iter().map(|(key, value)| format!("{key}={value}")).collect();
                    *out.entry(look.join("; ")).or_insert(0) += count(text);
                }
            }
        }
    }
    out.retain(|_, count| *count != 0);
    out
}

/// Revisions, languages, spacing, and fonts of scripts that the text may not have make no difference.
fn is_seen(key: &str) -> bool {
    !["rsid", "language", "country", "script", "rfc-language", "letter-spacing", "kerning", "-asian", "-complex"]
        .iter()
        .any(|part| key.contains(part))
}
