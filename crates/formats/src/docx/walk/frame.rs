//! What an open element is.

use crate::runs::Role;

/// Which mark of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldMark {
    Begin,
    Separate,
    End,
}

/// What an open element is, and with it what its children may be. `start` is its first byte.
#[derive(Debug, Clone, Copy)]
pub(super) enum Frame {
    /// Anything around paragraphs, and everything that nobody knows.
    Block,
    /// Nothing in it is looked at.
    Ignored,
    /// A story: fields neither come in nor go out.
    Story,
    /// A choice and its fallback.
    Alternate,
    /// A text form field, whose default is text.
    TextInput,
    /// A level of a list, and whether its text is a bullet.
    Level {
        bullet: bool,
    },
    /// Cached strings of a chart.
    Strings,
    /// A trend line of a chart, which may have a name of its own.
    Trendline,
    /// A table row, and whether it is deleted.
    Row {
        deleted: bool,
    },
    RowProperties,
    /// A content control around paragraphs, and whether its content is kept, once that is known.
    BlockControl {
        kept: Option<bool>,
    },
    /// Properties that are read again if the direction changes: of a table, or else of a section.
    Noted {
        start: usize,
        table: bool,
    },
    /// An element that holds nothing but text; `start` is the first byte in it.
    Element {
        start: usize,
    },

    Paragraph,
    ParagraphProperties {
        start: usize,
    },
    /// Properties of the paragraph that is open, said again.
    RepeatedProperties {
        start: usize,
    },
    /// Something around runs that text goes through.
    Wrapper {
        pair: usize,
    },
    /// A simple field whose result is kept: its first token, and the first one in it.
    SimpleField {
        mark: usize,
        result: usize,
    },
    /// A field that shows what a cell says.
    LinkedField {
        start: usize,
    },
    /// A content control among runs: its first token, and its content.
    Control {
        start: usize,
        mark: usize,
        pair: Option<usize>,
        kept: Option<bool>,
    },
    ControlProperties,
    /// What is in a content control among runs.
    Content,
    /// Something whose text is left alone.
    Kept {
        start: usize,
        role: Role,
        in_run: bool,
    },
    /// Something that may hold paragraphs of its own.
    Thing {
        start: usize,
        in_run: bool,
        alternate: bool,
    },
    /// One telling of runs that a choice and its fallback tell in two ways: a small paragraph in the paragraph.
    Branch,
    /// The same within a run, where text stands without one.
    RunBranch,

    Run,
    RunProperties {
        start: usize,
    },
    /// Text, and whether there are elements in it, where none belong.
    Text {
        start: usize,
        odd: bool,
    },
    Instruction {
        start: usize,
    },
    FieldCharacter {
        start: usize,
        kind: FieldMark,
    },
    /// Within a formula whose words are translated.
    Formula,
    /// A run of a formula, and whether it is text and no mathematics.
    FormulaRun {
        is_text: bool,
    },
    FormulaRunProperties,
    /// A base text with its reading.
    Ruby {
        start: usize,
    },
    /// Within a base text.
    RubyBase,
    /// The text in a base text.
    RubyText,
}
