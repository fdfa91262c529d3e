//! The two vocabularies of text in Word documents.

/// How paragraphs and runs are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// `w:p`, `w:r`: the text of the document.
    Word,
    /// `a:p`, `a:r`: text in charts and diagrams.
    Drawing,
}

/// What may stand in a run beside text: it has no look of its own, and is as good as a character.
pub(super) const SHARED: [&str; 8] =
    ["t", "tab", "ptab", "br", "cr", "noBreakHyphen", "softHyphen", "lastRenderedPageBreak"];
