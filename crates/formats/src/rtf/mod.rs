//! Rich Text Format (specification 1.9.1, `formats.md` B.10).
//!
//! The document is read as characters up to U+00FF, one for each byte. `walk` follows groups and control words, and puts
//! what is in a paragraph into segments by [`crate::runs`]. Written back are only the bytes of texts: control words and
//! braces around them stay where they are, and so what they set for the text behind.

mod codepage;
mod destination;
mod encapsulated;
mod fonts;
mod languages;
mod retarget;
mod scanner;
mod skeleton;
mod spelling;
mod state;
mod structure;
mod walk;

pub(crate) use self::codepage::CodePage;
pub(crate) use self::encapsulated::html as encapsulated_html;
use self::skeleton::RtfSkeleton;
use crate::sources::Sources;
use crate::{Extracted, FormatError, Limits, Options};

/// What places in errors are named by: there is one part only.
const PART: &str = "document";

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FormatError::Empty);
    }
    if !bytes.trim_ascii_start().starts_with(b"{\\rtf") {
        return Err(FormatError::corrupt("it is no RTF document", PART, 0));
    }
    let source = encoding_rs::mem::decode_latin1(bytes).into_owned();
    let mut segments = Vec::new();
    let found = walk::walk(&source, options, limits, &mut segments)?;
    let sources = Sources::of(&segments);
    let warnings = found.warnings.clone();
    Ok(Extracted { segments, skeleton: Box::new(RtfSkeleton { source, found, sources }), warnings })
}

#[cfg(test)]
mod tests;
