//! Megabytes of OpenDocument XML a second, out and in again: a text with spans, in a package and in one file; a sheet.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use terjuman_formats::Format;

const PARAGRAPHS: usize = 25_000;
const SPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\"";
const STYLES: &str = "<office:automatic-styles><style:style style:name=\"T1\" style:family=\"text\">\
    <style:text-properties fo:font-weight=\"bold\"/></style:style><style:style style:name=\"T2\" style:family=\"text\">\
    <style:text-properties fo:letter-spacing=\"0.1pt\"/></style:style></office:automatic-styles>";

fn file(root: &str, body: &str) -> String {
    format!("<office:{root} {SPACES}>{STYLES}<office:body>{body}</office:body></office:{root}>")
}

fn odf(criterion: &mut Criterion) {
    let (mut text, mut rows) = (String::new(), String::new());
    for number in 0..PARAGRAPHS {
        text.push_str(&format!(
            "<text:p text:style-name=\"Text_20_body\">Paragraph {number} says that <text:span text:style-name=\"T1\">the committee\
             </text:span> <text:span text:style-name=\"T2\">adopted the report</text:span> on the situation, and asked for another \
             one<text:s text:c=\"2\"/>within the year.</text:p>"
        ));
        rows.push_str(&format!(
            "<table:table-row table:style-name=\"ro1\"><table:table-cell office:value-type=\"string\"><text:p>Entry {number} of the \
             report</text:p></table:table-cell><table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}\
             </text:p></table:table-cell><table:table-cell table:formula=\"of:=[.B1]*2\" office:value-type=\"float\" \
             office:value=\"2\"><text:p>2</text:p></table:table-cell></table:table-row>"
        ));
    }
    let text = format!("<office:text>{text}</office:text>");
    let rows = format!("<office:spreadsheet><table:table table:name=\"A\">{rows}</table:table></office:spreadsheet>");
    let content = file("document-content", &text);
    common::measure(criterion, "odt", Format::Odt, &common::zipped(&[("content.xml", &content)]), content.len());
    let flat = file("document", &text);
    common::measure(criterion, "fodt", Format::Odt, flat.as_bytes(), flat.len());
    let content = file("document-content", &rows);
    common::measure(criterion, "ods", Format::Ods, &common::zipped(&[("content.xml", &content)]), content.len());
}

criterion_group!(benches, odf);
criterion_main!(benches);
