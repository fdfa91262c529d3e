//! Template languages inside HTML: `<?php … ?>`, `<% … %>`, `{{ … }}`, `{% … %}`, `{# … #}`. Their code is kept as it is.

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
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find('<') {
        let start = at + offset;
        at = start + 1;
        let (close, may_stay_open) = match text.as_bytes().get(start + 1) {
            Some(b'%') => ("%>", false),
            Some(b'?') if is_php(&text[start + 2..]) => ("?>", true),
            _ => continue,
        };
        match text[start + 2..].find(close) {
            Some(length) => at = start + 2 + length + close.len(),
            // PHP runs to the end of the file.
            None if may_stay_open => at = text.len(),
            // No code of this kind ends behind this place: looking again at each `<%` would take quadratic time.
            None => return with_php_only(text, start, ranges),
        }
        ranges.push(start..at);
    }
    ranges
}

/// The rest of the search when nothing closes `<%` any more.
fn with_php_only(text: &str, mut at: usize, mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    while let Some(offset) = text[at..].find("<?") {
        let start = at + offset;
        at = start + 2;
        if is_php(&text[at..]) {
            at = text[at..].find("?>").map_or(text.len(), |length| at + length + 2);
            ranges.push(start..at);
        }
    }
    ranges
}

/// `<?xml …>` and the processing instructions of office programs are not code.
fn is_php(rest: &str) -> bool {
    let rest = rest.as_bytes();
    rest.starts_with(b"=") || (rest.len() >= 3 && rest[..3].eq_ignore_ascii_case(b"php"))
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
        check("5 <% 6 <?php echo 1;", "5 <% 6 xxxxxxxxxxxxx");
    }

    #[test]
    fn expressions_are_found_in_text() {
        assert_eq!(expressions("a {b} {{ c }} d {{{x}}}"), [6..13, 16..23]);
        assert_eq!(expressions("{% if x %}y"), [0..10]);
        assert_eq!(expressions("{{ {% {# {"), []);
    }
}
