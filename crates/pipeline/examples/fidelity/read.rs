//! Readers that know the formats' specifications and nothing of the filters: what a document shows, and what it is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A step through an XML part; prefixes are left out.
pub(crate) enum Step {
    Open(String, BTreeMap<String, String>),
    Close,
    Text(String),
}

/// The entries of a container by name. A flat file of OpenDocument is one part, one of Open Packaging has its parts inside.
pub(crate) fn entries(bytes: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]);
    if start.contains("<office:document ") {
        return Some(BTreeMap::from([("content.xml".to_owned(), bytes.to_vec())]));
    }
    if start.contains("<pkg:package") {
        return Some(flat_parts(std::str::from_utf8(bytes).ok()?));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut out = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).ok()?;
        let name = file.name().ok()?.to_string();
        let mut content = Vec::new();
        // Some programs write empty entries that are not compressed as they say.
        if file.read_to_end(&mut content).is_err() && file.size() > 0 {
            return None;
        }
        out.insert(name, content);
    }
    Some(out)
}

/// The parts of a package in one file that are XML.
fn flat_parts(text: &str) -> BTreeMap<String, Vec<u8>> {
    let parts = text.split("<pkg:part ").skip(1).filter_map(|part| {
        let name = part.split_once("pkg:name=\"/")?.1.split_once('"')?.0;
        let content = part.split_once("<pkg:xmlData>")?.1.rsplit_once("</pkg:xmlData>")?.0;
        Some((name.to_owned(), content.as_bytes().to_vec()))
    });
    parts.collect()
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

fn open(element: &BytesStart<'_>) -> Step {
    let attributes = element.attributes().flatten();
    let attributes = attributes.map(|attribute| (attribute.key.0.to_owned(), value(&attribute.value)));
    Step::Open(local(element.name().0), attributes.collect())
}

/// The value of an attribute, however it is spelled: white space is a space.
fn value(spelled: &str) -> String {
    const REFERENCES: [(&str, &str); 8] = [
        ("&apos;", "'"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#xA;", " "),
        ("&#10;", " "),
        ("&#9;", " "),
        ("&amp;", "&"),
    ];
    let mut value = spelled.replace(['\t', '\n', '\r'], " ");
    for (reference, character) in REFERENCES.into_iter().filter(|_| spelled.contains('&')) {
        value = value.replace(reference, character);
    }
    value
}

/// All steps through a part; `None` if it is not well-formed.
pub(crate) fn steps(xml: &str) -> Option<Vec<Step>> {
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
    let entries = entries(bytes).unwrap_or_default();
    let unseen = unseen_strings(&entries);
    for (name, content) in entries {
        let is_text = ["word/", "ppt/", "xl/"].iter().any(|folder| name.starts_with(folder)) && name.ends_with(".xml")
            || name == "content.xml"
            || name == "styles.xml";
        if !is_text || name.contains("glossary/") {
            continue;
        }
        let Some(steps) = std::str::from_utf8(&content).ok().and_then(steps) else { continue };
        let start = out.len();
        part(&name, &steps, &mut out);
        if name.ends_with("sharedStrings.xml") {
            let mut number = 0..;
            out.retain(|(part, _)| *part != name || !number.next().is_some_and(|n| unseen.contains(&n)));
        }
        if name.contains("comments") {
            let authors = authors(&steps);
            for (_, text) in &mut out[start..] {
                let author = authors.iter().find(|author| text.starts_with(&format!("{author}:")));
                *text = author.map_or_else(|| text.clone(), |author| text[author.len()..].to_owned());
            }
        }
    }
    out
}

/// Shared strings that no cell shows which somebody sees: only cells of hidden sheets, rows and columns have them.
fn unseen_strings(entries: &BTreeMap<String, Vec<u8>>) -> BTreeSet<usize> {
    let steps_of = |name: &str| entries.get(name).and_then(|xml| steps(std::str::from_utf8(xml).ok()?));
    let attributes = |steps: Option<Vec<Step>>, element: &str| -> Vec<BTreeMap<String, String>> {
        let all = steps.into_iter().flatten();
        all.filter_map(|step| match step {
            Step::Open(name, attributes) if name == element => Some(attributes),
            _ => None,
        })
        .collect()
    };
    let relations = attributes(steps_of("xl/_rels/workbook.xml.rels"), "Relationship");
    let sheets = attributes(steps_of("xl/workbook.xml"), "sheet");
    let (mut seen, mut unseen) = (BTreeSet::new(), BTreeSet::new());
    for sheet in sheets {
        let id = sheet.iter().find(|(key, _)| key.ends_with(":id")).map(|(_, id)| id);
        let relation = relations.iter().find(|relation| relation.get("Id") == id);
        let Some(target) = relation.and_then(|relation| relation.get("Target")) else { continue };
        let name = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let is_hidden = sheet.get("state").is_some_and(|state| state != "visible");
        cells(&steps_of(&name).unwrap_or_default(), is_hidden, &mut seen, &mut unseen);
    }
    unseen.difference(&seen).copied().collect()
}

/// Sorts the shared strings of a sheet by whether somebody sees them. Folded groups and filtered rows count as seen.
fn cells(steps: &[Step], is_hidden: bool, seen: &mut BTreeSet<usize>, unseen: &mut BTreeSet<usize>) {
    let has = |name: &str| steps.iter().any(|step| matches!(step, Step::Open(element, _) if element == name));
    let is_filtered = has("autoFilter");
    let hidden = |of: &BTreeMap<String, String>| {
        of.get("hidden").is_some_and(|is| is == "1" || is == "true") && !of.contains_key("outlineLevel")
    };
    let mut columns = Vec::new();
    let (mut row_hidden, mut column, mut is_string, mut in_value) = (false, 0, false, false);
    for step in steps {
        in_value = match step {
            Step::Open(element, of) => {
                let number = |key: &str| of.get(key).and_then(|number| number.parse::<usize>().ok()).unwrap_or(0);
                match element.as_str() {
                    "col" if hidden(of) => columns.push(number("min")..=number("max")),
                    "row" => (row_hidden, column) = (hidden(of) && !is_filtered, 0),
                    "c" => {
                        let name = of.get("r").map(|r| r.bytes().filter(u8::is_ascii_uppercase));
                        let place = name.map(|name| name.fold(0, |sum, byte| sum * 26 + usize::from(byte - b'A') + 1));
                        column = place.unwrap_or(column + 1);
                        is_string = of.get("t").is_some_and(|kind| kind == "s");
                    }
                    _ => {}
                }
                element == "v"
            }
            Step::Text(text) if in_value && is_string => {
                let is_unseen = is_hidden || row_hidden || columns.iter().any(|range| range.contains(&column));
                let set = if is_unseen { &mut *unseen } else { &mut *seen };
                set.extend(text.parse::<usize>());
                in_value
            }
            _ => false,
        };
    }
}

/// Who wrote the notes of a workbook: their names stand at the beginning of the notes.
fn authors(steps: &[Step]) -> Vec<&str> {
    let pairs = steps.windows(2).filter_map(|pair| match pair {
        [Step::Open(element, _), Step::Text(text)] if element == "author" => Some(text.as_str()),
        _ => None,
    });
    pairs.filter(|author| !author.is_empty()).collect()
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
    let mut row_groups = 0;
    let hidden_tables = hidden_tables(steps);
    let is_filtered = steps.iter().any(|step| matches!(step, Step::Open(name, _) if name == "filter"));
    for step in steps {
        match step {
            Step::Open(element, attributes) => {
                let value = |key: &str| attributes.iter().find(|(k, _)| local(k) == key).map(|(_, v)| v.as_str());
                let mut silent = stack.last().is_some_and(|(_, silent)| *silent);
                silent |= SILENT.contains(&element.as_str()) && !(element == "del" && is_odf);
                silent |= element == "fldSimple" && !is_prose(value("instr").unwrap_or_default());
                silent |= is_odf && element.ends_with("table-cell") && is_computed(attributes);
                silent |=
                    is_odf && element == "table" && value("style-name").is_some_and(|s| hidden_tables.contains(s));
                let is_collapsed = element == "table-row" && value("visibility") == Some("collapse");
                silent |= is_odf && is_collapsed && row_groups == 0 && !is_filtered;
                row_groups += usize::from(element == "table-row-group");
                // Prompts of placeholders on masters are never shown on a slide.
                let class = attributes.get("presentation:class").map(String::as_str);
                let prompts = ["title", "outline", "subtitle", "text", "notes"];
                silent |= is_odf && name == "styles.xml" && class.is_some_and(|class| prompts.contains(&class));
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
                    _ if is_paragraph(element, is_odf) => paragraphs.push(String::new()),
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
                row_groups -= usize::from(element == "table-row-group");
                if is_paragraph(&element, is_odf)
                    && let Some(text) = paragraphs.pop()
                {
                    out.push((name.to_owned(), text));
                }
            }
        }
    }
}

/// Whether the element holds a paragraph or the whole of a cell's or comment's text.
fn is_paragraph(element: &str, is_odf: bool) -> bool {
    if is_odf { ["p", "h"].contains(&element) } else { ["p", "si", "is", "text"].contains(&element) }
}

/// Styles of tables that are not shown.
fn hidden_tables(steps: &[Step]) -> BTreeSet<String> {
    let mut style = String::new();
    let mut out = BTreeSet::new();
    for step in steps {
        let Step::Open(element, attributes) = step else { continue };
        match element.as_str() {
            "style" => style = attributes.get("style:name").cloned().unwrap_or_default(),
            "table-properties" if attributes.get("table:display").is_some_and(|is| is == "false") => {
                out.insert(style.clone());
            }
            _ => {}
        }
    }
    out
}

/// A cell that shows a number, a date or the result of a formula.
fn is_computed(attributes: &BTreeMap<String, String>) -> bool {
    let of = |key: &str| attributes.get(key).map(String::as_str);
    of("table:formula").is_some() || of("office:value-type").is_some_and(|kind| kind != "string")
}

fn is_prose(instruction: &str) -> bool {
    let word = instruction.split_whitespace().next().unwrap_or_default();
    PROSE.iter().any(|prose| word.eq_ignore_ascii_case(prose))
}

/// How many borders between runs stand inside the paragraphs of an office document: each would be a tag if nothing were
/// united. Of OpenDocument, its spans.
pub(crate) fn borders(bytes: &[u8]) -> usize {
    let mut borders = 0;
    for (name, content) in entries(bytes).unwrap_or_default() {
        let is_text = ["word/", "ppt/slides/", "ppt/notesSlides/", "xl/"].iter().any(|folder| name.starts_with(folder));
        if !(is_text && name.ends_with(".xml") || name == "content.xml" || name == "styles.xml") {
            continue;
        }
        // Runs with text of each paragraph that is open.
        let mut paragraphs: Vec<usize> = Vec::new();
        let mut stack = Vec::new();
        for step in std::str::from_utf8(&content).ok().and_then(steps).unwrap_or_default() {
            match step {
                Step::Open(element, _) => {
                    match element.as_str() {
                        "p" | "si" | "h" => paragraphs.push(0),
                        "span" => borders += usize::from(!paragraphs.is_empty()),
                        "t" if stack.last().is_some_and(|above| above == "r") => {
                            paragraphs.iter_mut().last().into_iter().for_each(|runs| *runs += 1);
                        }
                        _ => {}
                    }
                    stack.push(element);
                }
                Step::Close => {
                    if stack.pop().is_some_and(|element| ["p", "si", "h"].contains(&element.as_str())) {
                        borders += paragraphs.pop().unwrap_or(0).saturating_sub(1);
                    }
                }
                Step::Text(_) => {}
            }
        }
    }
    borders
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

/// What a part is made of besides its text: each element with its attributes, in order.
pub(crate) fn structure(content: &[u8]) -> Option<Vec<String>> {
    let mut out = Vec::new();
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
                out.push(format!("{element} {}", kept.join(" ")));
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
        || [
            "fullCalcOnLoad",
            "refreshOnLoad",
            "dataCaption",
            "rowHeaderCaption",
            "colHeaderCaption",
            "subtotalCaption",
            "n",
        ]
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
            "display",
            "display-text",
            "startIndex",
            "name",
            "string-value",
            "string",
            "label",
            "label-string",
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
            "altText",
            "altTextSummary",
            "num-prefix",
            "num-suffix",
            "num-list-format",
            "description",
            // Of scenarios.
            "comment",
            // They name cells, which are translated.
            "source-field-name",
            "selected-page",
        ]
        .contains(&key.as_str())
}
