//! What comes out of a translation as it went in, although it stands in the text: placeholders, addresses, code.
//!
//! One pass over the text. Every pattern has a bounded length or consumes what it looks at, so time grows with the
//! text and nothing else.

use std::ops::Range;

use crate::script::is_spaceless;

/// The stretches of `text` that are kept, ordered, not overlapping.
pub(crate) fn kept_stretches(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    formulas(text, &mut found);
    if !text.bytes().any(is_telling) {
        return found;
    }
    placeholders(text, &mut found);
    tokens(text, &mut found);
    dumps(text, &mut found);
    merged(found)
}

/// Every kept stretch holds one of these; most prose holds none.
fn is_telling(byte: u8) -> bool {
    matches!(byte, b'{' | b'$' | b'%' | b'<' | b'[' | b'@' | b'/' | b'\\' | b'_' | b'#' | b':' | b'.' | b'(' | b'-')
        || matches!(byte, b'&' | b'!' | b'=' | b'H' | b'|')
        || byte.is_ascii_digit()
}

/// Sorts, and joins what overlaps: all of it is kept verbatim, so the union is too.
pub(crate) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|later, earlier| {
        let overlaps = later.start < earlier.end;
        if overlaps {
            earlier.end = earlier.end.max(later.end);
        }
        overlaps
    });
    ranges
}

/// The longest placeholder, in bytes.
const LONGEST_PLACEHOLDER: usize = 100;

fn placeholders(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = match bytes[at] {
            b'{' | b'$' | b'#' | b'%' | b'<' | b'[' | b'&' | b'@' | b'*' | b':' => {
                placeholder(&text[at..], at.checked_sub(1).map(|before| bytes[before]))
            }
            _ => None,
        };
        if let Some(length) = length {
            found.push(at..at + length);
        }
        at += length.unwrap_or(1);
    }
}

/// The length of the placeholder that `text` begins with.
fn placeholder(text: &str, before: Option<u8>) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes {
        [b'{', b'{', ..] => delimited(text, "{{", "}}", is_inside_double),
        [b'[', b'[', ..] => delimited(text, "[[", "]]", is_inside_double),
        [b'<', b'<', ..] => delimited(text, "<<", ">>", is_inside_double),
        [b'{', ..] => delimited(text, "{", "}", is_inside_single),
        [b'$', b'{', ..] => delimited(text, "${", "}", is_inside_single),
        [b'#', b'{', ..] => delimited(text, "#{", "}", is_inside_single),
        [b'%', b'{', ..] => delimited(text, "%{", "}", is_inside_single),
        [b'<', ..] => delimited(text, "<", ">", is_inside_single)
            .filter(|length| is_tag(&text[1..length - 1]))
            .or_else(|| written_tag(text)),
        // What texts of programs take from other texts, or from lists of people.
        [b'$', b't', b'(', ..] => delimited(text, "$t(", ")", |byte| !matches!(byte, b'(' | b')' | b'\n')),
        [b'@', b':' | b'.', ..] => linked(bytes),
        [b'*', b'|', ..] => delimited(text, "*|", "|*", is_inside_merged),
        [b'%', b'%', ..] => delimited(text, "%%", "%%", is_name),
        [b'%', b'A'..=b'Z', ..] => delimited(text, "%", "%", |byte| byte.is_ascii_uppercase() || byte == b'_'),
        [b'%', b'#', b'@', ..] => delimited(text, "%#@", "@", is_name),
        [b':', b'a'..=b'z', ..] if before.is_none_or(|before| before == b' ' || before == b'(') => parameter(bytes),
        [b'$', b'A'..=b'Z' | b'_', ..] => Some(1 + bytes[1..].iter().take_while(|b| is_name(**b)).count()),
        [b'&', ..] => entity(bytes),
        [b'%', ..] if !before.is_some_and(|b| b.is_ascii_digit()) => conversion(bytes),
        _ => None,
    }
}

