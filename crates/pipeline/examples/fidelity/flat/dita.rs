//! What topics and maps of DITA say, by the elements of DITA 1.3 whose words are none for readers.

use super::super::read::{Step, steps};

use super::Seen;

const SILENT: &[&str] = &[
    "codeblock",
    "codeph",
    "screen",
    "msgblock",
    "msgph",
    "msgnum",
    "filepath",
    "cmdname",
    "apiname",
    "varname",
    "systemoutput",
    "userinput",
    "option",
    "parmname",
    "syntaxdiagram",
    "synph",
    "foreign",
    "unknown",
    "data",
    "data-about",
    "draft-comment",
    "required-cleanup",
    "author",
    "source",
    "publisher",
    "copyright",
    "critdates",
    "permissions",
    "audience",
    "category",
    "prodinfo",
    "resourceid",
    "bookid",
    "bookrights",
    "bookchangehistory",
    "shape",
    "coords",
    "publisherinformation",
    "xmlelement",
    "xmlatt",
    "equation-inline",
    "equation-block",
    "markupname",
    "svg-container",
];

/// Elements in a line of text: what stands beside them is of one word with it.
const INLINE: &[&str] = &[
    "b",
    "i",
    "u",
    "tt",
    "sub",
    "sup",
    "ph",
    "term",
    "q",
    "cite",
    "xref",
    "keyword",
    "uicontrol",
    "menucascade",
    "wintitle",
    "shortcut",
    "text",
    "tm",
    "line-through",
    "overline",
    "strong",
    "em",
];

/// Elements with a title in an attribute.
const TITLED: &[&str] = &["map", "reltable"];

const TEXTS: &[&str] = &["navtitle", "alt", "spectitle", "searchtitle", "reftitle", "standby"];

pub(super) fn read(xml: &str, seen: &mut Seen) {
    let (mut open, mut text) = (Vec::new(), String::new());
    for step in steps(xml).unwrap_or_default() {
        match step {
            Step::Open(name, attributes) => {
                let is_inline = INLINE.contains(&name.as_str());
                let outer = open.last().is_some_and(|(_, is_silent)| *is_silent);
                let wish = attributes.get("translate").map(String::as_str);
                let is_silent = (outer && wish != Some("yes")) || wish == Some("no") || SILENT.contains(&name.as_str());
                let (texts, kept): (Vec<_>, Vec<_>) = attributes.into_iter().partition(|(key, _)| {
                    TEXTS.contains(&key.as_str()) || (key == "title" && TITLED.contains(&name.as_str()))
                });
                if !is_inline {
                    seen.end(&mut text);
                }
                let kept = kept
                    .into_iter()
                    .filter(|(key, _)| key != "xml:lang" && !(key == "title" && TITLED.contains(&name.as_str())));
                let kept: Vec<_> = kept.map(|(key, value)| format!("{key}={value}")).collect();
                // Looks may be split over several ranges.
                if !["b", "i", "u", "tt", "sub", "sup"].contains(&name.as_str()) {
                    seen.element(format!("{name} {}", kept.join(" ")));
                }
                if !is_silent {
                    seen.texts.extend(texts.into_iter().map(|(_, value)| value));
                }
                open.push((is_inline, is_silent));
            }
            Step::Close => {
                if let Some((false, _)) = open.pop() {
                    seen.end(&mut text);
                }
            }
            Step::Text(words) => {
                if open.last().is_some_and(|(_, is_silent)| !*is_silent) {
                    text.push_str(&words);
                } else {
                    // It is no word, and parts some.
                    text.push(' ');
                }
            }
        }
    }
    seen.end(&mut text);
}
