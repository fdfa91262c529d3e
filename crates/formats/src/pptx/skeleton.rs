//! A presentation without its text, and how the text comes back.

use terjuman_model::TaggedText;

use super::fit;
use super::survey::Survey;
use crate::culture::is_right_to_left;
use crate::docx::OfficePart;
use crate::extent::Extent;
use crate::fed_workbook::FedWorkbook;
use crate::package::{Changes, Package};
use crate::sources::Sources;
use crate::titles::Titles;
use crate::{FormatError, Limits, Skeleton, Target, Untranslated};

/// The package, its parts with text and the places in them.
pub(super) struct DeckSkeleton {
    pub(super) package: Package,
    pub(super) parts: Vec<DeckPart>,
    /// Workbooks behind charts.
    pub(super) workbooks: Vec<FedWorkbook>,
    /// Titles that the properties repeat.
    pub(super) titles: Option<Titles>,
    /// What each segment said, to tell what changed.
    pub(super) sources: Sources,
    pub(super) limits: Limits,
    /// Whether longer text becomes smaller.
    pub(super) fit: bool,
    /// Entries that no longer hold when a part changes, and parts that must forget them.
    pub(super) signatures: Changes,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
}

/// A part that has text, or turns with it.
pub(super) struct DeckPart {
    pub(super) office: OfficePart,
    pub(super) survey: Survey,
    /// The number of each of the part's segments in the document.
    pub(super) segments: Vec<usize>,
    /// How wide the text of each of its bodies was, if longer text becomes smaller.
    pub(super) widths: Vec<usize>,
}

impl Skeleton for DeckSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        self.write(translations, target, Extent::Changed)
    }

    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }
}

impl DeckSkeleton {
    /// Writes the presentation.
    pub(super) fn write(
        &self,
        translations: &[TaggedText],
        target: &Target,
        extent: Extent,
    ) -> Result<Vec<u8>, FormatError> {
        let changed = extent.written(translations, &self.sources)?;
        if !changed.contains(&true) {
            return self.package.write(&Changes::default());
        }
        let turn = turn(target);
        let mut changes = self.signatures.clone();
        for part in &self.parts {
            if let Some(bytes) = self.part(part, translations, &changed, target, turn)? {
                changes.replace(&self.package, part.office.name(), bytes);
            }
        }
        for workbook in &self.workbooks {
            if let Some(bytes) = workbook.write(translations, &changed)? {
                changes.replace(&self.package, workbook.name(), bytes);
            }
        }
        if let Some((name, bytes)) = self.titles.as_ref().and_then(|titles| titles.write(translations, &changed)) {
            changes.replace(&self.package, name, bytes);
        }
        let bytes = self.package.write(&changes)?;
        Package::open(&bytes, &self.limits)
            .map_err(|error| FormatError::Verification(format!("the written package cannot be opened: {error}")))?;
        Ok(bytes)
    }

    /// The part's new bytes, `None` if nothing in it changes.
    fn part(
        &self,
        part: &DeckPart,
        translations: &[TaggedText],
        changed: &[bool],
        target: &Target,
        turn: Option<bool>,
    ) -> Result<Option<Vec<u8>>, FormatError> {
        let own_changed: Vec<bool> = part.segments.iter().map(|segment| changed[*segment]).collect();
        let is_changed = own_changed.contains(&true);
        let mut edits = turn.map_or_else(Vec::new, |right_to_left| part.survey.turned(right_to_left));
        if !is_changed && edits.is_empty() {
            return Ok(None);
        }
        if self.fit && is_changed {
            edits.extend(fit::scaled(part, translations));
        }
        let own: Vec<_> = part.segments.iter().map(|segment| translations[*segment].clone()).collect();
        part.office.write_with(&self.package, &own, &own_changed, target, edits)
    }
}

/// The direction that the presentation gets: whether from right to left, `None` if it keeps its own.
fn turn(target: &Target) -> Option<bool> {
    let to_left = is_right_to_left(target.language.as_ref()?);
    let from_left = target.source_language.as_ref().is_some_and(is_right_to_left);
    (to_left != from_left).then_some(to_left)
}