/// Whether what stands between angle brackets is markup, not a word that somebody is to fill in: `<here>`.
fn is_tag(inside: &str) -> bool {
    const ELEMENTS: [&str; 36] = [
        "a",
        "abbr",
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "button",
        "code",
        "div",
        "em",
        "font",
        "form",
        "head",
        "hr",
        "html",
        "i",
        "img",
        "input",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "script",
        "select",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tr",
        "u",
        "ul",
    ];
    let marked = inside.starts_with(['/', '!', '?'])
        || inside.ends_with('/')
        || inside.bytes().all(|byte| byte.is_ascii_digit());
    let named = inside.starts_with(|first: char| first.is_ascii_alphabetic())
        && inside.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b':' | b'.' | b'=' | b'-'));
    marked || named || ELEMENTS.iter().any(|element| inside.eq_ignore_ascii_case(element))
}

/// A tag with attributes, written in prose: `<element name="x">`. Not `<an aside in angle brackets>`.
fn written_tag(text: &str) -> Option<usize> {
    let length = delimited(text, "<", ">", |byte| !matches!(byte, b'<' | b'>' | b'\n' | b'\r'))?;
    let (name, attributes) = text[1..length - 1].split_once(' ')?;
    let is_named = name.bytes().all(|byte| is_name(byte) || matches!(byte, b':' | b'-' | b'.'));
    (name.starts_with(|first: char| first.is_ascii_alphabetic()) && is_named && attributes.contains('='))
        .then_some(length)
}

/// A character's name in markup: `&nbsp;`, `&#160;`. Not `AT&T;`: an entity has two letters or more.
fn entity(bytes: &[u8]) -> Option<usize> {
    let number = if bytes.get(1) == Some(&b'#') { 1 } else { 0 };
    let length = bytes[1 + number..].iter().take(10).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    (length + number > 1 && bytes.get(1 + number + length) == Some(&b';')).then_some(number + length + 2)
}

fn is_inside_merged(byte: u8) -> bool {
    is_name(byte) || matches!(byte, b':' | b'-' | b' ')
}

/// Another message, `@:menu.home` or `@.lower:menu.home`.
fn linked(bytes: &[u8]) -> Option<usize> {
    let name = |from: usize| bytes[from..].iter().take(LONGEST_PLACEHOLDER).take_while(|b| is_name(**b)).count();
    let mut at = 1;
    if bytes[1] == b'.' {
        at += 1 + name(2);
    }
    let start = at + 1;
    if bytes.get(at) != Some(&b':') {
        return None;
    }
    at = start + name(start);
    // A stop at the end is the sentence's.
    while at > start && bytes.get(at) == Some(&b'.') && name(at + 1) > 0 {
        at += 1 + name(at + 1);
    }
    (at > start).then_some(at)
}

/// `:count`, `:user_name`, as a word of its own; `:smile:` too.
fn parameter(bytes: &[u8]) -> Option<usize> {
    let is_inside = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit();
    let length = 1 + bytes[1..].iter().take(LONGEST_PLACEHOLDER).take_while(|byte| is_inside(**byte)).count();
    let is_closed = bytes.get(length) == Some(&b':');
    let length = length + usize::from(is_closed);
    let ends = bytes.get(length).is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
    (length > 3 && ends).then_some(length)
}

fn is_inside_double(byte: u8) -> bool {
    !matches!(byte, b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b'\n' | b'\r')
}

fn is_inside_single(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'<' | b'>' | b'"') || byte >= 0x80
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn delimited(text: &str, open: &str, close: &str, is_inside: fn(u8) -> bool) -> Option<usize> {
    let inside = &text.as_bytes()[open.len()..];
    let length = inside.iter().take(LONGEST_PLACEHOLDER).take_while(|byte| is_inside(**byte)).count();
    // `{` takes no closing brace for content, so what follows the content must be the end.
    (length > 0 && inside[length..].starts_with(close.as_bytes())).then_some(open.len() + length + close.len())
}

