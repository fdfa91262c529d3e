//! Lines that are markup of a dialect.

use std::ops::Range;

use super::lines::Line;
use super::{Masker, jsx, spans};

/// Hides what begins with the first of these lines, if it is markup, and says how many lines that was.
pub(super) fn take(masker: &mut Masker<'_>, lines: &[Line], before: Option<&Line>) -> usize {
    let Some(line) = lines.first().filter(|line| !line.is_code && !line.is_blank()) else { return 0 };
    let words = &masker.text[line.words.clone()];
    let count = match words.as_bytes()[0] {
        b':' => colons(masker, line),
        b'!' | b'?' | b'=' => admonition(masker, line),
        b'[' => callout(masker, line),
        b'{' => match code_block(masker, lines) {
            0 => attributes(masker, line).max(template(masker, lines)),
            count => count,
        },
        b'*' => abbreviation(masker, line),
        b'$' => fenced(masker, lines, "$$", "$$"),
        b'\\' => latex(masker, lines),
        b'<' if words.starts_with("<%") => template(masker, lines),
        b'<' => jsx::take(masker, lines),
        b'i' | b'e' => jsx::take_module(masker, lines, before),
        _ => 0,
    };
    count.min(lines.len())
}

/// `:::note Title`, `:::note[Title]{.x}`, `:::`.
fn colons(masker: &mut Masker<'_>, line: &Line) -> usize {
    let words = &masker.text[line.words.clone()];
    let rest = words.trim_start_matches(':');
    if words.len() - rest.len() < 3 {
        return 0;
    }
    let inner = rest.trim_start();
    let name = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    let behind = &inner[name..];
    let start = line.words.end - behind.len();
    let title = if let Some(title) = behind.strip_prefix('[') {
        title.rfind(']').map(|end| start + 1..start + 1 + end)
    } else if name > 0 && behind.starts_with([' ', '\t']) {
        let title = behind.trim_start();
        let end = title.find('{').unwrap_or(title.len());
        let start = line.words.end - title.len();
        Some(start..start + title[..end].trim_end().trim_end_matches(':').trim_end().len())
    } else {
        None
    };
    match title.filter(|title| !title.is_empty()) {
        Some(title) => masker.title(line, title),
        None => masker.blank(line),
    }
    1
}

/// `!!! note "Title"`, `??? note`, `=== "Tab"`: what belongs to it is indented.
fn admonition(masker: &mut Masker<'_>, line: &Line) -> usize {
    let words = &masker.text[line.words.clone()];
    let Some((mark, rest)) = words.split_once(' ') else { return 0 };
    if !matches!(mark, "!!!" | "???" | "???+" | "===" | "===!" | "===+") {
        return 0;
    }
    let rest = rest.trim_start();
    let name = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_lowercase() || matches!(c, '-' | ' ')).len();
    let title = &rest[name..];
    let is_tab = mark.starts_with('=');
    if title.is_empty() {
        if is_tab {
            return 0;
        }
        masker.item(line, line.words.end..line.words.end);
        return 1;
    }
    let Some(inner) = title.strip_prefix('"').and_then(|title| title.strip_suffix('"')) else { return 0 };
    let start = line.words.end - title.len() + 1;
    masker.item(line, start..start + inner.len());
    1
}

/// `[!NOTE]` in a quotation, with a title or without; `[TOC]`.
fn callout(masker: &mut Masker<'_>, line: &Line) -> usize {
    let words = &masker.text[line.words.clone()];
    if matches!(words.to_ascii_uppercase().as_str(), "[TOC]" | "[[TOC]]" | "[[_TOC_]]") {
        masker.blank(line);
        return 1;
    }
    if !line.is_quoted || !words.starts_with("[!") {
        return 0;
    }
    let Some(close) = words.find(']') else { return 0 };
    let behind = words[close + 1..].trim_start_matches(['+', '-']);
    if !behind.is_empty() && !behind.starts_with(' ') {
        return 0;
    }
    let title = line.words.end - behind.trim_start().len();
    masker.title(line, title..line.words.end);
    1
}

/// `*[HTML]: Hyper Text`.
fn abbreviation(masker: &mut Masker<'_>, line: &Line) -> usize {
    let words = &masker.text[line.words.clone()];
    let Some(close) = words.find("]:").filter(|_| words.starts_with("*[")) else { return 0 };
    let title = words[close + 2..].trim_start();
    masker.title(line, line.words.end - title.len()..line.words.end);
    1
}

/// `{: .class }` alone on a line.
fn attributes(masker: &mut Masker<'_>, line: &Line) -> usize {
    let words = &masker.text[line.words.clone()];
    let is_alone = spans::attributes(words) == Some(words.len());
    if is_alone {
        masker.blank(line);
    }
    usize::from(is_alone)
}

