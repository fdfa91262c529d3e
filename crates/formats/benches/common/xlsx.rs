//! A workbook: one large sheet with shared texts, numbers and formulas.

use super::Sample;
use super::package::{OFFICE, RELATIONSHIPS};
use terjuman_formats::Format;

const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const SPACES: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

/// Of about so many MiB.
pub(crate) fn xlsx(scale: usize) -> Sample {
    let (mut texts, mut rows) = (String::new(), String::new());
    for row in 1..=scale * 2_200 {
        texts.push_str(&format!(
            "<si><t>Entry {row} of the report on the situation</t></si><si><r><t xml:space=\"preserve\">It was </t></r><r><rPr>\
             <b/><sz val=\"11\"/></rPr><t>adopted</t></r><r><t xml:space=\"preserve\"> at the meeting number {row}</t></r></si>"
        ));
        rows.push_str(&format!(
            "<row r=\"{row}\" spans=\"1:6\"><c r=\"A{row}\" t=\"s\"><v>{}</v></c><c r=\"B{row}\" s=\"1\" t=\"s\"><v>{}</v></c><c \
             r=\"C{row}\"><v>{row}</v></c><c r=\"D{row}\" s=\"2\"><v>0.25</v></c><c r=\"E{row}\"><f>C{row}*D{row}</f><v>{}</v></c><c \
             r=\"F{row}\" s=\"3\"><v>45000</v></c></row>",
            row * 2 - 2,
            row * 2 - 1,
            row / 4
        ));
    }
    let texts = format!("<sst {SPACES} count=\"{0}\" uniqueCount=\"{0}\">{texts}</sst>", scale * 4_400);
    let sheet = format!("<worksheet {SPACES}><sheetData>{rows}</sheetData></worksheet>");
    let root = |list: &str| format!("<Relationships xmlns=\"{RELATIONSHIPS}\">{list}</Relationships>");
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{TYPE}.sheet.main+xml\"/>\
         <Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{TYPE}.worksheet+xml\"/>\
         <Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"{TYPE}.sharedStrings+xml\"/></Types>"
    );
    let main = root(&format!("<Relationship Id=\"a\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/>"));
    let book =
        format!("<workbook {SPACES}><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
    let parts = root(&format!(
        "<Relationship Id=\"rId1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{OFFICE}/sharedStrings\" Target=\"sharedStrings.xml\"/>"
    ));
    let others = [
        ("[Content_Types].xml", types.as_str()),
        ("_rels/.rels", main.as_str()),
        ("xl/workbook.xml", book.as_str()),
        ("xl/_rels/workbook.xml.rels", parts.as_str()),
    ];
    let texts = vec![("xl/worksheets/sheet1.xml".into(), sheet), ("xl/sharedStrings.xml".into(), texts)];
    Sample::of_package(Format::Xlsx, texts, &others)
}
