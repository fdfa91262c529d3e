//! Words that are no words: addresses, paths, numbers of all kinds, code.

use std::ops::Range;

use super::is_telling;
use super::names::{FACES, FILE_ENDINGS, HOST_ENDINGS, MEDIA, MEDIA_NAMES};
use crate::script::is_spaceless;

/// Words between blanks. Scripts without blanks set off what is written in others.
pub(super) fn tokens(text: &str, found: &mut Vec<Range<usize>>) {
    let mut rest = 0;
    let mut is_quote_open = false;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        if character.is_whitespace() || is_spaceless(character) {
            if let Some(inches) = inches(&text[rest..at]).filter(|_| !is_quote_open) {
                found.push(rest + inches.start..rest + inches.end);
            } else if rest < at {
                is_quote_open ^= text[rest..at].bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
                token(text, rest..at, found);
            }
            rest = at + character.len_utf8();
        }
    }
}

fn token(text: &str, mut range: Range<usize>, found: &mut Vec<Range<usize>>) {
    while let Some(rest) = without_line_end(&text[range.clone()]) {
        found.push(range.start + rest.len()..range.end);
        range.end = range.start + rest.len();
    }
    let whole = &text[range.clone()];
    if !whole.bytes().any(is_telling) {
        return;
    }
    let cited = whole.trim_end_matches(['.', ',', ';', ':']);
    if is_citation(cited) || is_length(cited) || FACES.contains(&whole.trim_end_matches(['.', ',', '!', '?'])) {
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
        || is_page(bare)
        || is_paper(bare)
        || is_hexadecimal_address(bare)
        || is_path(bare)
        || is_media_type(bare)
        || is_identifier(bare)
        || is_figure(bare)
        || is_section(bare)
        || is_code(bare)
    {
        found.push(start..start + bare.len());
    }
}

/// What stands before a line end as office programs spell it in properties: `lines._x000d_`.
fn without_line_end(token: &str) -> Option<&str> {
    ["_x000d_", "_x000D_", "_x000a_", "_x000A_"].iter().find_map(|spelled| token.strip_suffix(spelled))
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

/// A section with its sign, `§A.1(3)`: engines put a blank into it.
fn is_section(token: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'(' | b')' | b'-');
    token.strip_prefix('§').is_some_and(|number| {
        number.len() <= LONGEST_SECTION
            && number.bytes().any(|byte| byte.is_ascii_digit())
            && number.bytes().all(is_sign)
            && count(number, b'(', b')') == 0
    })
}

/// Most bytes of a section's number.
const LONGEST_SECTION: usize = 24;

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

/// `example.com`, `example.com.br/page`.
fn is_host(token: &str) -> bool {
    let mut labels: Vec<&str> = token.split('/').next().unwrap_or_default().split('.').collect();
    if labels.len() > 2 && labels.last().is_some_and(|country| country.len() == 2) {
        labels.pop();
    }
    let is_label = |label: &&str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    labels.len() > 1 && labels.iter().all(is_label) && labels.last().is_some_and(|ending| HOST_ENDINGS.contains(ending))
}

/// A host that no list has, with a path: `docs.rs/serde`.
fn is_page(token: &str) -> bool {
    let Some((host, path)) = token.split_once('/') else { return false };
    let mut labels = host.split('.');
    let is_small = |label: &str| label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let ending = labels.next_back().unwrap_or_default();
    (2..=6).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_lowercase())
        && host.contains('.')
        && labels.all(|label| !label.is_empty() && is_small(label))
        && !path.is_empty()
        && path.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The address of a piece of hardware, or of the sixth version of IP: engines write it in small letters.
fn is_hexadecimal_address(token: &str) -> bool {
    let is_part = |part: &str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    token.bytes().filter(|byte| *byte == b':').take(3).count() > 2
        && token.bytes().any(|byte| byte.is_ascii_digit())
        && token.bytes().any(|byte| byte.is_ascii_alphabetic())
        && token.split(':').all(is_part)
}

/// The number of a paper: `10.1038/nature20381`.
fn is_paper(token: &str) -> bool {
    token.strip_prefix("10.").and_then(|rest| rest.split_once('/')).is_some_and(|(publisher, paper)| {
        (4..=9).contains(&publisher.len())
            && publisher.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && !paper.is_empty()
            && paper.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

/// Where in a word a number of inches is, `15"`, if its sign closes no quotation.
fn inches(word: &str) -> Option<Range<usize>> {
    let number = word.trim_start_matches(['(', '±', '~']);
    let start = word.len() - number.len();
    let digits = number.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'/')).count();
    let rest = number[digits..].strip_prefix('"')?;
    let ends = rest.bytes().all(|byte| matches!(byte, b'.' | b',' | b';' | b':' | b'!' | b'?' | b')'));
    (number.starts_with(|first: char| first.is_ascii_digit()) && ends).then_some(start..start + digits + 1)
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

/// A path has a root, or names a file. `and/or` and `km/h` are words.
pub(crate) fn is_path(token: &str) -> bool {
    let bytes = token.as_bytes();
    let has_root =
        ["/", "./", "../", "~/", "\\\\"].iter().any(|root| token.len() > root.len() && token.starts_with(root));
    let has_drive = matches!(bytes, [drive, b':', b'\\' | b'/', _, ..] if drive.is_ascii_alphabetic());
    // `dist/dev/poi/`; `audio/video/` may be words.
    let folders = token.strip_suffix('/').map(|folders| folders.split('/'));
    let is_folder =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let is_deep = folders.is_some_and(|mut folders| folders.clone().count() > 2 && folders.all(is_folder));
    if has_root || has_drive || is_deep {
        return true;
    }
    let name = token.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        let is_large = ending.bytes().all(|byte| !byte.is_ascii_lowercase());
        let small = if is_large { ending.to_ascii_lowercase() } else { ending.to_owned() };
        let is_listed = FILE_ENDINGS.binary_search(&small.as_str()).is_ok();
        !stem.is_empty() && stem.chars().all(|c| c.is_alphanumeric() || "._-*+".contains(c)) && is_listed
    })
}

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

/// `snake_case`, `call()`, `sum(a,b)`, `module::item`, `--option`, `key=value`, `!important`, `dB(A)`, `0FFH`.
fn is_code(token: &str) -> bool {
    let is_plain = |text: &str, more: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c))
            && text.contains(|c: char| c.is_ascii_alphabetic())
    };
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let has_inner_underscore = token.trim_matches('_').contains('_');
    let is_call = token.strip_suffix("()").is_some_and(|name| is_plain(name, ".:"));
    // `COUNT(*)`, `nullif(a,b)`, `V(A,B)`; in `f(x)` and `file(s)` may be a word.
    let is_called_with =
        token.strip_suffix(')').and_then(|token| token.split_once('(')).is_some_and(|(name, inside)| {
            let are_names = || inside.contains(',') && inside.split(',').all(|one| !one.is_empty() && is_word(one));
            is_plain(name, ".:") && (name.len() > 1 && inside == "*" || are_names())
        });
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
        // `Hires(1)` is a word with a note.
        let is_noted = name.len() > 2
            && name.starts_with(|first: char| first.is_ascii_uppercase())
            && name[1..].bytes().all(|byte| byte.is_ascii_lowercase())
            && weight.bytes().all(|byte| byte.is_ascii_digit());
        (1..=5).contains(&name.len())
            && (1..=3).contains(&weight.len())
            && name.bytes().all(|byte| byte.is_ascii_alphabetic())
            && weight.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && !is_noted
    });
    let is_hexadecimal = token.strip_suffix('H').is_some_and(|digits| {
        let is_number = digits.bytes().any(|byte| byte.is_ascii_digit());
        (digits.len() == 2 || (3..=8).contains(&digits.len()) && is_number)
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    });
    (has_inner_underscore && is_plain(token, ".-/=:"))
        || is_call
        || is_called_with
        || is_scoped
        || is_option
        || is_setting
        || is_marked
        || is_weighted
        || is_hexadecimal
}
