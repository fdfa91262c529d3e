//! Documents through the filter: identity, forced identity, look-alikes, words in another order.

use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use terjuman_model::{Edge, Mark, Piece, Segment, TagId, TagKind, TaggedText};

use super::*;
use crate::wording::has_words;
use crate::{Skeleton, Target};

const NOWHERE: Target = Target { source_language: None, language: None };

fn open(markdown: &str) -> (Vec<Segment>, skeleton::MarkdownSkeleton) {
    read(markdown.as_bytes(), &Options::default(), &Limits::default()).unwrap()
}

fn written(skeleton: &skeleton::MarkdownSkeleton, translations: &[TaggedText]) -> String {
    String::from_utf8(skeleton.merge(translations, &NOWHERE).unwrap()).unwrap()
}

/// The segments as text with `<0>` and `</0>` for tags.
fn shown(segment: &Segment) -> String {
    let mut out = String::new();
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Edge::Open, TagId(id)) => out.push_str(&format!("<{id}>")),
            Piece::Mark(Edge::Close, TagId(id)) => out.push_str(&format!("</{id}>")),
            Piece::Mark(Edge::Point, TagId(id)) => out.push_str(&format!("<{id}/>")),
        }
    }
    out
}

#[track_caller]
fn segments(markdown: &str, expected: &[&str]) {
    let (segments, skeleton) = open(markdown);
    assert_eq!(segments.iter().map(shown).collect::<Vec<_>>(), expected);
    round_trips(&segments, &skeleton, markdown);
}

/// Every letter as a look-alike, all of it in brackets, tags at their letters.
fn look_alike(segment: &Segment) -> TaggedText {
    let source = &segment.source;
    let mut fixed = Vec::new();
    for mark in source.marks().iter().filter(|mark| segment.kind(mark.tag) == TagKind::Protected) {
        match mark.edge {
            Edge::Open => fixed.push(mark.at..mark.at),
            _ => {
                if let Some(range) = fixed.last_mut() {
                    range.end = mark.at;
                }
            }
        }
    }
    let (mut text, mut marks, mut passed) = (String::from("["), Vec::new(), 0);
    let mut rest = source.marks().iter().peekable();
    for (at, character) in source.text().char_indices() {
        while let Some(mark) = rest.next_if(|mark| mark.at <= at) {
            marks.push(Mark { at: if mark.at == 0 { 0 } else { text.len() }, ..*mark });
        }
        while fixed.get(passed).is_some_and(|range| range.end <= at) {
            passed += 1;
        }
        let is_fixed = fixed.get(passed).is_some_and(|range| range.contains(&at));
        text.push(match character {
            'a'..='z' if !is_fixed => char::from_u32('а' as u32 + character as u32 - 'a' as u32).unwrap(),
            'A'..='Z' if !is_fixed => char::from_u32('А' as u32 + character as u32 - 'A' as u32).unwrap(),
            _ => character,
        });
    }
    text.push_str(" ··]");
    marks.extend(rest.map(|mark| Mark { at: text.len(), ..*mark }));
    TaggedText::with_marks(text, marks)
}

