//! Rich text: paragraphs as word processors write them.

use super::Sample;
use terjuman_formats::Format;

/// Of about so many MiB.
pub(crate) fn rtf(scale: usize) -> Sample {
    let mut text = String::from(
        "{\\rtf1\\ansi\\ansicpg1252\\deff0\\deflang1033{\\fonttbl{\\f0\\froman\\fcharset0 Times New Roman;}{\\f1\\fswiss\\fcharset0 \
         Arial;}}{\\colortbl;\\red0\\green0\\blue0;}\n",
    );
    for number in 0..scale * 3_570 {
        text.push_str(&format!(
            "\\pard\\plain \\ltrpar\\ql \\li0\\ri0\\sa160\\sl259\\slmult1\\widctlpar\\f1\\fs22\\lang1033 {{\\rtlch\\fcs1 \\af0 \
             \\ltrch\\fcs0 \\insrsid{number} Paragraph {number} says that }}{{\\b\\insrsid{number} the committee}}{{\\insrsid9 \
             adopted the caf\\'e9\\rquote s report on the situation,\n and asked for another one within the year.}}\\par\n"
        ));
    }
    text.push('}');
    Sample::of_text(Format::Rtf, text)
}
