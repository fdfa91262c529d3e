//! Office files as other programs write them, and as nobody should: whole packages, made byte by byte.

mod hostile;
mod variety;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write as _;

use terjuman_formats::{Extracted, Format, FormatError, Limits, Options, Target, extract};
use terjuman_model::{Mark, TaggedText};

/// Where nothing is known of languages.
const NOWHERE: Target = Target { source_language: None, language: None };

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const SLIDES: &str = "http://schemas.openxmlformats.org/presentationml/2006/main";
const SHEETS: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// An entry of a container.
#[derive(Debug, Clone)]
struct Entry {
    name: String,
    data: Vec<u8>,
}

fn entry(name: &str, data: impl Into<Vec<u8>>) -> Entry {
    Entry { name: name.into(), data: data.into() }
}

/// A document of one format, in which only one part has text.
struct Kind {
    format: Format,
    /// The part with the text.
    part: &'static str,
    /// All entries, with this in the place of the part with the text.
    package: fn(&str) -> Vec<Entry>,
    /// That part, with these paragraphs, or what the format has in their place.
    whole: fn(&str) -> String,
    /// One paragraph or cell.
    paragraph: fn(&str) -> String,
}

const KINDS: [Kind; 5] = [
    Kind {
        format: Format::Docx,
        part: "word/document.xml",
        package: docx,
        whole: word_document,
        paragraph: word_paragraph,
    },
    Kind {
        format: Format::Pptx,
        part: "ppt/slides/slide1.xml",
        package: pptx,
        whole: slide,
        paragraph: slide_paragraph,
    },
    Kind { format: Format::Xlsx, part: "xl/worksheets/sheet1.xml", package: xlsx, whole: sheet, paragraph: row },
    Kind { format: Format::Odt, part: "content.xml", package: odt, whole: text_document, paragraph: text_paragraph },
    Kind { format: Format::Ods, part: "content.xml", package: odt, whole: spreadsheet, paragraph: table_row },
];

fn relationships(list: &[(&str, &str)]) -> String {
    let all: String = list
        .iter()
        .enumerate()
        .map(|(at, (kind, target))| {
            format!("<Relationship Id=\"r{at}\" Type=\"{RELATIONSHIPS}/{kind}\" Target=\"{target}\"/>")
        })
        .collect();
    format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{all}</Relationships>"
    )
}

fn content_types(part: &str, kind: &str) -> String {
    format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" \
         ContentType=\"application/xml\"/><Override PartName=\"/{part}\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.{kind}.main+xml\"/></Types>"
    )
}

fn docx(document: &str) -> Vec<Entry> {
    vec![
        entry("[Content_Types].xml", content_types("word/document.xml", "wordprocessingml.document")),
        entry("_rels/.rels", relationships(&[("officeDocument", "word/document.xml")])),
        entry("word/document.xml", document),
    ]
}

fn pptx(slide: &str) -> Vec<Entry> {
    let main = format!(
        "<p:presentation xmlns:p=\"{SLIDES}\" xmlns:r=\"{RELATIONSHIPS}\"><p:sldIdLst><p:sldId id=\"256\" r:id=\"r0\"/>\
         </p:sldIdLst></p:presentation>"
    );
    vec![
        entry("[Content_Types].xml", content_types("ppt/presentation.xml", "presentationml.presentation")),
        entry("_rels/.rels", relationships(&[("officeDocument", "ppt/presentation.xml")])),
        entry("ppt/presentation.xml", main),
        entry("ppt/_rels/presentation.xml.rels", relationships(&[("slide", "slides/slide1.xml")])),
        entry("ppt/slides/slide1.xml", slide),
    ]
}

fn xlsx(sheet: &str) -> Vec<Entry> {
    let book = format!(
        "<workbook xmlns=\"{SHEETS}\" xmlns:r=\"{RELATIONSHIPS}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r0\"/>\
         </sheets></workbook>"
    );
    vec![
        entry("[Content_Types].xml", content_types("xl/workbook.xml", "spreadsheetml.sheet")),
        entry("_rels/.rels", relationships(&[("officeDocument", "xl/workbook.xml")])),
        entry("xl/workbook.xml", book),
        entry("xl/_rels/workbook.xml.rels", relationships(&[("worksheet", "worksheets/sheet1.xml")])),
        entry("xl/worksheets/sheet1.xml", sheet),
    ]
}

fn odt(content: &str) -> Vec<Entry> {
    vec![entry("mimetype", "application/vnd.oasis.opendocument.text"), entry("content.xml", content)]
}

