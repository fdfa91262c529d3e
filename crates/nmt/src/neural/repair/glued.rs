//! Names that came out without the blank before them: behind a bracket or a quote a word is another token than behind a
//! blank, and models copy that token as it is, `(Shell window only)` as `(apenas janela deShell)`.

use crate::neural::model::Decoded;

/// Puts a blank between a small word and the capital of a name of the source that was written to its end.
pub(crate) fn loosen(source: &str, decoded: &mut Decoded) {
    let mut shift = 0;
    for token in 0..decoded.spans.len() {
        let span = &mut decoded.spans[token];
        (span.start, span.end) = (span.start + shift, span.end + shift);
        let at = span.start;
        if is_glued(source, &decoded.text, at) {
            decoded.text.insert(at, ' ');
            (span.start, span.end) = (at + 1, span.end + 1);
            shift += 1;
        }
    }
}

fn is_glued(source: &str, text: &str, at: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(at) else { return false };
    let before = before.rsplit(|character: char| !character.is_alphabetic()).next().unwrap_or_default();
    let name = after.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
    let starts_name = name.starts_with(char::is_uppercase) && name.chars().skip(1).any(char::is_lowercase);
    if before.is_empty() || !before.chars().all(char::is_lowercase) || !starts_name {
        return false;
    }
    // The source has the name by itself, behind a sign, and never as it came out.
    let mut stands = false;
    for (place, _) in source.match_indices(name) {
        let ends = !source[place + name.len()..].starts_with(char::is_alphanumeric);
        let last = source[..place].chars().next_back();
        if ends && last.is_some_and(char::is_alphabetic) {
            return false;
        }
        stands |= ends && last.is_some_and(|last| !last.is_alphanumeric() && !last.is_whitespace());
    }
    stands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, tokens: &[&str], expected: &str) {
        let mut decoded = Decoded { text: tokens.concat(), spans: Vec::new() };
        let mut at = 0;
        for token in tokens {
            decoded.spans.push(at..at + token.len());
            at += token.len();
        }
        loosen(source, &mut decoded);
        assert_eq!(decoded.text, expected);
        for (span, token) in decoded.spans.iter().zip(tokens) {
            assert_eq!(&decoded.text[span.clone()], *token);
        }
    }

    #[test]
    fn a_name_behind_a_sign_gets_its_blank() {
        check("(Shell window only)", &["(ap", "enas", " de", "Shell", ")"], "(apenas de Shell)");
        check("\"Shell\" and (Run)", &["o", "Shell", " e o", "Run"], "o Shell e o Run");
    }

    #[test]
    fn words_with_capitals_inside_stay() {
        check("(deShell) and Shell", &["de", "Shell", " e"], "deShell e");
        check("a Shell window", &["de", "Shell"], "deShell");
        check("(PDF)", &["o", "PDF"], "oPDF");
        check("java and JavaScript", &["o java", "Script"], "o javaScript");
    }
}
