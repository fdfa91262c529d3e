//! What the tokenizer reads from: a text, until one tag has too many attributes.
//!
//! For each attribute in quotation marks the tokenizer calls itself, three hundred bytes deeper, until the tag ends: some
//! thousands of them would be the end of a thread's stack, and so of the process.

use html5gum::{Readable, Reader, StringReader};

use super::token::Shared;

/// Attributes of one tag, at most, whatever the limits say.
pub(super) const ATTRIBUTES: usize = 1_000;

/// A tag has too many attributes.
#[derive(Debug, thiserror::Error)]
#[error("too many attributes in one element")]
pub(super) struct TooManyAttributes;

/// Reads a text.
#[derive(Debug)]
pub(super) struct BoundedReader<'a> {
    text: StringReader<'a>,
    shared: &'a Shared,
}

impl<'a> BoundedReader<'a> {
    pub(super) fn new(text: &'a str, shared: &'a Shared) -> Self {
        Self { text: text.to_reader(), shared }
    }

    #[inline(always)]
    fn check(&self) -> Result<(), TooManyAttributes> {
        if self.shared.attributes.get() > self.shared.most_attributes { Err(TooManyAttributes) } else { Ok(()) }
    }
}

impl Reader for BoundedReader<'_> {
    type Error = TooManyAttributes;

    #[inline(always)]
    fn read_byte(&mut self) -> Result<Option<u8>, TooManyAttributes> {
        self.check()?;
        let Ok(byte) = self.text.read_byte();
        Ok(byte)
    }

    #[inline(always)]
    fn try_read_string(&mut self, text: &[u8], case_sensitive: bool) -> Result<bool, TooManyAttributes> {
        let Ok(is_there) = self.text.try_read_string(text, case_sensitive);
        Ok(is_there)
    }

    #[inline(always)]
    fn read_until<'b>(
        &'b mut self,
        needle: &[u8],
        buffer: &'b mut [u8; 4],
    ) -> Result<Option<&'b [u8]>, TooManyAttributes> {
        self.check()?;
        let Ok(chunk) = self.text.read_until(needle, buffer);
        Ok(chunk)
    }
}
