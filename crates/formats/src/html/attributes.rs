//! The attributes of one tag, by byte range (sections 13.2.5.32 to 13.2.5.40 of the HTML standard), and which of them
//! are text that people read.

use std::ops::Range;

use super::elements::{Element, Known};
use crate::{FormatError, Options, Reason, wording};

/// How a value is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    Double,
    Single,
    None,
}

/// One attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) name: Range<usize>,
    /// Without the quotes.
    pub(super) value: Option<Range<usize>>,
    pub(super) quote: Quote,
}

impl Attribute {
    /// The whole attribute, quotes included.
    pub(super) fn range(&self) -> Range<usize> {
        let end = match (&self.value, self.quote) {
            (Some(value), Quote::None) => value.end,
            (Some(value), _) => value.end + 1,
            (None, _) => self.name.end,
        };
        self.name.start..end
    }
}

/// Where the name of the tag at `start` ends.
pub(super) fn name_end(html: &[u8], start: usize) -> usize {
    let stop = |b: &u8| is_space(*b) || matches!(b, b'/' | b'>');
    html[start..].iter().position(stop).map_or(html.len(), |length| start + length)
}

/// Reads the attributes between `at` (after the tag's name) and the tag's `>` into `out`.
///
/// # Errors
/// [`FormatError::TooComplex`] past `limit` attributes.
pub(super) fn scan(html: &[u8], mut at: usize, limit: usize, out: &mut Vec<Attribute>) -> Result<(), FormatError> {
    out.clear();
    loop {
        while at < html.len() && (is_space(html[at]) || html[at] == b'/') {
            at += 1;
        }
        if at >= html.len() || html[at] == b'>' {
            return Ok(());
        }
        let start = at;
        // A leading `=` is part of the name.
        at += 1;
        while at < html.len() && !is_space(html[at]) && !matches!(html[at], b'/' | b'>' | b'=') {
            at += 1;
        }
        let name = start..at;
        let mut next = at;
        while next < html.len() && is_space(html[next]) {
            next += 1;
        }
        let mut attribute = Attribute { name, value: None, quote: Quote::None };
        if html.get(next) == Some(&b'=') {
            at = value(html, next + 1, &mut attribute);
        }
        if out.len() >= limit {
            return Err(FormatError::TooComplex { limit: limit as u64, unit: "attributes in one element" });
        }
        out.push(attribute);
    }
}

/// Reads the value after the `=`; returns where the attribute ends.
fn value(html: &[u8], mut at: usize, attribute: &mut Attribute) -> usize {
    while at < html.len() && is_space(html[at]) {
        at += 1;
    }
    let quoted = match html.get(at) {
        Some(b'"') => Quote::Double,
        Some(b'\'') => Quote::Single,
        Some(b'>') | None => return at,
        Some(_) => Quote::None,
    };
    attribute.quote = quoted;
    if quoted == Quote::None {
        let length = html[at..].iter().position(|b| is_space(*b) || *b == b'>').unwrap_or(html.len() - at);
        attribute.value = Some(at..at + length);
        return at + length;
    }
    let start = at + 1;
    let length = html[start..].iter().position(|b| *b == html[at]).unwrap_or(html.len() - start);
    attribute.value = Some(start..start + length);
    (start + length + 1).min(html.len())
}

/// The first attribute of this name: later ones do not count.
pub(super) fn find<'a>(html: &[u8], attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|a| html[a.name.clone()].eq_ignore_ascii_case(name.as_bytes()))
}

/// The value of the first attribute of this name, as it is spelled; empty if it has none.
pub(super) fn value_of<'a>(html: &'a [u8], attributes: &[Attribute], name: &str) -> Option<&'a [u8]> {
    find(html, attributes, name).map(|a| a.value.clone().map_or(&[][..], |value| &html[value]))
}

