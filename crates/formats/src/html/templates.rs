//! Template languages inside HTML: `<?php … ?>`, `<% … %>`, `{{ … }}`, `{% … %}`, `{# … #}`, and data at the head of the page.
//! Their code is kept as it is.

use std::borrow::Cow;
use std::ops::Range;

/// Code of the server: it may stand anywhere, also inside tags and attribute values.
pub(super) struct Templates<'a> {
    /// The document with an `x` for every byte of code: what the tokenizer sees, with every place unchanged.
    pub(super) masked: Cow<'a, str>,
    /// Where code stands, in order.
    pub(super) ranges: Vec<Range<usize>>,
}

/// Finds the code of server templates.
pub(super) fn mask(text: &str) -> Templates<'_> {
    let ranges = server_code(text);
    if ranges.is_empty() {
        return Templates { masked: Cow::Borrowed(text), ranges };
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in &ranges {
        masked.push_str(&text[at..range.start]);
        masked.extend(std::iter::repeat_n('x', range.len()));
        at = range.end;
    }
    masked.push_str(&text[at..]);
    Templates { masked: Cow::Owned(masked), ranges }
}

fn server_code(text: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<_> = front_matter(text).map(|end| 0..end).into_iter().collect();
    // A closing mark that was looked for in vain is not looked for again: that would take quadratic time.
    let (mut no_percent, mut no_question) = (false, false);
    let mut at = ranges.first().map_or(0, |range| range.end);
    while let Some(offset) = text[at..].find('<') {
        let start = at + offset;
        at = start + 1;
        let code = start + 2;
        let length = match text.as_bytes().get(start + 1) {
            Some(b'%') if !no_percent => {
                let length = text[code..].find("%>").map(|length| length + 2);
                no_percent = length.is_none();
                length
            }
            // PHP may run to the end of the file.
            Some(b'?') if is_php(&text[code..]) => {
                Some(text[code..].find("?>").map_or(text.len() - code, |length| length + 2))
            }
            Some(b'?') if !no_question && is_short_php(&text[code..]) => {
                let length = text[code..].find("?>").map(|length| length + 2);
                no_question = length.is_none();
                length
            }
            _ => None,
        };
        if let Some(length) = length {
            at = code + length;
            ranges.push(start..at);
        }
    }
    ranges
}

/// Where the data ends that generators of sites read at the head of a page: lines of YAML between two of `---`.
fn front_matter(text: &str) -> Option<usize> {
    const MOST_LINES: usize = 1000;
    let mut lines = text.split_inclusive('\n').take(MOST_LINES);
    let first = lines.next().filter(|line| line.trim_end() == "---")?;
    let mut end = first.len();
    let mut has_keys = false;
    for line in lines {
        let content = line.trim_end();
        end += line.len();
        if content == "---" {
            return has_keys.then_some(end - (line.len() - content.len()));
        }
        let is_name = |name: &str| !name.is_empty() && !name.contains([' ', '<', '>']);
        has_keys |= content.split_once(':').is_some_and(|(name, _)| is_name(name));
        // Data has no tags at the start of a line: two rules of hyphens may stand in a page, too.
        if content.trim_start().starts_with('<') {
            return None;
        }
    }
    None
}

/// `<?xml …>` and the processing instructions of office programs are not code.
fn is_php(rest: &str) -> bool {
    let rest = rest.as_bytes();
    rest.starts_with(b"=") || (rest.len() >= 3 && rest[..3].eq_ignore_ascii_case(b"php"))
}

/// `<? … ?>`: a processing instruction has a name at once.
fn is_short_php(rest: &str) -> bool {
    rest.starts_with([' ', '\t', '\n', '\r'])
}

/// What a piece of code does where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// Puts something into the text.
    Value,
    /// Begins, parts or ends what is shown on a condition or several times.
    Statement,
    /// Nothing.
    Comment,
}

