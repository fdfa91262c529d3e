//! How a translation is written.

use super::*;

#[test]
fn lines_are_folded_and_filled_again() {
    segments(
        "> a line of words\n> and another one\nand a lazy one\n\nend\n",
        &["a line of words and another one and a lazy one", "end"],
    );
    let (segments_of_it, _) = open("日本語の\n文章です。\n");
    assert_eq!(shown(&segments_of_it[0]), "日本語の文章です。");
    translated(
        "- one two three\n  four five six\n",
        |text| text.replace(' ', " and "),
        "- one and two\n  and three and\n  four and five\n  and six\n",
    );
    translated("> > one two\n> > three\n", |_| "a bc de fg hi".into(), "> > a bc de\n> > fg hi\n");
    translated("one two three\r\nfour\r\n", |_| "x yyyyyyyy 1. # - z".into(), "x\r\nyyyyyyyy 1. # -\r\nz\r\n");
    translated(
        "| a     | b |\n|-------|---|\n| c d   | e |\n",
        |text| text.repeat(2),
        "| aa    | bb |\n|-------|---|\n| c dc d | ee |\n",
    );
    translated("Title\n=====\n", |_| "A longer title".into(), "A longer title\n==============\n");
    translated("Title\n---\n", |_| "A longer title".into(), "A longer title\n---\n");
}

#[test]
fn words_never_become_markup() {
    translated("a\n", |_| "1. *x* _y_ `z` [b](c)".into(), "1\\. \\*x\\* \\_y\\_ &#96;z&#96; \\[b\\](c)\n");
    translated("# a\n", |_| "b #".into(), "# b \\#\n");
    translated("|a|\n|-|\n", |_| "x | y".into(), "|x \\| y|\n|-|\n");
    translated("a\n", |_| "# b".into(), "\\# b\n");
    translated("a\n\n[b]: c\n", |_| "[b] d".into(), "\\[b\\] d\n\n[b]: c\n");
    translated("a\n", |_| "[b]: d".into(), "\\[b\\]: d\n");
    translated("- a\n", |_| "[x] d".into(), "- \\[x] d\n");
    translated("a\\_b &amp; c\n", |_| "d_e & f".into(), "d\\_e &amp; f\n");
    // A backslash before a letter escapes nothing.
    translated("\\x  y\nz\n", |_| "z \\x".into(), "z \\x\n");
    translated("\\ÿ  y\nz\n", |_| "z \\ÿ".into(), "z \\ÿ\n");
}

#[test]
fn emphasis_stays_emphasis() {
    let with = |markdown: &str, text: &str, range: std::ops::Range<usize>, expected: &str| {
        let (segments, skeleton) = open(markdown);
        let mark = |at, edge| Mark { at, tag: TagId(0), edge };
        let marks = vec![mark(range.start, Edge::Open), mark(range.end, Edge::Close)];
        assert_eq!(segments[0].tags.len(), 1);
        assert_eq!(written(&skeleton, &[TaggedText::with_marks(text.to_owned(), marks)]), expected);
    };
    with("a **b** c\n", "xyz", 1..2, "x**y**z\n");
    with("a _b_ c\n", "xyz", 1..2, "x*y*z\n");
    with("a **b** c\n", "x(y)z", 1..4, "x<strong>(y)</strong>z\n");
    with("a **b** c\n", "x y z", 1..4, "x **y** z\n");
    with("a **b** c\n", "x y z", 2..2, "x y z\n");
    with("a [b] c\n\n[b]: d\n", "x y z", 2..3, "x [y][b] z\n\n[b]: d\n");
    with("a [b] c\n\n[b]: d\n", "x b z", 2..3, "x [b] z\n\n[b]: d\n");
    with("a [b](c) d\n", "x [y] z", 0..4, "[x \\[y](c)\\] z\n");
}

#[test]
fn a_tag_that_is_missing_or_crosses_another_is_an_error() {
    let (_, skeleton) = open("a [b](c) d\n");
    assert!(skeleton.merge(&[TaggedText::plain("x")], &NOWHERE).is_err());
    assert!(skeleton.merge(&[], &NOWHERE).is_err());
}

#[test]
fn a_link_that_is_all_of_a_text_keeps_its_label() {
    let markdown = "# [Unreleased]\n\n**[Two words][]**\n\n[unreleased]: a\n[two words]: b\n";
    let (segments, skeleton) = open(markdown);
    assert_eq!(segments.iter().map(shown).collect::<Vec<_>>(), ["Unreleased", "Two words"]);
    let written = written(&skeleton, &[TaggedText::plain("Inédito"), TaggedText::plain("Duas ] palavras")]);
    assert_eq!(
        written,
        "# [Inédito][Unreleased]\n\n**[Duas \\] palavras][Two words]**\n\n[unreleased]: a\n[two words]: b\n"
    );
    let (again, _) = open(&written);
    assert_eq!(again.iter().map(shown).collect::<Vec<_>>(), ["Inédito", "Duas ] palavras"]);
}

#[test]
fn several_blanks_in_lines_that_are_filled_anew_are_one() {
    let markdown = "One sentence.  Another one\nthat goes on.  \n\nIn one line.  So.\n";
    let (segments, skeleton) = open(markdown);
    let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
    assert_eq!(
        sources.iter().map(TaggedText::text).collect::<Vec<_>>(),
        ["One sentence. Another one that goes on.", "In one line.  So."]
    );
    assert_eq!(written(&skeleton, &sources), markdown);
}
