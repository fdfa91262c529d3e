//! Plain text, lines that never end in every format, and encodings that are others.

use terjuman_formats::Format;

use super::{floods, survives};

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
