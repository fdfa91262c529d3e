//! OpenDocument: a text with spans, in a package and in one file; a sheet; slides.

use super::Sample;
use terjuman_formats::Format;

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

fn text(scale: usize) -> String {
    let mut text = String::new();
    for number in 0..scale * 3_800 {
        text.push_str(&format!(
            "<text:p text:style-name=\"Text_20_body\">Paragraph {number} says that <text:span text:style-name=\"T1\">the committee\
             </text:span> <text:span text:style-name=\"T2\">adopted the report</text:span> on the situation, and asked for another \
             one<text:s text:c=\"2\"/>within the year.</text:p>"
        ));
    }
    format!("<office:text>{text}</office:text>")
}

fn package(format: Format, body: &str) -> Sample {
    Sample::of_package(format, vec![("content.xml".into(), file("document-content", body))], &[])
}

/// A text of about so many MiB, in a package.
pub(crate) fn odt(scale: usize) -> Sample {
    package(Format::Odt, &text(scale))
}

/// The same in one file.
pub(crate) fn fodt(scale: usize) -> Sample {
    Sample::of_text(Format::Odt, file("document", &text(scale)))
}

/// A sheet of about so many MiB.
pub(crate) fn ods(scale: usize) -> Sample {
    let mut rows = String::new();
    for number in 0..scale * 2_660 {
        rows.push_str(&format!(
            "<table:table-row table:style-name=\"ro1\"><table:table-cell office:value-type=\"string\"><text:p>Entry {number} of the \
             report</text:p></table:table-cell><table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}\
             </text:p></table:table-cell><table:table-cell table:formula=\"of:=[.B1]*2\" office:value-type=\"float\" \
             office:value=\"2\"><text:p>2</text:p></table:table-cell></table:table-row>"
        ));
    }
    package(
        Format::Ods,
        &format!("<office:spreadsheet><table:table table:name=\"A\">{rows}</table:table></office:spreadsheet>"),
    )
}