/// Whether the value of this attribute is text.
pub(super) fn is_text(
    html: &[u8],
    element: Element,
    attributes: &[Attribute],
    attribute: &Attribute,
    options: &Options,
) -> bool {
    let own_name = |known: Known| element.known == known;
    let name = &html[attribute.name.clone()];
    let mut lower = [0_u8; 24];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    match &*lower {
        b"alt" => options.alt_text,
        // The title of a link names a set of style sheets.
        b"title" => !own_name(Known::Link),
        b"placeholder"
        | b"aria-label"
        | b"aria-description"
        | b"aria-roledescription"
        | b"aria-valuetext"
        | b"aria-placeholder"
        | b"summary"
        | b"standby" => true,
        b"abbr" => own_name(Known::Cell),
        b"label" => own_name(Known::Option) || own_name(Known::OptionGroup) || (element.void && !element.unknown),
        b"value" => {
            own_name(Known::Input)
                && value_of(html, attributes, "type").is_some_and(|kind| {
                    [&b"submit"[..], b"button", b"reset"].iter().any(|k| kind.eq_ignore_ascii_case(k))
                })
        }
        b"content" => own_name(Known::Meta) && options.properties && is_text_meta(html, attributes),
        _ => false,
    }
}

/// Which option keeps the value of this attribute from being text, if one does: asked of what [`is_text`] is not.
pub(super) fn switched_off(
    html: &[u8],
    element: Element,
    attributes: &[Attribute],
    attribute: &Attribute,
) -> Option<Reason> {
    let name = &html[attribute.name.clone()];
    if name.eq_ignore_ascii_case(b"alt") {
        return Some(Reason::AltTextOff);
    }
    let is_property = element.known == Known::Meta && name.eq_ignore_ascii_case(b"content");
    (is_property && is_text_meta(html, attributes)).then_some(Reason::PropertiesOff)
}

fn is_text_meta(html: &[u8], attributes: &[Attribute]) -> bool {
    const NAMES: [&str; 8] = [
        "description",
        "keywords",
        "og:title",
        "og:description",
        "og:image:alt",
        "twitter:title",
        "twitter:description",
        "twitter:image:alt",
    ];
    ["name", "property"]
        .into_iter()
        .filter_map(|key| value_of(html, attributes, key))
        .any(|value| NAMES.iter().any(|name| value.trim_ascii().eq_ignore_ascii_case(name.as_bytes())))
}

/// Whether the attributes of a formatting element say only how its letters look, and nothing of a box around them.
pub(super) fn is_only_looks(html: &[u8], attributes: &[Attribute]) -> bool {
    const BOX: [&[u8]; 10] = [
        b"border",
        b"padding",
        b"margin",
        b"display",
        b"background",
        b"position",
        b"float",
        b"width",
        b"outline",
        b"inset",
    ];
    attributes.iter().all(|attribute| {
        let name = &html[attribute.name.clone()];
        let value = attribute.value.clone().map_or(&[][..], |value| &html[value]);
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let has = |word: &[u8]| value.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
        ["lang", "xml:lang", "face", "size", "color"].into_iter().any(is) || (is("style") && !BOX.into_iter().any(has))
    })
}

/// White space between attributes.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// Whether a font of fixed pitch is named first: `style="font-family: Consolas, serif"`, `face="Courier New"`.
pub(super) fn is_fixed_pitch(html: &[u8], attributes: &[Attribute]) -> bool {
    let value = |name| value_of(html, attributes, name).and_then(|value| std::str::from_utf8(value).ok());
    let declared = |style: &str| {
        let declarations = style.split(';').filter_map(|part| part.split_once(':'));
        let mut fonts = declarations.filter(|(name, _)| name.trim().eq_ignore_ascii_case("font-family"));
        fonts.any(|(_, fonts)| is_first_fixed(fonts))
    };
    value("style").is_some_and(declared) || value("face").is_some_and(is_first_fixed)
}

fn is_first_fixed(fonts: &str) -> bool {
    let first = fonts.split(',').next().unwrap_or_default();
    wording::is_code_font(first.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: &str, expected: &[(&str, Option<&str>)]) {
        let mut found = Vec::new();
        scan(tag.as_bytes(), name_end(tag.as_bytes(), 1), 100, &mut found).unwrap();
        let found: Vec<_> = found.iter().map(|a| (&tag[a.name.clone()], a.value.clone().map(|v| &tag[v]))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_found_however_they_are_quoted() {
        check(
            "<a b=\"x > y\" c = 'it' d=z e>",
            &[("b", Some("x > y")), ("c", Some("it")), ("d", Some("z")), ("e", None)],
        );
        check("<img alt=Foo/bar/>", &[("alt", Some("Foo/bar/"))]);
        check("<a/b/c=''/>", &[("b", None), ("c", Some(""))]);
        check("<a =x=y b=>", &[("=x", Some("y")), ("b", None)]);
        check("<br>", &[]);
    }
}
