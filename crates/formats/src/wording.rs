//! Which texts are words: what is only an address, a code or a placeholder needs no translation (`formats.md` B.0).

/// Whether something is left to translate when addresses, paths, placeholders and identifiers are taken out.
pub(crate) fn has_words(text: &str) -> bool {
    match text.contains('{') && (text.contains("{{") || text.contains("{%")) {
        true => without_templates(text).split_whitespace().any(is_word),
        false => text.split_whitespace().any(is_word),
    }
}

/// The text without the values and statements of templates: `{{ name }}`, `{% for name in names %}`.
fn without_templates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let end = from.get(..2).and_then(|mark| match mark {
            "{{" => from[2..].find(['{', '}']).filter(|end| from[2 + end..].starts_with("}}")),
            "{%" => {
                from[2..].find(['{', '}']).filter(|end| *end > 0 && from[2..2 + end].ends_with('%')).map(|end| end - 1)
            }
            _ => None,
        });
        rest = match end {
            // Both ends are two bytes long. What was around is not one word now.
            Some(end) => {
                out.push(' ');
                &from[end + 4..]
            }
            None => {
                out.push('{');
                &from[1..]
            }
        };
    }
    out.push_str(rest);
    out
}

fn is_word(token: &str) -> bool {
    // Letters alone are nothing else.
    if token.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return true;
    }
    if !token.contains(char::is_alphabetic) {
        return false;
    }
    let bare =
        token.trim_matches(|c: char| matches!(c, '(' | ')' | '<' | '>' | '[' | ']' | ',' | '.' | ';' | '"' | '\''));
    !(is_address(bare) || is_path(bare) || is_hexadecimal(bare) || is_placeholder(bare))
}

/// A URL or an e-mail address.
pub(crate) fn is_address(token: &str) -> bool {
    let is_scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    if let Some((scheme, rest)) = token.split_once("://") {
        return is_scheme(scheme) && !rest.is_empty();
    }
    if token.starts_with("www.") || token.starts_with("mailto:") || token.starts_with("tel:") {
        return true;
    }
    token.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && host.contains('.')
            && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+'))
    })
}

/// A file path. `and/or` and `km/h` are words: a path has a root or a file extension.
pub(crate) fn is_path(token: &str) -> bool {
    if ["/", "./", "../", "~/", "\\\\"].iter().any(|root| token.starts_with(root)) {
        return true;
    }
    let bytes = token.as_bytes();
    if bytes.len() > 3 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/') {
        return true;
    }
    let name = token.rsplit(['/', '\\']).next().unwrap_or_default();
    name.len() < token.len()
        && name.rsplit_once('.').is_some_and(|(stem, extension)| {
            !stem.is_empty()
                && (1..=5).contains(&extension.len())
                && extension.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// GUIDs, hashes, colours in hexadecimal. `facade` and `decade` are words: a code has a digit.
pub(crate) fn is_hexadecimal(token: &str) -> bool {
    let digits = token.strip_prefix("0x").or_else(|| token.strip_prefix('#')).unwrap_or(token);
    let is_marked = digits.len() < token.len();
    let bare = digits.bytes().filter(|b| *b != b'-').count();
    digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
        && digits.bytes().any(|b| b.is_ascii_digit())
        && (bare >= 12 || (is_marked && bare >= 3))
}

fn is_placeholder(token: &str) -> bool {
    let inside = |open: &str, close: &str| {
        token.strip_prefix(open).and_then(|t| t.strip_suffix(close)).is_some_and(|t| !t.contains(['{', '}']))
    };
    inside("{", "}")
        || inside("%#@", "@")
        || inside("${", "}")
        || inside("{{", "}}")
        || token.strip_prefix('%').is_some_and(|t| t.len() <= 3 && t.ends_with(['s', 'd', 'f', 'u', 'x', 'i', '@']))
}

/// Whether a font's letters are not what their codes say: text in it is a picture and is not translated.
pub(crate) fn is_symbol_font(name: &str) -> bool {
    const FONTS: [&str; 9] = [
        "symbol",
        "wingdings",
        "wingdings 2",
        "wingdings 3",
        "webdings",
        "zapfdingbats",
        "zapf dingbats",
        "monotype sorts",
        "marlett",
    ];
    FONTS.iter().any(|font| name.eq_ignore_ascii_case(font))
}

/// Whether a font, or a style, is one for code: of fixed pitch.
pub(crate) fn is_code_font(name: &str) -> bool {
    const FONTS: [&str; 22] = [
        "andale",
        "anonymous pro",
        "cascadia",
        "code",
        "consolas",
        "courier",
        "fira code",
        "fixedsys",
        "html code",
        "html typewriter",
        "inconsolata",
        "iosevka",
        "jetbrains",
        "letter gothic",
        "lucida console",
        "menlo",
        "monaco",
        "source code",
        "source text",
        "teletype",
        "terminal",
        "verbatim char",
    ];
    let name = name.to_ascii_lowercase();
    name.split([' ', '-']).any(|word| word == "mono" || word == "monospace" || word == "monospaced")
        || FONTS.iter().any(|font| {
            name.strip_prefix(font).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-', '_']))
        })
}

/// `picture 1.png` and paths with blanks, which programs put into alternative texts.
pub(crate) fn is_file_name(text: &str) -> bool {
    const IMAGES: [&str; 12] = ["png", "jpg", "jpeg", "gif", "bmp", "emf", "wmf", "tif", "tiff", "svg", "webp", "pdf"];
    let text = text.trim();
    let has_root = text.get(1..3) == Some(":\\") || text.starts_with("\\\\") || text.starts_with("file:");
    let names_image = |(stem, extension): (&str, &str)| !stem.ends_with([' ', '.']) && IMAGES.contains(&extension);
    has_root || text.rsplit_once('.').is_some_and(names_image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_codes() {
        for words in ["Hello", "1 a", "and/or", "km/h", "see https://a.b/c", "a decade", "日本", "user@", "#tag", "50%"]
        {
            assert_eq!(has_words(words), words != "50%", "{words}");
        }
        for words in ["{{ name }} goes", "{% if x %}yes{% endif %}", "{a {{b} c}}", "{% words", "{{ words", "{%}words}"]
        {
            assert!(has_words(words), "{words}");
        }
        for codes in [
            "https://example.com/a?b=c",
            "(www.example.com)",
            "someone@example.com",
            "123e4567-e89b-12d3-a456-426614174000",
            "0xFF00",
            "/usr/bin/env",
            "C:\\Windows\\x.exe",
            "src/main.rs",
            "{name} %s ${x} {{ }}",
            "12:30 - 2020/01/02 *** ---",
            "{{ user.name | upper }}, {{r rich }}",
            "{%p for name in names %}",
        ] {
            assert!(!has_words(codes), "{codes}");
        }
    }
}