/// What the parser makes of a document: everything but the words.
fn structure(markdown: &str) -> (Vec<String>, Vec<String>) {
    let (head, _) = front_matter::read(markdown, &Options::default(), &mut Untranslated::default());
    let masked = mask::mask(markdown, head.end);
    let (mut things, mut words) = (Vec::new(), Vec::new());
    let (mut html, mut codes, mut kept) = (0, 0, 0);
    for (event, range) in Parser::new_ext(&masked.text[masked.body..], EXTENSIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) => html += 1,
            Event::End(TagEnd::HtmlBlock) => html -= 1,
            Event::Start(Tag::CodeBlock(kind)) => {
                codes += 1;
                things.push(format!("code {kind:?}"));
            }
            Event::End(TagEnd::CodeBlock) => codes -= 1,
            Event::Text(text) if codes > 0 => things.push(text.to_string()),
            Event::Text(text) => {
                let mut visible = String::new();
                for (offset, character) in text.char_indices() {
                    let at = masked.body + range.start + offset;
                    let is_masked = masked.spans.iter().any(|span| span.range.contains(&at));
                    visible.push(if is_masked { '0' } else { character });
                }
                // What stands in `kbd` and its like is protected.
                words.push(if kept > 0 { "\u{1}".into() } else { visible });
            }
            Event::SoftBreak => words.push(" ".into()),
            Event::Start(Tag::Link { dest_url, title, .. }) => {
                things.push(format!("link {dest_url} {}", title.is_empty()));
                words.push(format!(" {title} "));
            }
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                things.push(format!("image {dest_url} {}", title.is_empty()));
                words.push(format!(" {title} "));
            }
            Event::Html(_) | Event::InlineHtml(_) if html > 0 => {}
            // Attributes may have been translated.
            Event::InlineHtml(tag) => {
                kept += usize::from(matches!(&*tag, "<kbd>" | "<code>"));
                kept -= usize::from(matches!(&*tag, "</kbd>" | "</code>"));
                things.push(format!("html {}", tag.split(['=', ' ']).next().unwrap_or_default()));
            }
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                things.push(format!("{level} {id:?} {classes:?} {attrs:?}"));
            }
            other => {
                let is_inline = matches!(
                    other,
                    Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
                        | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough)
                );
                words.push(if is_inline { "" } else { " " }.to_owned());
                things.push(format!("{other:?}"));
            }
        }
    }
    (things, words)
}

#[track_caller]
fn same_things(before: &[String], after: &[String]) {
    for (index, (before, after)) in before.iter().zip(after).enumerate() {
        assert_eq!(before, after, "the structure changed at {index}");
    }
    assert_eq!(before.len(), after.len(), "the structure changed");
}

#[track_caller]
fn round_trips(segments: &[Segment], skeleton: &skeleton::MarkdownSkeleton, markdown: &str) {
    let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
    assert_eq!(written(skeleton, &sources), markdown, "identity");
    // A second time, with a blank more: written, not left alone.
    let longer = |source: &TaggedText| {
        let mut longer = source.clone();
        longer.push(' ');
        longer
    };
    let same = written(skeleton, &sources.iter().map(longer).collect::<Vec<_>>());
    let (things, words) = structure(markdown);
    let read_back = structure(&same);
    same_things(&things, &read_back.0);
    let folded = |words: &[String]| words.concat().split_whitespace().collect::<Vec<_>>().join(" ");
    for (before, after) in folded(&words).split(' ').zip(folded(&read_back.1).split(' ')) {
        assert_eq!(before, after, "forced identity changed the words");
    }
    // All words changed, and nothing else.
    let translations: Vec<_> = segments.iter().map(look_alike).collect();
    let pseudo = written(skeleton, &translations);
    let (pseudo_things, pseudo_words) = structure(&pseudo);
    same_things(&things, &pseudo_things);
    for word in pseudo_words.concat().split_whitespace() {
        let word = word.trim_start_matches('\u{1}');
        let latin: String = word.chars().map(|c| if c.is_alphabetic() && !c.is_ascii() { '.' } else { c }).collect();
        assert!(!has_words(&latin) || word.contains("://"), "{word} was not translated: {pseudo}");
    }
    let (again, _) = open(&pseudo);
    for (again, meant) in again.iter().zip(&translations) {
        // The HTML filter leaves out what is behind the last word; and two blanks are one where a line is broken.
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (meant, again) = (folded(meant.text()), folded(again.source.text()));
        assert!(meant.starts_with(&again), "{meant:?} is read as {again:?}");
    }
    assert_eq!(again.len(), translations.len(), "there are other segments: {pseudo}");
}

