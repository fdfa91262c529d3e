//! Messages with arguments, as the formatters of ICU read them: `{count, plural, one {# file} other {# files}}`.
//!
//! The words of each branch are a text of their own; the names of arguments, the kinds, the selectors and the braces are
//! for the formatter.

use std::ops::Range;

/// A stretch of words, and in it the arguments that are not words: `{when, date, short}`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) range: Range<usize>,
    pub(super) arguments: Vec<Range<usize>>,
}

/// How deep branches may stand in branches.
const DEEPEST: usize = 16;

/// The stretches of a message in order, if the text is one: it has an argument with a kind.
pub(super) fn read(text: &str) -> Option<Vec<Stretch>> {
    if !text.contains('{') || !KINDS.iter().any(|kind| text.contains(kind)) {
        return None;
    }
    let (mut found, mut has_kind) = (Vec::new(), false);
    let mut open = vec![(0..text.len(), 0)];
    while let Some((range, depth)) = open.pop() {
        let mut stretch = Stretch { range: range.start..range.start, arguments: Vec::new() };
        let mut at = range.start;
        while let Some(brace) = text[at..range.end].find(['{', '}']) {
            let start = at + brace;
            let end = start + braces(&text[start..range.end])?;
            at = end;
            let inner = &text[start + 1..end - 1];
            let mut parts = inner.splitn(3, ',').map(str::trim);
            let (name, kind, rest) = (parts.next()?, parts.next(), parts.next());
            let Some(kind) = kind else { continue };
            if !is_name(name) || !KINDS.contains(&kind) {
                return None;
            }
            has_kind = true;
            match rest.filter(|_| BRANCHING.contains(&kind)) {
                Some(rest) if depth < DEEPEST => {
                    let from = end - 1 - (inner.len() - inner.rfind(rest)?);
                    let branches = branches(text, from..end - 1)?;
                    stretch.range.end = start;
                    found.push(std::mem::replace(&mut stretch, Stretch { range: end..end, arguments: Vec::new() }));
                    open.extend(branches.into_iter().map(|branch| (branch, depth + 1)));
                }
                Some(_) => return None,
                None => stretch.arguments.push(start..end),
            }
        }
        stretch.range.end = range.end;
        found.push(stretch);
    }
    found.retain(|stretch| !stretch.range.is_empty());
    found.sort_by_key(|stretch| stretch.range.start);
    has_kind.then_some(found)
}

const KINDS: [&str; 9] =
    ["plural", "select", "selectordinal", "number", "date", "time", "spellout", "ordinal", "duration"];
const BRANCHING: [&str; 3] = ["plural", "select", "selectordinal"];

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The length of what the brace at the start opens. `None` if it opens nothing, or is never closed.
fn braces(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// What stands between the braces behind each selector.
fn branches(text: &str, range: Range<usize>) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    let mut at = range.start;
    loop {
        at = range.end - text[at..range.end].trim_start().len();
        if at == range.end {
            return (!found.is_empty()).then_some(found);
        }
        let selector = text[at..range.end].find(|c: char| c.is_whitespace() || c == '{')?;
        let is_offset = text[at..].starts_with("offset:");
        at = range.end - text[at + selector..range.end].trim_start().len();
        if is_offset {
            continue;
        }
        if selector == 0 || !text[at..range.end].starts_with('{') {
            return None;
        }
        let length = braces(&text[at..range.end])?;
        found.push(at + 1..at + length - 1);
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = read(text).unwrap_or_default();
        assert_eq!(found.iter().map(|stretch| &text[stretch.range.clone()]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn branches_are_texts() {
        check("{n, plural, one {# file} other {# files}}", &["# file", "# files"]);
        check(
            "You have {n,plural,offset:1 =0{none} other{{n, number} of {who}}} left",
            &["You have ", "none", "{n, number} of {who}", " left"],
        );
        check(
            "{g, select, male {{n, plural, one {his} other {their}} cats} other {x}}",
            &["his", "their", " cats", "x"],
        );
        assert_eq!(read("On {d, date, short} at").unwrap()[0].arguments, vec![3..19]);
    }

    #[test]
    fn what_is_no_message_is_not_cut() {
        for text in [
            "A {plural} word",
            "{n, plural, one {x}",
            "{n, plural}}",
            "{a, plural, one}",
            "a, plural {b, c}",
            "{n, plural, {x}}",
            "{two words, select, a {b}}",
            "}{n, number}",
            "plural",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let deep = format!("{}x{}", "{n, select, a {".repeat(40_000), "}}".repeat(40_000));
        assert_eq!(read(&deep), None);
    }
}
