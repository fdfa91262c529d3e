//! Spreadsheets: Office Open XML workbooks, transitional and strict (ECMA-376, `formats.md` B.3).
//!
//! A segment is a string of cells, however many cells have it. All parts are read first: what is written in several
//! places (cells, tables, filters, pivot tables, charts) is decided about once, by `texts`, and then each place waits
//! no longer (`pending`) and becomes a slot. Nothing but slots is written.

mod book;
mod captions;
mod choices;
mod escapes;
mod fields;
mod formulas;
mod gate;
mod header;
mod notes;
mod originals;
mod parts;
mod pending;
mod rich;
mod sheet;
mod sheet_names;
mod skeleton;
mod slot;
mod tags;
mod texts;
mod units;

pub(crate) use self::sheet_names::{Names as NewNames, SheetNames, behind_quote, escaped};

use std::collections::{HashMap, HashSet};

use terjuman_model::{Place, Segment};

use self::book::Visibility;
use self::choices::Lists;
use self::fields::FieldsOf;
use self::formulas::FormulaWords;
use self::notes::Threads;
use self::originals::Originals;
use self::pending::{Names, Pending, Resolver, What};
use self::rich::RichString;
use self::skeleton::{Drawn, Own, SlotPart, XlsxSkeleton};
use self::slot::Slot;
use self::texts::{Fate, Texts};
use self::units::{Unit, Units};
use crate::docx::OfficePart;
use crate::package::{Package, kept_entries, without_signatures};
use crate::runs::Span;
use crate::sources::Sources;
use crate::wording::has_words;
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{Extracted, FormatError, Limits, Options, Reason, Untranslated, Warning, WarningKind};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let mut warnings = Vec::new();
    let (segments, skeleton) = take_apart(bytes, options, limits, &mut warnings)?;
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings })
}

/// A part whose places wait.
struct Waiting {
    name: String,
    pending: Vec<Pending>,
    views: Vec<Span>,
    cache: Option<Span>,
    /// Which group of names it has: a table's own, or that of all pivot tables.
    names: Option<Group>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Table,
    Pivot,
}

