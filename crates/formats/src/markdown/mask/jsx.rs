//! MDX: modules, components, expressions.

use std::ops::Range;

use super::Masker;
use super::blocks::{LINES, chunk_end, covered};
use super::lines::Line;
use super::spans::within;
use crate::markdown::html_tags;

/// Whether the document is MDX rather than Markdown.
pub(super) fn is_mdx(text: &str, lines: &[Line]) -> bool {
    let mut before: Option<&Line> = None;
    // To look for it once is quicker than to look into every line.
    let may_have_comments = text.contains("{/*");
    lines.iter().any(|line| {
        let words = if line.is_code { "" } else { &text[line.words.clone()] };
        let is_first = before.is_none_or(Line::is_blank);
        before = Some(line);
        (is_first && is_module(words, line)) || (may_have_comments && words.contains("{/*"))
    })
}

/// `import` and `export`, up to the next blank line.
pub(super) fn take_module(masker: &mut Masker<'_>, lines: &[Line], before: Option<&Line>) -> usize {
    let is_first = before.is_none_or(|line| line.is_blank() || is_module(&masker.text[line.words.clone()], line));
    if !is_first || !is_module(&masker.text[lines[0].words.clone()], &lines[0]) {
        return 0;
    }
    let count = lines.iter().take_while(|line| !line.is_blank()).count();
    for line in &lines[..count] {
        masker.blank(line);
    }
    count
}

fn is_module(words: &str, line: &Line) -> bool {
    if !line.is_flush {
        return false;
    }
    if let Some(rest) = words.strip_prefix("import ") {
        let rest = rest.trim_start();
        return rest.starts_with(['{', '*', '"', '\'']) || rest.contains(" from '") || rest.contains(" from \"");
    }
    let Some(rest) = words.strip_prefix("export ") else { return false };
    let rest = rest.trim_start();
    let declares = |word: &str| rest.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
    rest.starts_with(['{', '*'])
        || (["const", "let", "var"].into_iter().any(declares) && rest.contains('='))
        || (["function", "default", "async", "class"].into_iter().any(declares) && rest.contains(['(', '{', '<', ';']))
}

/// Tags of components that fill their lines.
pub(super) fn take(masker: &mut Masker<'_>, lines: &[Line]) -> usize {
    let text = masker.text;
    let (start, end) = (lines[0].words.start, chunk_end(lines));
    let mut at = start;
    let mut tags: Vec<Range<usize>> = Vec::new();
    while at < end && lines.iter().take(LINES).all(|line| line.words.end != at) {
        let rest = &text[at..end];
        let Some(tag) = tag(within(rest)).filter(|tag| is_component(&rest[..tag.length], masker.is_mdx)) else {
            return 0;
        };
        tags.push(at..at + tag.length);
        at += tag.length;
        let behind = &text[at..end];
        at += behind.len() - behind.trim_start_matches([' ', '\t']).len();
    }
    if tags.is_empty() {
        return 0;
    }
    masker.tags.extend(tags.into_iter().filter(|tag| html_tags::has_words(&text[tag.clone()])));
    let count = covered(lines, &(start..at));
    for line in &lines[..count] {
        masker.blank(line);
    }
    count
}

/// HTML that somebody wrote in capitals is not a component.
const ELEMENTS: [&str; 19] = [
    "Div",
    "Table",
    "Details",
    "Summary",
    "Center",
    "Pre",
    "Section",
    "Article",
    "Form",
    "Figure",
    "Iframe",
    "Header",
    "Footer",
    "Nav",
    "Aside",
    "Main",
    "Blockquote",
    "Script",
    "Style",
];

fn is_component(tag: &str, is_mdx: bool) -> bool {
    let inner = tag.trim_start_matches('<').trim_start_matches('/');
    if inner == ">" {
        return is_mdx;
    }
    let name =
        &inner[..inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))).unwrap_or(0)];
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.contains(|c: char| c.is_ascii_lowercase())
        && (is_mdx || !ELEMENTS.contains(&name))
}

/// A tag at the start of a text.
pub(super) struct Tag {
    pub(super) length: usize,
    /// Expressions in it, with their braces.
    pub(super) braces: Vec<Range<usize>>,
}

pub(super) fn tag(rest: &str) -> Option<Tag> {
    let bytes = rest.as_bytes();
    let name = if bytes.get(1) == Some(&b'/') { 2 } else { 1 };
    if !bytes.get(name).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'>') {
        return None;
    }
    let mut braces = Vec::new();
    let mut at = name;
    while at < bytes.len() {
        match bytes[at] {
            b'>' => return Some(Tag { length: at + 1, braces }),
            b'<' => return None,
            b'{' => {
                let length = balanced(&rest[at..])?;
                braces.push(at..at + length);
                at += length;
            }
            quote @ (b'"' | b'\'') => at += 2 + bytes[at + 1..].iter().position(|b| *b == quote)?,
            _ => at += 1,
        }
    }
    None
}

/// The length of what stands in braces, strings and braces inside of it included.
pub(super) fn balanced(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            // An apostrophe of a comment closes nothing.
            quote @ (b'"' | b'\'' | b'`') if depth > 0 => {
                if let Some(length) = bytes[at + 1..].iter().position(|b| *b == quote || *b == b'\n')
                    && bytes[at + 1 + length] == quote
                {
                    at += length + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
