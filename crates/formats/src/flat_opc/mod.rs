//! Office Open XML in one file: the parts of a package as elements of one XML document ("flat OPC").
//!
//! A package is made of the parts in memory, and the filter of its kind takes that apart. What it writes into a part goes
//! back into the place of that part; every other byte of the file stays as it is.

mod parts;

use self::parts::{FlatPart, Parts};
use crate::detect::detect;
use crate::edits::Edits;
use crate::mail::{decode_base64, encode_base64};
use crate::package::{ContentTypes, Package, stored};
use crate::table::Format;
use crate::xml::{XmlPart, check, escape_attribute};
use crate::{Extracted, FormatError, Limits, Options, Skeleton, Target, Untranslated};
use terjuman_model::TaggedText;

/// What messages call the file.
const NAME: &str = "document";

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    if bytes.is_empty() {
        return Err(FormatError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        // `.ooxml` says only that it is a package.
        let format = detect(None, None, bytes)?;
        return match format {
            Format::Docx | Format::Pptx | Format::Xlsx => crate::extract(format, bytes, options, limits),
            _ => Err(FormatError::Unsupported("zip".into())),
        };
    }
    let file = XmlPart::decode(NAME, bytes.to_vec())?;
    let parts = Parts::read(&file, limits)?;
    let package = package(&file, &parts)?;
    let Extracted { segments, skeleton, warnings } = crate::extract(parts.kind()?, &package, options, limits)?;
    drop(package);
    let skeleton = FlatSkeleton { bytes: bytes.to_vec(), file, parts: parts.parts, skeleton, limits: limits.clone() };
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings })
}

/// The package that the file stands for.
fn package(file: &XmlPart, parts: &Parts) -> Result<Vec<u8>, FormatError> {
    let mut types = String::from("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">");
    for part in &parts.parts {
        types.push_str("<Override PartName=\"/");
        escape_attribute(&part.name, &mut types);
        types.push_str("\" ContentType=\"");
        escape_attribute(&part.content_type, &mut types);
        types.push_str("\"/>");
    }
    types.push_str("</Types>");
    let contents: Vec<Vec<u8>> = parts.parts.iter().map(|part| contents(file, part)).collect();
    let listed = parts.parts.iter().zip(&contents).map(|(part, contents)| (part.name.as_str(), contents.as_slice()));
    stored(std::iter::once((ContentTypes::PART, types.as_bytes())).chain(listed))
}

/// What a part holds, as a file of its own.
fn contents(file: &XmlPart, part: &FlatPart) -> Vec<u8> {
    let inner = &file.text[part.content.clone()];
    if part.is_binary {
        return decode_base64(inner.as_bytes());
    }
    let at = part.root - part.content.start;
    [&inner[..at], &part.declarations, &inner[at..]].concat().into_bytes()
}

struct FlatSkeleton {
    bytes: Vec<u8>,
    file: XmlPart,
    parts: Vec<FlatPart>,
    /// Of the package.
    skeleton: Box<dyn Skeleton>,
    limits: Limits,
}

impl Skeleton for FlatSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        let written = self.skeleton.merge(translations, target)?;
        // The filter was given stored parts, whose bytes may have become more: they are our own, not hostile.
        let limits = Limits { zip_entry_bytes: u64::MAX, zip_total_bytes: u64::MAX, ..self.limits.clone() };
        let mut package = Package::open(&written, &limits)?;
        drop(written);
        let mut edits = Edits::default();
        for part in &self.parts {
            match package.read(&part.name)? {
                None => edits.replace(part.element.clone(), ""),
                Some(new) if new == contents(&self.file, part) => {}
                Some(new) if part.is_binary => edits.replace(part.content.clone(), encode_base64(&new, "\r\n")),
                Some(new) => edits.replace(part.content.clone(), without_declarations(new, part)),
            }
        }
        if edits.is_empty() {
            return Ok(self.bytes.clone());
        }
        let text = String::from_utf8(edits.apply(self.file.text.as_bytes()))
            .map_err(|_| FormatError::Verification("a written part is not UTF-8".into()))?;
        check(&text, NAME, &self.limits)?;
        Ok(self.file.encode(&text))
    }

    fn untranslated(&self) -> Untranslated {
        self.skeleton.untranslated()
    }
}

/// Takes out the declarations that the outer elements make. Where the filter changed what stands before them they stay:
/// they say the same there.
fn without_declarations(mut new: Vec<u8>, part: &FlatPart) -> Vec<u8> {
    let at = part.root - part.content.start;
    let place = at..at + part.declarations.len();
    if new.get(place.clone()) == Some(part.declarations.as_bytes()) {
        new.drain(place);
    }
    new
}

#[cfg(test)]
mod tests;
