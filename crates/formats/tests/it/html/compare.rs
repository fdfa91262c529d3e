//! Compares a document with its pseudo translation, both as another parser reads them: the same tree, the text of
//! people changed letter by letter, all other text as it was.

use super::tree::{Element, Step};

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Words that people read, and how many of them did not change.
    pub(crate) words: usize,
    pub(crate) unchanged: usize,
    /// Texts that did not change, for a look at them.
    pub(crate) left: Vec<String>,
}

/// The look-alike of a letter of the pseudo translation.
pub(crate) fn look_alike(letter: char) -> char {
    const LOWER: [char; 26] = [
        'á', 'ƀ', 'ć', 'ď', 'é', 'ƒ', 'ǵ', 'ĥ', 'í', 'ĵ', 'ķ', 'ĺ', 'ɱ', 'ń', 'ó', 'ṕ', 'ɋ', 'ŕ', 'ś', 'ť', 'ú', 'ṽ',
        'ŵ', 'ẋ', 'ý', 'ź',
    ];
    match letter {
        'a'..='z' => LOWER[letter as usize - 'a' as usize],
        'A'..='Z' => LOWER[letter as usize - 'A' as usize],
        other => other,
    }
}

/// What stands around every pseudo translation.
pub(crate) const BRACKETS: [char; 2] = ['⟦', '⟧'];

#[derive(Debug, Clone, Copy)]
struct Around {
    translate: bool,
    code: bool,
    /// SVG and MathML have no text but in a few elements.
    foreign: bool,
    ruby: bool,
}

/// Compares; the error says where the two part.
pub(crate) fn compare(source: &[Step], target: &[Step]) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let mut around = vec![Around { translate: true, code: false, foreign: false, ruby: false }];
    let (mut left, mut right) = (source.iter().peekable(), target.iter().peekable());
    let mut at = 0;
    loop {
        let (before, after) = (text(&mut left), text(&mut right));
        let here = *around.last().ok_or("more elements end than begin")?;
        let readable = here.translate && !here.code && !here.foreign && !here.ruby;
        let code = listing(source, at, &around);
        // Ruby text that someone forgot to end may have been taken for text, or not.
        let readable = readable || (here.ruby && before.0 != after.0);
        // The same goes for text beside code in a `pre` that stray end tags cut in two.
        let readable = readable && !(code && before.0 == after.0);
        compare_text(&before.0, &after.0, readable, &mut findings)?;
        at += before.1;
        match (left.next(), right.next()) {
            (None, None) => return Ok(findings),
            (Some(Step::Open(one)), Some(Step::Open(other))) => {
                let inner = inside(here, one);
                let names = readable_attributes(one, inner);
                compare_attributes(one, other, &names, inner.ruby, &mut findings)?;
                around.push(inner);
            }
            (Some(Step::Close), Some(Step::Close)) => {
                around.pop();
            }
            (Some(one), Some(other)) if one == other => {}
            (one, other) => return Err(format!("the trees part: {one:?} and {other:?}")),
        }
        at += 1;
    }
}