fn take_apart(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<Segment>, XlsxSkeleton), FormatError> {
    if bytes.is_empty() {
        return Err(FormatError::Empty);
    }
    let mut package = Package::open(bytes, limits)?;
    let (mut words, mut texts) = (FormulaWords::default(), Texts::default());
    let parts = parts::find(&mut package, &mut words, limits)?;
    let read = |package: &mut Package, name: &str| XmlPart::decode(name, package.require(name)?);
    let is_shown = |visibility: Visibility| match visibility {
        Visibility::Visible => true,
        Visibility::Hidden => options.hidden_text,
        Visibility::VeryHidden => false,
    };

    // What is written where.
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut strings = Vec::new();
    if let Some(name) = &parts.strings {
        let part = read(&mut package, name)?;
        let pending = shared_strings(&part, &mut texts, limits)?;
        strings = pending.iter().map(|(_, number)| *number).collect();
        let pending = pending.into_iter().map(|(span, number)| Pending { span, what: What::Cell(number) }).collect();
        waiting.push(Waiting { name: part.name, pending, views: Vec::new(), cache: None, names: None });
    }
    let mut untranslated = Untranslated::default();
    let mut recalculates = false;
    let mut lists = Lists::default();
    for entry in &parts.sheets {
        let part = read(&mut package, &entry.part)?;
        let mut around = sheet::Surroundings {
            strings: &strings,
            texts: &mut texts,
            words: &mut words,
            limits,
            is_shown: is_shown(entry.visibility),
            hidden_text: options.hidden_text,
            comments: options.comments,
        };
        let mut found = sheet::read(&part, &mut around)?;
        untranslated.append(std::mem::take(&mut found.untranslated), &part.name);
        lists.add(&entry.name, &mut found);
        recalculates |= found.has_text_results;
        waiting.push(Waiting { name: part.name, pending: found.pending, views: found.views, cache: None, names: None });
    }
    drop(strings);
    let (mut names, mut kept, mut columns) = (Vec::new(), Vec::new(), HashMap::new());
    for (name, kind) in parts.sheets.iter().flat_map(|sheet| &sheet.fields).chain(&parts.fields) {
        let part = read(&mut package, name)?;
        let fields = fields::read(&part, *kind, &mut words, options, limits)?;
        if matches!(kind, FieldsOf::Table { .. }) {
            for name in &fields.names {
                // Two names that formulas cannot tell apart stay.
                let known = columns.entry(name.to_lowercase()).or_insert_with(|| name.clone());
                if known != name {
                    kept.extend([known.clone(), name.clone()]);
                }
            }
        }
        names.extend(fields.names);
        kept.extend(fields.kept);
        let group = match kind {
            FieldsOf::Table { .. } => Some(Group::Table),
            FieldsOf::PivotCache | FieldsOf::PivotTable => Some(Group::Pivot),
            _ => None,
        };
        let (pending, cache) = (fields.pending, fields.cache);
        waiting.push(Waiting { name: part.name, pending, views: Vec::new(), cache, names: group });
    }

    // What is translated.
    if words.is_indirect {
        let sheets = parts.contents.sheets.iter().map(|sheet| &sheet.name);
        sheets.chain(&parts.contents.names).for_each(|name| words.add_literal(name));
    }
    lists.settle(&parts.contents, &mut words, &mut texts);
    kept.iter().for_each(|name| texts.keep(name));
    for name in &names {
        texts.keep_if_ambiguous(name);
        if words.names_column(name) {
            texts.keep(name);
        }
    }
    texts.decide(&words);
    texts.leave(&mut untranslated);

    // Where it goes.
    let mut units = Units::new(limits);
    let mut sheets = SheetNames::default();
    for entry in &parts.contents.sheets {
        let is_free = options.sheet_names && !words.is_indirect && !parts.has_macros;
        let is_text = has_words(&entry.name) && is_shown(entry.visibility);
        let segment = if is_text && is_free { Some(units.plain(&entry.name)?) } else { None };
        if is_text && !is_free {
            let reason = if options.sheet_names { Reason::Referenced } else { Reason::SheetNamesOff };
            untranslated.add(reason, &parts.book.name, 0);
        }
        sheets.sheets.push((entry.name.clone(), segment));
    }
    let mut slot_parts = Vec::new();
    let mut all_names = Vec::new();
    let mut pivots = Names::default();
    for Waiting { name, pending, views, cache, names } in waiting {
        let mut own = Names::default();
        let group = if names == Some(Group::Pivot) { &mut pivots } else { &mut own };
        let mut resolver = Resolver { texts: &mut texts, units: &mut units, names: group, columns: &columns, limits };
        let is_bare = pending.is_empty() && views.is_empty();
        let part = if is_bare { None } else { Some(package.again(&name)?) };
        let text = part.as_ref().map_or("", |part| &part.text);
        let resolved = resolver.resolve(text, &pending)?;
        if names == Some(Group::Table) {
            all_names.push(own);
        }
        if !resolved.slots.is_empty() || !views.is_empty() {
            slot_parts.push(SlotPart {
                name,
                prefix: tags::root_prefix(text),
                slots: resolved.slots,
                lists: resolved.lists,
                views,
                cache,
                always: None,
            });
        }
    }
    all_names.push(pivots);
    let mut nowhere = Names::default();
    let always = if recalculates { parts.contents.recalculate(&parts.book) } else { None };
    let mut resolver =
        Resolver { texts: &mut texts, units: &mut units, names: &mut nowhere, columns: &columns, limits };
    let slots = resolver.resolve(&parts.book.text, &parts.contents.pending)?.slots;
    if !slots.is_empty() || always.is_some() {
        let prefix = tags::root_prefix(&parts.book.text);
        slot_parts.push(SlotPart {
            name: parts.book.name,
            prefix,
            slots,
            lists: Vec::new(),
            views: Vec::new(),
            cache: None,
            always,
        });
    }
    let mut office = Vec::new();
    for entry in parts.sheets.iter().filter(|sheet| is_shown(sheet.visibility)) {
        let mut resolver =
            Resolver { texts: &mut texts, units: &mut units, names: &mut nowhere, columns: &columns, limits };
        let mut threads = Threads::default();
        if !options.comments {
            entry.threads.iter().chain(&entry.notes).for_each(|name| untranslated.add(Reason::CommentsOff, name, 0));
        }
        let mut said: Vec<(XmlPart, Vec<Slot>)> = Vec::new();
        for name in entry.threads.iter().filter(|_| options.comments) {
            let part = read(&mut package, name)?;
            let slots = threads.read(&part, &mut resolver)?;
            said.push((part, slots));
        }
        for name in entry.notes.iter().filter(|_| options.comments) {
            let part = read(&mut package, name)?;
            let slots = threads.read_notes(&part, &mut resolver)?;
            said.push((part, slots));
        }
        for name in &entry.captions {
            let Ok(part) = read(&mut package, name) else { continue };
            let slots = captions::read(&part, options.alt_text, &mut resolver)?;
            said.push((part, slots));
        }
        for (part, slots) in said.into_iter().filter(|(_, slots)| !slots.is_empty()) {
            let prefix = tags::root_prefix(&part.text);
            slot_parts.push(SlotPart {
                name: part.name,
                prefix,
                slots,
                lists: Vec::new(),
                views: Vec::new(),
                cache: None,
                always: None,
            });
        }
        // What a diagram says, and what was drawn of it, is one text.
        let mut said = HashMap::new();
        for (name, is_diagram) in &entry.drawings {
            let part = read(&mut package, name)?;
            let said = is_diagram.then_some(&mut said);
            office.extend(drawn(part, &texts, &mut units, said, options, limits, &mut untranslated)?);
        }
    }
    for name in &parts.properties {
        if !options.properties {
            untranslated.add(Reason::PropertiesOff, name, 0);
            continue;
        }
        let part = read(&mut package, name)?;
        office.extend(drawn(part, &texts, &mut units, None, options, limits, &mut untranslated)?);
    }

    let signatures = without_signatures(&mut package, limits)?;
    if !signatures.is_empty() {
        warnings.push(Warning {
            kind: WarningKind::SignatureRemoved,
            place: Place { part: "_xmlsignatures".into(), offset: 0 },
        });
    }
    untranslated.append(kept_entries(&package, |_| false), "");
    let Units { segments, markup, .. } = units;
    let sources = Sources::of(&segments);
    let originals = Originals::of(&segments, &slot_parts, &all_names);
    let skeleton = XlsxSkeleton {
        package,
        parts: slot_parts,
        office,
        sheets,
        names: all_names,
        sources,
        originals,
        markup,
        limits: limits.clone(),
        signatures,
        untranslated,
    };
    Ok((segments, skeleton))
}