#[track_caller]
fn translated(markdown: &str, translate: impl Fn(&str) -> String, expected: &str) {
    let (segments, skeleton) = open(markdown);
    let translations: Vec<_> = segments
        .iter()
        .map(|segment| {
            let source = &segment.source;
            let text = translate(source.text());
            let scale = |at: usize| {
                let mut at = if source.text().is_empty() { 0 } else { at * text.len() / source.text().len() };
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let marks = source.marks().iter().map(|mark| Mark { at: scale(mark.at), ..*mark }).collect();
            TaggedText::with_marks(text.clone(), marks)
        })
        .collect();
    assert_eq!(written(&skeleton, &translations), expected);
}

#[test]
fn blocks_are_segments() {
    segments(
        "# Title\n\nText of it\ngoes on.\n\n- one\n- two\n\n> quoted\n> words\n",
        &["Title", "Text of it goes on.", "one", "two", "quoted words"],
    );
    segments("Title\n=====\n\nSub title\n---\n", &["Title", "Sub title"]);
    segments("| a | b |\n|---|---|\n| c \\| d | `e` |\n", &["a", "b", "c | d"]);
    segments("Term\n: Definition\n\n[^1]: A note\n\nText[^1]\n", &["Term", "Definition", "A note", "Text"]);
    segments("- [ ] task\n- [x] done\n", &["task", "done"]);
    segments("```\ncode\n```\n\n    code\n\n~~~js\ncode\n~~~\n\nword\n", &["word"]);
    segments("123\n\nhttps://example.org/a_b\n\n`code`\n\n---\n\nword\n", &["word"]);
}

#[test]
fn inline_markup_is_tags() {
    segments("A **bold _word_** and `code`.\n", &["A <0>bold <1>word</1></0> and <2>code</2>."]);
    segments("**All of it**\n", &["All of it"]);
    segments("See [the page](a.md) or <https://a.b>.\n", &["See <0>the page</0> or <1>https://a.b</1>."]);
    segments(
        "See [it][x], [x] and [x][].\n\n[x]: a.md \"The title\"\n",
        &["See <0>it</0>, <1>x</1> and <2>x</2>.", "The title"],
    );
    segments("One  \ntwo\\\nthree<br>\nfour\n", &["One<0/>two<1/>three<2/>four"]);
    segments("A ![picture *of* it](a.png \"Its title\") here\n", &["A <0/> here", "picture <0>of</0> it", "Its title"]);
    segments("![only](a.png)\n", &["only"]);
    segments("A ![badge] [![of *it*][]](b)\n\n[badge]: a.png\n[of *it*]: b.png\n", &["A", "badge", "of <0>it</0>"]);
    segments("[![alt text](a.png)](b)\n", &["alt text"]);
    segments(
        "H<sub>2</sub>O and <kbd>Ctrl</kbd>, <a href=\"x\" title=\"Titled\">a link</a> <b>open\n",
        &["H<0>2</0>O and <1>Ctrl</1>, <2>a link</2> <3/>open", "Titled"],
    );
    segments(
        "Mail me@example.org or see www.example.org/a_b_c, please.\n",
        &["Mail <0>me@example.org</0> or see <1>www.example.org/a_b_c</1>, please."],
    );
    segments("~~gone~~ text\\* with &copy; and 1\\. more\\_x\n", &["<0>gone</0> text* with © and 1. more_x"]);
}

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
fn dialects_keep_their_markup() {
    segments(
        "---\ntitle: Getting Started\nslug: a-b\n---\n\nText {{ name }} of {{< ref \"b.md\" >}} it.\n",
        &["Getting Started", "Text <0>{{ name }}</0> of <1/> it."],
    );
    segments(
        "{% if x %}\nSome text\n{% endif %}\n\n:::note A title\nOther text\n:::\n",
        &["Some text", "A title", "Other text"],
    );
    segments(
        "!!! note \"A title\"\n    Some text\n    goes on\n\n    - a point\n\n            code\n\nEnd\n",
        &["A title", "Some text goes on", "a point", "End"],
    );
    segments("> [!NOTE]\n> Some text\n\n> [!tip]- A title\n> More text\n", &["Some text", "A title", "More text"]);
    segments(
        "import A from 'a'\n\n<Note title=\"A title\">\ntext **here**\n</Note>\n\nWith {a.b} and <B c={{d: 'e'}} />.\n",
        &["A title", "text <0>here</0>", "With <0>{a.b}</0> and <1/>."],
    );
    segments(
        "# Title {/*id*/}\n\n## Other {#id}\n\nSee [[Page]] or [[Page|the label]], $x^2$ :smile:\n",
        &["Title", "Other", "See <0>[[Page]]</0> or <1>the label</1>, <2>$x^2$</2>"],
    );
    segments("| a | b |\n|---|---|\n| [[Page\\|label]] | c |\n", &["a", "b", "label", "c"]);
    segments("$$\na = b\n$$\n\nText\n{: .class}\n", &["Text"]);
    segments("```{r chunk}\nx <- 1\n```\n\nThe value is `r x`.\n", &["The value is <0>r x</0>."]);
    segments(
        "<details>\n<summary>A summary</summary>\n\nSome *text*\n\n</details>\n",
        &["A summary", "Some <0>text</0>"],
    );
    segments("{% highlight x %}\nsome code\n\nmore code\n{% endhighlight %}\n\nText\n", &["Text"]);
    segments("> <div>\n> Some <b>text</b>\n> goes on\n> </div>\n", &["Some <0>text</0>\ngoes on"]);
}

#[test]
fn a_tag_that_is_missing_or_crosses_another_is_an_error() {
    let (_, skeleton) = open("a [b](c) d\n");
    assert!(skeleton.merge(&[TaggedText::plain("x")], &NOWHERE).is_err());
    assert!(skeleton.merge(&[], &NOWHERE).is_err());
}

/// The documents of the corpus, where it is at hand.
#[test]
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
fn documents_of_the_corpus_keep_their_structure() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/markdown");
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of markdown");
        return;
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        println!("{}", path.display());
        let (segments, skeleton) = open(&text);
        round_trips(&segments, &skeleton, &text);
        assert_eq!(found(&text, true), found(&text, false));
    }
}

