//! Floods of one thing in every text format: what is meant to take a reader's time, stack or memory. Each is read, given back
//! as it came and written anew, or refused with a reason; in quadratic time any of them would take minutes.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use terjuman_formats::{Format, FormatError, Limits, Options, Target, extract};
use terjuman_model::{Mark, TaggedText};

/// Far above what any of them takes on a slow machine, far below what quadratic time would. With optimization, what is
/// promised: `cargo test --release -p terjuman-formats --test it floods`.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 15 } else { 2 });

const NOWHERE: Target = Target { source_language: None, language: None };

#[track_caller]
fn survives(format: Format, document: &[u8]) {
    let started = worked();
    let start = String::from_utf8_lossy(&document[..document.len().min(120)]).into_owned();
    match extract(format, document, &Options::default(), &Limits::default()) {
        Ok(extracted) => {
            let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
            let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
            assert!(same == document, "identity changed {start}");
            let longer: Vec<_> = sources
                .iter()
                .map(|source| {
                    let marks = source.marks().iter().map(|mark| Mark { at: mark.at + 3, ..*mark }).collect();
                    TaggedText::with_marks(format!("é {}", source.text()), marks)
                })
                .collect();
            // A gate may refuse what it cannot be sure of, as long as it says so.
            match extracted.skeleton.merge(&longer, &NOWHERE) {
                Ok(_) | Err(FormatError::Verification(_) | FormatError::TooComplex { .. }) => {}
                Err(error) => panic!("{start}: {error}"),
            }
        }
        Err(error) => assert!(crate::damage::is_refusal(&error), "{start}: {error}"),
    }
    let taken = worked() - started;
    assert!(taken < PATIENCE, "{start}: took {taken:?}");
}

/// How long this thread has had the processor, which other programs do not change; where the system does not tell, the
/// clock does.
fn worked() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat");
    let told = told.ok().and_then(|told| told.split(' ').next()?.parse().ok());
    told.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

/// Each piece so often that it fills as many bytes, alone and between words, in what the format needs around it.
#[track_caller]
fn floods(format: Format, (before, after): (&str, &str), pieces: &[&str]) {
    const BYTES: usize = 60_000;
    for piece in pieces {
        let flood = piece.repeat(BYTES / piece.len());
        survives(format, format!("{before}{flood}{after}").as_bytes());
        survives(format, format!("{before}One {flood} two{after}").as_bytes());
        // Cut off, as a transfer that broke.
        survives(format, format!("{before}One {flood}").as_bytes());
    }
}

#[test]
fn of_markdown() {
    floods(
        Format::Markdown,
        ("", "\n"),
        &[
            "#",
            "{% highlight x %}\n",
            "{% highlight x %}\n{% endhighlight %}\n",
            "# ",
            "# x\n",
            "> ",
            ">",
            "> x\n",
            "- ",
            "- x\n",
            "  - x\n",
            "1. ",
            "1) x\n",
            "*",
            "**",
            "*x",
            "**x**",
            "_x_ ",
            "__",
            "~",
            "~~x~~",
            "`",
            "``",
            "`x` ",
            "```\n",
            "~~~x\n",
            "[",
            "]",
            "[x",
            "[x]",
            "[x](",
            "[x](y)",
            "[x](y \"z\")",
            "[x][",
            "[x]: y\n",
            "[x]:y\n",
            "![",
            "![x](y)",
            "[^x]",
            "[^x]: y\n",
            "[[x]]",
            "[[",
            "<",
            "<a",
            "<a>",
            "</a>",
            "<b>x",
            "<!--",
            "<!-- x -->",
            "<div>\n",
            "<div>\n\n",
            "<x y={",
            "<X>",
            "<X />",
            "|",
            "| x ",
            "| x |\n",
            "|-|\n",
            "|x|\n|-|\n",
            "x\n-|-\n",
            "\\",
            "\\*",
            "&",
            "&amp;",
            "&#",
            "{",
            "{x}",
            "{{",
            "{{x}}",
            "{% x %}",
            "{%",
            "{{<",
            "$",
            "$x$",
            "$$",
            ":",
            ":x:",
            ":::x\n",
            ":::",
            "!!! x\n",
            "??? \"x\"\n",
            "=== \"x\"\n",
            "---\n",
            "x\n---\n",
            "x\n===\n",
            "import x\n",
            "export {\n",
            "x  \n",
            "x\\\n",
            "x\n: y\n",
            "\n",
            " ",
            "\t",
            "    x\n",
            "\r",
            "é",
            "\u{301}",
            "- [ ] x\n",
            "(",
            ")",
            "\"",
            "'",
            "http://",
            "http://x ",
            "x@y.z ",
            "\\[",
            "\\begin{x}\n",
            "*[x]: y\n",
            "[TOC]\n",
        ],
    );
    for head in ["---\n", "+++\n", ";;;\n", "{\n"] {
        floods(
            Format::Markdown,
            (head, "\n---\nText\n"),
            &[
                "title: x\n",
                "title: |\n",
                "title: \"x",
                " ",
                "- ",
                "a:\n  ",
                "[",
                "{",
                "\"",
                "&a ",
                "*a ",
                "title = \"\"\"x",
                "#",
            ],
        );
    }
}

