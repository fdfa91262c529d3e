//! Texts, pages, messages, data.

fn bytes(text: String) -> Vec<u8> {
    text.into_bytes()
}

/// So many of what depends on the number.
pub(super) fn each(size: usize, piece: impl Fn(usize) -> String) -> String {
    (0..size).map(piece).collect()
}

pub(super) fn html_unclosed(size: usize) -> Vec<u8> {
    bytes(format!("<p>{}", "<b>word ".repeat(size)))
}

pub(super) fn html_misnested(size: usize) -> Vec<u8> {
    bytes(format!("<p>{}</p>", "<b>one <i>two</b> three</i> ".repeat(size)))
}

pub(super) fn html_unclosed_in_blocks(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("<div><b><i class=c{n}><p>word {n}</div>")))
}

pub(super) fn html_tables(size: usize) -> Vec<u8> {
    bytes("<table><tr><td>word<b>".repeat(size))
}

pub(super) fn html_tags(size: usize) -> Vec<u8> {
    bytes(format!("<p>{}</p>", "<b>one</b> two <br>".repeat(size)))
}

pub(super) fn html_attributes(size: usize) -> Vec<u8> {
    bytes(format!("<p {}>word</p>", each(size, |n| format!("a{n}=\"x\" title=\"word\" "))))
}

pub(super) fn html_references(size: usize) -> Vec<u8> {
    bytes(format!("<p>word {}</p>", "&amp; &ampx &#65".repeat(size)))
}

pub(super) fn html_closing(size: usize) -> Vec<u8> {
    bytes(format!("<p>{}{}</p>", "<b>a ".repeat(size / 2), "</i>".repeat(size)))
}

pub(super) fn html_deep(size: usize) -> Vec<u8> {
    bytes(format!("{}word{}", "<div>".repeat(size), "</div>".repeat(size)))
}

pub(super) fn html_void(size: usize) -> Vec<u8> {
    bytes(format!("<p>a {} b</p>", "<img src=x alt=\"A word\">".repeat(size)))
}

pub(super) fn markdown_definitions(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("A [word][r{n}] and [r{n}] here.\n\n[r{n}]: /x/{n} \"A title\"\n\n")))
}

pub(super) fn markdown_references(size: usize) -> Vec<u8> {
    bytes(format!("{}\n\n[a]: /x\n", each(size, |n| format!("[word {n}][a] ![a picture][a] [a] "))))
}

pub(super) fn markdown_links(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("[word {n}](/x/{n} \"A title\") ")))
}

pub(super) fn markdown_quotes(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("{} word\n", "> ".repeat(1 + n % 90))))
}

pub(super) fn markdown_lists(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("{}- word\n", "  ".repeat(n % 90))))
}

pub(super) fn markdown_wide_table(size: usize) -> Vec<u8> {
    let row = |cell: &str| format!("|{}\n", format!("{cell}|").repeat(size));
    bytes([row(" word "), row("---"), row(" *a* b "), row(" c ")].concat())
}

pub(super) fn markdown_notes(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("A word[^n{n}] here.\n\n[^n{n}]: A note\n\n")))
}

pub(super) fn markdown_emphasis(size: usize) -> Vec<u8> {
    bytes(format!("{}\n", "*a **b _c ".repeat(size)))
}

pub(super) fn markdown_html(size: usize) -> Vec<u8> {
    bytes(format!("A {}\n", "<b>word <i title=\"A word\"> ".repeat(size)))
}

pub(super) fn markdown_brackets(size: usize) -> Vec<u8> {
    bytes(format!("A {}\n", "[word ![a ](".repeat(size)))
}

pub(super) fn markdown_pictures(size: usize) -> Vec<u8> {
    bytes(format!("A {}\n", "![a picture `x`](y \"A title\") ".repeat(size)))
}

pub(super) fn markdown_doubt(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("- It is `a`{n}*b*c &lt; *d **e** f*g and ~h~\n")))
}

pub(super) fn markdown_long_paragraph(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("Line {n} has *emphasis* and `code`  \nand a break &lt; here\n")))
}

pub(super) fn markdown_templates(size: usize) -> Vec<u8> {
    bytes(each(size, |n| format!("{{% if x{n} %}}\nA {{{{ word }}}} $x$ :smile: [[a|b]]\n{{% endif %}}\n")))
}

pub(super) fn csv_columns(size: usize) -> Vec<u8> {
    bytes("word,".repeat(size) + "\n")
}

pub(super) fn csv_rows(size: usize) -> Vec<u8> {
    bytes("one word,\"an, \"\"other\"\"\"\n".repeat(size))
}

pub(super) fn csv_quotes(size: usize) -> Vec<u8> {
    bytes(format!("a,\"{}", "\"\" word\n".repeat(size)))
}