/// What is found in a document that is read in stretches, or in one.
fn found(markdown: &str, in_stretches: bool) -> (Vec<Segment>, Vec<std::ops::Range<usize>>, Untranslated) {
    let (head, _) = front_matter::read(markdown, &Options::default(), &mut Untranslated::default());
    let mut masked = mask::mask(markdown, head.end);
    if !in_stretches {
        masked.headings.clear();
    }
    let (mut found, mut extras, mut untranslated) =
        (Texts::default(), extras::Extras::default(), Untranslated::default());
    let (options, limits) = (Options::default(), Limits::default());
    let read = walk::walk(markdown, &masked, &options, &limits, &mut found, &mut extras, &mut untranslated);
    if read.is_err() {
        return Default::default();
    }
    found.sort_by_key(|place: &slot::Place| (place.range().start, std::cmp::Reverse(place.range().end)));
    (found.segments, found.slots.iter().map(slot::Place::range).collect(), untranslated)
}

#[test]
fn documents_are_read_in_stretches_as_they_are_in_one() {
    for markdown in [
        "a\n\n# b\n\n[c]\n\n# d\n\n[c]: /e \"f g\"\n",
        "[c]\n\n# d\n\n```\n[c]: /e\n```\n",
        "- ```\n  a\n\n# b\n\n```\nc\n\n# d\n```\n\n# e\n",
        "<!-- a\n\n# b\n\n-->\n\n# c\n\n<pre>\n\n# d\n",
        "````\n```\n\n# a\n````\n\n# b\n\n~~~\nc\n~~~\n\n# d\n",
        "> a\n\n# b\n\n![c][]\n\n# e\n\n[C]: /e\n\n# f\n\n[c]: /g \"h i\"\n",
        "a[^1]\n\n# b\n\n[^1]: c\n\n# d\n",
        "term\n: meaning\n\n# a\n\n: no meaning\r\n\r\n# b [x\\]y]\r\n\r\n# c\r\n\r\n[x\\]y]: z\r\n",
    ] {
        assert_eq!(found(markdown, true), found(markdown, false), "{markdown:?}");
    }
}

/// Bits that documents are made of, and hostile ones are made of too.
const BITS: [&str; 64] = [
    "word ",
    "two words",
    "*",
    "**",
    "_",
    "__",
    "~~",
    "`",
    "``",
    "```\n",
    "[",
    "]",
    "](x)",
    "](x \"a title\")",
    "![",
    "[a]",
    "\n[a]: b \"title\"\n",
    "<b>",
    "</b>",
    "<br>",
    "<div>\n",
    "</div>\n",
    "<kbd>",
    "</kbd>",
    "<!-- c -->",
    "<",
    ">",
    "\n",
    "\n\n",
    "  \n",
    "\\\n",
    "\\",
    "> ",
    "\n> ",
    "\n- ",
    "\n  - ",
    "\n1. ",
    "\n# ",
    "\n## ",
    " #\n",
    "\n---\n",
    "\n===\n",
    "\n| a | b |\n|---|---|\n",
    "| ",
    " |\n",
    "&amp;",
    "&nbsp;",
    "&",
    "{{ x }}",
    "{% y %}",
    "{z}",
    "$x^2$",
    "$",
    "\n:::note Title\n",
    "\n!!! tip \"T\"\n    ",
    "\n    ",
    "[[p|l]]",
    "[^1]",
    "\n[^1]: ",
    ":smile:",
    "\t",
    "é",
    "日本。",
    "\r\n",
];

