//! Any documents, and hostile ones.

use super::stretches::found;
use super::*;

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
fn more_marks_than_the_parser_has_room_for_are_refused() {
    let read = |markdown: String| read(markdown.as_bytes(), &Options::default(), &Limits::default());
    let refused = read(format!("Words {}", "*".repeat(1_000_001)));
    assert!(matches!(refused, Err(FormatError::TooComplex { limit: 1_000_000, .. })));
    // Headings part the document.
    let code = format!("```\n{}\n```\n\n# Words\n\n", "*".repeat(600_000));
    assert!(read(code.repeat(2)).is_ok());
}