/// Tells from its first characters what a piece of code is.
pub(super) fn code(text: &str) -> Code {
    let inner = &text[text.len().min(2)..];
    match text.as_bytes() {
        [b'{', b'#', ..] => Code::Comment,
        [b'{', b'%', ..] => Code::Statement,
        // Handlebars and Mustache.
        [b'{', b'{', ..] if inner.starts_with('!') => Code::Comment,
        [b'{', b'{', ..] if inner.starts_with(['#', '/', '^', '>']) => Code::Statement,
        [b'{', b'{', ..] if inner.trim_matches(['}', ' ', '~']).split(' ').next() == Some("else") => Code::Statement,
        [b'{', ..] => Code::Value,
        [b'-', b'-', ..] => Code::Statement,
        _ if inner.starts_with(['=', '-', ':', '#']) => Code::Value,
        _ => Code::Statement,
    }
}

/// Template expressions of browser and server frameworks in plain text, in order.
pub(super) fn expressions(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // A closing mark that was looked for in vain is not looked for again: that would take quadratic time.
    let mut missing = [false; 3];
    let mut at = 0;
    while let Some(offset) = text[at..].find('{') {
        let start = at + offset;
        at = start + 1;
        let (kind, close) = match text.as_bytes().get(at) {
            Some(b'{') => (0, "}}"),
            Some(b'%') => (1, "%}"),
            Some(b'#') => (2, "#}"),
            _ => continue,
        };
        if missing[kind] {
            continue;
        }
        match text[at + 1..].find(close) {
            Some(length) => {
                at = at + 1 + length + 2;
                // `{{{ raw }}}`
                while kind == 0 && text.as_bytes().get(at) == Some(&b'}') {
                    at += 1;
                }
                found.push(start..at);
            }
            None => missing[kind] = true,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, masked: &str) {
        let templates = mask(text);
        assert_eq!(templates.masked, masked);
        assert_eq!(templates.masked.len(), text.len());
    }

    #[test]
    fn server_code_is_masked_wherever_it_stands() {
        check("<a href=\"<?= u(\"é\") ?>\">", "<a href=\"xxxxxxxxxxxxxx\">");
        check("<% if (a > b) %>y<% end %>", "xxxxxxxxxxxxxxxxyxxxxxxxxx");
        check("<?xml version='1.0'?><p>", "<?xml version='1.0'?><p>");
        check("<? if (a > b): ?>y<? end", "xxxxxxxxxxxxxxxxxy<? end");
        check("5 <% 6 <?php echo 1;", "5 <% 6 xxxxxxxxxxxxx");
    }

    #[test]
    fn data_at_the_head_of_a_page_is_code() {
        check("---\na: <b>\n---\n<p>", "xxxxxxxxxxxxxx\n<p>");
        check("---\r\nlayout: x\r\n---\r\n<?= 1 ?>", "xxxxxxxxxxxxxxxxxxx\r\nxxxxxxxx");
        for page in ["---\nwords\n---\n", "---\na: b\n", "--- \n<p>a: b\n---\n", "a\n---\na: b\n---\n", "---"] {
            check(page, page);
        }
        assert_eq!(code("---\na: b\n---"), Code::Statement);
    }

    #[test]
    fn expressions_are_found_in_text() {
        assert_eq!(expressions("a {b} {{ c }} d {{{x}}}"), [6..13, 16..23]);
        assert_eq!(expressions("{% if x %}y{{z}}"), [0..10, 11..16]);
        assert!(expressions("{{ {% {# {").is_empty());
    }

    #[test]
    fn values_are_told_from_statements() {
        for value in ["{{ a }}", "{{{a}}}", "<?= $a ?>", "<%= a %>", "{{elsewhere}}"] {
            assert_eq!(code(value), Code::Value, "{value}");
        }
        for statement in ["{% if a %}", "<?php if (a): ?>", "<% end %>", "{{#if a}}", "{{ else }}", "{{/if}}"] {
            assert_eq!(code(statement), Code::Statement, "{statement}");
        }
        assert_eq!((code("{# a #}"), code("{{! a }}")), (Code::Comment, Code::Comment));
    }
}
