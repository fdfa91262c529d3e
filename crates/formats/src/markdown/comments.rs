//! Comments in code: lines that are nothing but a comment, in languages whose comments can be told by how they begin.

use std::ops::Range;

use crate::wording::has_words;

/// What comments of a language begin with, by the names that fences give it.
const LANGUAGES: [(&str, &[&str]); 3] = [
    (
        "//",
        &[
            "c",
            "cpp",
            "c++",
            "cs",
            "csharp",
            "dart",
            "go",
            "java",
            "javascript",
            "js",
            "jsx",
            "kotlin",
            "php",
            "rs",
            "rust",
            "scala",
            "swift",
            "ts",
            "tsx",
            "typescript",
        ],
    ),
    (
        "#",
        &[
            "bash",
            "dockerfile",
            "elixir",
            "make",
            "perl",
            "py",
            "python",
            "r",
            "rb",
            "ruby",
            "sh",
            "shell",
            "toml",
            "yaml",
            "yml",
            "zsh",
        ],
    ),
    ("--", &["ada", "elm", "haskell", "hs", "lua", "sql"]),
];

/// What comments begin with in the language that a fence names; `None` if that is not known.
pub(super) fn marker(info: &str) -> Option<&'static str> {
    let name = info.trim().trim_start_matches(['{', '.']);
    let name = name.split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}' | ':')).next()?;
    let known = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    LANGUAGES.iter().find(|(_, names)| known(names)).map(|(marker, _)| *marker)
}

/// The words of the comments in these lines of code, each by its place.
pub(super) fn comments(code: &str, marker: &'static str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    code.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let blank = line.len() - line.trim_start().len();
        let comment = line.trim_start().strip_prefix(marker)?;
        // `#!`, `///`, `//!` and the like begin comments, too, or lines that a program reads.
        let words = comment.trim_start_matches(['/', '!', '#', '-', '*', ' ', '\t']);
        let start = start + blank + marker.len() + (comment.len() - words.len());
        let words = words.trim_end();
        (!comment.starts_with('!') && has_words(words)).then(|| start..start + words.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_comments_and_shebangs_are_none() {
        let code = "#!/bin/sh\n# Say hello.\necho \"# no\"  # not a whole line\n  ## Twice  \n#\n# 42\n";
        let found: Vec<_> = comments(code, "#").map(|range| &code[range]).collect();
        assert_eq!(found, ["Say hello.", "Twice"]);
        for (info, expected) in
            [("rust,ignore", Some("//")), ("{.python}", Some("#")), ("SQL", Some("--")), ("text", None), ("", None)]
        {
            assert_eq!(marker(info), expected, "{info}");
        }
    }
}
