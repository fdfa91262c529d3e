//! Tables and JSON.

use terjuman_formats::Format;

use super::{floods, survives};

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
