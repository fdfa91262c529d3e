//! Single HTML tags in running text.

use terjuman_model::TagKind;

/// A tag as it stands between words.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HtmlTag<'a> {
    Open(&'a str),
    Close(&'a str),
    /// `<br>`.
    LineBreak,
    /// An element without content.
    Thing,
    /// A comment, an instruction, a place where a word may be broken.
    Nothing,
}

const VOID: [&str; 12] =
    ["area", "base", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track"];

impl<'a> HtmlTag<'a> {
    pub(super) fn of(spelled: &'a str) -> Self {
        let inner = spelled.trim_start_matches('<').trim_end_matches('>');
        let (is_close, inner) = inner.strip_prefix('/').map_or((false, inner), |rest| (true, rest));
        let length = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_')));
        let name = &inner[..length.unwrap_or(inner.len())];
        let is_empty = inner.ends_with('/');
        if name.eq_ignore_ascii_case("br") {
            Self::LineBreak
        } else if is_close && !spelled.starts_with("<!") {
            Self::Close(name)
        } else if spelled.starts_with("<!") || spelled.starts_with("<?") || name.eq_ignore_ascii_case("wbr") {
            Self::Nothing
        } else if is_empty || is_in(&VOID, name) {
            Self::Thing
        } else {
            Self::Open(name)
        }
    }
}

fn is_in(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

const PROTECTED: [&str; 12] =
    ["code", "kbd", "samp", "var", "tt", "pre", "script", "style", "math", "svg", "textarea", "template"];

const FORMAT: [&str; 25] = [
    "abbr", "b", "bdi", "bdo", "big", "center", "cite", "del", "dfn", "em", "font", "i", "ins", "mark", "q", "s",
    "small", "span", "strike", "strong", "sub", "sup", "time", "u", "nobr",
];

/// How a pair of these tags behaves; `spelled` is the opening one.
pub(super) fn kind(name: &str, spelled: &str) -> TagKind {
    let lower = spelled.to_ascii_lowercase();
    if is_in(&PROTECTED, name) || lower.contains("translate=\"no\"") || lower.contains("notranslate") {
        TagKind::Protected
    } else if is_in(&FORMAT, name) && !lower.contains(" id=") {
        TagKind::Format
    } else {
        TagKind::Whole
    }
}

/// Whether the tag has an attribute that people read.
pub(super) fn has_words(spelled: &str) -> bool {
    let lower = spelled.to_ascii_lowercase();
    ["alt=", "title=", "placeholder=", "aria-", "label=", "summary="].iter().any(|name| lower.contains(name))
        && has_plain_braces(spelled)
}

/// Whether the expressions of a component are names and numbers, which HTML reads as it reads any other value.
fn has_plain_braces(spelled: &str) -> bool {
    let is_plain = |inner: &str| inner.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    spelled.split('{').skip(1).all(|rest| rest.split_once('}').is_some_and(|(inner, _)| is_plain(inner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_with_plain_expressions_have_words() {
        assert!(has_words("<Diagram height={367} alt=\"A tree\">"));
        assert!(has_words("<Diagram alt=\"A tree of {count} parts\">"));
        for odd in ["<A b={c > 1} alt='x'>", "<A b={() => \"c\"} alt='x'>", "<A alt='{'>", "<A height={367}>"] {
            assert!(!has_words(odd), "{odd}");
        }
    }

    #[test]
    fn tags_are_told_by_their_spelling() {
        assert_eq!(HtmlTag::of("<b class='x'>"), HtmlTag::Open("b"));
        assert_eq!(HtmlTag::of("</My.Tag >"), HtmlTag::Close("My.Tag"));
        assert_eq!(HtmlTag::of("<br/>"), HtmlTag::LineBreak);
        for thing in ["<img src=a>", "<Foo />"] {
            assert_eq!(HtmlTag::of(thing), HtmlTag::Thing, "{thing}");
        }
        for nothing in ["<!-- a -->", "<?php x ?>", "<![CDATA[x]]>", "<wbr>", "<WBR/>"] {
            assert_eq!(HtmlTag::of(nothing), HtmlTag::Nothing, "{nothing}");
        }
        assert_eq!(kind("SPAN", "<SPAN class=notranslate>"), TagKind::Protected);
        assert_eq!(
            (kind("em", "<em>"), kind("em", "<em id=x>"), kind("a", "<a>")),
            (TagKind::Format, TagKind::Whole, TagKind::Whole)
        );
    }
}