/// A conversion of `printf`: `%s`, `%1$d`, `%-8.2f`, `%lu`, `%@`, `%(name)s`. Not `100 % sure`, not `%sure`.
fn conversion(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    if bytes.get(at) == Some(&b'(') {
        let name = bytes[at + 1..].iter().take(LONGEST_PLACEHOLDER).take_while(|b| is_name(**b)).count();
        at += name + 2;
        if name == 0 || bytes.get(at - 1) != Some(&b')') {
            return None;
        }
    }
    let is_flag = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'#' | b'.' | b'*' | b'$' | b'\'');
    at += bytes[at.min(bytes.len())..].iter().take(12).take_while(|byte| is_flag(**byte)).count();
    at += bytes[at.min(bytes.len())..]
        .iter()
        .take(2)
        .take_while(|b| matches!(**b, b'l' | b'h' | b'z' | b'j' | b't'))
        .count();
    let is_conversion = matches!(
        bytes.get(at)?,
        b's' | b'd' | b'i' | b'u' | b'f' | b'F' | b'g' | b'G' | b'e' | b'E' | b'x' | b'X' | b'o' | b'c' | b'p' | b'@'
    );
    let ends = bytes.get(at + 1).is_none_or(|byte| byte.is_ascii() && !is_name(*byte));
    (is_conversion && ends).then_some(at + 1)
}

/// Words between blanks. Scripts without blanks set off what is written in others.
fn tokens(text: &str, found: &mut Vec<Range<usize>>) {
    let mut rest = 0;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        if character.is_whitespace() || is_spaceless(character) {
            if rest < at {
                token(text, rest..at, found);
            }
            rest = at + character.len_utf8();
        }
    }
}

/// What stands between the letters and numbers of a formula.
const OPERATORS: &[&str] = &[
    "=", "==", "!=", "<=", ">=", "<", ">", "&&", "||", "+", "*", "×", "÷", "±", "≈", "≠", "≤", "≥", "∩", "∪", "∈", "∉",
    "⊂", "⊃", "⊆", "∧", "∨", "→", "⇒", "⇔", "↔",
];

/// Letters and numbers with signs between them, `a && b`, `x = y + 1`: engines take `a` for a word.
fn formulas(text: &str, found: &mut Vec<Range<usize>>) {
    if !text.split_whitespace().any(|word| OPERATORS.contains(&word)) {
        return;
    }
    // From where to where, how many signs, and whether one was last.
    let mut run: Option<(Range<usize>, usize, bool)> = None;
    for word in text.split_whitespace().chain([""]) {
        let start = word.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
        let operand = operand(word).map(|within| within.start + start..within.end + start);
        let goes_on = |range: &Range<usize>| !text[range.end..].starts_with(|c: char| !c.is_whitespace());
        run = match (run.take(), operand) {
            (Some((range, signs, true)), Some(operand)) if operand.start == start => {
                Some((range.start..operand.end, signs, false))
            }
            (Some((range, signs, false)), None) if OPERATORS.contains(&word) && goes_on(&range) => {
                Some((range, signs + 1, true))
            }
            (before, operand) => {
                if let Some((range, 1.., false)) = before {
                    found.push(range);
                }
                operand.map(|operand| (operand, 0, false))
            }
        };
    }
}

/// A letter or a number, and where in its word it stands, without brackets and stops.
fn operand(word: &str) -> Option<Range<usize>> {
    let bare = word.trim_start_matches(['(', '"']);
    let start = word.len() - bare.len();
    let bare = bare.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"']);
    let rest = bare.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(bare);
    let is_short = !bare.is_empty() && rest.len() <= 20;
    (is_short && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '²' | '³')))
        .then_some(start..start + bare.len())
}

/// So many words of digits in a row are data.
const DUMP_WORDS: usize = 4;

/// Rows of a table of bytes, `00000060H  FF FF 1E B1`: engines lose count of what repeats.
fn dumps(text: &str, found: &mut Vec<Range<usize>>) {
    let mut run: Option<(Range<usize>, usize, bool)> = None;
    for word in text.split_whitespace().chain([""]) {
        let start = word.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
        if is_dumped(word) {
            let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
            run = Some(match run {
                Some((range, count, digits)) => (range.start..start + word.len(), count + 1, digits || has_digit),
                None => (start..start + word.len(), 1, has_digit),
            });
        } else if let Some((range, count, true)) = run.take()
            && count >= DUMP_WORDS
        {
            found.push(range);
        }
    }
}

