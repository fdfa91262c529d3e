//! Names from other storage are hostile on a disk.

use super::TEMPORARY_PREFIX;
use crate::BlobError;

/// The components of a name that stays below its folder on any file system.
///
/// # Errors
/// [`BlobError::BadName`] with what is wrong.
pub(super) fn components(name: &str) -> Result<Vec<&str>, BlobError> {
    if name.is_empty() {
        return Err(BlobError::BadName("it is empty"));
    }
    name.split('/').map(component).collect()
}

pub(super) fn component(part: &str) -> Result<&str, BlobError> {
    let problem = match part {
        "" => "it has an empty segment",
        "." | ".." => "it has a dot segment",
        _ if part.contains('\\') => "it holds a backslash",
        _ if part.chars().any(char::is_control) => "it holds a control character",
        _ if part.len() > 255 => "a segment is longer than 255 bytes",
        _ if part.starts_with(TEMPORARY_PREFIX) => "it looks like an unfinished file of this server",
        _ => return Ok(part),
    };
    Err(BlobError::BadName(problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&[&str]>) {
        assert_eq!(components(name).ok().as_deref(), expected, "{name:?}");
    }

    #[test]
    fn names_stay_below() {
        check("a.txt", Some(&["a.txt"]));
        check("a/b c/é+%2e?#.txt", Some(&["a", "b c", "é+%2e?#.txt"]));
        check("...", Some(&["..."]));
        check("a./b. /.c", Some(&["a.", "b. ", ".c"]));
        check("C:", Some(&["C:"]));
        for name in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "../a",
            "a/../b",
            "a/..",
            "./a",
            "..\\a",
            "a\\b",
            "\\\\host\\a",
            "a\0b",
            "a\nb",
            "\u{85}",
            ".terjuman-x",
            "a/.terjuman-x/b",
        ] {
            check(name, None);
        }
        check(&"x".repeat(255), Some(&[&"x".repeat(255)]));
        check(&"x".repeat(256), None);
    }
}