/// Texts with every kind of tag, in every kind of place.
const TAGGED: [&str; 9] = [
    "One **two** three [four](/x \"a title\") `five` _six_ and ~~seven~~ eight.\n",
    "**One** two *three* [four][r].\n\n[r]: /r\n",
    "# One **two** [four](/x) `five`\n",
    "One **two** [four](/x)\n===\n",
    "| One **two** | [four][r] |\n|---|---|\n| `five` six | _seven_ eight |\n\n[r]: /r\n",
    "> - One *two* [four][r] `five`\n>   and [r] more\n\n[r]: /r\n",
    "- [ ] one **two** [four](x.html#a)\n- `five` six\n",
    "A line &amp; another\nthat is [wrapped **here**](/x) and\ngoes on **as [it](/y) did** before\nit ended.\n",
    "A ![picture](p.png) in [a ![link](q.png)](/x), <b>bold</b> __words__ `five`\n",
];

const WORDS: [&str; 36] = [
    "a", "b c", "é", "本", "1", " ", " word", "word ", ",", ".", "!", "?", ":", ";", "(", ")", "%", "-", "/", "\"",
    "'", "&", "&amp;", "amp;", "*", "_", "~", "~~", "[", "]", "`", "<b>", "1. ", "# ", "- ", "x] (y)",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(1500))]

    #[test]
    fn any_markdown_comes_back(bits in proptest::collection::vec(proptest::sample::select(BITS.to_vec()), 1..24)) {
        let markdown = bits.concat();
        let Ok((segments, skeleton)) = read(markdown.as_bytes(), &Options::default(), &Limits::default()) else {
            return Ok(());
        };
        let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
        proptest::prop_assert_eq!(written(&skeleton, &sources), markdown);
        let translations: Vec<_> = segments.iter().map(look_alike).collect();
        let merged = skeleton.merge(&translations, &NOWHERE);
        proptest::prop_assert!(merged.is_ok(), "{:?}", merged);
    }

    /// What is taken for sure is read back in tests, and must be read as meant: see `write`.
    #[test]
    fn what_is_sure_is_read_as_meant(
        markdown in proptest::sample::select(TAGGED.to_vec()),
        texts in proptest::collection::vec(
            proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 1..5),
            1..12,
        ),
    ) {
        let (segments, skeleton) = read(markdown.as_bytes(), &Options::default(), &Limits::default()).unwrap();
        let are_words = texts.iter().all(|words| has_words(&words.concat()));
        let mut texts = texts.iter().cycle();
        let translations: Vec<_> = segments
            .iter()
            .map(|segment| {
                let mut translation = TaggedText::new();
                for piece in segment.source.pieces() {
                    match piece {
                        // What a protected tag holds stays.
                        Piece::Text(text) if text.contains("five") => translation.push_str(text),
                        Piece::Text(_) => texts.next().unwrap().iter().for_each(|word| translation.push_str(word)),
                        Piece::Mark(edge, tag) => translation.mark(edge, tag),
                    }
                }
                translation
            })
            .collect();
        let merged = skeleton.merge(&translations, &NOWHERE);
        // Nothing but blanks, or a number, in a place of its own may be refused: it was read back. Emphasis of a blank cannot
        // be written.
        proptest::prop_assert!(merged.is_ok() || !are_words, "{:?}", merged);
    }

    #[test]
    fn any_markdown_is_read_in_stretches_as_it_is_in_one(
        bits in proptest::collection::vec(
            proptest::prop_oneof![
                proptest::sample::select(BITS.to_vec()),
                proptest::sample::select(vec!["\n\n# h\n\n", "\n\n## [a] h\n", "\n\n[a]: b\n\n", "```\n\n"]),
            ],
            1..40,
        )
    ) {
        let markdown = bits.concat();
        proptest::prop_assert_eq!(found(&markdown, true), found(&markdown, false));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        if let Ok((segments, skeleton)) = read(&bytes, &Options::default(), &Limits::default()) {
            let sources: Vec<_> = segments.into_iter().map(|segment| segment.source).collect();
            proptest::prop_assert_eq!(skeleton.merge(&sources, &NOWHERE).unwrap(), bytes);
        }
    }
}

