//! Documents made up: of JSON and DITA, of which no folder of other people's is at hand. The same number gives the same
//! document, and neighbours differ in all that the formats leave open.

use std::fmt::Write as _;

use terjuman_formats::Format;

/// Numbers that look like chance (the generator of Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

const WORDS: &[&str] = &[
    "the",
    "quick",
    "server",
    "keeps",
    "every",
    "letter",
    "under",
    "water",
    "because",
    "nobody",
    "asked",
    "for",
    "green",
    "windows",
    "yesterday",
    "and",
    "when",
    "it",
    "rains",
    "people",
    "read",
    "books",
    "about",
    "old",
    "ships",
    "with",
    "good",
    "names",
    "café",
    "naïve",
    "Zürich",
    "well-known",
    "isn't",
];

fn sentence(dice: &mut Dice) -> String {
    let mut out = String::new();
    for index in 0..3 + dice.roll(9) {
        let word = dice.pick(WORDS);
        match index {
            0 => out.extend(word.chars().next().into_iter().flat_map(char::to_uppercase).chain(word.chars().skip(1))),
            _ => {
                out.push_str(dice.pick(&[" ", " ", " ", " ", " ", ", ", " – "]));
                out.push_str(word);
            }
        }
    }
    out.push_str(dice.pick(&[".", ".", "!", "?", ""]));
    out
}

/// A document of the format, and the name of its file.
pub(crate) fn document(format: Format, number: u64) -> (String, Vec<u8>) {
    let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
    dice.roll(2);
    match format {
        Format::Json => (format!("made-{number}.json"), json(&mut dice)),
        _ if number % 4 == 3 => (format!("made-{number}.ditamap"), map(&mut dice)),
        _ => (format!("made-{number}.dita"), topic(&mut dice)),
    }
}

// JSON

/// How a text is laid out and spelled.
struct Style {
    indent: &'static str,
    newline: &'static str,
    colon: &'static str,
    is_ascii: bool,
    slashes: bool,
}

fn json(dice: &mut Dice) -> Vec<u8> {
    let style = Style {
        indent: dice.pick(&["", "  ", "    ", "\t"]),
        newline: dice.pick(&["\n", "\n", "\r\n"]),
        colon: dice.pick(&[": ", ":", " : "]),
        is_ascii: dice.roll(4) == 0,
        slashes: dice.roll(4) == 0,
    };
    let mut out = String::new();
    if dice.roll(8) == 0 {
        out.push('\u{feff}');
    }
    // One value, or one a line.
    for _ in 0..if dice.roll(6) == 0 { 4 } else { 1 } {
        object(dice, &style, 0, &mut out);
        out.push_str(style.newline);
    }
    if dice.roll(3) == 0 {
        out.truncate(out.trim_end().len());
    }
    out.into_bytes()
}

fn object(dice: &mut Dice, style: &Style, depth: usize, out: &mut String) {
    let is_list = depth > 0 && dice.roll(3) == 0;
    let count = if depth == 0 { 3 + dice.roll(10) } else { dice.roll(6) };
    out.push(if is_list { '[' } else { '{' });
    for index in 0..count {
        out.push_str(if index > 0 { "," } else { "" });
        if !style.indent.is_empty() {
            out.push_str(style.newline);
            out.push_str(&style.indent.repeat(depth + 1));
        }
        if !is_list {
            let key =
                dice.pick(&["title", "body", "Save all files", "menu.open", "x_y", "greeting_one", "type", "Ol\u{e1}"]);
            let _ = write!(out, "\"{key}{index}\"{}", style.colon);
        }
        match dice.roll(10) {
            0 => out.push_str(dice.pick(&["12", "-1.50e+3", "true", "false", "null", "{}", "[]", "\"\""])),
            1 | 2 if depth < 4 => object(dice, style, depth + 1, out),
            _ => string(&value(dice), style, out),
        }
    }
    if count > 0 && !style.indent.is_empty() {
        out.push_str(style.newline);
        out.push_str(&style.indent.repeat(depth));
    }
    out.push(if is_list { ']' } else { '}' });
}

