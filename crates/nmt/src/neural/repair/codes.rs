//! Codes: tokens that mean what they are spelled, such as `AB-1271`, `2024-05-01`, `a[0]`, `US$`.
//!
//! Models copy most of them. Those that they do not are found in the output's lack of them, and protected then: to protect
//! all would take words from the model that it understands the sentence by.

use crate::neural::protect::plainer;

/// The longest code, in bytes.
const LONGEST: usize = 100;

/// The code that starts here, in a text that begins with it: its length.
pub(crate) fn code_at(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().chain([(text.len(), ' ')]).take(LONGEST + 1);
    let end = characters.find(|(_, character)| character.is_whitespace())?.0;
    let token = bare(&text[..end]);
    (token.as_ptr() == text.as_ptr() && is_code(token)).then_some(token.len())
}

/// A code of the source that the translation lacks. `stand_ins` are the words that stand for something else.
pub(crate) fn is_lost<'a>(source: &str, target: &str, stand_ins: impl Iterator<Item = &'a str> + Clone) -> bool {
    let lower = target.to_lowercase();
    let mut solid = None;
    source.split_whitespace().map(bare).filter(|token| is_code(token)).any(|token| {
        if stand_ins.clone().any(|stand_in| token.contains(stand_in)) {
            return false;
        }
        if CURRENCIES.binary_search(&token).is_ok() {
            return !target.split(|c: char| !c.is_alphanumeric()).any(|word| word == token);
        }
        let token = token.to_lowercase();
        if lower.contains(&token) {
            return false;
        }
        if !token.contains(|c: char| c.is_ascii_digit()) && token.contains('/') && has_pair(target) {
            return false;
        }
        // Languages have another sign in `2.5mm`, and a blank.
        let solid = solid.get_or_insert_with(|| without_signs(&lower));
        !is_measure(&token) || !solid.contains(&without_signs(&token))
    })
}

fn without_signs(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | ',')).collect()
}

/// The token without the quotes and stops around it, and the brackets that it does not open itself.
fn bare(token: &str) -> &str {
    let is_quote =
        |c: char| matches!(c, '"' | '\'') || plainer(c).is_some_and(|plain| plain.len() == 1 && plain != "-");
    let mut token = token.trim_start_matches(|c: char| is_quote(c) || matches!(c, '(' | '[' | '{'));
    while let Some(last) = token.chars().next_back() {
        let is_opened = |open: char| token.matches(open).count() >= token.matches(last).count();
        let is_part = match last {
            ')' => is_opened('('),
            ']' => is_opened('['),
            '}' => is_opened('{'),
            '.' | ',' | ';' | ':' | '!' | '?' => false,
            other => plainer(other).is_none() && !is_quote(other),
        };
        if is_part || token.len() > LONGEST {
            break;
        }
        token = &token[..token.len() - last.len_utf8()];
    }
    token
}

fn is_code(token: &str) -> bool {
    let is_spelled = |c: char| c.is_ascii() || matches!(c, '°' | '²' | '³' | 'µ' | '§') || plainer(c) == Some("-");
    if token.is_empty() || token.len() > LONGEST || !token.chars().all(is_spelled) {
        return false;
    }
    let has_letter = token.contains(|c: char| c.is_ascii_alphabetic());
    if !token.contains(|c: char| c.is_ascii_digit()) {
        return token.contains(['|', '^', '~', '\\', '_', '<', '>', '=', '#', '@'])
            || token.contains("%%")
            || has_letter && (token.contains(['$', '+']) || token.contains("*.") || is_named(token))
            || is_member(token)
            || is_pair(token)
            || CURRENCIES.binary_search(&token).is_ok();
    }
    // Numbers and prices are looked at elsewhere; words with numbers in them are translated.
    let is_number = token.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | '$'));
    !is_number && !is_word(token)
}

/// Whether a token without digits is a name by its sign: `:value`, `r/news`, `-s`, `--best`.
fn is_named(token: &str) -> bool {
    let is_name = |name: &str| name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let option = token.strip_prefix("--").is_some_and(is_name)
        || token.len() == 2 && token.starts_with('-') && token.ends_with(|c: char| c.is_ascii_alphabetic());
    let group = token.strip_prefix("r/").or_else(|| token.strip_prefix("u/"));
    option || token.strip_prefix(':').is_some_and(is_name) || group.is_some_and(|name| name.len() > 2 && is_name(name))
}

/// Names that a stop joins, `this.state`. Of sentences that run together the second has a capital; `e.g` is short for words.
fn is_member(token: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let mut names = token.split('.');
    token.contains('.') && names.all(is_name) && token.rsplit('.').next().is_some_and(|last| last.len() > 1)
}