/// Hostile documents are read or refused, and none takes long: a quadratic step would show.
#[test]
fn hostile_documents_take_no_longer_than_others() {
    let many = |bit: &str| bit.repeat(3_000);
    let documents = [
        many(">"),
        many("> "),
        many(">\n"),
        "&".repeat(60_000) + "a",
        format!("# {}a", "#".repeat(60_000)),
        many("- "),
        many("* a\n"),
        many("["),
        many("]"),
        many("![a"),
        many("[a]("),
        many("[a](b \""),
        many("*a "),
        many("**a_ "),
        many("*a_ b*_ "),
        many("a**b"),
        many("`a``"),
        (1..200).map(|n| "`".repeat(n) + " ").collect(),
        many("<a "),
        many("<b>a"),
        many("</b>"),
        many("<kbd>a"),
        many("<!-- a"),
        many("a <? b"),
        many("{{ a"),
        many("{% a"),
        many("{a"),
        many("{a b"),
        many("$a "),
        many("[[a|"),
        many("[[[a]]"),
        many(":a:"),
        many("<A b={"),
        many("<A>\n"),
        many("{{< a\n"),
        many("$$\n"),
        many("\\[\n"),
        many(":::a\n"),
        many("!!! a\n    "),
        many("| a "),
        "|a\n|-\n".to_owned() + &many("|b|c\n"),
        many("[a]: b\n\n") + &many("[a] "),
        many("[^a]: b\n\n"),
        many("a\n: b\n\n"),
        many("a  \n"),
        many("&amp;"),
        many("\\*"),
        "---\n".to_owned() + &many("a:\n") + "---\n",
        "---\n".to_owned() + &many("a: &a [*a, *a]\n") + "---\n",
        "---\n".to_owned() + &many("title: \"a\n") + "---\n",
        "word ".to_owned() + &many("\n> "),
        (0..1000).map(|n| " ".repeat(n % 90) + "- a\n").collect(),
    ];
    for document in documents {
        let start = std::time::Instant::now();
        if let Ok((segments, skeleton)) = read(document.as_bytes(), &Options::default(), &Limits::default()) {
            let translations: Vec<_> = segments.iter().map(look_alike).collect();
            let _ = skeleton.merge(&translations, &NOWHERE);
        }
        let head: String = document.chars().take(20).collect();
        // Far more than any takes, far less than a quadratic step would.
        assert!(start.elapsed().as_secs() < 20, "{head:?} took {:?}", start.elapsed());
    }
}

#[test]
fn what_nobody_sees_parts_no_word() {
    let (segments, _) = open("Un<wbr>seen<!-- x -->ly\n");
    assert_eq!(shown(&segments[0]), "Un<0/>seen<1/>ly");
    assert!(segments[0].tags.iter().all(|tag| tag.kind == TagKind::Anchor));
}

#[test]
fn a_definition_needs_no_blank() {
    segments("A [page] and [one].\n\n[page]:https://a.b/c\n[one]:http://a.b\n", &["A <0>page</0> and <1>one</1>."]);
    segments("From:https:// on\n", &["From:https:// on"]);
}

/// In a cell, a bar in code is escaped, too.
#[test]
fn code_with_a_bar_stands_in_a_cell() {
    segments("| a | b |\n|---|---|\n| `x \\| y` for this | c |\n", &["a", "b", "<0>x \\| y</0> for this", "c"]);
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

#[test]
fn what_is_hidden_may_go_on_in_the_next_line() {
    segments("See [the page](a.md){.btn\n.btn-large #now} and more\n", &["See <0>the page</0><1/> and more"]);
}

#[test]
fn code_of_templates_may_go_on_in_the_next_line() {
    segments("One {{ a\nb }} two\nthree\n", &["One <0>{{ a\nb }}</0> two three"]);
}

#[test]
fn blanks_that_do_not_break_stay_in_titles_and_code() {
    let markdown = "See [here](a \"2.\u{a0}How to do it\") and `a\u{a0}b`\n";
    segments(markdown, &["See <0>here</0> and <1>a\u{a0}b</1>", "2.\u{a0}How to do it"]);
}