fn value(dice: &mut Dice) -> String {
    let (one, two) = (sentence(dice), sentence(dice));
    match dice.roll(16) {
        0 => format!("{one} {{{{name}}}} {two}"),
        1 => format!("{one}\n{two}\n\n  {one}"),
        2 => format!("<p>{one} <b>{two}</b></p>"),
        3 => format!("{one} <a href=\"https://example.com/a?b=c\" title=\"{two}\">{one}</a> &amp; {two}"),
        4 => format!("{{n, plural, =0 {{{one}}} one {{# {two}}} other {{{one} # {two}}}}}"),
        5 => format!("{one} {{kind, select, a {{{two}}} other {{{one} {{when, date, short}}}}}} {two}"),
        6 => format!("{one} \"quoted\" \\ and / {two}\t{one}"),
        7 => format!("Click <1>{one}</1> <0/> or <link>{two}</link>"),
        8 => format!("{one} | {two} | {{n}} {one}"),
        9 => format!("{one} %s %1$d %@ ${{x}} {two}"),
        10 => format!("{one} \u{1f600} \u{a0}{two}\u{2028}{one}"),
        11 => dice
            .pick(&["snake_case", "camelCase", "a.b.c", "https://example.com/x", "#ff0000", "v1.2", "a@b.org"])
            .to_owned(),
        _ => one,
    }
}

