//! HTML that was escaped into text: the tags `&lt;b>`, and `<b>` in CDATA sections, and references as `&amp;nbsp;`.

use std::collections::HashMap;
use std::ops::Range;

use terjuman_model::TagKind;

use crate::inline::{Item, ItemKind, Key, Spelling};

/// Elements that stand in a sentence.
const INLINE: [&str; 30] = [
    "a", "abbr", "b", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "bdo", "nobr",
];
/// Elements that have no content.
const VOID: [&str; 4] = ["img", "input", "wbr", "hr"];
/// Elements that a sentence ends at.
const BLOCK: [&str; 32] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "html",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "ul",
];
/// Bytes of a tag: longer ones are text.
const TAG_BYTES: usize = 4 << 10;

/// Parts text at the tags in it. `ids` names the elements.
pub(super) fn part(text: &str, range: Range<usize>, spelling: Spelling, ids: &mut Names, out: &mut Vec<Item>) {
    let less_than: &[&str] = if spelling == Spelling::Raw { &["<"] } else { &["&lt;", "&#60;", "&#x3c;", "&#x3C;"] };
    let raw = &text[range.clone()];
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = raw[at..].find(['<', '&']) {
        let tag_start = at + found;
        at = tag_start + 1;
        if let Some((visible, length)) = reference(&raw[tag_start..], spelling) {
            if tag_start > start {
                out.push(Item { kind: ItemKind::Text(spelling), range: range.start + start..range.start + tag_start });
            }
            at = tag_start + length;
            let kind = ItemKind::Protected(visible);
            out.push(Item { kind, range: range.start + tag_start..range.start + at });
            start = at;
            continue;
        }
        let Some(opening) = less_than.iter().find(|opening| raw[tag_start..].starts_with(**opening)) else { continue };
        let Some((kind, length)) = tag(&raw[tag_start + opening.len()..], spelling, ids) else { continue };
        if tag_start > start {
            out.push(Item { kind: ItemKind::Text(spelling), range: range.start + start..range.start + tag_start });
        }
        at = tag_start + opening.len() + length;
        out.push(Item { kind, range: range.start + tag_start..range.start + at });
        start = at;
    }
    if start < raw.len() {
        out.push(Item { kind: ItemKind::Text(spelling), range: range.start + start..range.end });
    }
}

/// A reference to a character at the start of the text that stays one when the file is read: what is seen of it, and its
/// length.
fn reference(rest: &str, spelling: Spelling) -> Option<(String, usize)> {
    let opening = if spelling == Spelling::Raw { "&" } else { "&amp;" };
    let inner = rest.strip_prefix(opening)?;
    let length = inner.bytes().take(REFERENCE_BYTES).position(|byte| byte == b';')?;
    let name = &inner[..length];
    let is_known = match name.strip_prefix('#') {
        Some(number) => {
            let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let is_hexadecimal = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
            number.strip_prefix(['x', 'X']).map_or_else(|| is_number(number), is_hexadecimal)
        }
        None => name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric()),
    };
    let visible = match name {
        "amp" => "&",
        "nbsp" | "#160" | "#xa0" | "#xA0" => "\u{a0}",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        _ => "",
    };
    let visible = if visible.is_empty() { format!("&{name};") } else { visible.to_owned() };
    is_known.then_some((visible, opening.len() + length + 1))
}

/// Bytes of a reference's name: longer ones are text.
const REFERENCE_BYTES: usize = 10;

/// Numbers for names, equal for equal ones.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<String, usize>,
    next: usize,
}

impl Names {
    /// The name's number.
    pub(super) fn number(&mut self, name: String) -> usize {
        let next = &mut self.next;
        *self.known.entry(name).or_insert_with(|| {
            *next += 1;
            *next
        })
    }

    /// A number of its own.
    pub(super) fn fresh(&mut self) -> usize {
        self.next += 1;
        self.next
    }
}