fn word_document(body: &str) -> String {
    format!("<w:document xmlns:w=\"{WORD}\"><w:body>{body}</w:body></w:document>")
}

fn word_paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn slide(body: &str) -> String {
    format!(
        "<p:sld xmlns:p=\"{SLIDES}\" xmlns:a=\"{DRAWING}\"><p:cSld><p:spTree><p:sp><p:txBody>{body}</p:txBody></p:sp></p:spTree>\
         </p:cSld></p:sld>"
    )
}

fn slide_paragraph(text: &str) -> String {
    format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>")
}

fn sheet(rows: &str) -> String {
    format!("<worksheet xmlns=\"{SHEETS}\"><sheetData>{rows}</sheetData></worksheet>")
}

fn row(text: &str) -> String {
    format!("<row><c t=\"inlineStr\"><is><t>{text}</t></is></c></row>")
}

const OPEN_DOCUMENT: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\"";

fn text_document(body: &str) -> String {
    format!(
        "<office:document-content {OPEN_DOCUMENT}><office:body><office:text>{body}</office:text></office:body>\
         </office:document-content>"
    )
}

fn text_paragraph(text: &str) -> String {
    format!("<text:p>{text}</text:p>")
}

fn spreadsheet(rows: &str) -> String {
    format!(
        "<office:document-content {OPEN_DOCUMENT}><office:body><office:spreadsheet><table:table table:name=\"S\">{rows}\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    )
}

fn table_row(text: &str) -> String {
    format!("<table:table-row><table:table-cell><text:p>{text}</text:p></table:table-cell></table:table-row>")
}

/// How a container is written.
#[derive(Debug, Clone, Copy, Default)]
struct Style {
    stored: bool,
    /// Sizes and sums stand behind the data.
    streamed: bool,
    /// Sizes stand in wide fields.
    wide: bool,
}

fn zip(entries: &[Entry], style: Style) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for Entry { name, data } in entries {
        let is_stored = style.stored || name == "mimetype";
        let packed = if is_stored { data.clone() } else { deflated(data) };
        let mut sum = flate2::Crc::new();
        sum.update(data);
        let (method, flags) = (if is_stored { 0_u16 } else { 8 }, if style.streamed { 8_u16 } else { 0 });
        let [crc, size, full] = [sum.sum(), packed.len() as u32, data.len() as u32];
        let offset = out.len() as u32;
        let mut wide = Vec::new();
        if style.wide {
            wide.extend([1_u16, 16].iter().flat_map(|field| field.to_le_bytes()));
            wide.extend([u64::from(full), u64::from(size)].iter().flat_map(|field| field.to_le_bytes()));
        }
        let sizes = if style.wide { [u32::MAX; 2] } else { [size, full] };
        let header = |sizes: [u32; 3]| {
            let mut header: Vec<u8> =
                [20, flags, method, 0, 33].iter().flat_map(|field: &u16| field.to_le_bytes()).collect();
            header.extend(sizes.iter().flat_map(|field| field.to_le_bytes()));
            header.extend([name.len() as u16, wide.len() as u16].iter().flat_map(|field| field.to_le_bytes()));
            header
        };
        out.extend(b"PK\x03\x04");
        out.extend(header(if style.streamed && !style.wide { [0; 3] } else { [crc, sizes[0], sizes[1]] }));
        out.extend(name.as_bytes());
        out.extend(&wide);
        out.extend(&packed);
        if style.streamed {
            out.extend(b"PK\x07\x08");
            out.extend(crc.to_le_bytes());
            match style.wide {
                true => out.extend([u64::from(size), u64::from(full)].iter().flat_map(|field| field.to_le_bytes())),
                false => out.extend([size, full].iter().flat_map(|field| field.to_le_bytes())),
            }
        }
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(header([crc, sizes[0], sizes[1]]));
        directory.extend([0_u8; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
        directory.extend(&wide);
    }
    let start = out.len() as u32;
    let count = (entries.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn read(format: Format, bytes: &[u8]) -> Result<Extracted, FormatError> {
    extract(format, bytes, &Options::default(), &Limits::default())
}

/// Each segment's words in capitals.
fn louder(extracted: &Extracted) -> Vec<TaggedText> {
    let marks = |text: &TaggedText| text.marks().iter().map(|mark| Mark { ..*mark }).collect();
    let sources = extracted.segments.iter().map(|segment| &segment.source);
    sources.map(|source| TaggedText::with_marks(source.text().to_ascii_uppercase(), marks(source))).collect()
}

impl Kind {
    /// The container of a part.
    fn of(&self, part: &str) -> Vec<u8> {
        zip(&(self.package)(part), Style::default())
    }
}
