//! A presentation: slides of text in boxes.

use super::Sample;
use super::package::{OFFICE, RELATIONSHIPS};
use terjuman_formats::Format;

const TYPE: &str = "application/vnd.openxmlformats-officedocument.presentationml";
const SPACES: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"";

fn slide(number: usize) -> String {
    let mut shapes = String::new();
    for shape in 0..12 {
        let run = |properties: &str, text: &str| {
            format!("<a:r><a:rPr lang=\"en-US\" sz=\"1800\" {properties}dirty=\"0\"/><a:t>{text}</a:t></a:r>")
        };
        let paragraph = format!(
            "<a:p><a:pPr lvl=\"1\" algn=\"l\"/>{}{}{}<a:endParaRPr lang=\"en-US\" dirty=\"0\"/></a:p>",
            run("", &format!("Point {shape} of slide {number} says that ")),
            run("b=\"1\" ", "the committee"),
            run("", " adopted the report on the situation.")
        );
        shapes.push_str(&format!(
            "<p:sp><p:nvSpPr><p:cNvPr id=\"{shape}\" name=\"Box {shape}\"/><p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>\
             <a:off x=\"1524000\" y=\"{shape}22363\"/><a:ext cx=\"9144000\" cy=\"2387600\"/></a:xfrm></p:spPr><p:txBody>\
             <a:bodyPr/><a:lstStyle/>{}</p:txBody></p:sp>",
            paragraph.repeat(3)
        ));
    }
    format!("<p:sld {SPACES}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>")
}

/// Of about so many MiB.
pub(crate) fn pptx(scale: usize) -> Sample {
    let mut types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override \
         PartName=\"/ppt/presentation.xml\" ContentType=\"{TYPE}.presentation.main+xml\"/>"
    );
    let (mut ids, mut relationships) = (String::new(), String::new());
    let mut parts = Vec::new();
    for number in 1..=scale * 66 {
        let name = format!("ppt/slides/slide{number}.xml");
        types.push_str(&format!("<Override PartName=\"/{name}\" ContentType=\"{TYPE}.slide+xml\"/>"));
        ids.push_str(&format!("<p:sldId id=\"{}\" r:id=\"rId{number}\"/>", 255 + number));
        relationships.push_str(&format!(
            "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/slide\" Target=\"slides/slide{number}.xml\"/>"
        ));
        parts.push((name, slide(number)));
    }
    let root = |list: &str| format!("<Relationships xmlns=\"{RELATIONSHIPS}\">{list}</Relationships>");
    let main = format!("<Relationship Id=\"a\" Type=\"{OFFICE}/officeDocument\" Target=\"ppt/presentation.xml\"/>");
    let (types, main, relationships) = (types + "</Types>", root(&main), root(&relationships));
    let presentation = format!("<p:presentation {SPACES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>");
    let others = [
        ("[Content_Types].xml", types.as_str()),
        ("_rels/.rels", main.as_str()),
        ("ppt/presentation.xml", presentation.as_str()),
        ("ppt/_rels/presentation.xml.rels", relationships.as_str()),
    ];
    Sample::of_package(Format::Pptx, parts, &others)
}