/// Shared strings of one workbook.
const STRINGS: usize = 2_000_000;

/// The elements of the shared strings, with the numbers of their texts.
fn shared_strings(part: &XmlPart, texts: &mut Texts, limits: &Limits) -> Result<Vec<(Span, usize)>, FormatError> {
    let mut strings = Vec::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let mut start = None;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } if scanner.depth() == 2 && name.is(Namespace::Spreadsheet, "si") => {
                start = Some(event.range.start);
            }
            Kind::End { .. } if scanner.depth() == 1 => {
                let Some(start) = start.take() else { continue };
                if strings.len() >= STRINGS {
                    return Err(FormatError::TooComplex { limit: STRINGS as u64, unit: "shared strings" });
                }
                let span = Span { start, end: event.range.end };
                let string = RichString::read(&part.text, span, limits)?;
                strings.push((span, texts.add(&string.text(), string.is_rich())));
            }
            _ => {}
        }
    }
    Ok(strings)
}

/// A part that all office formats have. Values of a chart that it takes from cells say what the cells say; `said` is what
/// the diagrams of the sheet say.
fn drawn(
    part: XmlPart,
    texts: &Texts,
    units: &mut Units,
    mut said: Option<&mut HashMap<Segment, usize>>,
    options: &Options,
    limits: &Limits,
    untranslated: &mut Untranslated,
) -> Result<Option<Drawn>, FormatError> {
    let file = part;
    let (part, segments) = OfficePart::read_around(&file, HashSet::new(), options, limits)?;
    untranslated.append(part.untranslated().clone(), part.name());
    if segments.is_empty() {
        return Ok(None);
    }
    let referred = referred_values(&file, limits)?;
    let values: HashSet<usize> =
        part.values().filter(|(_, span)| referred.contains(&span.start)).map(|(segment, _)| segment).collect();
    let mut own = Vec::with_capacity(segments.len());
    for (index, segment) in segments.into_iter().enumerate() {
        own.push(if values.contains(&index) {
            match texts.look_up(segment.source.text()) {
                Some(Fate::Segment(cell)) => Own::Cell(cell, segment.source),
                _ => Own::Kept(segment.source),
            }
        } else if let Some(known) = said.as_ref().and_then(|said| said.get(&segment)) {
            Own::Segment(*known)
        } else {
            let number = units.segments.len();
            if let Some(said) = &mut said {
                said.insert(segment.clone(), number);
            }
            Own::Segment(units.add(Unit { segment, markup: Vec::new() })?)
        });
    }
    Ok(Some(Drawn { part, own }))
}

/// Where the values of a chart begin that come from cells of this workbook. What another workbook says is not known here:
/// the chart shows its own copy.
fn referred_values(part: &XmlPart, limits: &Limits) -> Result<HashSet<usize>, FormatError> {
    let mut values = HashSet::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let mut outer: Option<usize> = None;
    let (mut in_formula, mut is_elsewhere) = (false, false);
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } if matches!(name.namespace, Namespace::Chart | Namespace::ChartExtended) => {
                in_formula = name.local == "f";
                match name.local {
                    "strRef" | "multiLvlStrRef" | "strDim" | "txData" if outer.is_none() => {
                        outer = Some(scanner.depth());
                        is_elsewhere = false;
                    }
                    "v" | "pt" if outer.is_some() && !is_elsewhere => {
                        values.insert(event.range.end);
                    }
                    _ => {}
                }
            }
            // The number in brackets is that of a workbook; this one's is 0.
            Kind::Text if in_formula => {
                let formula = &part.text[event.range];
                is_elsewhere |= formula.contains('[') && !formula.contains("[0]");
            }
            Kind::End { .. } if std::mem::take(&mut in_formula) => {}
            // A text on a drawing that shows what a cell says.
            Kind::Start { name, .. }
                if name.is(Namespace::Drawing, "fld")
                    && outer.is_none()
                    && scanner.value(Namespace::None, "type").as_deref() == Some("TxLink") =>
            {
                outer = Some(scanner.depth());
            }
            Kind::Start { name, .. } if outer.is_some() && name.is(Namespace::Drawing, "t") => {
                values.insert(event.range.end);
            }
            Kind::End { .. } if outer == Some(scanner.depth() + 1) => outer = None,
            _ => {}
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests;
