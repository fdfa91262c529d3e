//! What is hidden between words.

use std::collections::HashMap;
use std::ops::Range;

use super::{Masker, SpanKind, jsx};

/// How long something between words may be.
const LONGEST: usize = 1_000;

/// Hides what is not CommonMark in a chunk of lines.
pub(super) fn hide(masker: &mut Masker<'_>, chunk: Range<usize>) {
    let text = masker.text;
    let bytes = text.as_bytes();
    if !bytes[chunk.clone()].iter().any(|b| matches!(b, b'{' | b'$' | b'<' | b'[' | b':' | b'\\')) {
        return;
    }
    let is_heading = bytes[chunk.start] == b'#';
    let ticks = Ticks::of(&text[chunk.clone()]);
    let mut at = chunk.start;
    let end = chunk.end;
    // Where the next of these stand: what none of them closes is not looked at any further.
    let (mut brace, mut angle_bracket) = (Next::new(b'}'), Next::new(b'>'));
    loop {
        // What can begin nothing is passed at once.
        at += bytes[at.min(end)..end].iter().take_while(|byte| !BEGINS[usize::from(**byte)]).count();
        if at >= end {
            break;
        }
        let rest = &text[at..end];
        let before = text[chunk.start..at].chars().next_back().unwrap_or(' ');
        at += match bytes[at] {
            b'\\' if rest.starts_with("\\(") => parentheses(masker, at, rest),
            b'\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            b'`' => ticks.skip(at - chunk.start),
            b'{' if !brace.is_near(bytes, at, end) => 1,
            b'<' if !angle_bracket.is_near(bytes, at, end) => 1,
            b'{' => braces(masker, at, rest, is_heading),
            b'$' => dollar(masker, at, rest, before),
            b'<' => angle(masker, at, rest),
            b'[' => brackets(masker, at, rest),
            b'!' if rest.starts_with("![[") => wiki_end(&rest[1..]).map_or(1, |length| {
                masker.hide(at..at + 1 + length, SpanKind::Thing);
                length + 1
            }),
            b':' => emoji(masker, at, rest, before),
            _ => 1,
        };
    }
}

/// The bytes that something may begin with.
const BEGINS: [bool; 256] = {
    let mut table = [false; 256];
    let mut index = 0;
    while index < b"\\`{$<[!:".len() {
        table[b"\\`{$<[!:"[index] as usize] = true;
        index += 1;
    }
    table
};

/// The next place of a byte.
struct Next {
    byte: u8,
    place: usize,
}

impl Next {
    fn new(byte: u8) -> Self {
        Self { byte, place: 0 }
    }

    /// Whether it comes as soon as something between words must end. Places are asked for in order.
    fn is_near(&mut self, bytes: &[u8], at: usize, end: usize) -> bool {
        if self.place < at {
            self.place = bytes[at..end].iter().position(|b| *b == self.byte).map_or(end, |n| at + n);
        }
        self.place < end && self.place - at <= LONGEST
    }
}

/// The runs of backticks of a chunk.
struct Ticks {
    /// The length of the run that begins at a place.
    runs: HashMap<usize, usize>,
    /// Where runs of a length begin.
    places: HashMap<usize, Vec<usize>>,
}

impl Ticks {
    fn of(chunk: &str) -> Self {
        let mut ticks = Self { runs: HashMap::new(), places: HashMap::new() };
        let mut at = 0;
        while let Some(found) = chunk[at..].find('`') {
            let start = at + found;
            let length = chunk[start..].bytes().take_while(|b| *b == b'`').count();
            ticks.runs.insert(start, length);
            ticks.places.entry(length).or_default().push(start);
            at = start + length;
        }
        ticks
    }

    /// How long the code is that begins here; else how long the run of backticks is.
    fn skip(&self, at: usize) -> usize {
        let Some(length) = self.runs.get(&at) else { return 1 };
        let places = self.places.get(length).map(Vec::as_slice).unwrap_or_default();
        let next = places.partition_point(|place| *place <= at);
        places.get(next).map_or(*length, |close| close + length - at)
    }
}

/// Code of a template at the start of a text: its length, and whether it shows as text.
pub(super) fn template(rest: &str) -> Option<(usize, bool)> {
    const KINDS: [(&str, &str, bool); 9] = [
        ("{{<", ">}}", false),
        ("{{%", "%}}", false),
        ("{{#", "}}", false),
        ("{{/", "}}", false),
        ("{{!", "}}", false),
        ("{{", "}}", true),
        ("{%", "%}", false),
        ("{#", "#}", false),
        ("<%", "%>", false),
    ];
    let (open, close, is_shown) = KINDS.into_iter().find(|(open, ..)| rest.starts_with(open))?;
    let mut length = open.len() + within(&rest[open.len()..]).find(close)? + close.len();
    while close == "}}" && rest[length..].starts_with('}') {
        length += 1;
    }
    Some((length, is_shown))
}

/// As much as something between words may be long.
pub(super) fn within(rest: &str) -> &str {
    let mut end = rest.len().min(LONGEST);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    &rest[..end]
}

/// The length of `{#id .class key=value}`, if that is what the text begins with. Some programs break lines in it.
pub(super) fn attributes(rest: &str) -> Option<usize> {
    let close = within(rest).find('}')?;
    let inner = rest.get(1..close).filter(|_| rest.starts_with('{') && rest[close..].starts_with('}'))?;
    let inner = inner.strip_prefix(':').unwrap_or(inner);
    let is_attribute = |token: &str| {
        let is_name = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/'))
        };
        match token.strip_prefix(['.', '#']) {
            Some(name) => is_name(name),
            None => token.split_once('=').is_some_and(|(name, _)| is_name(name)) || token == "-" || token == "toc",
        }
    };
    let mut tokens = inner.split_whitespace().peekable();
    // `title="two words"` is two tokens: the second one ends with the quotation mark.
    let mut in_quotes = false;
    tokens.peek()?;
    let is_all = tokens.all(|token| {
        let is_part = in_quotes || is_attribute(token);
        in_quotes ^= token.matches(['"', '\'']).count() % 2 == 1;
        is_part
    });
    is_all.then_some(close + 1)
}

fn braces(masker: &mut Masker<'_>, at: usize, rest: &str, is_heading: bool) -> usize {
    if let Some((length, is_shown)) = template(rest) {
        masker.hide(at..at + length, if is_shown { SpanKind::Text } else { SpanKind::Thing });
        return length;
    }
    if let Some(length) = attributes(rest) {
        // The parser knows those of headings.
        if !(is_heading && length == rest.lines().next().map_or(0, str::len)) {
            masker.hide(at..at + length, SpanKind::Thing);
        }
        return length;
    }
    let Some(length) = jsx::balanced(within(rest)) else { return 1 };
    let inner = &rest[1..length - 1];
    let is_comment = inner.starts_with("/*");
    let is_name = !inner.is_empty() && inner.len() <= 100 && !inner.contains(char::is_whitespace);
    if is_comment {
        masker.hide(at..at + length, SpanKind::Thing);
    } else if is_name || masker.is_mdx {
        masker.hide(at..at + length, SpanKind::Text);
    } else {
        return 1;
    }
    length
}

fn dollar(masker: &mut Masker<'_>, at: usize, rest: &str, before: char) -> usize {
    if rest.starts_with("${") {
        let Some(length) = jsx::balanced(within(&rest[1..])) else { return 1 };
        masker.hide(at..at + 1 + length, SpanKind::Text);
        return 1 + length;
    }
    let mark = if rest.starts_with("$$") { "$$" } else { "$" };
    let inner = within(&rest[mark.len()..]);
    let Some(length) = inner.find('$').filter(|length| inner[*length..].starts_with(mark)) else { return mark.len() };
    let whole = length + 2 * mark.len();
    let after = rest[whole..].chars().next().unwrap_or(' ');
    let is_between_words = !before.is_alphanumeric() && !after.is_alphanumeric() && before != '$';
    if is_between_words && is_formula(&inner[..length], mark) {
        masker.hide(at..at + whole, SpanKind::Text);
        return whole;
    }
    mark.len()
}

/// `\(x = y\)`, a formula of LaTeX; to CommonMark these are parentheses, and around words they are.
fn parentheses(masker: &mut Masker<'_>, at: usize, rest: &str) -> usize {
    let inner = &within(rest)[2..];
    let Some(inner) = inner.find("\\)").map(|length| &inner[..length]) else { return 2 };
    let is_word = |token: &str| token.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let is_formula = inner.contains(['\\', '^', '_', '=']) || !inner.split_whitespace().any(is_word);
    if inner.trim().is_empty() || inner.contains(['\n', '`']) || !is_formula {
        return 2;
    }
    masker.hide(at..at + inner.len() + 4, SpanKind::Text);
    inner.len() + 4
}

/// Whether what stands between two dollar signs is a formula rather than words between two prices.
fn is_formula(inner: &str, mark: &str) -> bool {
    if inner.is_empty() || inner.contains('`') || (mark == "$" && inner.contains('\n')) {
        return false;
    }
    if mark == "$" && (inner.starts_with(char::is_whitespace) || inner.ends_with(char::is_whitespace)) {
        return false;
    }
    let is_word = |token: &&str| token.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !token.contains('\\');
    mark == "$$" || inner.contains(['\\', '^', '_', '=']) || inner.split_whitespace().filter(is_word).count() < 2
}

fn angle(masker: &mut Masker<'_>, at: usize, rest: &str) -> usize {
    if rest.starts_with("<%") {
        let Some((length, _)) = template(rest) else { return 1 };
        masker.hide(at..at + length, SpanKind::Thing);
        return length;
    }
    if rest.starts_with("<!--") {
        return within(rest).find("-->").map_or(1, |length| length + 3);
    }
    let Some(tag) = jsx::tag(within(rest)) else { return 1 };
    for braces in tag.braces {
        masker.put(at + braces.start..at + braces.end, b'x');
    }
    tag.length
}

/// The length of `[[…]]`, with its mark in front.
fn wiki_end(rest: &str) -> Option<usize> {
    let close = within(rest).find("]]")?;
    let inner = &rest[2..close];
    let target = inner.split('|').next().unwrap_or_default();
    if inner.contains('\n') || target.contains('[') {
        return None;
    }
    // A label may end with brackets of its own.
    let open = inner.matches('[').count().saturating_sub(inner.matches(']').count());
    let more = rest[close + 2..].bytes().take(open).take_while(|b| *b == b']').count();
    Some(close + 2 + more)
}

fn brackets(masker: &mut Masker<'_>, at: usize, rest: &str) -> usize {
    if !rest.starts_with("[[") {
        return 1;
    }
    let Some(length) = wiki_end(rest).filter(|length| *length > 4) else { return 1 };
    // `[[1]](#note)` is a link whose text has brackets.
    if rest[length..].starts_with(['(', '[']) {
        return length;
    }
    match rest[2..length - 2].find('|') {
        Some(bar) if bar + 1 < length - 4 => {
            masker.hide(at..at + 2 + bar + 1, SpanKind::Open);
            masker.hide(at + length - 2..at + length, SpanKind::Close);
        }
        _ => masker.hide(at..at + length, SpanKind::Text),
    }
    length
}

/// `:smile:`
fn emoji(masker: &mut Masker<'_>, at: usize, rest: &str, before: char) -> usize {
    let name = rest[1..]
        .bytes()
        .take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'+' | b'-'));
    let length = name.take(50).count();
    let after = rest[1 + length..].strip_prefix(':').map(|rest| rest.chars().next().unwrap_or(' '));
    let is_name =
        rest[1..].starts_with(|c: char| c.is_ascii_lowercase()) || rest.starts_with(":+1") || rest.starts_with(":-1");
    // `]:https://` is a definition without a blank, and no address begins with a picture.
    let is_apart = !before.is_alphanumeric() && !matches!(before, ':' | ']');
    if is_name && is_apart && after.is_some_and(|c| !c.is_alphanumeric() && !matches!(c, ':' | '/')) {
        masker.hide(at..at + length + 2, SpanKind::Thing);
        return length + 2;
    }
    1
}
