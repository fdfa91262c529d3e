//! A text document of prose with the usual noise.

use super::Sample;
use super::package::{OFFICE, RELATIONSHIPS};
use terjuman_formats::Format;

const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

/// Of about so many MiB.
pub(crate) fn docx(scale: usize) -> Sample {
    let mut xml = String::from(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:body>",
    );
    let mut number = 0u32;
    while xml.len() < scale << 20 {
        number += 1;
        let run = |properties: &str, text: &str| {
            format!(
                "<w:r w:rsidRPr=\"00{number:06X}\"><w:rPr><w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\"/>{properties}<w:sz w:val=\"20\"/>\
                 <w:lang w:val=\"en-US\"/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>"
            )
        };
        xml.push_str(&format!(
            "<w:p w:rsidR=\"00{number:06X}\"><w:pPr><w:pStyle w:val=\"BodyText\"/><w:jc w:val=\"both\"/></w:pPr>"
        ));
        xml.push_str(&run("", &format!("Paragraph {number} says that ")));
        xml.push_str("<w:proofErr w:type=\"spellStart\"/>");
        xml.push_str(&run("<w:b/>", "the committee"));
        xml.push_str("<w:proofErr w:type=\"spellEnd\"/>");
        xml.push_str(&run("<w:spacing w:val=\"-2\"/>", " adopted the report on the situation, "));
        xml.push_str(&format!(
            "<w:hyperlink r:id=\"rId{number}\">{}</w:hyperlink>",
            run("<w:u w:val=\"single\"/>", "as published")
        ));
        xml.push_str(&run("", ", and asked for another one within the year.</w:t><w:tab/><w:t>End"));
        xml.push_str("</w:p>");
    }
    xml.push_str("</w:body></w:document>");
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override \
         PartName=\"/word/document.xml\" ContentType=\"{MAIN}\"/></Types>"
    );
    let main = format!(
        "<Relationships xmlns=\"{RELATIONSHIPS}\"><Relationship Id=\"a\" Type=\"{OFFICE}/officeDocument\" \
         Target=\"word/document.xml\"/></Relationships>"
    );
    let others = [("[Content_Types].xml", types.as_str()), ("_rels/.rels", main.as_str())];
    Sample::of_package(Format::Docx, vec![("word/document.xml".into(), xml)], &others)
}
