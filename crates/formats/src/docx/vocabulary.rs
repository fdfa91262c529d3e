//! The two vocabularies of text in Word documents.

/// How paragraphs and runs are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// `w:p`, `w:r`: the text of the document.
    Word,
    /// `a:p`, `a:r`: text in charts and diagrams.
    Drawing,
}