/// What holds code and no words in templates: `{% highlight x %}` of Jekyll, `{{< highlight x >}}` of Hugo.
const CODE_BLOCKS: [&str; 8] = ["highlight", "codeblock", "comment", "mermaid", "plantuml", "math", "katex", "latex"];

/// Lines from such a beginning to its end.
fn code_block(masker: &mut Masker<'_>, lines: &[Line]) -> usize {
    let text = masker.text;
    let first = &text[lines[0].words.clone()];
    let (Some(inner), kind) = (first.get(2..), first.get(..2).unwrap_or_default()) else { return 0 };
    let inner = inner.trim_start_matches(['<', '%', '-', ' ']);
    let Some(name) = CODE_BLOCKS.iter().find(|name| {
        inner.strip_prefix(**name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    }) else {
        return 0;
    };
    let end = match kind {
        "{%" => format!("end{name}"),
        "{{" => format!("/{name}"),
        _ => return 0,
    };
    // An end that was looked for in vain is not looked for again.
    if masker.without_end.contains(&end) {
        return 0;
    }
    let ends = |line: &Line| {
        let words = &text[line.words.clone()];
        let inner = words.strip_prefix(kind).map(|inner| inner.trim_start_matches(['<', '%', '-', ' ']));
        inner.is_some_and(|inner| inner.replace("/ ", "/").starts_with(&end))
    };
    let Some(last) = lines.iter().skip(1).position(ends).map(|last| last + 1) else {
        masker.without_end.push(end);
        return 0;
    };
    for line in lines[..=last].iter().filter(|line| !line.is_blank()) {
        masker.blank(line);
    }
    last + 1
}

/// Code of a template that fills its lines.
fn template(masker: &mut Masker<'_>, lines: &[Line]) -> usize {
    let text = masker.text;
    let end = chunk_end(lines);
    let mut at = lines[0].words.start;
    loop {
        let Some((length, is_shown)) = spans::template(&text[at..end]) else { return 0 };
        // A variable is part of a sentence.
        if is_shown {
            return 0;
        }
        at += length;
        if let Some(last) = lines.iter().position(|line| line.words.end == at) {
            for line in &lines[..=last] {
                // The `>` of `>}}` is no mark of quotation.
                let front = text[..line.words.start].trim_end_matches([' ', '>']).len();
                let mark = text[front..line.words.start].find('>').filter(|_| !lines[0].is_quoted);
                let start = mark.map_or(line.words.start, |mark| front + mark);
                masker.heading(start, line.words.end, line.words.end..line.words.end);
            }
            return last + 1;
        }
        at += text[at..end].len() - text[at..end].trim_start_matches(' ').len();
    }
}

/// How many lines something may have.
pub(super) const LINES: usize = 50;

/// Where the lines end that could be one paragraph with the first.
pub(super) fn chunk_end(lines: &[Line]) -> usize {
    let last = lines.iter().take(LINES).take_while(|line| !line.is_blank() && !line.is_code).last();
    last.map_or(0, |line| line.words.end)
}

/// Lines from one that begins with a mark to one that ends with another.
fn fenced(masker: &mut Masker<'_>, lines: &[Line], open: &str, close: &str) -> usize {
    let text = masker.text;
    let first = &text[lines[0].words.clone()];
    let Some(rest) = first.strip_prefix(open) else { return 0 };
    let count =
        if rest.len() >= close.len() && rest.ends_with(close) && !rest[..rest.len() - close.len()].contains(close) {
            1
        } else if rest.contains(close) {
            return 0;
        } else {
            let ends = |line: &Line| text[line.words.clone()].ends_with(close);
            let within = lines.iter().skip(1).take(LINES).take_while(|line| !line.is_blank() && !line.is_code);
            let Some(last) = within.enumerate().find(|(_, line)| ends(line)) else { return 0 };
            last.0 + 2
        };
    for line in &lines[..count] {
        masker.blank(line);
    }
    count
}

/// `\[ … \]`, `\begin{x} … \end{x}`, `\newpage`.
fn latex(masker: &mut Masker<'_>, lines: &[Line]) -> usize {
    let words = &masker.text[lines[0].words.clone()];
    if words == "\\[" {
        return fenced(masker, lines, "\\[", "\\]");
    }
    if let Some(name) = words.strip_prefix("\\begin{").and_then(|rest| rest.split_once('}')).map(|(name, _)| name) {
        return fenced(masker, lines, "\\begin{", &format!("\\end{{{name}}}"));
    }
    let command = words[1..].trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let is_command =
        words.len() > 2 && command.len() + 1 < words.len() && (command.is_empty() || command.starts_with('{'));
    if is_command && !command.contains(' ') {
        masker.blank(&lines[0]);
        return 1;
    }
    0
}

/// The lines that a range covers.
pub(super) fn covered(lines: &[Line], range: &Range<usize>) -> usize {
    lines.iter().take_while(|line| line.words.start < range.end).count()
}