pub(super) fn json_deep(size: usize) -> Vec<u8> {
    bytes(format!("{}\"word\"{}", "[".repeat(size), "]".repeat(size)))
}

pub(super) fn json_keys(size: usize) -> Vec<u8> {
    bytes(format!("{{{}\"z\":\"word\"}}", each(size, |n| format!("\"key{n}\":\"Some words {n}\","))))
}

pub(super) fn json_escapes(size: usize) -> Vec<u8> {
    bytes(format!("{{\"a\":\"words {}\"}}", "\\u00e9\\n\\\"".repeat(size)))
}

pub(super) fn json_plurals(size: usize) -> Vec<u8> {
    bytes(format!("{{\"a\":\"{}words\"}}", "{n, plural, one {one word} other {".repeat(size)))
}

pub(super) fn json_placeholders(size: usize) -> Vec<u8> {
    bytes(format!("{{\"a\":\"{}\"}}", "word {name} %s <b>x</b> ".repeat(size)))
}

const RTF: &str = "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\n";

pub(super) fn rtf_deep(size: usize) -> Vec<u8> {
    bytes(format!("{RTF}{}word", "{".repeat(size)))
}

pub(super) fn rtf_groups(size: usize) -> Vec<u8> {
    bytes(format!("{RTF}{}\\par}}", "{\\b one} {two}".repeat(size)))
}

pub(super) fn rtf_fields(size: usize) -> Vec<u8> {
    let open = "{\\field{\\*\\fldinst REF x}{\\fldrslt word ";
    bytes(format!("{RTF}{}{}\\par}}", open.repeat(size / 2), "}}".repeat(size / 2)).repeat(1))
}

pub(super) fn rtf_bytes(size: usize) -> Vec<u8> {
    bytes(format!("{RTF}word {}\\par}}", "\\'e9\\u233?".repeat(size)))
}

pub(super) fn rtf_fonts(size: usize) -> Vec<u8> {
    let fonts = each(size, |n| format!("{{\\f{n}\\fcharset{} Font {n};}}", n % 256));
    bytes(format!("{{\\rtf1\\ansi\\deff0{{\\fonttbl{fonts}}}{}\\par}}", each(size, |n| format!("\\f{n} word\\'e9 "))))
}

pub(super) fn rtf_formats(size: usize) -> Vec<u8> {
    bytes(format!("{RTF}{}\\par}}", each(size, |n| format!("\\b one \\i two\\plain\\fs{} ", n % 100))))
}

pub(super) fn eml_nested(size: usize) -> Vec<u8> {
    let part = |n| format!("Content-Type: multipart/mixed; boundary=\"b{n}\"\r\n\r\n--b{n}\r\n");
    bytes(format!("Subject: Some words\r\nMIME-Version: 1.0\r\n{}\r\nwords\r\n", each(size, part)))
}

pub(super) fn eml_parts(size: usize) -> Vec<u8> {
    let parts = "--b\r\nContent-Type: text/plain\r\n\r\nSome words\r\n".repeat(size);
    bytes(format!(
        "Subject: Some words\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"
    ))
}

pub(super) fn eml_headers(size: usize) -> Vec<u8> {
    bytes(format!("Subject: Some words\r\n{}\r\nwords\r\n", each(size, |n| format!("X-{n}: a\r\n"))))
}

pub(super) fn eml_words(size: usize) -> Vec<u8> {
    bytes(format!("Subject: a\r\n{}\r\nwords\r\n", " =?utf-8?Q?w=C3=A9?= =?utf-8?B?w6k=?=\r\n".repeat(size)))
}

pub(super) fn eml_flowed(size: usize) -> Vec<u8> {
    let lines = "> some words that flow \r\n>> and others\r\n".repeat(size);
    bytes(format!("Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; format=flowed\r\n\r\n{lines}"))
}

pub(super) fn txt_lines(size: usize) -> Vec<u8> {
    bytes("word \n".repeat(size))
}

pub(super) fn txt_long_line(size: usize) -> Vec<u8> {
    bytes("some words. ".repeat(size))
}

fn xliff(body: &str) -> Vec<u8> {
    let file = "<file original=\"a\" source-language=\"en\" target-language=\"pt\" datatype=\"html\">";
    bytes(format!(
        "<xliff version=\"1.2\" xmlns=\"urn:oasis:names:tc:xliff:document:1.2\">{file}<body>{body}</body></file></xliff>"
    ))
}

pub(super) fn xliff_units(size: usize) -> Vec<u8> {
    xliff(&each(size, |n| format!("<trans-unit id=\"{n}\"><source>Some words {n}</source></trans-unit>")))
}

