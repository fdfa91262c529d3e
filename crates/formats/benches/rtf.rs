//! Megabytes of rich text a second, out and in again: paragraphs as word processors write them.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use terjuman_formats::Format;

const PARAGRAPHS: usize = 20_000;

fn rtf(criterion: &mut Criterion) {
    let mut text = String::from(
        "{\\rtf1\\ansi\\ansicpg1252\\deff0\\deflang1033{\\fonttbl{\\f0\\froman\\fcharset0 Times New Roman;}{\\f1\\fswiss\\fcharset0 \
         Arial;}}{\\colortbl;\\red0\\green0\\blue0;}\n",
    );
    for number in 0..PARAGRAPHS {
        text.push_str(&format!(
            "\\pard\\plain \\ltrpar\\ql \\li0\\ri0\\sa160\\sl259\\slmult1\\widctlpar\\f1\\fs22\\lang1033 {{\\rtlch\\fcs1 \\af0 \
             \\ltrch\\fcs0 \\insrsid{number} Paragraph {number} says that }}{{\\b\\insrsid{number} the committee}}{{\\insrsid9 \
             adopted the caf\\'e9\\rquote s report on the situation,\n and asked for another one within the year.}}\\par\n"
        ));
    }
    text.push('}');
    common::measure(criterion, "rtf", Format::Rtf, text.as_bytes(), text.len());
}

criterion_group!(benches, rtf);
criterion_main!(benches);