#[test]
fn of_plain_text() {
    let pieces = [
        "x",
        "x ",
        "x\n",
        "x\r",
        "\n",
        " ",
        "\t",
        "> ",
        "> x\n",
        "- ",
        "- x\n",
        "1. x\n",
        ".",
        "... ",
        "x  y  ",
        "x\ty",
        "|",
        "| x ",
        "+--",
        "-",
        "=",
        "日",
        "é",
        "\u{301}",
        "\u{2028}",
        "\u{85}",
        "x-\n",
        "00:00:01,000 --> 00:00:02,000\nx\n",
    ];
    floods(Format::Txt, ("", "\n"), &pieces);
    floods(Format::Txt, ("\u{feff}", ""), &pieces);
}

#[test]
fn of_tables() {
    let pieces = [
        ",",
        ";",
        "\t",
        "|",
        "\"",
        "\"\"",
        "\"x",
        "\"x\"",
        "x,",
        "x\n",
        "\"x\n",
        "x,y\n",
        "\"a\"\"b\",",
        "\n",
        "\r",
        ",\n",
        "=",
        "=x,",
        "'",
        "x y,",
        "sep=;\n",
        "é,",
        "{\"a\":",
        "[",
        "A1,word\n",
        "\u{feff}",
    ];
    floods(Format::Csv, ("", "\n"), &pieces);
    floods(Format::Csv, ("a,b\nWords here,", "\n"), &pieces);
    floods(Format::Tsv, ("a\tb\nWords here\t", "\n"), &pieces);
}

#[test]
fn of_json() {
    let pieces = [
        "[",
        "{",
        "]",
        "}",
        "\"",
        "\"x\",",
        "[\"x\"],",
        "{\"a\":",
        "{\"a\":[",
        "\\",
        "\\u0041",
        "\\ud83d",
        "\\n",
        "x",
        "x y ",
        "<b>",
        "<b>x</b>",
        "&amp;",
        "{n, plural, one {",
        "{n, plural, one {x} other {y}} ",
        "{",
        "{n, number} ",
        "x | ",
        "|{1",
        ":abc ",
        "<1>",
        "</1>",
        "<link>",
        "1",
        "1e",
        "true",
        " ",
        "\n",
        "\0",
        "é",
    ];
    floods(Format::Json, ("", ""), &pieces);
    floods(Format::Json, ("[\"", "\"]"), &pieces);
    floods(Format::Json, ("{\"a\": \"One\", \"b\": [", "\"two words\"]}"), &pieces);
    let keys: String = (0..20_000).map(|n| format!("\"k{n}\":\"Some words\",")).collect();
    survives(Format::Json, format!("{{{keys}\"z\":1}}").as_bytes());
}

const XML: &[&str] = &[
    "<",
    "<!",
    "<!--",
    "<!-- x -->",
    "<?",
    "<?x y?>",
    "<![CDATA[",
    "<![CDATA[x]]>",
    "]]>",
    "&",
    "&amp;",
    "&lt;",
    "&lt;b>",
    "&lt;b>x&lt;/b> ",
    "&#",
    "&#120;",
    "&#x",
    "&x;",
    "<g id='1'>",
    "<g id='1'>x</g>",
    "<x id='1'/>",
    "<bx id='1'/>",
    "<ex id='1'/>",
    "<bpt id='1'>",
    "<ph id='1'>",
    "<ph id='1'><sub>x</sub></ph>",
    "<sub>",
    "<mrk mtype='seg' mid='1'>",
    "<mrk mtype='seg' mid='1'>x</mrk>",
    "<mrk mtype='protected'>",
    "<pc id='1'>",
    "<sc id='1'/>",
    "<ec startRef='1'/>",
    "<sm id='1'/>",
    "<em startRef='1'/>",
    "<cp hex='1'/>",
    "<b>",
    "<b>x</b>",
    "<ph>",
    "<ph>x</ph> ",
    "<p>",
    "<p>x</p>",
    "<fn>",
    "<fn>x</fn>",
    "<indexterm>",
    "<image alt='x'/>",
    "<codeph>",
    "<pre>x\n",
    "<ul><li>",
    "</p>",
    "<x a='1' a='2'>",
    "<x a='",
    "<x xmlns='y'>",
    "<x xmlns:a='y'>",
    "<a:b>",
    "<!DOCTYPE x>",
    "<!ENTITY a '&b;&b;'>",
    "x",
    " ",
    "\n",
    "é",
    "\0",
];

