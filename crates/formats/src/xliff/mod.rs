//! XLIFF 1.0 to 2.2 (OASIS XLIFF 1.2 and 2.1, `formats.md` B.9).
//!
//! The source stays as it is: the translation goes to the target. A unit that needs one gets a target with the layout of its
//! source, codes included; a target that is finished is kept. Read by `walk`, whose contents are read by `content`,
//! written by `skeleton`.

mod attributes;
mod content;
mod escaped;
mod skeleton;
mod unit;
mod walk;

use self::skeleton::XliffSkeleton;
use crate::sources::Sources;
use crate::xml::XmlPart;
use crate::{Extracted, FormatError, Limits, Options};

/// How messages call the file.
const NAME: &str = "xliff";

pub(crate) fn extract(bytes: &[u8], _: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FormatError::Empty);
    }
    let part = XmlPart::decode_declared(NAME, bytes)?;
    let (found, segments) = walk::walk(&part, limits)?;
    let sources = Sources::of(&segments);
    let original = (part.text.as_bytes() != bytes).then(|| bytes.to_vec());
    let skeleton = XliffSkeleton { part, original, found, sources, limits: limits.clone() };
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings: Vec::new() })
}

#[cfg(test)]
mod tests;