/// Two, four or eight digits in hexadecimal, perhaps with `H` or a colon behind them.
fn is_dumped(word: &str) -> bool {
    let digits = word.trim_end_matches([':', 'H', 'h']);
    matches!(digits.len(), 2 | 4 | 8)
        && word.len() <= digits.len() + 2
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F' | b'a'..=b'f'))
}

fn token(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let whole = &text[range.clone()];
    if !whole.bytes().any(is_telling) {
        return;
    }
    let cited = whole.trim_end_matches(['.', ',', ';', ':']);
    if is_citation(cited) || is_length(cited) {
        found.push(range.start..range.start + cited.len());
        return;
    }
    let bare = whole.trim_start_matches(['(', '[', '{', '<', '"', '\'', '“', '‘', '«', '„', '¿', '¡']);
    let start = range.start + (whole.len() - bare.len());
    let bare = without_punctuation(bare);
    if let Some(offset) = url_start(bare) {
        found.push(start + offset..start + bare.len());
    } else if is_email(bare)
        || is_host(bare)
        || is_path(bare)
        || is_media_type(bare)
        || is_identifier(bare)
        || is_figure(bare)
        || is_code(bare)
    {
        found.push(start..start + bare.len());
    }
}

/// A place in a law or contract, `(A)(2)(c)` or `18.33.020(a)`: engines lose one bracket of several. One alone may be words.
fn is_citation(token: &str) -> bool {
    let digits = token.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let Some(groups) = token[digits..].strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return false };
    let mut count = 0;
    let are_short = groups.split(")(").all(|group| {
        count += 1;
        (1..=5).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    are_short && (count > 1 || digits > 0)
}

/// The token without what belongs to the sentence: stops, quotes, and brackets that it did not open.
fn without_punctuation(token: &str) -> &str {
    let mut bare = token;
    let (mut round, mut square) = (count(token, b'(', b')'), count(token, b'[', b']'));
    while let Some(last) = bare.chars().next_back() {
        match last {
            ')' if round >= 0 => break,
            ']' if square >= 0 => break,
            ')' => round += 1,
            ']' => square += 1,
            '.' | ',' | ';' | ':' | '!' | '?' | '"' | '\'' | '>' | '}' | '”' | '’' | '»' | '…' => {}
            _ => break,
        }
        bare = &bare[..bare.len() - last.len_utf8()];
    }
    bare
}

/// How many more brackets are opened than closed.
fn count(token: &str, open: u8, close: u8) -> i64 {
    token.bytes().map(|byte| i64::from(byte == open) - i64::from(byte == close)).sum()
}

/// Where in the token a URL begins; it goes on to the end.
fn url_start(token: &str) -> Option<usize> {
    if let Some(colon) = token.find("://") {
        let bytes = &token.as_bytes()[..colon];
        let scheme =
            bytes.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
        let is_scheme = scheme > 0 && bytes[colon - scheme].is_ascii_alphabetic();
        return (is_scheme && token.len() > colon + 3).then_some(colon - scheme);
    }
    let is_address = ["mailto:", "tel:", "data:", "urn:"].iter().any(|s| token.len() > s.len() && token.starts_with(s));
    let is_host = token.starts_with("www.") && token.len() > 4;
    (is_address || is_host).then_some(0)
}

fn is_email(token: &str) -> bool {
    let Some((name, host)) = token.split_once('@') else { return false };
    !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || "._%+-".contains(c))
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

/// Endings of names of hosts that are no ordinary words.
const HOST_ENDINGS: &[&str] = &["app", "com", "dev", "edu", "gov", "info", "io", "net", "org"];

/// `example.com`, `example.com.br/page`.
fn is_host(token: &str) -> bool {
    let mut labels: Vec<&str> = token.split('/').next().unwrap_or_default().split('.').collect();
    if labels.len() > 2 && labels.last().is_some_and(|country| country.len() == 2) {
        labels.pop();
    }
    let is_label = |label: &&str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    labels.len() > 1 && labels.iter().all(is_label) && labels.last().is_some_and(|ending| HOST_ENDINGS.contains(ending))
}

/// Feet and inches, minutes and seconds: `5'17"`.
fn is_length(token: &str) -> bool {
    let Some((feet, inches)) = token.split_once(['\'', '′']) else { return false };
    let inches = inches.trim_end_matches(['"', '″', '\'']);
    [feet, inches].iter().all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Prices without cents, ranges of numbers: `117,-`, `1989–2065`.
fn is_figure(token: &str) -> bool {
    let is_dash = |c: char| matches!(c, '-' | '–' | '—');
    let amount = token.trim_end_matches(is_dash);
    let is_price = amount.len() < token.len() && amount.ends_with(['.', ',']);
    let is_range = || {
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        token.contains(['–', '—']) && token.split(['–', '—']).all(is_part)
    };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    is_price && token.starts_with(|c: char| c.is_ascii_digit()) && is_number(amount) || is_range()
}

/// Endings of file names that are no ordinary words.
const FILE_ENDINGS: &[&str] = &[
    "bat", "bmp", "bz2", "cfg", "conf", "cpp", "css", "csv", "dll", "dmg", "doc", "docx", "exe", "gif", "gz", "htm",
    "html", "ini", "iso", "jar", "java", "jpeg", "jpg", "js", "json", "lock", "log", "md", "mp3", "mp4", "odp", "ods",
    "odt", "pdf", "php", "png", "ppt", "pptx", "py", "rb", "rs", "rtf", "sh", "sql", "svg", "tar", "tgz", "tiff",
    "toml", "ts", "tsv", "txt", "wav", "webp", "xls", "xlsx", "xml", "yaml", "yml", "zip",
];

/// A path has a root, or names a file. `and/or` and `km/h` are words.
fn is_path(token: &str) -> bool {
    let bytes = token.as_bytes();
    let has_root =
        ["/", "./", "../", "~/", "\\\\"].iter().any(|root| token.len() > root.len() && token.starts_with(root));
    let has_drive = matches!(bytes, [drive, b':', b'\\' | b'/', _, ..] if drive.is_ascii_alphabetic());
    if has_root || has_drive {
        return true;
    }
    let name = token.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        let is_listed = FILE_ENDINGS.binary_search(&ending).is_ok();
        !stem.is_empty() && stem.chars().all(|c| c.is_alphanumeric() || "._-*+".contains(c)) && is_listed
    })
}

