//! Finds the units of a file.

use std::cmp::Reverse;
use std::ops::Range;

use terjuman_model::Segment;

use super::attributes::StartTag;
use super::content::Reader;
use super::escaped::Names;
use super::unit::{Job, Locales, Longest, Measure, Side, Unit};
use crate::inline::{self, Item, Slot};
use crate::texts::Texts;
use crate::xml::{Kind, Name, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits, Reason, Untranslated};

/// What a file holds.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) version: Version,
    pub(super) jobs: Vec<Job>,
    pub(super) slots: Vec<Slot>,
    pub(super) files: Vec<File>,
    /// What finished targets take of the room of their units.
    pub(super) taken: Vec<(Longest, usize)>,
    pub(super) untranslated: Untranslated,
}

/// A version of XLIFF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1_0,
    V1_1,
    V1_2,
    V2,
}

/// What says which language the targets are in: a `file`, or an `xliff` of version 2.
#[derive(Debug)]
pub(super) struct File {
    pub(super) tag: StartTag,
    /// The language, if it says one.
    pub(super) language: Option<String>,
    /// It has finished targets.
    pub(super) has_finished: bool,
}

/// The attribute that names the language of the targets.
pub(super) const fn language_attribute(version: Version) -> &'static str {
    match version {
        Version::V2 => "trgLang",
        Version::V1_0 | Version::V1_1 | Version::V1_2 => "target-language",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Xliff,
    Container,
    BinUnit,
    /// A `unit` of version 2, which holds segments.
    Unit,
    /// A `trans-unit` or `segment`.
    Leaf,
}

pub(super) fn walk(part: &XmlPart, limits: &Limits) -> Result<(Found, Vec<Segment>), FormatError> {
    let mut scanner = Scanner::new(&part.text, &part.name, limits).allow_document_type();
    let (version, core) = loop {
        match scanner.next()?.map(|event| (event.kind, event.range)) {
            Some((Kind::Start { name, empty }, range)) => break root(&mut scanner, name, range, empty)?,
            Some(_) => {}
            None => return Err(scanner.corrupt("an XML file is cut off")),
        }
    };
    let ((version, file), core) = (version, core);
    let (files, untranslated) = (file.into_iter().collect(), Untranslated::default());
    let found = Found { version, jobs: Vec::new(), slots: Vec::new(), files, taken: Vec::new(), untranslated };
    let names = Names::default();
    let mut walk = Walk {
        part,
        scanner,
        core,
        found,
        segments: Vec::new(),
        names,
        levels: vec![(Level::Xliff, true)],
        longest: None,
        locales: None,
        unit: None,
    };
    walk.run()?;
    Ok((walk.found, walk.segments))
}

type Root = ((Version, Option<File>), Namespace);

/// The root element must be `xliff`, of a version that is known.
fn root(scanner: &mut Scanner<'_>, name: Name<'_>, range: Range<usize>, empty: bool) -> Result<Root, FormatError> {
    let is_known = matches!(name.namespace, Namespace::None | Namespace::Xliff1 | Namespace::Xliff2);
    if name.local != "xliff" || !is_known {
        return Err(scanner.corrupt("the root element is not that of XLIFF"));
    }
    let version = scanner.value(Namespace::None, "version");
    let version = match version.as_deref().map(str::trim) {
        Some("1.0") => Version::V1_0,
        Some("1.1") => Version::V1_1,
        Some("1.2") => Version::V1_2,
        Some("2.0" | "2.1" | "2.2") => Version::V2,
        None if name.namespace == Namespace::Xliff2 => Version::V2,
        None => Version::V1_2,
        Some(_) => return Err(scanner.corrupt("a version of XLIFF that is not known")),
    };
    let file = (version == Version::V2).then(|| file(scanner, version, name, range, empty));
    Ok(((version, file), name.namespace))
}

fn file(scanner: &mut Scanner<'_>, version: Version, name: Name<'_>, range: Range<usize>, empty: bool) -> File {
    let attribute = language_attribute(version);
    let tag = StartTag::new(range, empty, name.qualified, scanner.attributes(), &[attribute]);
    let language = scanner.value(Namespace::None, attribute).map(|value| value.trim().to_owned());
    File { tag, language: language.filter(|language| !language.is_empty()), has_finished: false }
}

