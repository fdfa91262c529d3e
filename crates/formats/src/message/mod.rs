//! Messages with arguments, as the formatters of ICU read them: `{count, plural, one {# file} other {# files}}`.
//!
//! The words of each branch are a text of their own; the names of arguments, the kinds, the selectors and the braces are
//! for the formatter. Every text may quote such a message; the strings of JSON often are one as a whole.

mod braces;

use std::ops::Range;

use braces::{Braces, quoted};

/// A stretch of words, and in it what is for the formatter: `{who}`, `{when, date, short}`, `#`, `'{'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Where the words stand in the text.
    pub range: Range<usize>,
    /// What is for the formatter, ordered.
    pub arguments: Vec<Range<usize>>,
}

impl Stretch {
    fn at(start: usize) -> Self {
        Self { range: start..start, arguments: Vec::new() }
    }
}

/// An argument with branches, from its first brace to its last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Where it stands in the text.
    pub range: Range<usize>,
    /// The words of its branches, ordered. The rest is for the formatter.
    pub stretches: Vec<Stretch>,
}

/// The choices in a text, ordered, not overlapping. What only looks like one is none.
#[must_use]
pub fn choices(text: &str) -> Vec<Choice> {
    let mut found: Vec<Choice> = Vec::new();
    if !may_have(text, &BRANCHING) {
        return found;
    }
    let reader = Reader::new(text);
    let mut at = 0;
    for start in reader.braces.starts() {
        let Some(choice) = (start >= at).then(|| reader.choice(start)).flatten() else { continue };
        at = choice.range.end;
        found.push(choice);
    }
    found
}

/// Whether a translation of the words of a branch can stand in its place: it brings no brace and no quoting that the
/// formatter would read, and all arguments.
#[must_use]
pub fn fits(words: &str, translation: &str) -> bool {
    let signs = |text: &str| {
        // An apostrophe at the end would quote what stands between it and the next one.
        let framed = format!("{{n, plural, other {{{text}}} few {{'}}'}}}}");
        let mut choices = choices(&framed);
        let choice = choices.pop().filter(|choice| choices.is_empty() && choice.range == (0..framed.len()))?;
        let mut arguments: Vec<String> = Vec::new();
        for stretch in &choice.stretches {
            arguments.extend(stretch.arguments.iter().map(|range| framed[range.clone()].to_owned()));
        }
        arguments.sort_unstable();
        Some(arguments)
    };
    // Source that no formatter can read is not made worse.
    signs(words).is_none_or(|wanted| signs(translation) == Some(wanted))
}

/// The stretches of a text that is a message as a whole, in order: it has an argument with a kind.
pub(crate) fn read(text: &str) -> Option<Vec<Stretch>> {
    if !may_have(text, &KINDS) {
        return None;
    }
    let reader = Reader::new(text);
    let (mut found, mut has_kind) = (Vec::new(), false);
    reader.words(std::iter::once(0..text.len()), 0, &mut found, &mut has_kind)?;
    has_kind.then_some(found)
}

const KINDS: [&str; 9] =
    ["plural", "select", "selectordinal", "number", "date", "time", "spellout", "ordinal", "duration"];
const BRANCHING: [&str; 3] = ["plural", "select", "selectordinal"];
/// The classes of numbers that languages have.
const CLASSES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// How deep branches may stand in branches.
const DEEPEST: usize = 16;
/// The longest argument without branches, and the longest beginning of one with branches, in bytes.
const LONGEST_HEAD: usize = 200;

fn may_have(text: &str, kinds: &[&str]) -> bool {
    text.contains('{') && kinds.iter().any(|kind| text.contains(kind))
}

struct Reader<'a> {
    text: &'a str,
    braces: Braces,
}