/// Kinds of media, by RFC 6838, section 4.2.7.
const MEDIA: [&str; 9] = ["application", "audio", "font", "image", "message", "model", "multipart", "text", "video"];
/// What is of such a kind and an ordinary word, or as short as one.
const MEDIA_NAMES: [&str; 16] = [
    "bmp",
    "css",
    "csv",
    "gif",
    "html",
    "javascript",
    "jpeg",
    "json",
    "mpeg",
    "ogg",
    "pdf",
    "plain",
    "png",
    "rtf",
    "xml",
    "zip",
];

/// `text/html`, `application/x-tar`. `text/image` is two words.
fn is_media_type(token: &str) -> bool {
    let Some((kind, name)) = token.split_once('/') else { return false };
    let is_sign = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.');
    MEDIA.contains(&kind)
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
        && (MEDIA_NAMES.binary_search(&name).is_ok()
            || (name.bytes().any(is_sign) && name.starts_with(char::is_alphabetic)))
}

/// GUIDs, hashes, colours and other numbers in hexadecimal. `facade` and `decade` are words: a code has a digit.
fn is_identifier(token: &str) -> bool {
    let digits = token.strip_prefix("0x").or_else(|| token.strip_prefix('#')).unwrap_or(token);
    let is_marked = digits.len() < token.len();
    let count = digits.bytes().filter(|byte| *byte != b'-').count();
    digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().any(|byte| byte.is_ascii_alphabetic())
        && (count >= 12 || (is_marked && count >= 3))
}

