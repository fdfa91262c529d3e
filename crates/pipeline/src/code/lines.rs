//! Paragraphs of several lines in a font of fixed pitch, as slides have their programs: a listing says sentences, too, in
//! its comments and messages.

use terjuman_model::{Edge, LanguageTag, Segment, TagKind};

use super::{Verdict, is_told_by_font, verdict};

/// More lines, and longer ones, are not looked at.
const MOST_LINES: usize = 200;
/// So many lines are a listing, if one is code by itself;
const LEAST: usize = 3;
/// and so many that all are.
const LEAST_CODE: usize = 2;

/// Whether a paragraph in a font of fixed pitch is the listing of a program: some of its lines are code, and so are most, as
/// far as they tell. Comments do not.
pub(super) fn is_listing(segment: &Segment, language: &LanguageTag) -> bool {
    if !segment.code {
        return false;
    }
    let (mut code, mut told, mut others) = (0, 0, 0);
    for line in lines(segment).take(MOST_LINES) {
        let line = without_strings(without_comment(line.trim()));
        let line = line.trim();
        if !line.contains(char::is_alphabetic) {
            continue;
        }
        match verdict(line, language) {
            Verdict::Code => code += 1,
            Verdict::Line { signs: true } => told += 1,
            Verdict::Line { .. } | Verdict::Text if is_told_by_font(line) || is_part(line) => told += 1,
            Verdict::Line { .. } | Verdict::Text | Verdict::Sentence => others += 1,
        }
    }
    (code >= LEAST_CODE || code > 0 && code + told >= LEAST) && code + told > others
}

/// Whether a line begins or ends as no line of prose does: `async fn handler(`, `body: String,`.
fn is_part(line: &str) -> bool {
    let is_field = || line.ends_with(',') && line.split_whitespace().next().is_some_and(|first| first.ends_with(':'));
    line.ends_with(['{', '(', '[', ';', '=']) || line.starts_with(['}', ')', ']', '.']) || is_field()
}

/// The line without the words of its messages.
fn without_strings(line: &str) -> String {
    line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

/// The lines of a paragraph: between breaks, and between ends of lines in its text.
fn lines(segment: &Segment) -> impl Iterator<Item = &str> {
    let text = segment.source.text();
    let marks = segment.source.marks().iter();
    let breaks = marks.filter(|mark| mark.edge == Edge::Point && segment.kind(mark.tag) == TagKind::Break);
    let mut start = 0;
    let ends = breaks.map(|mark| mark.at).chain([text.len()]);
    ends.map(move |end| &text[std::mem::replace(&mut start, end)..end]).flat_map(str::lines)
}

/// What stands before a comment; nothing, if all of it is one.
fn without_comment(line: &str) -> &str {
    const BEGIN: [&str; 7] = ["//", "#", "--", "/*", "*", "%", "<!--"];
    if BEGIN.iter().any(|sign| line.starts_with(sign)) {
        return "";
    }
    [" // ", " /* ", " # "].iter().filter_map(|sign| line.find(sign)).min().map_or(line, |end| &line[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[&str], with_breaks: bool) -> bool {
        let mut segment = Segment { code: true, ..Segment::default() };
        for (index, line) in lines.iter().enumerate() {
            if index > 0 && with_breaks {
                let tag = segment.add_tag(TagKind::Break);
                segment.source.point(tag);
            } else if index > 0 {
                segment.source.push_str("\n");
            }
            segment.source.push_str(line);
        }
        is_listing(&segment, &"en".parse().unwrap())
    }

    #[track_caller]
    fn check(lines: &[&str], expected: bool) {
        assert_eq!((found(lines, true), found(lines, false)), (expected, expected), "{lines:?}");
    }

    #[test]
    fn a_listing_has_comments_and_messages() {
        check(
            &[
                "use axum::Json;",
                "// It gives you the body of the request, and all that is in it.",
                "async fn handler(",
                "    // this does not work since it must be the last argument",
                "    body: String,",
                "    method: Method, // as it was in the request of the client",
                ") {",
                "    Err((StatusCode::BAD_REQUEST, \"the header of the request is missing\"))",
                "}",
            ],
            true,
        );
        check(&["def add(a, b):", "    # the sum of both of them", "    return a + b", "", "print(add(1, 2))"], true);
        check(&["$ cargo add terjuman", "$ cargo run --release", "It is there now."], true);
    }

    #[test]
    fn what_is_typed_like_a_letter_is_not() {
        check(&["Dear Sir,", "we have written to you about the bill.", "It is still to be paid."], false);
        check(&["Name      Price", "Pens      3.50", "Paper     4.20"], false);
        check(&["Type this:", "make install", "and it is there for all of you, in the folder of the program."], false);
        check(&["see list[0];"], false);
        let plain = Segment::plain("use axum::Json;\nuse serde::Value;");
        assert!(!is_listing(&plain, &"en".parse().unwrap()));
    }

    #[test]
    fn long_texts_come_to_an_end() {
        for text in ["a = b; ", "\n", "//", " # ", "use a::b;\n"] {
            let segment = Segment { code: true, ..Segment::plain(text.repeat(100_000)) };
            is_listing(&segment, &"en".parse().unwrap());
        }
    }
}