/// A `pre` that holds code is code.
fn listing(source: &[Step], at: usize, around: &[Around]) -> bool {
    let mut depth = around.len() - 1;
    if depth == 0 {
        return false;
    }
    // Outwards to a `pre`, then inwards to a `code`.
    let mut open_pre = None;
    let mut pending = 0;
    for index in (0..at).rev() {
        match &source[index] {
            Step::Close => pending += 1,
            Step::Open(_) if pending > 0 => pending -= 1,
            Step::Open(element) => {
                depth -= 1;
                if element.name == "pre" {
                    open_pre = Some(index);
                    break;
                }
                if depth == 0 || !INLINE.contains(&element.name.as_str()) {
                    break;
                }
            }
            _ => {}
        }
    }
    let Some(start) = open_pre else { return false };
    let mut depth = 0;
    for step in &source[start..] {
        match step {
            Step::Open(element) if CODE.contains(&element.name.as_str()) || says_no(element) => return true,
            Step::Open(_) => depth += 1,
            Step::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    false
}

const INLINE: &[&str] = &[
    "a", "b", "i", "span", "em", "strong", "font", "u", "s", "small", "big", "sub", "sup", "abbr", "cite", "ins",
    "del", "label", "button",
];
const CODE: [&str; 5] = ["code", "kbd", "samp", "var", "tt"];
const NO_TEXT: [&str; 8] = ["script", "style", "iframe", "noembed", "xmp", "plaintext", "noframes", "math"];
const LISTINGS: [&str; 8] =
    ["programlisting", "screen", "highlight", "sourceCode", "prettyprint", "literal-block", "src", "code"];

fn classes(element: &Element) -> impl Iterator<Item = &str> {
    element.attribute("class").unwrap_or_default().split_ascii_whitespace()
}

fn says_no(element: &Element) -> bool {
    match element.attribute("translate") {
        Some(value) if value.eq_ignore_ascii_case("no") => true,
        Some(value) if value.is_empty() || value.eq_ignore_ascii_case("yes") => false,
        _ => classes(element).any(|class| class == "notranslate"),
    }
}

fn inside(around: Around, element: &Element) -> Around {
    let name = element.name.as_str();
    let says_yes =
        element.attribute("translate").is_some_and(|value| value.is_empty() || value.eq_ignore_ascii_case("yes"));
    let is_listing = name == "pre"
        && classes(element)
            .any(|class| LISTINGS.contains(&class) || class.starts_with("language-") || class.starts_with("brush:"));
    Around {
        translate: (around.translate && !says_no(element)) || says_yes,
        code: around.code || CODE.contains(&name) || is_listing,
        foreign: match name {
            "text" | "title" | "desc" | "foreignObject" if element.foreign => false,
            "svg" => true,
            _ => NO_TEXT.contains(&name) || around.foreign,
        },
        ruby: around.ruby || matches!(name, "rt" | "rp" | "rtc"),
    }
}

fn readable_attributes(element: &Element, inner: Around) -> Vec<&'static str> {
    if !inner.translate || inner.code {
        return Vec::new();
    }
    let mut names = vec![
        "alt",
        "placeholder",
        "aria-label",
        "aria-description",
        "aria-roledescription",
        "aria-valuetext",
        "aria-placeholder",
        "summary",
        "standby",
    ];
    let value_is = |name: &str, values: &[&str]| {
        element.attribute(name).is_some_and(|value| values.iter().any(|v| v.eq_ignore_ascii_case(value.trim())))
    };
    match element.name.as_str() {
        "link" => {}
        "input" if value_is("type", &["submit", "button", "reset"]) => names.extend(["title", "value"]),
        "iframe" => names.extend(["title", "srcdoc"]),
        "th" | "td" => names.extend(["title", "abbr"]),
        "option" | "optgroup" | "track" => names.extend(["title", "label"]),
        "meta" => {
            let texts = [
                "description",
                "keywords",
                "og:title",
                "og:description",
                "og:image:alt",
                "twitter:title",
                "twitter:description",
                "twitter:image:alt",
            ];
            if value_is("name", &texts) || value_is("property", &texts) {
                names.push("content");
            }
        }
        _ => names.push("title"),
    }
    names
}

fn compare_attributes(
    one: &Element,
    other: &Element,
    readable: &[&str],
    ruby: bool,
    findings: &mut Findings,
) -> Result<(), String> {
    if one.name != other.name || one.attributes.len() != other.attributes.len() {
        return Err(format!("the tags differ: {one:?} and {other:?}"));
    }
    for ((name, value), (other_name, other_value)) in one.attributes.iter().zip(&other.attributes) {
        if name != other_name {
            return Err(format!("the attributes differ: {one:?} and {other:?}"));
        }
        let readable = readable.contains(&name.as_str()) && !(ruby && value == other_value);
        compare_text(value, other_value, readable, findings).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// The text up to the next step of another kind, and how many steps it took.
fn text<'a>(steps: &mut std::iter::Peekable<impl Iterator<Item = &'a Step>>) -> (String, usize) {
    let (mut all, mut count) = (String::new(), 0);
    while let Some(Step::Text(text)) = steps.next_if(|step| matches!(step, Step::Text(_))) {
        all.push_str(text);
        count += 1;
    }
    (all, count)
}

fn compare_text(one: &str, other: &str, readable: bool, findings: &mut Findings) -> Result<(), String> {
    // Soft hyphens go when a text is translated: they stand in words of the old language.
    let clean = |text: &str| text.replace(['\u{ad}', '\u{fffe}', '\u{ffff}'], "");
    let (one, other) = (clean(one), clean(other));
    let bare: String = other.chars().filter(|c| !BRACKETS.contains(c)).collect();
    if !readable {
        return if one == other { Ok(()) } else { Err(format!("text to be kept changed: {one:?} to {other:?}")) };
    }
    let mut right = bare.chars();
    for letter in one.chars() {
        match right.next() {
            Some(found) if found == letter || found == look_alike(letter) => {}
            _ => return Err(format!("{one:?} became {other:?}")),
        }
    }
    if right.next().is_some() {
        return Err(format!("{one:?} became {other:?}"));
    }
    let (one, bare): (Vec<char>, Vec<char>) = (one.chars().collect(), bare.chars().collect());
    let code = expressions(&one);
    let mut start = 0;
    for at in 0..=one.len() {
        if one.get(at).is_some_and(|c| !c.is_whitespace()) {
            continue;
        }
        let word = start..at;
        start = at + 1;
        let is_code = code.iter().any(|code| code.start < word.end && word.start < code.end);
        let text: String = one[word.clone()].iter().collect();
        if !is_code && is_word(&text) {
            findings.words += 1;
            if one[word.clone()] == bare[word] {
                findings.unchanged += 1;
                findings.left.push(text);
            }
        }
    }
    Ok(())
}

/// `{{ … }}`, `{% … %}`, `{# … #}`
fn expressions(text: &[char]) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for (start, pair) in text.windows(2).enumerate() {
        let end = match *pair {
            ['{', '{'] => ['}', '}'],
            ['{', '%'] => ['%', '}'],
            ['{', '#'] => ['#', '}'],
            _ => continue,
        };
        if found.last().is_none_or(|last| last.end <= start)
            && let Some(length) = text[start..].windows(2).position(|pair| *pair == end)
        {
            found.push(start..start + length + 2);
        }
    }
    found
}

/// Letters that stand for themselves: not an address, a path, a placeholder or an expression.
fn is_word(word: &str) -> bool {
    let codes = ["/", "www.", "@", "{", "}", "<%", "<?", "\\", "mailto:"];
    word.contains(|c: char| c.is_ascii_alphabetic()) && !codes.iter().any(|code| word.contains(code))
}
