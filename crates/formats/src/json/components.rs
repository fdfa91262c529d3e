//! Tags of components in messages, which are none of HTML: `<1>` and `<0/>` are numbers of things, and `<link>`, if it is
//! closed, is a link. They are read as HTML under names that HTML does not know.

use std::borrow::Cow;

/// What stands in front of a name that is not to be known.
const MARK: &str = "t-";

/// Elements that hold nothing in HTML.
const VOID: [&str; 10] = ["area", "base", "col", "embed", "input", "link", "meta", "param", "source", "track"];

/// Whether there is a tag whose name is a number, and one that closes it or is empty.
pub(super) fn has_numbers(content: &str) -> bool {
    content.contains('<') && tags(content).any(|tag| tag.is_number && (tag.closes || tag.is_empty))
}

/// The text with the tags of components under other names.
pub(super) fn hide(content: &str) -> Cow<'_, str> {
    if !content.contains('<') || content.contains("<t-") || content.contains("</t-") {
        return content.into();
    }
    let closed = VOID.map(|name| content.contains(&format!("</{name}>")));
    let is_hidden = |tag: &Tag<'_>| tag.is_number || VOID.iter().zip(closed).any(|(name, is)| is && tag.name == *name);
    let mut out = String::new();
    let mut at = 0;
    for tag in tags(content).filter(is_hidden) {
        out.push_str(&content[at..tag.start]);
        out.push_str(MARK);
        at = tag.start;
    }
    if at == 0 {
        return content.into();
    }
    out.push_str(&content[at..]);
    out.into()
}

/// The text with the names that its components have.
pub(super) fn show(hidden: &str) -> String {
    hidden.replace("<t-", "<").replace("</t-", "</")
}

struct Tag<'a> {
    /// Where its name begins.
    start: usize,
    name: &'a str,
    is_number: bool,
    closes: bool,
    is_empty: bool,
}

fn tags(content: &str) -> impl Iterator<Item = Tag<'_>> {
    content.match_indices('<').filter_map(|(at, _)| {
        let rest = &content[at + 1..];
        let closes = rest.starts_with('/');
        let rest = &rest[usize::from(closes)..];
        let length = rest.bytes().take(16).take_while(u8::is_ascii_alphanumeric).count();
        let (name, behind) = rest.split_at(length);
        let is_empty = behind.trim_start_matches(' ').starts_with("/>");
        let ends = is_empty || behind.starts_with('>');
        let is_number = (1..=4).contains(&length) && name.bytes().all(|byte| byte.is_ascii_digit()) && ends;
        let is_name = ends || behind.starts_with(' ');
        let start = at + 1 + usize::from(closes);
        (length > 0 && is_name).then_some(Tag { start, name, is_number, closes, is_empty })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_components_are_hidden_and_come_back() {
        for (content, hidden) in [
            ("Click <1>here</1>, <0/>", "Click <t-1>here</t-1>, <t-0/>"),
            ("A <link>guide</link> <b>now</b>", "A <t-link>guide</t-link> <b>now</b>"),
            ("A <link rel=\"x\"> and <12345>", "A <link rel=\"x\"> and <12345>"),
            ("1 <2, 3> 2", "1 <2, 3> 2"),
        ] {
            assert_eq!(hide(content), hidden);
            assert_eq!(show(&hide(content)), content);
        }
        assert!(has_numbers("<1>a</1>") && has_numbers("a <0/>") && !has_numbers("<1> a") && !has_numbers("<b>a</b>"));
    }
}
