//! The manifest of a package: what is encrypted, signed, or a document within the document (OpenDocument part 2, section
//! 3 and 4).

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::edits::Edits;
use crate::package::{Changes, Package};
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

const PART: &str = "META-INF/manifest.xml";

/// What the manifest says.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    part: Option<XmlPart>,
    /// Media types by path.
    types: HashMap<String, String>,
    /// Paths of what is encrypted.
    encrypted: HashSet<String>,
    /// Where signatures are listed.
    signatures: Vec<Range<usize>>,
}

impl Manifest {
    /// Reads the manifest, if there is one.
    ///
    /// # Errors
    /// [`FormatError::Encrypted`] if the content is encrypted, [`FormatError::Corrupt`] if the manifest is not well-formed.
    pub(super) fn read(package: &mut Package, limits: &Limits) -> Result<Self, FormatError> {
        let Some(bytes) = package.read(PART)? else { return Ok(Self::default()) };
        let part = XmlPart::decode(PART, bytes)?;
        let mut manifest = Self::default();
        let text = without_document_type(&part.text);
        let mut scanner = Scanner::new(&text, PART, limits);
        let mut entry: Option<(usize, String)> = None;
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } if name.is(Namespace::OdfManifest, "file-entry") => {
                    let mut value =
                        |local: &str| scanner.value(Namespace::OdfManifest, local).unwrap_or_default().into_owned();
                    let (path, media_type) = (value("full-path"), value("media-type"));
                    manifest.types.insert(path.clone(), media_type);
                    entry = Some((event.range.start, path));
                }
                Kind::Start { name, .. } if name.is(Namespace::OdfManifest, "encryption-data") => {
                    manifest.encrypted.extend(entry.as_ref().map(|(_, path)| path.clone()));
                }
                Kind::End { name } if name.is(Namespace::OdfManifest, "file-entry") => {
                    if let Some((start, path)) = entry.take()
                        && is_signature(&path)
                    {
                        manifest.signatures.push(start..event.range.end);
                    }
                }
                _ => {}
            }
        }
        drop(text);
        // Macros alone may have a password. A whole package that is encrypted has its entries within.
        let is_readable = package.contains(super::CONTENT) && !manifest.is_encrypted(super::CONTENT);
        if !manifest.encrypted.is_empty() && !is_readable {
            return Err(FormatError::Encrypted);
        }
        manifest.part = Some(part);
        Ok(manifest)
    }

    /// Whether an entry of this name has a password.
    pub(super) fn is_encrypted(&self, name: &str) -> bool {
        self.encrypted.contains(name)
    }

    /// The contents of documents within the document: charts, tables, texts. Formulas have no text.
    pub(super) fn objects(&self, package: &Package) -> Vec<String> {
        let is_object = |name: &&str| {
            name.strip_suffix(super::CONTENT).is_some_and(|folder| {
                let media_type = self.types.get(folder).map_or("", String::as_str);
                folder.ends_with('/') && !media_type.contains("formula")
            })
        };
        package.names().filter(is_object).map(str::to_owned).collect()
    }

    /// The changes that take the signatures out of a package: none if it has none.
    pub(super) fn without_signatures(&self, package: &Package) -> Changes {
        let mut changes = Changes::default();
        let signatures: Vec<_> = package.names().filter(|name| is_signature(name)).map(str::to_owned).collect();
        if signatures.is_empty() {
            return changes;
        }
        signatures.iter().for_each(|name| changes.remove(name));
        if let Some(part) = self.part.as_ref().filter(|_| !self.signatures.is_empty()) {
            let mut edits = Edits::default();
            self.signatures.iter().for_each(|range| edits.replace(range.clone(), ""));
            let text = String::from_utf8(edits.apply(part.text.as_bytes())).expect("whole elements were cut out");
            changes.replace(package, PART, part.encode(&text));
        }
        changes
    }
}

/// `documentsignatures.xml`, `macrosignatures.xml` and what other programs call theirs.
fn is_signature(name: &str) -> bool {
    name.strip_prefix("META-INF/").is_some_and(|name| name.contains("signatures"))
}

/// Old writers name a document type, which says nothing. The text keeps its length.
fn without_document_type(text: &str) -> std::borrow::Cow<'_, str> {
    let found = text.find("<!DOCTYPE").and_then(|start| Some(start..start + text[start..].find('>')? + 1));
    match found.filter(|range| !text[range.clone()].contains('[')) {
        Some(range) => {
            let blanks = " ".repeat(range.len());
            format!("{}{blanks}{}", &text[..range.start], &text[range.end..]).into()
        }
        None => text.into(),
    }
}
