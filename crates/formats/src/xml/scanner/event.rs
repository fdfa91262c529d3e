//! What the scanner finds.

use std::ops::Range;

use crate::xml::namespaces::Namespace;

/// Something in the file. The ranges of all events cover the file without gaps.
#[derive(Debug, Clone)]
pub(crate) struct Event<'a> {
    /// What it is.
    pub(crate) kind: Kind<'a>,
    /// Its bytes. An empty-element tag gives a start and then an end without bytes.
    pub(crate) range: Range<usize>,
}

/// What an [`Event`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// A start or empty-element tag. Its attributes are the scanner's until the next event.
    Start {
        /// The element.
        name: Name<'a>,
        /// `<a/>`.
        empty: bool,
    },
    /// An end tag, or the end of an empty-element tag.
    End {
        /// The element.
        name: Name<'a>,
    },
    /// Text, with its references unread: see [`unescape`].
    Text,
    /// A CDATA section with its delimiters.
    CData,
    /// A comment, a processing instruction, the XML declaration, white space outside the root.
    Other,
}

/// The name of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// The namespace that its prefix stands for.
    pub(crate) namespace: Namespace,
    /// The name without prefix.
    pub(crate) local: &'a str,
    /// The name as it is written.
    pub(crate) qualified: &'a str,
}

impl Name<'_> {
    /// Whether it is this element.
    pub(crate) fn is(&self, namespace: Namespace, local: &str) -> bool {
        self.namespace == namespace && self.local == local
    }
}

/// An attribute of the last start tag.
#[derive(Debug, Clone)]
pub(crate) struct Attribute<'a> {
    /// The name as it is written.
    pub(crate) qualified: &'a str,
    /// The value as it is written, between its quotes.
    pub(crate) value: Range<usize>,
}