struct Walk<'a> {
    part: &'a XmlPart,
    scanner: Scanner<'a>,
    core: Namespace,
    found: Found,
    segments: Vec<Segment>,
    names: Names,
    /// What is open, and whether text in it is to be translated.
    levels: Vec<(Level, bool)>,
    /// How long the translations of the open unit of version 2 may be.
    longest: Option<Longest>,
    /// The languages that it is meant for.
    locales: Option<Locales>,
    unit: Option<Unit>,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<(), FormatError> {
        let mut has_file = false;
        let mut blank = 0..0;
        while let Some(event) = self.scanner.next()? {
            match event.kind {
                Kind::Start { name, empty } => {
                    has_file |= self.levels.len() == 1 && name.is(self.core, "file");
                    self.start(name, event.range, empty, &blank)?;
                    blank = 0..0;
                }
                Kind::End { .. } => {
                    if self.levels.pop().is_some_and(|(level, _)| level == Level::Leaf)
                        && let Some(unit) = self.unit.take()
                    {
                        self.finish(unit);
                    }
                    blank = 0..0;
                }
                Kind::Text if self.part.text[event.range.clone()].trim().is_empty() => blank = event.range,
                Kind::Text | Kind::CData | Kind::Other => blank = 0..0,
            }
        }
        if has_file { Ok(()) } else { Err(self.scanner.corrupt("an XLIFF without a file")) }
    }

    fn start(
        &mut self,
        name: Name<'_>,
        range: Range<usize>,
        empty: bool,
        blank: &Range<usize>,
    ) -> Result<(), FormatError> {
        let Some((parent, translates)) = self.levels.last().copied() else { return self.skip() };
        if name.namespace != self.core {
            return self.skip();
        }
        let level = match (parent, name.local) {
            (Level::Xliff, "file") => {
                if self.found.version != Version::V2 {
                    let file = file(&mut self.scanner, self.found.version, name, range.clone(), empty);
                    self.found.files.push(file);
                }
                Level::Container
            }
            (Level::Container, "body" | "group") => Level::Container,
            (Level::Container, "bin-unit") => Level::BinUnit,
            (Level::Container, "unit") => Level::Unit,
            (Level::Container | Level::BinUnit, "trans-unit") | (Level::Unit, "segment") => Level::Leaf,
            (Level::Leaf, "source" | "seg-source" | "target") => return self.side(name, range, empty, blank),
            _ => return self.skip(),
        };
        let mut translate = self.scanner.value(Namespace::None, "translate");
        if translate.is_none() {
            translate = self.scanner.value(Namespace::Its, "translate");
        }
        let translates = match translate.as_deref() {
            Some("no") => false,
            Some("yes") => true,
            _ => translates,
        };
        if level == Level::Unit {
            self.longest = self.longest_of_unit(range.start);
            self.locales = self.locales();
        }
        if level == Level::Leaf {
            if self.found.version != Version::V2 {
                self.longest = self.longest_of_trans_unit(range.start);
                self.locales = self.locales();
            }
            let state = self.scanner.value(Namespace::None, "state").map(|state| state.into_owned());
            let is_approved = self.scanner.value(Namespace::None, "approved").as_deref() == Some("yes");
            let attributes = self.scanner.attributes();
            let tag = StartTag::new(range, empty, name.qualified, attributes, &["state", "subState"]);
            self.unit = Some(Unit {
                tag,
                is_open: translates && !is_approved,
                state: state.filter(|_| self.found.version == Version::V2),
                source: None,
                seg_source: None,
                target: None,
                indent: 0..0,
                longest: self.longest,
                locales: self.locales.clone(),
            });
        }
        self.levels.push((level, translates));
        Ok(())
    }

    /// `maxwidth`, where it is counted in what texts are made of: how wide they are in pixels, nobody knows here.
    fn longest_of_trans_unit(&mut self, unit: usize) -> Option<Longest> {
        let count = self.scanner.value(Namespace::None, "maxwidth")?.trim().parse().ok()?;
        let measure = match self.scanner.value(Namespace::None, "size-unit").as_deref() {
            Some("char" | "glyph") => Measure::Characters,
            Some("byte") => Measure::Bytes,
            _ => return None,
        };
        Some(Longest { count, measure, unit })
    }

    fn locales(&mut self) -> Option<Locales> {
        let excludes = self.scanner.value(Namespace::Its, "localeFilterType").as_deref() == Some("exclude");
        let list = self.scanner.value(Namespace::Its, "localeFilterList")?.as_ref().into();
        Some(Locales { list, excludes })
    }

    /// `slr:sizeRestriction`, of the profile that counts code points: `most`, or `least,most`.
    fn longest_of_unit(&mut self, unit: usize) -> Option<Longest> {
        let stated = self.scanner.value(Namespace::XliffSizes, "sizeRestriction")?;
        let count = stated.rsplit(',').next()?.trim().parse().ok()?;
        Some(Longest { count, measure: Measure::Characters, unit })
    }

    /// Passes over the element that has just begun.
    fn skip(&mut self) -> Result<(), FormatError> {
        let depth = self.scanner.depth();
        while let Some(event) = self.scanner.next()? {
            if matches!(event.kind, Kind::End { .. }) && self.scanner.depth() < depth {
                return Ok(());
            }
        }
        Err(self.scanner.corrupt("an XML file is cut off"))
    }

    fn side(
        &mut self,
        name: Name<'_>,
        range: Range<usize>,
        empty: bool,
        blank: &Range<usize>,
    ) -> Result<(), FormatError> {
        let known = ["xml:lang", "xml:space", "state", "state-qualifier"];
        let tag = StartTag::new(range.clone(), empty, name.qualified, self.scanner.attributes(), &known);
        let state = self.scanner.value(Namespace::None, "state").map(|state| state.into_owned());
        let mut reader = Reader {
            scanner: &mut self.scanner,
            text: &self.part.text,
            core: self.core,
            keeps_sections: self.part.is_unicode(),
            names: &mut self.names,
        };
        let side = Side { tag, content: reader.read(&range)?, state };
        let Some(unit) = &mut self.unit else { return Ok(()) };
        let place = match name.local {
            "source" => {
                unit.indent = blank.clone();
                &mut unit.source
            }
            "seg-source" => &mut unit.seg_source,
            _ => &mut unit.target,
        };
        // A second one is not legal; the first one counts.
        place.get_or_insert(side);
        Ok(())
    }

    fn finish(&mut self, mut unit: Unit) {
        let text = &self.part.text;
        let Some(file) = self.found.files.len().checked_sub(1) else { return };
        let is_finished = unit.is_finished(text);
        let is_kept = unit.target.as_ref().is_some_and(|target| !unit.is_open && !target.content.is_blank);
        self.found.files[file].has_finished |= is_finished || is_kept;
        if let (Some(longest), Some(target), true) = (unit.longest, &unit.target, is_finished || is_kept) {
            self.found.taken.push((longest, longest.taken(&text[target.content.range.clone()])));
        }
        let file = u32::try_from(file).unwrap_or(u32::MAX);
        let source = unit.layout().map(|side| side.content.range.start);
        if !unit.is_open {
            source.into_iter().for_each(|at| self.found.untranslated.add(Reason::ProtectedRange, "", at));
            return;
        }
        if is_finished {
            source.into_iter().for_each(|at| self.found.untranslated.add(Reason::AlreadyTranslated, "", at));
            let gaps: Vec<_> = unit.gaps().into_iter().map(|(range, mark)| (range, mark.clone())).collect();
            let Some(layout) = unit.seg_source.as_mut().filter(|_| !gaps.is_empty()) else { return };
            let items = std::mem::take(&mut layout.content.items);
            let mut subs = std::mem::take(&mut layout.content.subs);
            subs.retain(|sub| !sub.is_empty());
            subs.sort_by_key(|sub| sub[0].range.start);
            for (range, mark) in gaps {
                let mut texts = vec![within(&items, &range)];
                let from = subs.partition_point(|sub| sub.first().is_some_and(|item| item.range.start < range.start));
                let subs = subs[from..].iter();
                texts.extend(subs.map(|sub| within(sub, &range)).take_while(|sub| !sub.is_empty()));
                let slots = self.slots(texts);
                let place = super::unit::Place::Fill { mark: Box::new(mark.tag), end: mark.end };
                let (source, slots) = (range.into(), slots.into());
                let (longest, locales) = (unit.longest.map(Box::new), unit.locales.clone().map(Box::new));
                self.found.jobs.push(Job { source, place, slots, segment: None, file, longest, locales });
            }
            return;
        }
        let Some(place) = unit.place() else { return };
        let Some(source) = unit.layout().map(|side| side.content.range.clone()) else { return };
        let parted = unit.seg_source.as_mut().filter(|side| !side.content.is_blank);
        let Some(layout) = parted.or(unit.source.as_mut()) else { return };
        let mut texts = vec![std::mem::take(&mut layout.content.items)];
        texts.append(&mut layout.content.subs);
        let slots = self.slots(texts);
        let segment = (self.found.version == Version::V2).then(|| Box::new(unit.tag));
        let (source, slots, longest) = (source.into(), slots.into(), unit.longest.map(Box::new));
        let locales = unit.locales.map(Box::new);
        self.found.jobs.push(Job { source, place, slots, segment, file, longest, locales });
    }

    /// Makes slots of texts, in order of their places, outer ones first.
    fn slots(&mut self, texts: Vec<Vec<Item>>) -> Range<usize> {
        let mut found = Texts::default();
        for items in texts {
            inline::segments(&self.part.text, items, false, &mut found);
        }
        found.sort_by_key(|slot: &Slot| (slot.range.start(), Reverse(slot.range.end())));
        let first = self.found.slots.len();
        self.found.slots.append(&mut found.slots);
        self.segments.append(&mut found.segments);
        first..self.found.slots.len()
    }
}

/// The items in the range.
fn within(items: &[Item], range: &Range<usize>) -> Vec<Item> {
    let start = items.partition_point(|item| item.range.start < range.start);
    items[start..].iter().take_while(|item| item.range.end <= range.end).cloned().collect()
}
