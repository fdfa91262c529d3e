//! Blocks in a plain text that programs read: keys and signatures in armour, files in uuencode and base64.
//!
//! Each letter of them counts, and most of them would pass for words of some language.

use std::ops::Range;

use super::lines::{Line, LineKind};

/// Marks the lines of every such block as nothing to translate; returns where the blocks stand, in order.
pub(super) fn skip(text: &str, lines: &mut [Line]) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut armour: Option<(usize, &str)> = None;
    let mut index = 0;
    while index < lines.len() {
        let line = content(text, &lines[index]);
        let mut end = index;
        if let Some(label) = mark(line, "-----BEGIN ") {
            armour = Some((index, label));
            // What is signed is a text; its mark and the name of the hash stand in front of it.
            if label.ends_with("SIGNED MESSAGE") {
                let is_head = |line: &Line| content(text, line).starts_with("Hash: ");
                end = index + 1 + usize::from(lines.get(index + 1).is_some_and(is_head));
            }
        } else if let Some(label) = mark(line, "-----END ") {
            if let Some((start, _)) = armour.take_if(|(_, begun)| *begun == label)
                && is_armour(lines[start + 1..index].iter().map(|line| content(text, line)))
            {
                // What was found in it is part of it.
                let begin = lines[start].all.start;
                blocks.truncate(blocks.partition_point(|block| block.start < begin));
                blocks.push(begin..lines[index].all.end);
                index += 1;
                lines[start..index].iter_mut().for_each(|line| line.kind = LineKind::Skipped);
                continue;
            }
        } else if is_uuencode_head(line) {
            let data = lines[index + 1..].iter().take_while(|line| is_uuencode(&text[line.all.clone()])).count();
            if data > 0 {
                let last = index + 1 + data;
                end = last + usize::from(lines.get(last).is_some_and(|line| content(text, line) == "end"));
            }
        } else if is_base64(line) && line.len() >= WIDE {
            let same = lines[index + 1..]
                .iter()
                .take_while(|next| content(text, next).len() == line.len() && is_base64(content(text, next)))
                .count();
            if same > 0 {
                let last = index + 1 + same;
                let is_rest = |next: &Line| {
                    let next = content(text, next);
                    next.len() < line.len() && is_base64(next) && !next.bytes().skip(1).all(|b| b.is_ascii_lowercase())
                };
                end = last + usize::from(lines.get(last).is_some_and(is_rest));
            }
        }
        if end > index {
            blocks.push(lines[index].all.start..lines[end - 1].all.end);
            lines[index..end].iter_mut().for_each(|line| line.kind = LineKind::Skipped);
        }
        index = end.max(index + 1);
    }
    blocks
}

/// Narrower lines of one width may be words.
const WIDE: usize = 48;

/// A line without its indentation and marks of quotation.
fn content<'a>(text: &'a str, line: &Line) -> &'a str {
    text[line.indent.end.min(line.all.end)..line.all.end].trim_end()
}

/// What the line says begins or ends.
fn mark<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    let label = line.strip_prefix(start)?.strip_suffix("-----")?;
    let is_label = label.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' ');
    (is_label && !label.is_empty()).then_some(label)
}

/// Whether the lines are fields and code. Some people put armour around their prose.
fn is_armour<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let mut is_head = true;
    let mut has_code = false;
    for line in lines {
        if is_head && line.split_once(':').is_some_and(|(name, _)| !name.contains(' ')) {
            continue;
        }
        if line.is_empty() {
            continue;
        }
        is_head = false;
        has_code = true;
        if line.contains(char::is_whitespace) {
            return false;
        }
    }
    has_code
}

/// `begin 644 name`
fn is_uuencode_head(line: &str) -> bool {
    let mut words = line.splitn(3, ' ');
    let (begin, mode, name) = (words.next(), words.next().unwrap_or_default(), words.next());
    begin == Some("begin")
        && (3..=4).contains(&mode.len())
        && mode.bytes().all(|b| (b'0'..=b'7').contains(&b))
        && name.is_some_and(|name| !name.is_empty())
}

/// Whether the first character says how long the line is. Blanks at its end may have been lost.
fn is_uuencode(line: &str) -> bool {
    let Some(first) = line.bytes().next() else { return false };
    let length = usize::from(first.wrapping_sub(b' ') & 63).div_ceil(3) * 4;
    line.bytes().all(|b| (b' '..=b'`').contains(&b))
        && line.len() <= length + 2
        && (line.len() > length || line.len() * 2 > length)
}

fn is_base64(line: &str) -> bool {
    let digits = line.trim_end_matches('=');
    line.len() - digits.len() < 3
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::txt::lines::read;

    /// The lines that are left to translate, and the number of blocks.
    fn rest(text: &str) -> (Vec<&str>, usize) {
        let mut lines = read(text);
        let blocks = skip(text, &mut lines).len();
        let words = lines.iter().filter(|line| line.kind != LineKind::Skipped);
        (words.map(|line| &text[line.body.clone()]).collect(), blocks)
    }

    #[test]
    fn keys_and_signatures_are_no_text() {
        let key = "My key:\n> -----BEGIN PGP PUBLIC KEY BLOCK-----\n> Comment: some words\n>\n> mQGiBDkHP3URBACkWGsYh\n> =abcd\n\
                   > -----END PGP PUBLIC KEY BLOCK-----\nThanks\n";
        assert_eq!(rest(key), (vec!["My key:", "Thanks"], 1));
        let signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nHello there\n-----BEGIN PGP SIGNATURE-----\n\nabcDEF\n\
                      -----END PGP SIGNATURE-----\n";
        assert_eq!(rest(signed), (vec!["Hello there"], 2));
        let prose = "-----BEGIN MESSAGE-----\nHello there\n-----END MESSAGE-----\n";
        assert_eq!(rest(prose), (prose.lines().collect(), 0));
        let open = "-----BEGIN CERTIFICATE-----\nword\n-----END PGP SIGNATURE-----\n-----BEGIN X-----\n".repeat(3);
        assert_eq!(rest(&open).1, 0);
    }

    #[test]
    fn files_in_uuencode_are_no_text() {
        let file = "See:\n\nbegin 644 test.txt\nM5&AE('%U:6-K(&)R;W=N(&9O>\"!J=6UP<R!O=F5R('1H92!L87IY(&1O9RX*\n#:\"X*\n`\nend\nBye\n";
        assert_eq!(rest(file), (vec!["See:", "Bye"], 1));
        let prose = "begin 100 words\nThis is how it goes on\n";
        assert_eq!(rest(prose), (prose.lines().collect(), 0));
    }

    #[test]
    fn files_in_base64_are_no_text() {
        let line = "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQIabcd";
        let file = format!("A picture\n{line}\n{line}\nggYII=\nand words\n");
        assert_eq!(rest(&file), (vec!["A picture", "and words"], 1));
        assert_eq!(rest(&format!("{line}\n{line}\nwords\n")).0, ["words"]);
        assert_eq!(rest("alphabet\nalphabet\n").0.len(), 2);
    }
}
