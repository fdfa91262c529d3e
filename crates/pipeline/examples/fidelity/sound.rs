//! What makes an office document sound besides its text: parts that are declared, relationships that lead somewhere,
//! numbers that are used once, and properties in their order.

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

/// Elements whose children stand in an order (ECMA-376 part 1, 17.3.1.26, 17.3.2.28, 17.4.59, 17.6.17), and that order.
const ORDERS: [(&str, &[&str]); 4] = [
    (
        "rPr",
        &[
            "rStyle",
            "rFonts",
            "b",
            "bCs",
            "i",
            "iCs",
            "caps",
            "smallCaps",
            "strike",
            "dstrike",
            "outline",
            "shadow",
            "emboss",
            "imprint",
            "noProof",
            "snapToGrid",
            "vanish",
            "webHidden",
            "color",
            "spacing",
            "w",
            "kern",
            "position",
            "sz",
            "szCs",
            "highlight",
            "u",
            "effect",
            "bdr",
            "shd",
            "fitText",
            "vertAlign",
            "rtl",
            "cs",
            "em",
            "lang",
            "eastAsianLayout",
            "specVanish",
            "oMath",
            "rPrChange",
        ],
    ),
    (
        "pPr",
        &[
            "pStyle",
            "keepNext",
            "keepLines",
            "pageBreakBefore",
            "framePr",
            "widowControl",
            "numPr",
            "suppressLineNumbers",
            "pBdr",
            "shd",
            "tabs",
            "suppressAutoHyphens",
            "kinsoku",
            "wordWrap",
            "overflowPunct",
            "topLinePunct",
            "autoSpaceDE",
            "autoSpaceDN",
            "bidi",
            "adjustRightInd",
            "snapToGrid",
            "spacing",
            "ind",
            "contextualSpacing",
            "mirrorIndents",
            "suppressOverlap",
            "jc",
            "textDirection",
            "textAlignment",
            "textboxTightWrap",
            "outlineLvl",
            "divId",
            "cnfStyle",
            "rPr",
            "sectPr",
            "pPrChange",
        ],
    ),
    (
        "tblPr",
        &[
            "tblStyle",
            "tblpPr",
            "tblOverlap",
            "bidiVisual",
            "tblStyleRowBandSize",
            "tblStyleColBandSize",
            "tblW",
            "jc",
            "tblCellSpacing",
            "tblInd",
            "tblBorders",
            "shd",
            "tblLayout",
            "tblCellMar",
            "tblLook",
            "tblCaption",
            "tblDescription",
            "tblPrChange",
        ],
    ),
    (
        "sectPr",
        &[
            "headerReference",
            "footerReference",
            "footnotePr",
            "endnotePr",
            "type",
            "pgSz",
            "pgMar",
            "paperSrc",
            "pgBorders",
            "lnNumType",
            "pgNumType",
            "cols",
            "formProt",
            "vAlign",
            "noEndnote",
            "titlePg",
            "textDirection",
            "bidi",
            "rtlGutter",
            "docGrid",
            "printerSettings",
            "sectPrChange",
        ],
    ),
];

/// Pairs of properties that stand in the wrong order. Which, not how often: a run that is cut in two has them twice.
pub(crate) fn disorder(content: &[u8]) -> BTreeSet<(String, String)> {
    let mut wrong = BTreeSet::new();
    let Some(steps) = std::str::from_utf8(content).ok().and_then(steps) else { return wrong };
    // Of each open element its order, if it has one, and where in it the last child stood.
    let mut stack: Vec<Option<(&[&str], usize)>> = Vec::new();
    for step in &steps {
        match step {
            Step::Open(element, _) => {
                if let Some(Some((order, last))) = stack.last_mut()
                    && let Some(at) = order.iter().position(|name| name == element)
                {
                    // Headers and footers of a section are mixed.
                    if at.max(1) < *last {
                        wrong.insert((order[*last].to_owned(), element.clone()));
                    }
                    *last = at;
                }
                stack.push(ORDERS.iter().find(|(name, _)| name == element).map(|(_, order)| (*order, 0)));
            }
            Step::Close => drop(stack.pop()),
            Step::Text(_) => {}
        }
    }
    wrong
}
