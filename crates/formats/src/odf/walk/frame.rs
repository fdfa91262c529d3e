//! What an open element is.

use crate::runs::Role;

/// What an open element is, and with it what its children may be. `start` is its first byte.
#[derive(Debug, Clone, Copy)]
pub(super) enum Frame {
    /// Anything around paragraphs, and everything that nobody knows.
    Block,
    /// The entries of an index, which say again what headings say.
    Index,
    /// Rows that can be folded away: whoever folded them unfolds them again.
    RowGroup,
    /// A cell of a table.
    Cell,
    /// Nothing in it is looked at.
    Ignored,
    /// Holds nothing but text.
    Element {
        start: usize,
    },
    Paragraph,
    Span,
    /// A link, or a field whose text is prose.
    Pair {
        pair: usize,
    },
    /// So many spaces.
    Spaces {
        start: usize,
        count: usize,
    },
    /// Text with a reading beside it.
    Ruby {
        start: usize,
    },
    RubyBase,
    /// Something in a line of text that is kept.
    Kept {
        start: usize,
        role: Role,
    },
    /// Styles: only the words of list labels in them are text.
    Styles,
    /// A field that shows one of several texts.
    DropDown {
        start: usize,
    },
    /// A field that shows a text which it has in an attribute, or which is declared elsewhere.
    Conditional {
        start: usize,
        content: usize,
    },
    /// Something in a line of text that has paragraphs of its own.
    Thing {
        start: usize,
    },
}
