//! Floods: long stretches of what is meant to take a parser's time, stack or memory. In quadratic time each of them would take
//! minutes.

use std::time::{Duration, Instant};

use terjuman_formats::FormatError;

use super::{NOWHERE, pseudo, read};

/// Far above what any of them takes on a slow machine, far below what quadratic time would.
const PATIENCE: Duration = Duration::from_secs(15);

#[track_caller]
fn survives(html: &str) {
    let started = Instant::now();
    let start: String = html.chars().take(40).collect();
    match read(html.as_bytes()) {
        Ok(extracted) => {
            let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
            let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
            assert!(same == html.as_bytes(), "identity changed {start}");
            let translations: Vec<_> = extracted.segments.iter().map(pseudo).collect();
            let written = extracted.skeleton.merge(&translations, &NOWHERE).expect("a translation can be written");
            drop(read(&written).expect("what was written can be read"));
        }
        Err(error) => assert!(crate::damage::is_refusal(&error), "{start}: {error}"),
    }
    assert!(started.elapsed() < PATIENCE, "{start}: took {:?}", started.elapsed());
}

#[test]
fn floods_of_one_thing() {
    for piece in [
        "<div>",
        "<span>",
        "<b>",
        "<b>x",
        "<a>x</a> ",
        "<iframe srcdoc='x y'></iframe>",
        "<iframe srcdoc='<iframe srcdoc=",
        "<i>x</i>y",
        "</b>",
        "</div>",
        "<p><b>",
        "<b><p>x",
        "<table>",
        "<td>x",
        "<select>",
        "<option>x",
        "<ruby><rt>",
        "<ruby>x<rt>y</ruby>",
        "<svg>",
        "<svg><title>x",
        "<math>",
        "<br>",
        "x<br>",
        "<hr>",
        "<img alt=x>",
        "<html lang=en>",
        "<p lang=en>x",
        "<title>",
        "<title>x</title>",
        "<textarea>",
        "<script>",
        "<template>x",
        "<object>x",
        "x<object></object>",
        "<code>",
        "<code>x</code>y",
        "<li>x",
        "<x-y>",
        "<x-y>z</x-y>",
        "<",
        "</",
        "<!",
        "<!-",
        "<!--",
        "-->",
        "<!-- -->",
        "<a b='",
        "<a b=\"",
        "<a b",
        "&",
        "&a",
        "&amp",
        "&#",
        "&#x4",
        "&lt;",
        "<?",
        "<? ",
        "<?php ",
        "<%",
        "<% %>",
        "{{",
        "{{x}}",
        "{% x %}",
        "{#",
        "<a <?=1?> title=x>",
        "<![CDATA[",
        "<svg><![CDATA[",
        "<meta charset=",
        "<meta a=\"'",
        "\0",
        " ",
        "\n",
        "\r",
        "x\n",
        "\u{ad}",
        "é",
        "\u{301}",
        "\u{202e}",
    ] {
        let count = if piece.len() < 4 { 30_000 } else { 6_000 };
        survives(&piece.repeat(count));
        survives(&format!("x {} y", piece.repeat(count)));
    }
}

#[test]
fn floods_of_two_things() {
    let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "x" + &close.repeat(depth);
    survives(&nested("<b>", "</b>", 300).repeat(100));
    survives(&nested("<x-y>", "</x-y>", 250).repeat(100));
    survives(&nested("<div>", "</div>", 100_000));
    survives(&nested("<i>", "</i>", 30_000));
    survives(&("<p lang=en>".repeat(8_000) + &"<html>".repeat(8_000)));
    survives(&("<div>".repeat(600) + &"</section>".repeat(8_000)));
    survives(&("<b>".repeat(600) + &"x</i>".repeat(8_000)));
    survives(&("<pre>".to_owned() + &"<b>x\n".repeat(8_000)));
    survives(&(0..8_000).map(|n| format!("<x{n}>y")).collect::<String>());
    survives(&(0..8_000).map(|n| format!("&x{n};")).collect::<String>());
    survives(&format!("<p {}>x", "a=b ".repeat(900)).repeat(100));
    survives(&format!("<p {}>x", "title=b ".repeat(900)).repeat(100));
    survives(&"&".repeat(8_000).replace('&', "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    survives(&format!("<p>&#{};", "0".repeat(1_000_000)));
    survives(&format!("<p title=\"{}\">", "x".repeat(1_000_000)));
}

#[test]
fn too_many_attributes_are_refused() {
    let html = format!("<p {}>x", "a=b ".repeat(2_000));
    assert!(matches!(read(html.as_bytes()), Err(FormatError::TooComplex { .. })));
}

#[test]
fn attributes_in_quotation_marks_do_not_use_up_the_stack() {
    // Half of what a thread of the server has. Without optimization, a level of the tokenizer takes ten times the room.
    let stack = if cfg!(debug_assertions) { 16 << 20 } else { 1 << 20 };
    let reads = || {
        let quoted = |count: usize| (0..count).map(|n| format!("a{n}=\"b\" ")).collect::<String>();
        survives(&format!("<p {}>x</p {}>", quoted(900), quoted(900)));
        for attributes in [quoted(100_000), "title=\"x\"".repeat(100_000), "a='b'c=\"&amp;\"d=\"e\" ".repeat(40_000)] {
            for tag in [format!("<p {attributes}>x"), format!("<p>x</p {attributes}>"), format!("<p {attributes}")] {
                assert!(matches!(read(tag.as_bytes()), Err(FormatError::TooComplex { .. })), "{}", &tag[..40]);
            }
        }
    };
    std::thread::Builder::new().stack_size(stack).spawn(reads).expect("a thread").join().expect("all were read");
}

#[test]
fn a_text_of_too_many_tags_is_refused_and_a_page_of_as_many_is_not() {
    let refused = |html: &str| matches!(read(html.as_bytes()), Err(FormatError::TooComplex { limit: 400_000, .. }));
    assert!(refused(&format!("<p>Words {}", "<wbr>".repeat(400_000))));
    assert!(!refused(&format!("<p>Words {}<p>and others {0}", "<wbr>".repeat(200_001))));
}
