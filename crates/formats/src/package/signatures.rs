//! Digital signatures: they no longer hold once a part changes, and are then left out.

use super::{Changes, ContentTypes, Package, relationships_part};
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// The changes that take the signatures out of a package: none if it has none.
///
/// # Errors
/// [`FormatError::Corrupt`] if the package's own parts are not well-formed.
pub(crate) fn without_signatures(package: &mut Package, limits: &Limits) -> Result<Changes, FormatError> {
    let mut changes = Changes::default();
    let is_signature = |name: &str| name.trim_start_matches('/').to_ascii_lowercase().starts_with(FOLDER);
    let signatures: Vec<_> = package.names().filter(|name| is_signature(name)).map(str::to_owned).collect();
    if signatures.is_empty() {
        return Ok(changes);
    }
    let is_origin = |name: Namespace, scanner: &mut Scanner<'_>| {
        name == Namespace::PackageRelationships
            && scanner.value(Namespace::None, "Type").is_some_and(|kind| kind.ends_with("/digital-signature/origin"))
    };
    cut(package, &relationships_part(""), limits, &mut changes, is_origin)?;
    cut(package, ContentTypes::PART, limits, &mut changes, |_, scanner| {
        scanner.value(Namespace::None, "PartName").is_some_and(|name| is_signature(&name))
    })?;
    signatures.iter().for_each(|name| changes.remove(name));
    Ok(changes)
}

/// Where every program that signs packages puts its signatures.
const FOLDER: &str = "_xmlsignatures/";

/// Leaves the elements out of a part that `is_gone` names.
fn cut(
    package: &mut Package,
    name: &str,
    limits: &Limits,
    changes: &mut Changes,
    is_gone: impl Fn(Namespace, &mut Scanner<'_>) -> bool,
) -> Result<(), FormatError> {
    let Some(bytes) = package.read(name)? else { return Ok(()) };
    let part = XmlPart::decode(name, bytes)?;
    let mut kept = String::with_capacity(part.text.len());
    let mut scanner = Scanner::new(&part.text, name, limits);
    let mut gone: Option<usize> = None;
    while let Some(event) = scanner.next()? {
        if let Kind::Start { name, .. } = event.kind
            && gone.is_none()
            && is_gone(name.namespace, &mut scanner)
        {
            gone = Some(scanner.depth());
        }
        match gone {
            None => kept.push_str(&part.text[event.range]),
            Some(depth) if matches!(event.kind, Kind::End { .. }) && scanner.depth() + 1 == depth => gone = None,
            Some(_) => {}
        }
    }
    changes.replace(package, name, part.encode(&kept));
    Ok(())
}