/// `snake_case`, `call()`, `module::item`, `--option`, `key=value`, `!important`, `dB(A)`, `0FFH`.
fn is_code(token: &str) -> bool {
    let is_plain = |text: &str, more: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c))
            && text.contains(|c: char| c.is_ascii_alphabetic())
    };
    let has_inner_underscore = token.trim_matches('_').contains('_');
    let is_call = token.strip_suffix("()").is_some_and(|name| is_plain(name, ".:"));
    let is_scoped =
        token.split("::").count() > 1 && token.split("::").all(|part| !part.is_empty() && is_plain(part, ""));
    let is_option = token
        .strip_prefix("--")
        .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()) && is_plain(name, "-=."));
    let is_setting = token.split_once('=').is_some_and(|(name, value)| {
        is_plain(name, ".-") && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'=')
    });
    let is_marked =
        token.strip_prefix('!').is_some_and(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase()));
    let is_weighted = token.strip_suffix(')').and_then(|token| token.split_once('(')).is_some_and(|(name, weight)| {
        (1..=5).contains(&name.len())
            && (1..=3).contains(&weight.len())
            && name.bytes().all(|byte| byte.is_ascii_alphabetic())
            && weight.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    });
    let is_hexadecimal = token.strip_suffix('H').is_some_and(|digits| {
        let is_number = digits.bytes().any(|byte| byte.is_ascii_digit());
        (digits.len() == 2 || (3..=8).contains(&digits.len()) && is_number)
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    });
    (has_inner_underscore && is_plain(token, ".-/=:"))
        || is_call
        || is_scoped
        || is_option
        || is_setting
        || is_marked
        || is_weighted
        || is_hexadecimal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is the text with `⟦ ⟧` around what is kept.
    #[test]
    fn formulas_prices_and_settings_are_kept() {
        check("Use ⟦a && b⟧, not ⟦A ∩ B⟧, where ⟦x = y + 1⟧.");
        check("If (⟦n ≤ 3⟧) or n is");
        check("a = the first, 3 + more, and a B");
        check("Write ⟦&nbsp;⟧ or ⟦&#160;⟧, as AT&T; and R&D do.");
        check("See ⟦example.com⟧ or ⟦shop.example.com.br/a⟧. The end.It is");
        check("It costs ⟦117,-⟧ kr, or CHF ⟦12.–⟧ since ⟦1989–2065⟧; a - b");
        check("She is ⟦5'17\"⟧ at 16 ⟦dB(A)⟧; file(s), it's 5'");
        check("⟦FFH⟧ ⟦FEH⟧ = Big-Endian, but EACH BEACH is not ⟦0D0AH⟧");
        check("Set ⟦key=value⟧ and ⟦!important⟧ now!");
    }

    #[track_caller]
    fn check(expected: &str) {
        let text = expected.replace(['⟦', '⟧'], "");
        let mut marked = String::new();
        let mut at = 0;
        for range in kept_stretches(&text) {
            marked.push_str(&text[at..range.start]);
            marked.push('⟦');
            marked.push_str(&text[range.clone()]);
            marked.push('⟧');
            at = range.end;
        }
        marked.push_str(&text[at..]);
        assert_eq!(marked, expected);
    }

    #[test]
    fn words_in_angle_brackets_are_words() {
        check("Sign <here> or <hier>, ⟦<BR>⟧ ⟦</here>⟧ ⟦<user_name>⟧ ⟦<x:y>⟧ ⟦<Foo/>⟧ ⟦<h1>⟧");
    }

    #[test]
    fn citations_are_kept() {
        check("Under Section 18.33 ⟦(A)(2)(c)⟧, ⟦65852.2(e)⟧; and (so) it (is)(or not) f(x)");
    }

    #[test]
    fn tags_written_in_prose_are_kept() {
        check("An ⟦<element name=\"Y\">⟧ and ⟦<x:a b=”c d”/>⟧ it <an aside in brackets> ⟦a < b = c > d⟧");
    }

    #[test]
    fn placeholders_are_kept() {
        check("Hello ⟦{name}⟧, you have ⟦%d⟧ messages and ⟦${x}⟧ ⟦{{ user name }}⟧.");
        check("⟦%1$s⟧ of ⟦%-8.2f⟧, ⟦%(count)d⟧, ⟦%lu⟧, ⟦%@⟧ and ⟦%s⟧");
        check("Dear <<x, well");
        check("See ⟦$t(common:more, {\"n\": 1})⟧, ⟦@:menu.home⟧. ⟦@.lower:a⟧ at @: or @.b, mail @home");
        check("Dear ⟦*|FNAME|*⟧, order ⟦%%ORDER%%⟧ of ⟦%DATE%⟧ for ⟦%#@files@⟧, 5%% A% *|");
        check("⟦:count⟧ files by (⟦:user_name⟧) ⟦:smile:⟧ at 10:30, a:b, :a or note: this");
        check("Click ⟦<1>⟧here⟦</1>⟧");
        check("Dear ⟦<<First Name>>⟧ and ⟦[[Last]]⟧, use ⟦<b>⟧bold⟦</b>⟧ and ⟦$HOME⟧");
        check("⟦{0}⟧⟦{1:N2}⟧日本⟦{ação}⟧語");
    }

    #[test]
    fn tables_of_bytes_are_kept() {
        check("⟦00000060H  FF FF FF FF FF 1E B1⟧");
        check("⟦0000: d0 cf 11 e0⟧ is how it begins");
        check("AB 12 FE are three");
        check("a dead face be fed");
    }

    #[test]
    fn addresses_paths_and_codes_are_kept() {
        check("See (⟦https://example.com/a?b=c#d⟧), ⟦www.example.com⟧.");
        check("⟦https://en.wikipedia.org/wiki/Rust_(language)⟧ (see ⟦http://a.b⟧)");
        check("Write to ⟦some.one+x@example.co.uk⟧; or (⟦a@b.org⟧).");
        check("请访问⟦https://example.com⟧查看");
        check("In ⟦/usr/bin/env⟧, ⟦C:\\Windows\\x.exe⟧, ⟦src/main.rs⟧ and ⟦report.docx⟧!");
        check("Id ⟦123e4567-e89b-12d3-a456-426614174000⟧, colour ⟦#ff00aa⟧, ⟦0xFF00⟧");
        check("Set ⟦file=FILE⟧ and ⟦PATH=/usr/bin:x⟧, or [⟦a=b⟧]: a== b, x= 3, 1=2");
        check("⟦text/html⟧, ⟦audio/mp3⟧ or ⟦application/x-tar⟧, not text/image, audio/video/");
        check("Call ⟦do_it()⟧, ⟦print()⟧ or ⟦std::mem⟧ with ⟦--long-option⟧ in ⟦snake_case⟧");
    }

    #[test]
    fn lists_are_in_order() {
        assert!(FILE_ENDINGS.is_sorted() && MEDIA_NAMES.is_sorted());
    }

    #[test]
    fn words_are_not_kept() {
        for words in [
            "100% sure, 50 % of it, 5%d",
            "and/or km/h 24/7 1/2",
            "a decade of façade",
            "JavaScript on GitHub, v1.2.3",
            "well-known - really -- yes",
            "user@ #tag @home",
            "end.Start again. e.g. this",
            "{ a b } [x] < 3 > $5",
            "12:30 2020-01-02 *** ---",
            "call (me) (maybe)",
        ] {
            check(words);
        }
    }

    #[test]
    fn hostile_texts_take_time_in_proportion() {
        for text in ["{", "%(", "<<", "[[", "a@", "http://", "a_", "))", "${", "0x", "::", "({[<"] {
            kept_stretches(&text.repeat(100_000));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_ordered_stretches(text in "([a-z0-9{}\\[\\]<>$%#@:/\\\\._() -]|\\PC){0,60}") {
            let found = kept_stretches(&text);
            proptest::prop_assert!(found.iter().all(|range| text.get(range.clone()).is_some_and(|kept| !kept.is_empty())));
            proptest::prop_assert!(found.is_sorted_by(|a, b| a.end <= b.start));
        }
    }
}