#[test]
fn of_bilingual_files() {
    let unit = (
        "<xliff version='1.2'><file source-language='en' target-language='pt'><body><trans-unit id='1'><source>",
        "</source></trans-unit></body></file></xliff>",
    );
    floods(Format::Xliff, unit, XML);
    let segment = (
        "<xliff xmlns='urn:oasis:names:tc:xliff:document:2.2' version='2.2' srcLang='en' trgLang='pt'><file id='f'><unit \
         id='u'><segment><source>",
        "</source></segment></unit></file></xliff>",
    );
    floods(Format::Xliff, segment, XML);
    let units = ("<xliff version='1.2'><file source-language='en'><body>", "</body></file></xliff>");
    floods(
        Format::Xliff,
        units,
        &[
            "<group>",
            "<trans-unit id='1'>",
            "<trans-unit id='1'><source>One two</source></trans-unit>",
            "<trans-unit><source/><target/></trans-unit>",
            "<source>",
            "<target>",
            "<alt-trans>",
            "<bin-unit>",
            "<trans-unit><source>One</source><seg-source><mrk mtype='seg' mid='1'>",
        ],
    );
    let attributes: String = (0..20_000).map(|n| format!(" a{n}='1'")).collect();
    survives(Format::Xliff, format!("<xliff version='1.2'{attributes}><file/></xliff>").as_bytes());
    let bomb = (0..40).map(|n| format!("<!ENTITY a{} '&a{n};&a{n};&a{n};'>", n + 1)).collect::<String>();
    survives(
        Format::Xliff,
        format!("<!DOCTYPE x [<!ENTITY a0 'x'>{bomb}]><xliff version='1.2'>&a40;</xliff>").as_bytes(),
    );
}

#[test]
fn of_topics() {
    floods(Format::Dita, ("<topic id='t'><title>", "</title></topic>"), XML);
    floods(Format::Dita, ("<topic id='t'><title>One</title><body>", "</body></topic>"), XML);
    floods(Format::Dita, ("<map title='One'>", "</map>"), &["<topicref>", "<topicref navtitle='One'/>", "<topicmeta>"]);
    let attributes: String = (0..20_000).map(|n| format!(" a{n}='1'")).collect();
    survives(Format::Dita, format!("<topic id='t'{attributes}><title>One</title></topic>").as_bytes());
}

#[test]
fn of_rich_text() {
    let pieces = [
        "{",
        "}",
        "{}",
        "{\\b ",
        "{\\b x}",
        "\\",
        "\\b",
        "\\b x\\b0 y ",
        "\\par ",
        "x\\par\n",
        "\\line ",
        "\\tab ",
        "\\cell ",
        "\\row ",
        "\\trowd\\cellx1 x\\cell\\row ",
        "\\'",
        "\\'e9",
        "\\u233?",
        "\\u-10179?\\u-8704?",
        "\\uc1",
        "\\uc1000000 ",
        "\\uc0 ",
        "\\bin5 ",
        "\\bin0 ",
        "\\bin99999999999 ",
        "\\bin-1 ",
        "{\\*\\x ",
        "{\\*\\x y}",
        "{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt ",
        "{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt y}}",
        "{\\footnote x}",
        "{\\footnote ",
        "{\\pict 00}",
        "{\\fonttbl{\\f0 x;}}",
        "{\\fonttbl",
        "\\f1 ",
        "{\\v x}",
        "{\\deleted x}",
        "\\v ",
        "\\plain ",
        "\\lang1033 ",
        "{\\header x}",
        "{\\shp{\\shptxt x}}",
        "{\\upr{x}{\\*\\ud y}}",
        "{\\info{\\title x}}",
        "\\a99999999999999999999 ",
        "\\aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ",
        "\\~",
        "\\-",
        "\\_",
        "x",
        " ",
        "\n",
        "\t",
        "\0",
        "é",
    ];
    floods(Format::Rtf, ("{\\rtf1\\ansi ", "}"), &pieces);
    floods(
        Format::Rtf,
        ("{\\rtf1\\ansi\\ansicpg932{\\fonttbl{\\f0\\fcharset128 x;}}\\f0 ", "}"),
        &["\\'82", "\\'82\\'a0", "\\'82}", "\\u9"],
    );
    floods(
        Format::Rtf,
        ("{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}", "}"),
        &["{\\*\\htmltag64 <b>}", "\\htmlrtf ", "\\htmlrtf0 "],
    );
}

