//! What makes an office document sound besides its text: parts that are declared, relationships that lead somewhere,
//! numbers that are used once, and what the characters of a paragraph look like.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{Step, steps};

type Entries = BTreeMap<String, Vec<u8>>;

/// Everything that is wrong with a package by the rules of Open Packaging (ECMA-376 part 2) and of Word's numbers.
pub(crate) fn problems(entries: &Entries) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    if let Some(types) = opened(entries, "[Content_Types].xml") {
        let values = |element: &str, key: &str| -> BTreeSet<String> {
            let of = types.iter().filter(|(name, _)| name == element);
            of.filter_map(|(_, attributes)| Some(attributes.get(key)?.to_lowercase())).collect()
        };
        let (defaults, overrides) = (values("Default", "Extension"), values("Override", "PartName"));
        for name in entries.keys().filter(|name| !name.ends_with('/') && *name != "[Content_Types].xml") {
            let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
            if !defaults.contains(&extension) && !overrides.contains(&format!("/{}", name.to_lowercase())) {
                out.insert(format!("{name} has no content type"));
            }
        }
    }
    for name in entries.keys() {
        if let Some((folder, part)) = name.rsplit_once("_rels/").filter(|_| name.ends_with(".rels")) {
            let relations = opened(entries, name).unwrap_or_default();
            for (_, relation) in relations.iter().filter(|(_, relation)| relation.contains_key("Target")) {
                let target = &relation["Target"];
                let is_outside = relation.get("TargetMode").is_some_and(|mode| mode == "External");
                if !is_outside && !entries.contains_key(&resolve(folder, target)) {
                    out.insert(format!("{folder}{part}: {target} leads nowhere"));
                }
            }
        }
        if name.starts_with("word/") && name.ends_with(".xml") {
            let mut seen = BTreeMap::new();
            for (element, attributes) in opened(entries, name).unwrap_or_default() {
                let id = match element.as_str() {
                    "docPr" => attributes.get("id"),
                    "bookmarkStart" | "commentRangeStart" | "footnoteReference" | "endnoteReference" => {
                        attributes.get("w:id")
                    }
                    _ => None,
                };
                if let Some(id) = id {
                    *seen.entry(format!("{element} {id}")).or_insert(0) += 1;
                }
            }
            out.extend(
                seen.iter().filter(|(_, count)| **count > 1).map(|(id, count)| format!("{name}: {id} ×{count}")),
            );
        }
    }
    out
}

fn opened(entries: &Entries, name: &str) -> Option<Vec<(String, BTreeMap<String, String>)>> {
    let steps = steps(std::str::from_utf8(entries.get(name)?).ok()?)?;
    let opened = steps.into_iter().filter_map(|step| match step {
        Step::Open(element, attributes) => Some((element, attributes)),
        _ => None,
    });
    Some(opened.collect())
}

fn resolve(folder: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let (start, rest) = target.strip_prefix('/').map_or((folder, target), |rest| ("", rest));
    let mut path: Vec<&str> = start.split('/').filter(|step| !step.is_empty()).collect();
    for step in rest.split('/') {
        match step {
            ".." => drop(path.pop()),
            "." | "" => {}
            step => path.push(step),
        }
    }
    path.join("/")
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
pub(crate) fn looks(content: &[u8]) -> Option<BTreeMap<String, isize>> {
    let steps = steps(std::str::from_utf8(content).ok()?)?;
    let mut out = BTreeMap::new();
    let mut stack: Vec<&str> = Vec::new();
    let mut properties = BTreeSet::new();
    for step in &steps {
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
                let count = text.chars().filter(|c| !c.is_whitespace()).count();
                let look = properties.iter().map(String::as_str).collect::<Vec<_>>().join("; ");
                *out.entry(look).or_insert(0) += isize::try_from(count).unwrap_or(isize::MAX);
            }
            Step::Text(_) => {}
        }
    }
    Some(out)
}

/// Pairs of properties of a run that stand in the wrong order (ECMA-376 part 1, 17.3.2.28).
pub(crate) fn disorder(content: &[u8]) -> usize {
    const ORDER: [&str; 20] = [
        "rStyle",
        "rFonts",
        "b",
        "bCs",
        "i",
        "iCs",
        "caps",
        "smallCaps",
        "strike",
        "vanish",
        "color",
        "spacing",
        "w",
        "kern",
        "position",
        "sz",
        "szCs",
        "highlight",
        "u",
        "lang",
    ];
    let Some(steps) = std::str::from_utf8(content).ok().and_then(steps) else { return 0 };
    let (mut wrong, mut last, mut depth) = (0, 0, 0_usize);
    for step in &steps {
        match step {
            Step::Open(element, _) if depth > 0 => {
                depth += 1;
                if let Some(at) = ORDER.iter().position(|name| name == element).filter(|_| depth == 2) {
                    wrong += usize::from(at < last);
                    last = at;
                }
            }
            Step::Open(element, _) if element == "rPr" => (depth, last) = (1, 0),
            Step::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    wrong
}
