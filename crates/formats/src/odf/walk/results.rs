//! Formulas that show what a cell says. Programs show the results that stand in the file until somebody has them computed
//! again, so that such a result is written with what the cell says by then.

use super::Walker;
use crate::odf::slot::{Plain, Slot};
use crate::runs::Span;
use crate::xml::{Name, Namespace, unescape};
use crate::{Reason, odf::sheet::is_taken_over};

/// What a formula shows.
#[derive(Debug)]
pub(super) struct ShownResult {
    /// Where the formula stands.
    formula: usize,
    /// The value of the attribute that says it.
    value: Span,
    /// The paragraph that shows it, once that has been read.
    shown: Option<Span>,
}

impl Walker<'_> {
    /// What the cell that begins shows, if another cell may say it. `formula` is where its formula stands.
    pub(super) fn start_result(&mut self, formula: usize) -> Option<ShownResult> {
        let attribute = self.scanner.attribute(Namespace::OdfTable, "formula")?;
        let value: Span = self.scanner.attribute(Namespace::OdfOffice, "string-value")?.value.clone().into();
        let is_taken = is_taken_over(&unescape(&self.text[attribute.value.clone()]))
            && self.context.sheet.is_result(&unescape(&self.text[value.range()]));
        is_taken.then_some(ShownResult { formula, value, shown: None })
    }

    /// A paragraph of a cell with a formula begins. Says whether its text may be written with another cell's.
    pub(super) fn start_paragraph_of_result(&mut self, name: Name<'_>, tag: Span) -> bool {
        let Some(cell) = self.cells.last_mut() else { return false };
        let Some(result) = cell.result.as_mut() else { return false };
        let rest = &self.text[tag.end..];
        let text = &rest[..rest.find('<').unwrap_or(rest.len())];
        let ends = rest[text.len()..].strip_prefix("</").is_some_and(|end| end.starts_with(name.qualified));
        if !ends || result.shown.is_some() || unescape(text) != unescape(&self.text[result.value.range()]) {
            cell.result = None;
            return false;
        }
        result.shown = Some(Span { start: tag.end, end: tag.end + text.len() });
        true
    }

    pub(super) fn end_result(&mut self, result: Option<ShownResult>) {
        self.results.extend(result.filter(|result| result.shown.is_some()));
    }

    /// All cells have been read.
    pub(super) fn settle_results(&mut self) {
        for result in std::mem::take(&mut self.results) {
            let text = unescape(&self.text[result.value.range()]);
            let segment = self.said.get(&*text).copied();
            let (Some(segment), Some(shown)) = (segment, result.shown) else {
                self.found.untranslated.add(Reason::Formula, "", result.formula);
                continue;
            };
            let plain = |span| Plain { span, segment, before: "".into(), after: "".into() };
            self.found.slots.push(Slot::Attribute(plain(result.value)));
            self.found.slots.push(Slot::Element(plain(shown)));
        }
    }
}
