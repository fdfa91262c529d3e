//! Open Packaging Conventions: what a part is (content types) and how parts hang together (relationships).
//!
//! ECMA-376 part 2, sections 6.5 (relationships) and 6.2.3 and 6.3.2 (content types).

use std::collections::HashMap;

use super::{Package, key};
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// What `[Content_Types].xml` says.
#[derive(Debug, Default)]
pub(crate) struct ContentTypes {
    /// By extension, in lower case.
    defaults: HashMap<String, String>,
    /// By part name, spelled as [`key`] does.
    overrides: HashMap<String, String>,
}

impl ContentTypes {
    /// The name of the part that holds the content types.
    pub(crate) const PART: &str = "[Content_Types].xml";

    /// Reads the part.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if it is not well-formed.
    pub(crate) fn read(part: &XmlPart, limits: &Limits) -> Result<Self, FormatError> {
        let mut types = Self::default();
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        while let Some(event) = scanner.next()? {
            let Kind::Start { name, .. } = event.kind else { continue };
            if name.namespace != Namespace::ContentTypes {
                continue;
            }
            let Some(content_type) = scanner.value(Namespace::None, "ContentType") else { continue };
            let (map, named) = match name.local {
                "Default" => (&mut types.defaults, "Extension"),
                "Override" => (&mut types.overrides, "PartName"),
                _ => continue,
            };
            if let Some(named) = scanner.value(Namespace::None, named) {
                map.insert(key(&named), content_type.to_ascii_lowercase());
            }
        }
        Ok(types)
    }

    /// The content type of a part, in lower case.
    pub(crate) fn of(&self, part: &str) -> Option<&str> {
        let part = key(part);
        let extension = part.rsplit_once('.').map_or("", |(_, extension)| extension);
        self.overrides.get(&part).or_else(|| self.defaults.get(extension)).map(String::as_str)
    }
}

/// One arrow from a part (or from the package) to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relationship {
    /// What the source part calls it.
    pub(crate) id: String,
    /// The last step of the type's name (`footnotes`, `hyperlink`): transitional and strict types differ before it.
    pub(crate) kind: String,
    /// The part it leads to; `None` if it leads out of the package, which is never followed.
    pub(crate) part: Option<String>,
}

/// Relationships of one part.
const RELATIONSHIPS: usize = 10_000;
/// Relationships of all parts together.
pub(super) const ALL_RELATIONSHIPS: usize = 200_000;

/// The name of the part that holds the relationships of `source`, of the package if that is empty.
pub(crate) fn relationships_part(source: &str) -> String {
    let (folder, name) = source.rsplit_once('/').map_or(("", source), |(folder, name)| (folder, name));
    if folder.is_empty() { format!("_rels/{name}.rels") } else { format!("{folder}/_rels/{name}.rels") }
}

/// The relationships of a part, of the package if `source` is empty.
///
/// # Errors
/// As [`relationships`], and past 200,000 in all parts together.
pub(crate) fn relationships_of(
    package: &mut Package,
    source: &str,
    limits: &Limits,
) -> Result<Vec<Relationship>, FormatError> {
    let name = relationships_part(source);
    match package.read(&name)? {
        Some(bytes) => {
            let found = relationships(source, &XmlPart::decode(&name, bytes)?, limits)?;
            let too_many =
                FormatError::TooComplex { limit: ALL_RELATIONSHIPS as u64, unit: "relationships of all parts" };
            package.relationships = package.relationships.checked_sub(found.len()).ok_or(too_many)?;
            Ok(found)
        }
        None => Ok(Vec::new()),
    }
}

/// Reads the relationships of `source`.
///
/// # Errors
/// [`FormatError::Corrupt`] if the part is not well-formed, [`FormatError::TooComplex`] for more than 10,000.
fn relationships(source: &str, part: &XmlPart, limits: &Limits) -> Result<Vec<Relationship>, FormatError> {
    let mut relationships = Vec::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    while let Some(event) = scanner.next()? {
        let Kind::Start { name, .. } = event.kind else { continue };
        if !name.is(Namespace::PackageRelationships, "Relationship") {
            continue;
        }
        let mut value = |local: &str| scanner.value(Namespace::None, local).unwrap_or_default().into_owned();
        let (id, kind, target) = (value("Id"), value("Type"), value("Target"));
        let external = value("TargetMode").eq_ignore_ascii_case("external");
        if relationships.len() >= RELATIONSHIPS {
            return Err(FormatError::TooComplex { limit: RELATIONSHIPS as u64, unit: "relationships of one part" });
        }
        relationships.push(Relationship {
            id,
            kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
            part: if external { None } else { resolve(source, &target) },
        });
    }
    Ok(relationships)
}

/// The part that a target names, seen from `source`. A path that leaves the package leads nowhere.
fn resolve(source: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or_default().replace('\\', "/");
    let target = percent_decoded(&target);
    let mut path: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => source.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect()),
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop()?;
            }
            step => path.push(step),
        }
    }
    (!path.is_empty() && path.len() < 100).then(|| path.join("/"))
}

pub(super) fn percent_decoded(target: &str) -> String {
    if !target.contains('%') {
        return target.to_owned();
    }
    let bytes = target.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = target.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_within_the_package() {
        for (source, target, part) in [
            ("word/document.xml", "header1.xml", Some("word/header1.xml")),
            ("word/document.xml", "/word/header1.xml", Some("word/header1.xml")),
            ("word/document.xml", "../customXml/item%201.xml", Some("customXml/item 1.xml")),
            ("", "word/document.xml", Some("word/document.xml")),
            ("word/document.xml", "./a\\b.xml#x", Some("word/a/b.xml")),
            ("word/document.xml", "../../../etc/passwd", None),
            ("", "", None),
        ] {
            assert_eq!(resolve(source, target).as_deref(), part, "{target}");
        }
        assert_eq!(relationships_part("word/document.xml"), "word/_rels/document.xml.rels");
        assert_eq!(relationships_part(""), "_rels/.rels");
    }

    #[test]
    fn types_and_relationships_are_read() {
        let limits = Limits::default();
        let part = |text: &str| XmlPart::decode("x", text.into()).unwrap();
        let types = ContentTypes::read(
            &part(
                "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>\
                 <Default Extension='XML' ContentType='application/xml'/>\
                 <Override PartName='/word/Document.xml' ContentType='application/X+xml'/></Types>",
            ),
            &limits,
        )
        .unwrap();
        assert_eq!(types.of("word/document.xml"), Some("application/x+xml"));
        assert_eq!(types.of("other.xml"), Some("application/xml"));
        assert_eq!(types.of("other.png"), None);
        let found = relationships(
            "word/document.xml",
            &part(
                "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>\
                 <Relationship Id='a' Type='http://x/footnotes' Target='footnotes.xml'/>\
                 <Relationship Id='b' Type='http://x/hyperlink' Target='http://a/b' TargetMode='External'/>\
                 </Relationships>",
            ),
            &limits,
        )
        .unwrap();
        assert_eq!(found[0].part.as_deref(), Some("word/footnotes.xml"));
        assert_eq!((found[1].kind.as_str(), found[1].part.as_deref()), ("hyperlink", None));
    }
}
