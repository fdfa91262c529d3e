//! Readers that know the formats' specifications and nothing of the filters: what a document shows, and what it is made of.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A step through an XML part; prefixes are left out.
enum Step {
    Open(String, BTreeMap<String, String>),
    Close,
    Text(String),
}

/// The entries of a container by name.
pub(crate) fn entries(bytes: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut out = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).ok()?;
        let name = file.name().ok()?.to_string();
        let mut content = Vec::new();
        file.read_to_end(&mut content).ok()?;
        out.insert(name, content);
    }
    Some(out)
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

fn open(element: &BytesStart<'_>) -> Step {
    let attributes = element.attributes().flatten();
    let attributes = attributes.map(|attribute| (attribute.key.0.to_owned(), attribute.value.to_string()));
    Step::Open(local(element.name().0), attributes.collect())
}

fn steps(xml: &str) -> Option<Vec<Step>> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut out = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => out.push(open(&element)),
            Event::End(_) => out.push(Step::Close),
            Event::Text(text) => out.push(Step::Text(text.xml10_content().into_owned())),
            Event::CData(text) => out.push(Step::Text(text.xml10_content().into_owned())),
            Event::GeneralRef(reference) => {
                let named = match &*reference.xml10_content() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                // Another one parts no word, as an ampersand does not.
                out.push(Step::Text(named.unwrap_or('&').to_string()));
            }
            Event::Eof => return Some(out),
            _ => {}
        }
    }
}

/// Elements whose text is no text of the document: formulas, deleted text, instructions, readings, computed fields.
const SILENT: &[&str] = &[
    "oMath",
    "oMathPara",
    "del",
    "moveFrom",
    "delText",
    "instrText",
    "rPh",
    "fld",
    "tracked-changes",
    "ruby-text",
    "rt",
    "page-number",
    "page-count",
    "date",
    "time",
    "note-citation",
    "bookmark-ref",
    "reference-ref",
    "sequence",
    "bibliography-mark",
    "sequence-ref",
    "note-ref",
    "file-name",
    "sheet-name",
    "author-name",
    "author-initials",
    "chapter",
    "template-name",
    "number",
    "creator",
    "creator-initials",
    "date-string",
    "title-page",
    "hidden-text",
    "hidden-paragraph",
    "database-display",
    "expression",
    "variable-get",
    "variable-set",
    "user-field-get",
    "user-defined",
    "printed-by",
    "initial-creator",
    "modification-date",
    "modification-time",
    "creation-date",
    "creation-time",
    "editing-cycles",
    "editing-duration",
    "word-count",
    "page-continuation",
    "measure",
    "script",
    "table-formula",
    "user-index-mark",
    "print-date",
    "print-time",
    "page-variable-get",
    "dde-connection",
    "sender-firstname",
    "sender-lastname",
    "sender-company",
    "editing-time",
    "meta-field",
    "execute-macro",
];

/// Fields of Word whose results are prose (ECMA-376 part 1, 17.16.5); the others are computed anew.
const PROSE: &[&str] = &["HYPERLINK", "TOC", "FORMTEXT", "QUOTE", "TITLE", "SUBJECT", "FILLIN", "INCLUDETEXT"];

/// The texts that an office document shows: one for each paragraph or value, with the part it stands in.
pub(crate) fn shown(bytes: &[u8]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (name, content) in entries(bytes).unwrap_or_default() {
        let is_text = ["word/", "ppt/", "xl/"].iter().any(|folder| name.starts_with(folder)) && name.ends_with(".xml")
            || name == "content.xml"
            || name == "styles.xml";
        if !is_text || name.contains("glossary/") {
            continue;
        }
        let Some(steps) = std::str::from_utf8(&content).ok().and_then(steps) else { continue };
        part(&name, &steps, &mut out);
    }
    out
}