/// `I/O`, `TCP/IP`: models take the letters for words, or put blanks between them.
fn is_pair(token: &str) -> bool {
    let is_short = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_uppercase());
    token.split_once('/').is_some_and(|(first, second)| is_short(first) && is_short(second))
}

/// Whether letters with such a sign between them are there, whatever they are: `I/O` is `E/S` elsewhere.
fn has_pair(text: &str) -> bool {
    text.split_whitespace().map(bare).any(is_pair)
}

/// Codes of currencies (ISO 4217) that are no words.
const CURRENCIES: &[&str] = &[
    "AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY",
    "KRW", "MXN", "MYR", "NGN", "NOK", "NZD", "PHP", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TWD", "UAH",
    "USD", "VND", "ZAR",
];

/// `1st`, `1980s`, `10am`, `16h30`, `10-year`, `mid-90s`.
fn is_word(token: &str) -> bool {
    let letters = token.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ':'));
    if letters.len() < token.len() {
        let hours = letters.strip_prefix('h').is_some_and(|minutes| minutes.bytes().all(|byte| byte.is_ascii_digit()));
        let is_known = ["st", "nd", "rd", "th", "s", "am", "pm", "e", "er", "o", "a"];
        if hours || is_known.iter().any(|known| letters.eq_ignore_ascii_case(known)) {
            return true;
        }
    }
    let words = token.split(|c: char| !c.is_ascii_lowercase());
    token.contains('-') && !is_release(token) && words.map(str::len).max().is_some_and(|longest| longest >= 3)
}

/// `10.5-beta2`, `2.0-rc.1`; `19.7-inch` is words.
fn is_release(token: &str) -> bool {
    let Some((number, name)) = token.split_once('-') else { return false };
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    number.contains('.')
        && number.trim_start_matches(['v', 'V']).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && (kind.len() < name.len() || matches!(kind, "alpha" | "beta" | "dev" | "pre" | "preview" | "rc" | "snapshot"))
}

/// `2.5mm`, `100km/h`, `21°C`; not `7.13.x`, nor `24.04lts`.
fn is_measure(token: &str) -> bool {
    let unit = token.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    unit.len() < token.len()
        && !token[..token.len() - unit.len()].ends_with(['.', ','])
        && unit != "lts"
        && unit.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '°' | '²' | '³' | 'µ'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_tokens_that_mean_what_they_are_spelled() {
        for code in [
            "AB-1271",
            "2024-05-01T13:00:00Z",
            "a[0]",
            "US$",
            "C++",
            "5/13",
            "978-3-16-148410-0",
            "93°",
            "X65s",
            "|",
            "a_b",
            "§14(a)",
            ":value",
            "*.txt",
            "%%",
            "r/index",
            "this.state",
            "I/O",
            "TCP/IP",
            "EUR",
            "10.5-beta2",
            "2.0-rc",
            "-s",
            "--best",
        ] {
            assert_eq!(code_at(&format!("{code}, and")), Some(bare(code).len()), "{code}");
        }
        for word in [
            "word",
            "1st",
            "1980s",
            "10-year",
            "16h30",
            "1,234.5",
            "50%",
            "$5",
            "A",
            "well-known",
            "2023年",
            "&",
            "a/b",
            "e.g",
            "end.Start",
            "19.7-inch",
        ] {
            assert_eq!(code_at(word), None, "{word}");
        }
    }

    #[test]
    fn a_code_is_lost_if_it_is_not_there_as_it_is_spelled() {
        let lost = |source: &str, target: &str| is_lost(source, target, ["X-71"].into_iter());
        assert!(lost("See a[0] there.", "Veja um[0] ali."));
        assert!(lost("See (a[0]).", "Veja a[0."));
        assert!(!lost("See (a[0]).", "Veja «a[0]»."));
        assert!(lost("Erro: AB-1271", "Error: AB - 1271"));
        assert!(!lost("Erro: AB-1271", "Error: ab-1271"));
        assert!(!lost("send 2.5mm and 164km/h", "envie 2,5 mm e 164 km/h"));
        assert!(lost("sold 192ms", "vendeu 192 milhões"));
        assert!(!lost("See X-71.", "Veja."));
        assert!(lost("since 7.13.x", "desde 7,13.x") && lost("since 24.04LTS", "desde 24,04LTS"));
        assert!(lost("for EUR 5", "por 5 euros") && !lost("for EUR 5", "por 5 EUR"));
        assert!(lost("the I/O here", "o eu/O aqui") && !lost("the I/O here", "a E/S aqui"));
    }
}