#[test]
fn of_messages() {
    let pieces = [
        "x",
        "x ",
        "x\r\n",
        "\r\n",
        "\n",
        "\r",
        "X: y\r\n",
        "X: y\r\n z\r\n",
        ":",
        " ",
        "--b\r\n",
        "--b--\r\n",
        "--bb\r\n",
        "--",
        "--b\r\n\r\nx\r\n",
        "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "> ",
        "> x\r\n",
        "=",
        "=\r\n",
        "=3D",
        "=E9",
        "=ZZ",
        "QUJD",
        "QUJD\r\n",
        "=?utf-8?Q?x?= ",
        "=?utf-8?B?",
        "=?x?x?x?=\r\n ",
        "\"",
        "(",
        "\\",
        ";",
        "; a=b",
        "; a*0=b",
        "é",
        "\0",
        "--b\r\nContent-Type: message/rfc822\r\n\r\n",
        "From x\r\n",
        ".\r\n",
        "-- \r\nx\r\n",
    ];
    for before in [
        "",
        "Subject: ",
        "Subject: One\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "Subject: One\r\nContent-Type: multipart/mixed; boundary=\"",
        "Subject: One\r\n\r\n",
        "Content-Type: text/plain; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        "Content-Type: text/html; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        "Content-Type: text/html; charset=no-such\r\nContent-Length: 99999999999\r\n\r\n",
    ] {
        floods(Format::Eml, (before, "\r\n"), &pieces);
    }
    floods(
        Format::Mhtml,
        ("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n", "--b--\r\n"),
        &pieces,
    );
    // Each part nested in the one before it, and parts of one boundary that begins the next.
    let nested: String = (0..400)
        .map(|n| {
            format!("Content-Type: multipart/mixed; boundary={}\r\n\r\n--{}\r\n", "b".repeat(n + 1), "b".repeat(n + 1))
        })
        .collect();
    survives(Format::Eml, nested.as_bytes());
}

#[test]
fn of_lines_without_an_end() {
    let line = "word ".repeat(400_000);
    for (format, before, after) in [
        (Format::Txt, "", ""),
        (Format::Markdown, "# ", ""),
        (Format::Html, "<p>", ""),
        (Format::Csv, "a,", ""),
        (Format::Tsv, "a\t", ""),
        (Format::Json, "[\"", "\"]"),
        (Format::Rtf, "{\\rtf1 ", "}"),
        (Format::Dita, "<topic id='t'><title>", "</title></topic>"),
        (
            Format::Xliff,
            "<xliff version='1.2'><file source-language='en'><body><trans-unit id='1'><source>",
            "</source></trans-unit></body></file></xliff>",
        ),
        (Format::Eml, "Subject: x\r\n\r\n", ""),
        (Format::Eml, "Subject: ", ""),
        (Format::Eml, "Content-Type: text/plain; format=flowed\r\nContent-Transfer-Encoding: base64\r\n\r\n", ""),
    ] {
        survives(format, format!("{before}{line}{after}").as_bytes());
    }
}

#[test]
fn of_encodings_that_lie() {
    let words = "Plain words \u{e9}\u{e0} that end here. ";
    let utf16: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut odd = b"\xff\xfe".to_vec();
    odd.extend_from_slice(&utf16);
    odd.push(b'x');
    let halves = [b"\xff\xfe".to_vec(), [0x3d, 0xd8].repeat(50_000)].concat();
    let utf32: Vec<u8> = words.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    let documents: [Vec<u8>; 9] = [
        odd,
        halves,
        utf32,
        [0xff; 100_000].to_vec(),
        [0xc3; 100_001].to_vec(),
        [0x80; 100_000].to_vec(),
        [0x1b, b'$', b'B'].repeat(40_000),
        [b"\xef\xbb\xbf".as_slice(), &[0xed, 0xa0, 0x80].repeat(40_000)].concat(),
        [words.as_bytes(), &[0; 1000], words.as_bytes()].concat(),
    ];
    for format in [
        Format::Txt,
        Format::Markdown,
        Format::Html,
        Format::Csv,
        Format::Tsv,
        Format::Json,
        Format::Rtf,
        Format::Dita,
        Format::Xliff,
        Format::Eml,
        Format::Mhtml,
        Format::Msg,
    ] {
        for document in &documents {
            survives(format, document);
        }
        for label in ["utf-7", "utf-32", "utf-16", "x-user-defined", "iso-2022-jp", "replacement", "\u{e9}", ""] {
            let document = match format {
                Format::Html => format!("<meta charset=\"{label}\"><p>{words}"),
                Format::Dita => {
                    format!("<?xml version='1.0' encoding='{label}'?><topic id='t'><title>{words}</title></topic>")
                }
                Format::Xliff => {
                    format!("<?xml version='1.0' encoding='{label}'?><xliff version='1.2'><file/></xliff>")
                }
                Format::Eml => format!("Content-Type: text/plain; charset=\"{label}\"\r\n\r\n{words}"),
                _ => continue,
            };
            survives(format, document.as_bytes());
        }
    }
}
