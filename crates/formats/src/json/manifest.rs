//! Manifests of packages, `package.json` and its like: nearly all of their values are names, commands and versions.

use super::keys::Keys;
use super::scan;
use crate::{FormatError, Limits, Options};

/// Names that only a manifest has beside `name` and `version`.
const TELLING: [&str; 8] = [
    "\"dependencies\"",
    "\"devDependencies\"",
    "\"peerDependencies\"",
    "\"scripts\"",
    "\"engines\"",
    "\"bin\"",
    "\"license\"",
    "\"lockfileVersion\"",
];

/// Names whose values people read, those of extensions of editors among them.
const TEXTS: [&str; 10] = [
    "description",
    "displayName",
    "title",
    "label",
    "detail",
    "tooltip",
    "markdownDescription",
    "enumDescriptions",
    "markdownEnumDescriptions",
    "deprecationMessage",
];

/// Whether the text is a manifest.
///
/// # Errors
/// Those of [`scan::values`].
pub(super) fn is_one(text: &str, limits: &Limits) -> Result<bool, FormatError> {
    if !text.contains("\"version\"") || !TELLING.iter().any(|name| text.contains(name)) {
        return Ok(false);
    }
    let (mut has_name, mut has_version) = (false, false);
    scan::values(text, Keys::of(&Options::default()), limits, |value| {
        if value.depth == 1 {
            let key = value.key.map_or("", |key| &text[key]);
            has_name |= key == "name";
            has_version |= key == "version" && text[value.range].starts_with(|c: char| c.is_ascii_digit());
        }
        Ok(())
    })?;
    Ok(has_name && has_version)
}

/// Whether the value of this name is for people.
pub(super) fn is_text(key: &str) -> bool {
    TEXTS.contains(&key)
}
