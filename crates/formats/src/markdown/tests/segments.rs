//! What is a segment, and what is a tag in it.

use super::*;

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
