//! RTF.

use terjuman_formats::Format;

use super::floods;

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
