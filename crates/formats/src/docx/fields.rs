//! Fields: instructions with a result that Word computed (ECMA-376 part 1, 17.16).

/// Fields whose results are text of the document; a reference shows a caption or a heading, which is translated where it
/// stands, and the words that a condition chose are seen until it is asked again. Every other result would be overwritten by the next update, or is no prose: numbers, dates, names.
const LIVE: [&str; 17] = [
    "AUTOTEXT",
    "AUTOTEXTLIST",
    "COMMENTS",
    "DATABASE",
    "FILLIN",
    "FORMTEXT",
    "HYPERLINK",
    "IF",
    "INCLUDETEXT",
    "KEYWORDS",
    "QUOTE",
    "REF",
    "STYLEREF",
    "SUBJECT",
    "TITLE",
    "TOA",
    "TOC",
];

/// Whether the result of the field is translated.
pub(crate) fn is_live(instruction: &str) -> bool {
    let name = instruction.trim_start().split(|c: char| c.is_whitespace() || c == '\\' || c == '"').next();
    name.is_some_and(|name| LIVE.contains(&name.to_ascii_uppercase().as_str()))
}

/// A complex field whose end has not come.
#[derive(Debug)]
pub(super) struct Field {
    /// Where it begins: its name.
    pub(super) at: usize,
    pub(super) state: State,
    /// The first bytes of its instruction.
    pub(super) instruction: String,
    /// The token it begins with, if it began in the current paragraph.
    pub(super) mark: Option<usize>,
    /// The token that its result begins with, likewise.
    pub(super) result: Option<usize>,
    /// The pair that its live result is, if it began in the current paragraph.
    pub(super) pair: Option<usize>,
}

/// How far a field has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Before its separator.
    Instruction,
    /// In a result that is translated.
    Live,
    /// In a result that is kept.
    Kept,
}

/// Bytes of an instruction that are looked at.
pub(super) const INSTRUCTION_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_are_prose_are_live() {
        for live in [
            " HYPERLINK \"http://a\"",
            "toc \\o",
            "FORMTEXT",
            " TITLE\\* MERGEFORMAT",
            "REF _Ref1 \\h",
            " IF 1=1 \"a\" \"b\"",
        ] {
            assert!(is_live(live), "{live}");
        }
        for kept in ["", " PAGE ", "PAGEREF _Ref1 \\h", "= 1 + 2", "TOCX", " SEQ Figure \\* ARABIC", "bookmark"] {
            assert!(!is_live(kept), "{kept}");
        }
    }
}