/// What a pair of braces is.
enum Argument {
    /// `{who}`.
    Name,
    /// `{when, date, short}`.
    Value,
    /// Where the branches stand.
    Branches(Vec<Range<usize>>),
    /// Words: `{}`, `{any words}`.
    None,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, braces: Braces::of(text) }
    }

    fn choice(&self, start: usize) -> Option<Choice> {
        let end = self.braces.end(start)?;
        let Argument::Branches(branches) = self.argument(start..end)? else { return None };
        let mut stretches = Vec::new();
        self.words(branches, 1, &mut stretches, &mut false)?;
        Some(Choice { range: start..end, stretches })
    }

    /// The stretches of words in the `branches`, with those of the branches in them. `None` if a brace opens no argument.
    fn words(
        &self,
        branches: impl IntoIterator<Item = Range<usize>>,
        depth: usize,
        found: &mut Vec<Stretch>,
        has_kind: &mut bool,
    ) -> Option<()> {
        let mut open: Vec<_> = branches.into_iter().map(|branch| (branch, depth)).collect();
        while let Some((range, depth)) = open.pop() {
            let mut stretch = Stretch::at(range.start);
            let mut at = range.start;
            while let Some(sign) = self.text[at..range.end].find(['{', '}', '#', '\'']) {
                let start = at + sign;
                at = start + 1;
                match self.text.as_bytes()[start] {
                    b'{' => {
                        let end = self.braces.end(start).filter(|end| *end <= range.end)?;
                        at = end;
                        match self.argument(start..end)? {
                            Argument::None => {}
                            Argument::Name => stretch.arguments.push(start..end),
                            Argument::Value => {
                                *has_kind = true;
                                stretch.arguments.push(start..end);
                            }
                            Argument::Branches(_) if depth == DEEPEST => return None,
                            Argument::Branches(branches) => {
                                *has_kind = true;
                                stretch.range.end = start;
                                found.push(std::mem::replace(&mut stretch, Stretch::at(end)));
                                open.extend(branches.into_iter().map(|branch| (branch, depth + 1)));
                            }
                        }
                    }
                    b'}' => return None,
                    // Outside of branches they are signs like any other.
                    _ if depth == 0 => {}
                    b'#' => stretch.arguments.push(start..at),
                    _ => {
                        let Some(end) = quoted(self.text.as_bytes(), start) else { continue };
                        at = end;
                        // Two are an apostrophe.
                        if end - start > 2 {
                            stretch.arguments.push(start..end);
                        }
                    }
                }
            }
            stretch.range.end = range.end;
            found.push(stretch);
        }
        found.retain(|stretch| !stretch.range.is_empty());
        found.sort_by_key(|stretch| stretch.range.start);
        Some(())
    }

    /// What stands at `range`, from brace to brace. `None` if it is what no formatter reads.
    fn argument(&self, range: Range<usize>) -> Option<Argument> {
        let inner = &self.text[range.start + 1..range.end - 1];
        let head = &inner[..inner.floor_char_boundary(LONGEST_HEAD)];
        let Some(comma) = head.find([',', '{', '}']) else {
            return Some(if is_name(inner.trim()) { Argument::Name } else { Argument::None });
        };
        if head.as_bytes()[comma] != b',' || !is_name(head[..comma].trim()) {
            return None;
        }
        let rest = &head[comma + 1..];
        let length = rest.find([',', '{', '}']).unwrap_or(rest.len());
        let kind = rest[..length].trim();
        if !KINDS.contains(&kind) || rest[length..].starts_with(['{', '}']) {
            return None;
        }
        if !BRANCHING.contains(&kind) || length == rest.len() {
            return Some(Argument::Value);
        }
        let from = range.start + 1 + comma + 1 + length + 1;
        self.branches(kind, from..range.end - 1).map(Argument::Branches)
    }

    /// What stands between the braces behind each selector.
    fn branches(&self, kind: &str, range: Range<usize>) -> Option<Vec<Range<usize>>> {
        let text = &self.text[..range.end];
        let skip_blanks = |at: usize| range.end - text[at..].trim_start().len();
        let mut found = Vec::new();
        let mut has_other = false;
        let mut at = skip_blanks(range.start);
        if let Some(offset) = text[at..].strip_prefix("offset:").filter(|_| kind != "select") {
            let number = offset.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
            at = skip_blanks(range.end - number.len());
        }
        while at < range.end {
            let selector = &text[at..][..text[at..].find(|c: char| c.is_whitespace() || c == '{')?];
            let is_selector = match (kind, selector.strip_prefix('=')) {
                ("select", _) => is_name(selector),
                (_, Some(number)) => !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()),
                (_, None) => CLASSES.contains(&selector),
            };
            if !is_selector {
                return None;
            }
            has_other |= selector == "other";
            let start = skip_blanks(at + selector.len());
            let end = self.braces.end(start).filter(|end| *end <= range.end)?;
            found.push(start + 1..end - 1);
            at = skip_blanks(end);
        }
        (has_other || !found.is_empty() && kind != "select").then_some(found)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(text: &'a str, stretches: &[Stretch]) -> Vec<&'a str> {
        stretches.iter().map(|stretch| &text[stretch.range.clone()]).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = read(text).unwrap_or_default();
        assert_eq!(texts(text, &found), expected);
    }

    #[test]
    fn branches_are_texts() {
        check("{n, plural, one {# file} other {# files}}", &["# file", "# files"]);
        check(
            "You have {n,plural,offset:1 =0{none} other{{n, number} of {who}}} left",
            &["You have ", "none", "{n, number} of {who}", " left"],
        );
        check(
            "{g, select, male {{n, plural, offset: 2 one {his} other {their}} cats} other {x}}",
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
            "{two words, select, a {b} other {c}}",
            "{n, plural, words {b} other {c}}",
            "{n, select, a {b} c {d}}",
            "}{n, number}",
            "plural",
        ] {
            assert_eq!(read(text), None, "{text}");
            assert_eq!(choices(text), [], "{text}");
        }
        let deep = format!("{}x{}", "{n, select, other {".repeat(5_000), "}}".repeat(5_000));
        assert_eq!(read(&deep), None);
        assert_eq!(choices(&deep).len(), 1, "what stands deep enough is one");
    }

    #[test]
    fn choices_stand_in_any_text() {
        let text = "Use { or {n, plural, one {a guest of '{'{host}'}' } other {# o''clock, it's {x, select, other {#}}}}, {y}.";
        let found = choices(text);
        let [choice] = &found[..] else { panic!("{found:?}") };
        assert!(text[choice.range.clone()].starts_with("{n,") && text[choice.range.end..] == *", {y}.");
        assert_eq!(texts(text, &choice.stretches), ["a guest of '{'{host}'}' ", "# o''clock, it's ", "#"]);
        let arguments =
            |stretch: &Stretch| -> Vec<&str> { stretch.arguments.iter().map(|range| &text[range.clone()]).collect() };
        assert_eq!(arguments(&choice.stretches[0]), ["'{'", "{host}", "'}'"]);
        assert_eq!(arguments(&choice.stretches[1]), ["#"]);
    }

    #[test]
    fn a_translation_must_fit_between_its_braces() {
        assert!(fits("# files of {who}", "Von {who} # Dateien"));
        for translation in ["Dateien von {who}", "# } {who}", "# d'{who}' x", "# {who} '", "# {who} {", "# {who} #"] {
            assert!(!fits("# files of {who}", translation), "{translation}");
        }
    }
}
