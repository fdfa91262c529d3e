//! DITA topics and maps (OASIS DITA 1.0 to 1.3).
//!
//! Which elements are blocks and which stand in sentences, `vocabulary` says; `walk` finds the texts, which
//! [`crate::inline`] makes segments of and writes back over the original bytes.

mod skeleton;
mod vocabulary;
mod walk;

use self::skeleton::DitaSkeleton;
use crate::sources::Sources;
use crate::xml::XmlPart;
use crate::{Extracted, FormatError, Limits, Options};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FormatError::Empty);
    }
    let part = XmlPart::decode_declared("dita", bytes)?;
    let found = walk::walk(&part, options, limits)?;
    let (slots, segments) = found.texts.into_lists();
    let sources = Sources::of(&segments);
    let original = (part.text.as_bytes() != bytes).then(|| bytes.to_vec());
    let skeleton = DitaSkeleton {
        part,
        original,
        slots,
        sources,
        languages: found.languages,
        root: found.root,
        direction: found.direction,
        limits: limits.clone(),
        untranslated: found.untranslated,
    };
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings: Vec::new() })
}

#[cfg(test)]
mod tests;
