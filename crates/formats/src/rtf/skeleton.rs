//! A document without its text, and how the text comes back.

use std::ops::Range;

use terjuman_model::TaggedText;

use super::retarget::Retarget;
use super::spelling::Words;
use super::state::State;
use super::structure::fingerprint;
use super::walk::{Found, Part, Slot};
use crate::extent::Extent;
use crate::runs::{self, Rewritten};
use crate::sources::Sources;
use crate::{FormatError, Skeleton, Target, Untranslated};

/// The document and the places in it.
pub(super) struct RtfSkeleton {
    /// One character for each byte.
    pub(super) source: String,
    pub(super) found: Found,
    /// What each segment said, to tell what changed.
    pub(super) sources: Sources,
}

impl Skeleton for RtfSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        self.write(translations, target, Extent::Changed)
    }

    fn untranslated(&self) -> Untranslated {
        self.found.untranslated.clone()
    }
}

/// Something to write at a place.
enum Job<'a> {
    Part(&'a Slot, usize, &'a Part),
    Edit(String),
}

impl RtfSkeleton {
    /// Writes the document.
    pub(super) fn write(
        &self,
        translations: &[TaggedText],
        target: &Target,
        extent: Extent,
    ) -> Result<Vec<u8>, FormatError> {
        let written = extent.written(translations, &self.sources)?;
        let changed = |segment: usize| written[segment];
        let retarget = Retarget::new(target);
        let mut jobs: Vec<(Range<usize>, Job<'_>)> = Vec::new();
        for slot in &self.found.slots {
            for (index, part) in slot.parts.iter().enumerate().filter(|(index, _)| changed(slot.first + index)) {
                jobs.push((part.span.clone(), Job::Part(slot, index, part)));
            }
        }
        if jobs.is_empty() {
            return Ok(encoding_rs::mem::encode_latin1_lossy(&self.source).into_owned());
        }
        if let Some(retarget) = &retarget {
            let edits = retarget.edits(&self.found.settings);
            jobs.extend(edits.into_iter().map(|(range, text)| (range, Job::Edit(text))));
        }
        jobs.sort_by_key(|(range, _)| (range.start, range.end));
        // From the end to the start, so that what is inside a thing comes before it.
        let mut done: Vec<Rewritten> = Vec::new();
        for (range, job) in jobs.into_iter().rev() {
            let text = match job {
                Job::Edit(text) => text,
                Job::Part(slot, index, part) => {
                    let mut inner = Vec::new();
                    while let Some(rewritten) = done.pop_if(|(inner, _)| inner.start < range.end) {
                        inner.push(rewritten);
                    }
                    self.part(slot, index, part, &translations[slot.first + index], retarget.as_ref(), &inner)?
                }
            };
            done.push((range, text));
        }
        done.reverse();
        let text = runs::whole(&self.source, done);
        let damaged = |error: FormatError| FormatError::Verification(format!("what was written is damaged: {error}"));
        if fingerprint(&text).map_err(damaged)? != fingerprint(&self.source)? {
            return Err(FormatError::Verification("what was written lost or doubled a control word".into()));
        }
        Ok(encoding_rs::mem::encode_latin1_lossy(&text).into_owned())
    }

    /// The bytes of a segment's place: what is kept there, and the translation.
    fn part(
        &self,
        slot: &Slot,
        index: usize,
        part: &Part,
        translation: &TaggedText,
        retarget: Option<&Retarget>,
        inner: &[Rewritten],
    ) -> Result<String, FormatError> {
        let mut out = String::new();
        // Where the byte before what comes stood.
        let mut last = part.span.start;
        let mut at = part.span.start;
        for removed in &part.removed {
            let removed = removed.start as usize..removed.end as usize;
            if at < removed.start {
                runs::raw(&self.source, at..removed.start, inner, &mut out);
                last = removed.start;
            }
            at = removed.end;
            if removed.start == part.at {
                let text = self.translation(slot, index, part, translation, retarget, inner)?;
                let is_bare = u32::try_from(last).is_ok_and(|last| self.found.bare.binary_search(&last).is_ok());
                if is_bare && text.starts_with(|c: char| !matches!(c, '\\' | '{' | '}')) {
                    out.push(' ');
                }
                out.push_str(&text);
            }
        }
        runs::raw(&self.source, at..part.span.end, inner, &mut out);
        Ok(out)
    }

    fn translation(
        &self,
        slot: &Slot,
        index: usize,
        part: &Part,
        translation: &TaggedText,
        retarget: Option<&Retarget>,
        inner: &[Rewritten],
    ) -> Result<String, FormatError> {
        let plain = State::plain(0);
        let around = *self.found.states.get(part.around).unwrap_or(&plain);
        let turn = retarget.and_then(|retarget| retarget.turn(&around));
        let mut spelling = Words {
            states: &self.found.states,
            around,
            default_font: self.found.default_font,
            in_group: false,
            bare: false,
        };
        let text = runs::write_slot(&self.source, &slot.block, index, translation, &mut spelling, inner)?;
        let end = if spelling.bare { " " } else { "" };
        Ok(match turn {
            Some(words) => format!("{{{words} {text}{end}}}"),
            None => format!("{text}{end}"),
        })
    }
}