fn string(text: &str, style: &Style, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '/' if style.slashes => out.push_str("\\/"),
            c if style.is_ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

// DITA

fn head(dice: &mut Dice, root: &str, language: &str) -> String {
    let mut out = String::new();
    out.push_str(dice.pick(&["", "\u{feff}"]));
    out.push_str(dice.pick(&["", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "<?xml version='1.0'?>\n"]));
    let _ = match dice.roll(4) {
        0 => Ok(()),
        1 => writeln!(out, "<!DOCTYPE {root} SYSTEM '{root}.dtd'>"),
        2 => writeln!(out, "<!DOCTYPE {root} PUBLIC \"-//OASIS//DTD DITA {root}//EN\" \"{root}.dtd\" [\n]>"),
        _ => writeln!(out, "<!DOCTYPE {root} PUBLIC \"-//OASIS//DTD DITA {root}//EN\" \"{root}.dtd\">"),
    };
    out.push_str(dice.pick(&["", "<?xml-model href=\"x.rng\"?>\n", "<!-- a comment of nobody -->\n"]));
    let _ = write!(out, "<{root} id=\"r\"{language}>");
    out
}

fn topic(dice: &mut Dice) -> Vec<u8> {
    let root = dice.pick(&["topic", "concept", "reference", "task"]);
    let language = dice.pick(&["", " xml:lang=\"en\"", " xml:lang='en-GB' dir=\"ltr\""]);
    let mut out = head(dice, root, language);
    let _ = write!(out, "<title>{}</title>\n<shortdesc>{}</shortdesc>", inline(dice, 0), inline(dice, 0));
    if dice.roll(2) == 0 {
        let _ = write!(
            out,
            "\n<prolog><author>Some Body</author><metadata><keywords><keyword>{}</keyword><indexterm>{}<indexterm>{}\
             </indexterm></indexterm></keywords><othermeta name=\"a\" content=\"some words\"/></metadata></prolog>",
            sentence(dice),
            sentence(dice),
            sentence(dice)
        );
    }
    let body = match root {
        "concept" => "conbody",
        "reference" => "refbody",
        "task" => "taskbody",
        _ => "body",
    };
    let _ = write!(out, "\n<{body}>");
    if root == "task" {
        out.push_str("<steps>");
        for _ in 0..1 + dice.roll(4) {
            let _ = write!(out, "<step><cmd>{}</cmd><info>{}</info></step>", inline(dice, 0), inline(dice, 0));
        }
        out.push_str("</steps>");
    }
    for _ in 0..2 + dice.roll(8) {
        out.push_str(dice.pick(&["\n  ", "", "\n"]));
        block(dice, 0, &mut out);
    }
    let _ = write!(out, "</{body}>");
    if dice.roll(2) == 0 {
        let _ = write!(
            out,
            "<related-links><link href=\"a.dita\"><linktext>{}</linktext><desc>{}</desc></link></related-links>",
            sentence(dice),
            sentence(dice)
        );
    }
    let _ = writeln!(out, "</{root}>");
    finished(dice, out)
}

fn finished(dice: &mut Dice, out: String) -> Vec<u8> {
    if dice.roll(4) == 0 { out.replace('\n', "\r\n").into_bytes() } else { out.into_bytes() }
}

fn block(dice: &mut Dice, depth: usize, out: &mut String) {
    let (one, two) = (inline(dice, 0), inline(dice, 0));
    let plain = sentence(dice);
    let _ = match dice.roll(if depth < 2 { 17 } else { 6 }) {
        0..=3 => write!(out, "<p>{one}</p>"),
        4 => write!(out, "<codeblock outputclass=\"x\">let kept = <b>words</b>;</codeblock>"),
        5 => write!(out, "<pre>{plain}\n  {plain}</pre><lines>{plain}\n{plain}</lines>"),
        6 => {
            let list = dice.pick(&["ul", "ol"]);
            let _ = write!(out, "<{list}><li>{one}</li><li>{two}");
            block(dice, depth + 1, out);
            write!(out, "</li></{list}>")
        }
        7 => write!(out, "<dl><dlentry><dt>{one}</dt><dd>{two}</dd></dlentry></dl><sl><sli>{plain}</sli></sl>"),
        8 => {
            let _ = write!(out, "<note type=\"{}\">{one}", dice.pick(&["tip", "caution"]));
            block(dice, depth + 1, out);
            write!(out, "</note>")
        }
        9 => write!(
            out,
            "<fig><title>{one}</title><desc>{two}</desc><image href=\"a.png\"><alt>{plain}</alt></image></fig>"
        ),
        10 => write!(
            out,
            "<table><title>{plain}</title><tgroup cols=\"2\"><colspec colname=\"c1\"/><thead><row><entry>{one}</entry><entry>12\
             </entry></row></thead><tbody><row><entry><p>{two}</p></entry><entry/></row></tbody></tgroup></table>"
        ),
        11 => write!(
            out,
            "<simpletable><sthead><stentry>{plain}</stentry></sthead><strow><stentry>{one}</stentry></strow></simpletable>"
        ),
        12 => {
            let _ = write!(out, "<section><title>{plain}</title>");
            block(dice, depth + 1, out);
            write!(out, "</section>")
        }
        13 => write!(
            out,
            "<p translate=\"no\">kept <ph translate=\"yes\">{plain}</ph> kept</p><draft-comment>kept</draft-comment>"
        ),
        14 => write!(out, "<lq reftitle=\"{plain}\">{one}</lq><p conref=\"b.dita#b/c\"/>"),
        15 => write!(out, "<p>{one}<ul><li>{two}</li></ul>{plain}</p>"),
        _ => write!(
            out,
            "<object standby=\"{plain}\"><desc>{one}</desc><param name=\"a\" value=\"kept words\"/></object>"
        ),
    };
}

/// A sentence or two with what may stand in them.
fn inline(dice: &mut Dice, depth: usize) -> String {
    let mut out = String::new();
    for index in 0..1 + dice.roll(3) {
        if index > 0 {
            out.push_str(dice.pick(&[" ", "\n    ", " <!-- c -->", "<?x y?> "]));
        }
        let words = sentence(dice);
        let inner = if depth < 2 { inline(dice, depth + 1) } else { sentence(dice) };
        let _ = match dice.roll(if depth < 2 { 20 } else { 1 }) {
            0..=5 => write!(out, "{words}"),
            6 => write!(out, "{words} <{0}>{inner}</{0}> {words}", dice.pick(&["b", "i", "u", "tt", "sub"])),
            7 => write!(
                out,
                "{words} <{0}>{inner}</{0}>",
                dice.pick(&["ph", "term", "q", "cite", "uicontrol", "wintitle"])
            ),
            8 => {
                write!(out, "<{0}>kept_{depth}</{0}> {words}", dice.pick(&["codeph", "filepath", "cmdname", "varname"]))
            }
            9 => write!(out, "{words} <xref href=\"a.dita#b\">{inner}</xref> {words}"),
            10 => write!(out, "{words} <xref href=\"x\">{inner}<desc>{words}</desc></xref>"),
            11 => write!(out, "{words} <ph keyref=\"k\"/> {words}"),
            12 => write!(out, "{words}<fn>{inner}</fn> {words}"),
            13 => write!(
                out,
                "{words} <menucascade><uicontrol>{inner}</uicontrol><uicontrol>Save as</uicontrol></menucascade>"
            ),
            14 => write!(out, "{words} &amp; &lt;here&gt; &#233;&#xA0;{words}"),
            15 => write!(out, "<![CDATA[{words} <b> & so]]> {words}"),
            16 => write!(out, "{words} <image href=\"a.png\" alt=\"{words}\"/> {words}"),
            17 => write!(out, "{words}<indexterm>{words}<index-see>{words}</index-see></indexterm> {words}"),
            18 => write!(out, "{words} <ph translate=\"no\">kept</ph> <tm tmtype=\"reg\">{words}</tm>"),
            _ => write!(out, "{words} <ph xml:lang=\"en\">{inner}</ph><data name=\"a\" value=\"kept\"/> {words}"),
        };
    }
    out
}

fn map(dice: &mut Dice) -> Vec<u8> {
    let root = dice.pick(&["map", "bookmap"]);
    let language = dice.pick(&["", " xml:lang=\"en\""]);
    let mut out = head(dice, root, language);
    if root == "bookmap" {
        let (one, two) = (sentence(dice), sentence(dice));
        let _ = write!(
            out,
            "<booktitle><mainbooktitle>{one}</mainbooktitle><booktitlealt>{two}</booktitlealt></booktitle>"
        );
        out.push_str("<bookmeta><author>Some Body</author><bookrights><bookowner/></bookrights></bookmeta>");
    } else {
        let _ = write!(out, "<title>{}</title>", inline(dice, 1));
    }
    let reference = if root == "map" { "topicref" } else { "chapter" };
    for _ in 0..2 + dice.roll(6) {
        let (one, two) = (sentence(dice), sentence(dice));
        let _ = match dice.roll(4) {
            0 => write!(out, "\n<{reference} href=\"a.dita\" navtitle=\"{one}\" locktitle='yes'/>"),
            1 => write!(
                out,
                "\n<{reference} href=\"a.dita\"><topicmeta><navtitle>{one}</navtitle><shortdesc>{two}</shortdesc></topicmeta>\
                 <topicref keyref=\"k\"/></{reference}>"
            ),
            2 => write!(
                out,
                "\n<keydef keys=\"k\"><topicmeta><keywords><keyword>{one}</keyword></keywords></topicmeta></keydef>"
            ),
            _ => {
                let (one, two) = (one.replace('\'', "&apos;"), two.replace('\'', "&apos;"));
                write!(out, "\n<topichead navtitle='{one}'><topicref href=\"b.dita\" navtitle='{two}'/></topichead>")
            }
        };
    }
    let title = sentence(dice);
    let _ = writeln!(out, "\n<reltable title=\"{title}\"><relrow><relcell/></relrow></reltable></{root}>");
    finished(dice, out)
}