fn part(name: &str, steps: &[Step], out: &mut Vec<(String, String)>) {
    let Some(Step::Open(root, _)) = steps.iter().find(|step| matches!(step, Step::Open(..))) else { return };
    let is_odf = root.starts_with("document");
    let is_odf = is_odf && !name.starts_with("word/");
    let is_template = ["sldLayout", "sldMaster", "notesMaster", "handoutMaster"].contains(&root.as_str());
    if ["styles", "theme", "settings", "fonts", "webSettings", "tagLst", "presProps"].contains(&root.as_str()) {
        return;
    }
    let mut stack: Vec<(String, bool)> = Vec::new();
    let mut paragraphs: Vec<String> = Vec::new();
    // One entry for each field that is open: whether it is in its result, and what its instruction says.
    let mut fields: Vec<(bool, String)> = Vec::new();
    let mut is_hidden = false;
    let mut has_placeholder = false;
    for step in steps {
        match step {
            Step::Open(element, attributes) => {
                let value = |key: &str| attributes.iter().find(|(k, _)| local(k) == key).map(|(_, v)| v.as_str());
                let mut silent = stack.last().is_some_and(|(_, silent)| *silent);
                silent |= SILENT.contains(&element.as_str()) && !(element == "del" && is_odf);
                silent |= element == "fldSimple" && !is_prose(value("instr").unwrap_or_default());
                silent |= is_odf && element == "table-cell" && attributes.contains_key("table:formula");
                silent |= is_odf && value("placeholder") == Some("true");
                silent |= is_odf && value("display").is_some_and(|display| display == "none" || display == "condition");
                silent |= element == "tc" && (value("hMerge").is_some() || value("vMerge").is_some());
                match element.as_str() {
                    "sp" => has_placeholder = false,
                    "ph" => has_placeholder = true,
                    "fldChar" => match value("fldCharType") {
                        Some("begin") => fields.push((false, String::new())),
                        Some("separate") => fields.iter_mut().last().into_iter().for_each(|field| field.0 = true),
                        _ => drop(fields.pop()),
                    },
                    "r" => is_hidden = false,
                    "vanish" => is_hidden = !matches!(value("val"), Some("0" | "false" | "off")),
                    "p" | "h" | "si" | "is" | "text" => paragraphs.push(String::new()),
                    "br" | "tab" | "line-break" | "s" | "cr" => {
                        paragraphs.iter_mut().last().into_iter().for_each(|text| text.push(' '));
                    }
                    _ => {}
                }
                stack.push((element.clone(), silent));
            }
            Step::Text(text) => {
                let Some((element, silent)) = stack.last() else { continue };
                if element == "instrText" {
                    fields.iter_mut().last().into_iter().for_each(|field| field.1.push_str(text));
                }
                let in_cache = element == "v" && stack.iter().any(|(element, _)| element == "strCache");
                let is_text = if is_odf { !paragraphs.is_empty() } else { element == "t" || in_cache };
                let is_kept = fields.iter().any(|(result, instruction)| !*result || !is_prose(instruction));
                if *silent || !is_text || is_kept || is_hidden || is_template && has_placeholder {
                    continue;
                }
                match paragraphs.last_mut() {
                    Some(paragraph) => paragraph.push_str(text),
                    None => out.push((name.to_owned(), text.clone())),
                }
            }
            Step::Close => {
                let element = stack.pop().map(|(element, _)| element).unwrap_or_default();
                if ["p", "h", "si", "is", "text"].contains(&element.as_str())
                    && let Some(text) = paragraphs.pop()
                {
                    out.push((name.to_owned(), text));
                }
            }
        }
    }
}

fn is_prose(instruction: &str) -> bool {
    let word = instruction.split_whitespace().next().unwrap_or_default();
    PROSE.iter().any(|prose| word.eq_ignore_ascii_case(prose))
}

/// Elements that say how characters look or are spelled: a filter may merge, split and drop them.
const RUNS: &[&str] = &[
    "r",
    "t",
    "rPr",
    "span",
    "s",
    "lang",
    "proofErr",
    "smartTag",
    "smartTagPr",
    "softHyphen",
    "lastRenderedPageBreak",
    "rPh",
    "phoneticPr",
    "soft-page-break",
    "tab",
    "endParaRPr",
    "noBreakHyphen",
    "bookmarkStart",
    "bookmarkEnd",
    "ruby",
    "rt",
    "rubyBase",
    "rubyPr",
];

/// What a part is made of besides its text: how often each element with its attributes occurs.
pub(crate) fn structure(content: &[u8]) -> Option<BTreeMap<String, isize>> {
    let mut out = BTreeMap::new();
    let mut depth = 0_usize;
    for step in steps(std::str::from_utf8(content).ok()?)? {
        match step {
            Step::Open(element, attributes) => {
                let looks =
                    ["rPr", "smartTagPr", "rPh", "rt", "rubyPr", "endParaRPr", "ruby"].contains(&element.as_str());
                if depth > 0 || looks {
                    depth += 1;
                    continue;
                }
                if RUNS.contains(&element.as_str()) {
                    continue;
                }
                let kept = attributes.iter().filter(|(key, _)| !is_free(key));
                let kept: Vec<_> = kept.map(|(key, value)| format!("{key}={value}")).collect();
                *out.entry(format!("{element} {}", kept.join(" "))).or_insert(0) += 1;
            }
            Step::Close => depth = depth.saturating_sub(1),
            Step::Text(_) => {}
        }
    }
    Some(out)
}

/// Attributes that hold text, or the spelling of it.
fn is_free(key: &str) -> bool {
    let key = local(key);
    // Languages, in whatever attributes OpenDocument keeps them; and that a workbook must be computed anew.
    ["rsid", "language", "country", "script", "rfc-language", "key"].iter().any(|start| key.starts_with(start))
        || ["fullCalcOnLoad", "refreshOnLoad", "dataCaption", "rowHeaderCaption", "colHeaderCaption"]
            .contains(&key.as_str())
        || [
            "space",
            "descr",
            "title",
            "alt",
            "displayText",
            "lastValue",
            "prompt",
            "promptTitle",
            "error",
            "errorTitle",
            "tooltip",
            "name",
            "string-value",
            "label",
            "displayName",
            "value",
            "val",
            "v",
            "lang",
            "current-value",
            "style-name",
            "fontScale",
            "lnSpcReduction",
            "totalsRowLabel",
            "caption",
            "text",
            "c",
            "uniqueName",
            "condition",
            "string-value-if-true",
            "string-value-if-false",
        ]
        .contains(&key.as_str())
}
