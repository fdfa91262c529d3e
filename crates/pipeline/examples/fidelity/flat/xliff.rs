//! What the units of an XLIFF file say that waited for a translation: in the target, or in the source if there is none.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Seen;

/// A `trans-unit`, or a `segment` of version 2.
#[derive(Default)]
struct Unit {
    source: String,
    target: String,
    state: Option<String>,
    is_kept: bool,
}

impl Unit {
    fn is_waiting(&self) -> bool {
        let is_work = |state: &str| state.starts_with("needs-") || state == "new" || state == "initial";
        let is_open = self.target.trim().is_empty() || self.target == self.source;
        !self.is_kept && (is_open || self.state.as_deref().is_some_and(is_work))
    }
}

pub(super) fn read(xml: &str, original: &str, seen: &mut Seen) {
    for (unit, before) in units(xml, seen).into_iter().zip(units(original, &mut Seen::default())) {
        if before.is_waiting() {
            seen.texts.push(if unit.target.trim().is_empty() { unit.source } else { unit.target });
        }
    }
}

fn value(element: &BytesStart<'_>, key: &str) -> Option<String> {
    element.attributes().flatten().find(|attribute| attribute.key.0 == key).map(|attribute| attribute.value.to_string())
}

fn units(xml: &str, seen: &mut Seen) -> Vec<Unit> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut out: Vec<Unit> = Vec::new();
    // The elements that are open, and whether what is in each is no text.
    let mut stack: Vec<(String, bool)> = Vec::new();
    // `translate` of each element that is open.
    let mut kept = vec![false];
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) => {
                let name = element.name().0.to_owned();
                let mut silent = stack.last().is_some_and(|(_, silent)| *silent);
                let translate = value(&element, "translate");
                let is_kept = translate.map_or(kept.last() == Some(&true), |translate| translate == "no");
                match name.as_str() {
                    "trans-unit" | "segment" => out.push(Unit {
                        is_kept: is_kept || value(&element, "approved").as_deref() == Some("yes"),
                        state: value(&element, "state"),
                        ..Unit::default()
                    }),
                    "target" if !stack.iter().any(|(name, _)| name == "alt-trans") => {
                        let state = value(&element, "state");
                        out.last_mut().into_iter().for_each(|unit| unit.state = state.clone().or(unit.state.take()));
                    }
                    "alt-trans" | "note" | "notes" | "seg-source" | "ph" | "bpt" | "ept" | "it" | "context"
                    | "bin-source" | "skeleton" | "ignorable" => silent = true,
                    "sub" => silent = false,
                    "mrk" => silent |= is_kept || value(&element, "mtype").as_deref() == Some("protected"),
                    _ => {}
                }
                if ![
                    "target", "mrk", "g", "x", "ph", "pc", "bpt", "ept", "it", "bx", "ex", "sc", "ec", "sub", "cp",
                    "sm", "em",
                ]
                .contains(&name.as_str())
                {
                    seen.element(name.clone());
                }
                stack.push((name, silent));
                kept.push(is_kept);
            }
            Event::End(_) => {
                stack.pop();
                kept.pop();
            }
            Event::Text(text) => add(&stack, &text.xml10_content(), &mut out),
            Event::CData(text) => add(&stack, &text.xml10_content(), &mut out),
            // Which character it is does not matter to a count of words, except that it parts none.
            Event::GeneralRef(_) => add(&stack, "&", &mut out),
            Event::Eof => break,
            _ => {}
        }
    }
    out
}

fn add(stack: &[(String, bool)], text: &str, units: &mut [Unit]) {
    let Some((_, false)) = stack.last() else { return };
    let Some(unit) = units.last_mut() else { return };
    match stack.iter().rev().find(|(name, _)| name == "source" || name == "target") {
        Some((name, _)) if name == "source" => unit.source.push_str(text),
        Some(_) => unit.target.push_str(text),
        None => {}
    }
}
