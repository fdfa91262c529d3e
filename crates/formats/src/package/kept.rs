//! What the entries of a package hold that no filter takes for text, told by their names as writers give them.

use super::Package;
use crate::{Reason, Untranslated};

/// Pictures that may show text.
const PICTURES: [&str; 14] =
    ["png", "jpg", "jpeg", "jpe", "gif", "bmp", "tif", "tiff", "emf", "wmf", "svg", "svm", "webp", "wdp"];

/// Counts the entries that stay as they are. `is_read` tells those of embedded documents that a filter did take in.
pub(crate) fn kept_entries(package: &Package, is_read: impl Fn(&str) -> bool) -> Untranslated {
    let mut kept = Untranslated::default();
    for name in package.names() {
        let part = name.replace('\\', "/");
        if let Some(reason) = reason(&part.to_ascii_lowercase())
            && !is_read(&part)
        {
            kept.add(reason, name, 0);
        }
    }
    kept
}

fn reason(name: &str) -> Option<Reason> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_preview = name.starts_with("docprops/") || name.starts_with("thumbnails/");
    let is_folder = name.ends_with('/');
    let is_script = (name.starts_with("basic/") || name.starts_with("scripts/")) && !name.ends_with("-lc.xml");
    if is_folder || is_preview || name.starts_with("objectreplacements/") {
        None
    } else if name.starts_with("_xmlsignatures/") && extension == "xml" || name == "meta-inf/documentsignatures.xml" {
        Some(Reason::Signature)
    } else if name.ends_with("vbaproject.bin") || is_script {
        Some(Reason::Macro)
    } else if name.contains("/embeddings/") || (name.starts_with("object ") && !name.contains('/')) {
        Some(Reason::EmbeddedObject)
    } else if PICTURES.contains(&extension) {
        Some(Reason::ImageText)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_by_their_names() {
        for (name, expected) in [
            ("word/media/image1.png", Some(Reason::ImageText)),
            ("pictures/100.svg", Some(Reason::ImageText)),
            ("docprops/thumbnail.jpeg", None),
            ("thumbnails/thumbnail.png", None),
            ("objectreplacements/object 1", None),
            ("object 1", Some(Reason::EmbeddedObject)),
            ("object 1/content.xml", None),
            ("xl/embeddings/oleobject1.bin", Some(Reason::EmbeddedObject)),
            ("xl/vbaproject.bin", Some(Reason::Macro)),
            ("basic/standard/module1.xml", Some(Reason::Macro)),
            ("basic/script-lc.xml", None),
            ("_xmlsignatures/sig1.xml", Some(Reason::Signature)),
            ("word/document.xml", None),
            ("word/media/", None),
        ] {
            assert_eq!(reason(name), expected, "{name}");
        }
    }
}