/// What the tag behind a `<` is, and its length.
fn tag(rest: &str, spelling: Spelling, ids: &mut Names) -> Option<(ItemKind, usize)> {
    let closes = rest.starts_with('/');
    let name_start = usize::from(closes);
    let name_length = rest[name_start..].bytes().take_while(u8::is_ascii_alphanumeric).take(12).count();
    let name = rest[name_start..name_start + name_length].to_ascii_lowercase();
    let is_known = |names: &[&str]| names.contains(&name.as_str());
    if !(is_known(&INLINE) || is_known(&VOID) || is_known(&BLOCK) || name == "br") {
        return None;
    }
    let (body, length) = end(&rest[name_start + name_length..], spelling)?;
    let length = name_start + name_length + length;
    if !(body.is_empty() || body.starts_with([' ', '\t', '\n', '\r', '/'])) {
        return None;
    }
    let is_empty = body.ends_with('/');
    let mut key = || Key { id: ids.number(format!("<{name}")), is_element: false };
    let kind = match () {
        () if name == "br" => ItemKind::Break,
        () if is_known(&VOID) => ItemKind::Point,
        () if is_known(&BLOCK) => ItemKind::Border,
        () if closes => ItemKind::Close(key()),
        () if is_empty => ItemKind::Point,
        () => ItemKind::Open(key(), TagKind::Whole),
    };
    Some((kind, length))
}

/// What is in the tag, and its length with its end; another tag inside means that it is none.
fn end(rest: &str, spelling: Spelling) -> Option<(&str, usize)> {
    let mut cut = rest.len().min(TAG_BYTES);
    while !rest.is_char_boundary(cut) {
        cut -= 1;
    }
    let window = &rest[..cut];
    let mut quote: Option<char> = None;
    let mut at = 0;
    while let Some(character) = window[at..].chars().next() {
        // A character and its length; references count as what they stand for.
        let reference = [("&gt;", '>'), ("&lt;", '<'), ("&quot;", '"'), ("&apos;", '\'')]
            .into_iter()
            .find(|(spelled, _)| spelling != Spelling::Raw && window[at..].starts_with(spelled));
        let (character, length) =
            reference.map_or((character, character.len_utf8()), |(spelled, character)| (character, spelled.len()));
        match (quote, character) {
            (None, '>') => return Some((&window[..at], at + length)),
            (_, '<') => return None,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        at += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, spelling: Spelling, expected: &[&str]) {
        let mut items = Vec::new();
        part(text, 0..text.len(), spelling, &mut Names::default(), &mut items);
        let shown: Vec<String> = items
            .iter()
            .map(|item| {
                let kind = match item.kind {
                    ItemKind::Text(_) => "text",
                    ItemKind::Open(..) => "open",
                    ItemKind::Close(_) => "close",
                    ItemKind::Point => "point",
                    ItemKind::Break => "break",
                    ItemKind::Border => "border",
                    ItemKind::Anchor | ItemKind::Isolated | ItemKind::Protected(_) => "other",
                };
                format!("{kind} {}", &text[item.range.clone()])
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn references_that_were_escaped_are_kept() {
        let expected = ["text Salt ", "other &amp;amp;", "text  pepper", "other &amp;#160;", "text now"];
        check("Salt &amp;amp; pepper&amp;#160;now", Spelling::Escaped, &expected);
        check("a&nbsp;b", Spelling::Raw, &["text a", "other &nbsp;", "text b"]);
        for text in ["AT&amp;T; x", "a &amp; b; c", "a &amp;#x; b", "a &amp;two words;", "a &amp;"] {
            check(text, Spelling::Escaped, &[&format!("text {text}")]);
        }
    }

    #[test]
    fn tags_in_text_are_told_from_text() {
        check(
            "a &lt;b>c&lt;/b&gt; &lt;br/&gt;&lt;p class=&quot;x&gt;y&quot;&gt;d",
            Spelling::Escaped,
            &[
                "text a ",
                "open &lt;b>",
                "text c",
                "close &lt;/b&gt;",
                "text  ",
                "break &lt;br/&gt;",
                "border &lt;p class=&quot;x&gt;y&quot;&gt;",
                "text d",
            ],
        );
        check(
            "<i>a</i> &lt;b>",
            Spelling::Raw,
            &["open <i>", "text a", "close </i>", "text  ", "other &lt;", "text b>"],
        );
        for text in ["1 &lt; 2 &gt; 1", "&lt;name&gt;", "&lt;b", "&lt;before>", "&lt;b &lt;i", "&lt;", "&lt;b-x>"] {
            check(text, Spelling::Escaped, &[&format!("text {text}")]);
        }
    }
}