pub(super) fn xliff_inline(size: usize) -> Vec<u8> {
    let inline = each(size, |n| format!("word <x id=\"x{n}\"/><g id=\"g{n}\">in</g> <bpt id=\"b{n}\">&lt;b></bpt>"));
    xliff(&format!("<trans-unit id=\"a\"><source>{inline}</source></trans-unit>"))
}

pub(super) fn xliff_nested(size: usize) -> Vec<u8> {
    let (open, close) = (each(size, |n| format!("<g id=\"{n}\">a ")), "</g>".repeat(size));
    xliff(&format!("<trans-unit id=\"a\"><source>{open}{close}</source></trans-unit>").repeat(1))
}

pub(super) fn xliff_groups(size: usize) -> Vec<u8> {
    let unit = "<trans-unit id=\"a\"><source>Words</source></trans-unit>";
    xliff(&format!("{}{unit}{}", "<group id=\"a\">".repeat(size), "</group>".repeat(size)))
}

pub(super) fn xliff_escaped(size: usize) -> Vec<u8> {
    let inside = "&lt;b>word&lt;/b> &lt;i>other ".repeat(size);
    xliff(&format!("<trans-unit id=\"a\"><source>{inside}</source></trans-unit>"))
}

pub(super) fn xliff_two(size: usize) -> Vec<u8> {
    let data = each(size, |n| format!("<data id=\"d{n}\">&lt;b></data>"));
    let inline =
        each(size, |n| format!("a <ph id=\"p{n}\" dataRef=\"d{n}\"/><sc id=\"s{n}\"/>b<ec startRef=\"s{n}\"/>"));
    bytes(format!(
        "<xliff version=\"2.0\" srcLang=\"en\" trgLang=\"pt\" xmlns=\"urn:oasis:names:tc:xliff:document:2.0\"><file id=\"f\">\
         <unit id=\"u\"><originalData>{data}</originalData><segment><source>{inline}</source></segment></unit></file></xliff>"
    ))
}

fn dita(body: &str) -> Vec<u8> {
    bytes(format!(
        "<!DOCTYPE topic PUBLIC \"-//OASIS//DTD DITA Topic//EN\" \"topic.dtd\"><topic id=\"t\"><title>Words</title><body>{body}</body></topic>"
    ))
}

pub(super) fn dita_nested(size: usize) -> Vec<u8> {
    dita(&format!("<p>{}word{}</p>", "<ph>a ".repeat(size), "</ph>".repeat(size)))
}

pub(super) fn dita_phrases(size: usize) -> Vec<u8> {
    dita(&format!(
        "<p>{}</p>",
        each(size, |n| format!("<b>one</b> <xref href=\"a{n}\"/> <i>two</i> <indexterm>x</indexterm>"))
    ))
}

pub(super) fn dita_topics(size: usize) -> Vec<u8> {
    dita(&each(size, |n| {
        format!(
            "<section id=\"s{n}\"><title>Words {n}</title><p>And <image href=\"a\"><alt>more</alt></image></p></section>"
        )
    }))
}

/// A quotation mark that nothing closes.
pub(super) fn csv_unclosed(size: usize) -> Vec<u8> {
    bytes(format!("a,b\n\"{}", "some words, and\n".repeat(size)))
}

/// A table of few columns that says that it has many.
pub(super) fn markdown_short_rows(size: usize) -> Vec<u8> {
    bytes(format!("{}|\n{}|\n{}", "|word".repeat(size), "|-".repeat(size), "|word|\n".repeat(size)))
}

/// References to one definition that is as long as all of them.
pub(super) fn markdown_long_definition(size: usize) -> Vec<u8> {
    bytes(format!("{}\n\n[a]: /{} \"Some words\"\n", "[a] word ".repeat(size), "x".repeat(size)))
}

pub(super) fn markdown_tags(size: usize) -> Vec<u8> {
    bytes("word <b><i>word</b> <a href=\"x\">word".repeat(size))
}

/// Elements that hold a reference to each other.
pub(super) fn dita_references(size: usize) -> Vec<u8> {
    dita(&each(size, |n| {
        format!("<p id=\"p{n}\" conref=\"#t/p{}\">Words {n} <ph conkeyref=\"k/p{n}\"/></p>", (n + 1) % size)
    }))
}

/// Data that says that it is longer than the document.
pub(super) fn rtf_binary(size: usize) -> Vec<u8> {
    bytes(format!("{{\\rtf1 words {}\\bin4294967295 {}}}", "\\bin3 {{{".repeat(size), "x".repeat(size)))
}

pub(super) fn rtf_pictures(size: usize) -> Vec<u8> {
    bytes(format!(
        "{{\\rtf1 words {}}}",
        "{\\pict\\pngblip 0123456789abcdef}{\\*\\shppict{\\pict ff}}word ".repeat(size)
    ))
}
