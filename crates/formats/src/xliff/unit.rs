//! What is done about a unit: where its translation goes, if it needs one.

use std::ops::Range;

use super::attributes::StartTag;
use super::content::{Content, Mark};
use crate::small_range::SmallRange;
use crate::xml::unescape;

/// A `trans-unit`, or a `segment` of version 2.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) tag: StartTag,
    /// It may be translated and is not approved.
    pub(super) is_open: bool,
    /// The state of a segment of version 2.
    pub(super) state: Option<String>,
    pub(super) source: Option<Side>,
    pub(super) seg_source: Option<Side>,
    pub(super) target: Option<Side>,
    /// The white space before the source.
    pub(super) indent: Range<usize>,
    /// How long its translation may be.
    pub(super) longest: Option<Longest>,
    pub(super) locales: Option<Locales>,
}

/// Which languages a unit is meant for (`its:localeFilterList`): these, or all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Locales {
    pub(super) list: Box<str>,
    pub(super) excludes: bool,
}

impl Locales {
    /// Whether the unit is meant for this language: `fr` stands for `fr-CA`, too.
    pub(super) fn allow(&self, language: &str) -> bool {
        let is_of = |range: &str| {
            let range = range.trim().trim_end_matches("-*");
            let rest = language.get(range.len()..).unwrap_or("x");
            let is_start = language.get(..range.len()).is_some_and(|start| start.eq_ignore_ascii_case(range));
            range == "*" || (!range.is_empty() && is_start && (rest.is_empty() || rest.starts_with('-')))
        };
        self.list.split(',').any(is_of) != self.excludes
    }
}

/// How long a translation may be: that of a `trans-unit`, or all those of a `unit` of version 2 together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Longest {
    pub(super) count: usize,
    pub(super) measure: Measure,
    /// Where the unit begins, which tells it from others.
    pub(super) unit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Characters,
    Bytes,
}

impl Longest {
    /// Whether texts of this content are too long, markup left out. `used` is what others of the unit take.
    pub(super) fn is_passed(self, used: usize) -> bool {
        used > self.count
    }

    /// How much of it a content takes: its text without tags, and without what stands in native codes.
    pub(super) fn taken(self, content: &str) -> usize {
        let (mut taken, mut codes) = (0, 0_usize);
        let mut rest = content;
        while let Some(next) = rest.chars().next() {
            let length = match next {
                '<' if rest.starts_with("<![CDATA[") => {
                    let section = &rest["<![CDATA[".len()..];
                    let end = section.find("]]>").unwrap_or(section.len());
                    taken += if codes == 0 { self.measure(&section[..end]) } else { 0 };
                    (rest.len() - section.len() + end + 3).min(rest.len())
                }
                '<' => {
                    let end = rest.find('>').map_or(rest.len(), |end| end + 1);
                    let tag = &rest[..end];
                    let name = tag.trim_start_matches(['<', '/']).split([' ', '/', '>', '\t', '\n']).next();
                    let is_code = matches!(name, Some("bpt" | "ept" | "ph" | "it")) && !tag.ends_with("/>");
                    match tag.starts_with("</") {
                        true if is_code => codes = codes.saturating_sub(1),
                        false if is_code => codes += 1,
                        _ => {}
                    }
                    end
                }
                _ => {
                    let end = rest.find('<').unwrap_or(rest.len());
                    taken += if codes == 0 { self.measure(&unescape(&rest[..end])) } else { 0 };
                    end
                }
            };
            rest = &rest[length..];
        }
        taken
    }

    fn measure(self, text: &str) -> usize {
        match self.measure {
            Measure::Characters => text.chars().count(),
            Measure::Bytes => text.len(),
        }
    }
}

/// A source or a target.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) tag: StartTag,
    pub(super) content: Content,
    /// The state of a target of version 1.
    pub(super) state: Option<String>,
}

/// A translation that is to be written.
#[derive(Debug)]
pub(super) struct Job {
    /// What the translation is laid out like: a range of a source.
    pub(super) source: SmallRange,
    pub(super) place: Place,
    /// The slots in it.
    pub(super) slots: SmallRange,
    /// The segment of version 2 whose state changes.
    pub(super) segment: Option<Box<StartTag>>,
    pub(super) file: u32,
    /// How long the translation may be, with what else its unit says.
    pub(super) longest: Option<Box<Longest>>,
    /// The languages that it is meant for, if it is not meant for all.
    pub(super) locales: Option<Box<Locales>>,
}

/// Where a translation goes.
#[derive(Debug)]
pub(super) enum Place {
    /// Into a new target.
    Insert {
        at: u32,
        indent: SmallRange,
        /// What its name begins with before `target`, nearly always nothing.
        prefix: Option<Box<str>>,
        /// What the source says of its white space: the target has the same.
        space: Option<SmallRange>,
    },
    /// Into a target, in the place of all that is in it, up to its end.
    Replace { target: Box<StartTag>, end: usize },
    /// Into a segment of a target, up to its end.
    Fill { mark: Box<StartTag>, end: usize },
}

impl Unit {
    /// Whether its target is finished: then it is kept.
    pub(super) fn is_finished(&self, text: &str) -> bool {
        let Some(target) = self.target.as_ref().filter(|target| !target.content.is_blank) else { return false };
        match target.state.as_deref().or(self.state.as_deref()) {
            Some("new" | "needs-translation" | "needs-l10n" | "needs-adaptation" | "initial") => false,
            Some(_) => true,
            None => {
                let inside = |side: &Side| text[side.content.range.clone()].trim();
                [&self.source, &self.seg_source].into_iter().flatten().all(|source| inside(source) != inside(target))
            }
        }
    }

    /// What the translation is laid out like.
    pub(super) fn layout(&self) -> Option<&Side> {
        let parted = self.seg_source.as_ref().filter(|side| !side.content.is_blank);
        parted.or(self.source.as_ref()).filter(|side| !side.content.is_blank)
    }

    /// Where the whole of the translation goes.
    pub(super) fn place(&self) -> Option<Place> {
        if let Some(target) = &self.target {
            return Some(Place::Replace { target: Box::new(target.tag.clone()), end: target.content.end });
        }
        let source = self.source.as_ref()?;
        let before = self.seg_source.as_ref().unwrap_or(source);
        let prefix = source.tag.name.strip_suffix("source").filter(|prefix| !prefix.is_empty()).map(Into::into);
        let space = source.tag.value("xml:space").map(Into::into);
        let at = u32::try_from(before.content.end).unwrap_or(u32::MAX);
        Some(Place::Insert { at, indent: self.indent.clone().into(), prefix, space })
    }

    /// Segments of a target that is finished in part: those without text, with the segment of the source.
    pub(super) fn gaps(&self) -> Vec<(Range<usize>, &Mark)> {
        let (Some(source), Some(target)) = (&self.seg_source, &self.target) else { return Vec::new() };
        let mut by_mid: std::collections::HashMap<&str, &Mark> = std::collections::HashMap::new();
        for mark in source.content.marks.iter().filter(|mark| !mark.is_blank && mark.end > 0) {
            by_mid.entry(&mark.mid).or_insert(mark);
        }
        let gaps = target.content.marks.iter().filter(|mark| mark.is_blank && mark.end > 0);
        gaps.filter_map(|gap| Some((by_mid.remove(&*gap.mid)?.range.clone(), gap))).collect()
    }
}
