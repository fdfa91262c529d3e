//! Office formats.

use crate::package::{OFFICE, RELATIONSHIPS, zipped};

/// So many of what depends on the number.
pub(super) fn each(size: usize, piece: impl Fn(usize) -> String) -> String {
    (0..size).map(piece).collect()
}

/// Parts of a package: name, content type, contents, and its relationships.
pub(super) struct Part {
    name: String,
    kind: String,
    contents: String,
    pub(super) related: String,
}

pub(super) fn part(name: impl Into<String>, kind: impl Into<String>, contents: String) -> Part {
    Part { name: name.into(), kind: kind.into(), contents, related: String::new() }
}

pub(super) fn related(id: &str, kind: &str, target: &str) -> String {
    format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
}

/// A package whose first part is the main document.
pub(super) fn packed(parts: Vec<Part>) -> Vec<u8> {
    let types = parts.iter().map(|part| {
        let Part { name, kind, .. } = part;
        format!(
            "<Override PartName=\"/{name}\" ContentType=\"application/vnd.openxmlformats-officedocument.{kind}+xml\"/>"
        )
    });
    let root = |list: &str| format!("<Relationships xmlns=\"{RELATIONSHIPS}\">{list}</Relationships>");
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">{}</Types>",
        types.collect::<String>()
    );
    let mut entries = vec![
        ("[Content_Types].xml".to_owned(), types),
        ("_rels/.rels".to_owned(), root(&related("a", "officeDocument", &parts[0].name))),
    ];
    for Part { name, contents, related, .. } in parts {
        if !related.is_empty() {
            let (folder, file) = name.rsplit_once('/').expect("parts are in folders");
            entries.push((format!("{folder}/_rels/{file}.rels"), root(&related)));
        }
        entries.push((name, contents));
    }
    let entries: Vec<(&str, &str)> = entries.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    zipped(&entries)
}

pub(super) const WORD: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

pub(super) fn word(body: &str) -> Part {
    let contents = format!("<w:document {WORD}><w:body>{body}</w:body></w:document>");
    part("word/document.xml", "wordprocessingml.document.main", contents)
}

pub(super) fn docx(body: &str) -> Vec<u8> {
    packed(vec![word(body)])
}

pub(super) fn paragraph(content: &str) -> String {
    format!("<w:p>{content}</w:p>")
}

pub(super) fn docx_long_run(size: usize) -> Vec<u8> {
    docx(&paragraph(&format!("<w:r><w:t>{}</w:t></w:r>", "some words. ".repeat(size))))
}

pub(super) fn docx_tiny_runs(size: usize) -> Vec<u8> {
    docx(&paragraph(&"<w:r><w:t>a</w:t></w:r>".repeat(size)))
}

pub(super) fn docx_tags(size: usize) -> Vec<u8> {
    docx(&paragraph(&"<w:r><w:rPr><w:b/></w:rPr><w:t>one </w:t></w:r><w:r><w:t>two </w:t></w:r>".repeat(size)))
}

pub(super) fn docx_links(size: usize) -> Vec<u8> {
    let link = |n| format!("<w:hyperlink r:id=\"r{n}\" w:tooltip=\"A word\"><w:r><w:t>one </w:t></w:r></w:hyperlink>");
    docx(&paragraph(&each(size, link)))
}

pub(super) fn docx_fields(size: usize) -> Vec<u8> {
    let mark = |kind| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let open = format!(
        "{}<w:r><w:instrText>REF x</w:instrText></w:r>{}<w:r><w:t>word </w:t></w:r>",
        mark("begin"),
        mark("separate")
    );
    docx(&paragraph(&format!("{}{}", open.repeat(size), mark("end").repeat(size))))
}

pub(super) fn docx_bookmarks(size: usize) -> Vec<u8> {
    let start = |n| format!("<w:bookmarkStart w:id=\"{n}\" w:name=\"b{n}\"/><w:r><w:t>word </w:t></w:r>");
    let end = |n| format!("<w:r><w:t>other </w:t></w:r><w:bookmarkEnd w:id=\"{n}\"/>");
    docx(&paragraph(&format!("{}{}", each(size, start), each(size, end))))
}

pub(super) fn docx_paragraphs(size: usize) -> Vec<u8> {
    docx(&each(size, |n| paragraph(&format!("<w:r><w:t>Paragraph {n}</w:t></w:r>"))))
}

pub(super) fn docx_tables(size: usize) -> Vec<u8> {
    let (open, close) = ("<w:tbl><w:tr><w:tc>", "<w:p/></w:tc></w:tr></w:tbl>");
    docx(&format!("{}{}", open.repeat(size), close.repeat(size)))
}

pub(super) fn docx_attributes(size: usize) -> Vec<u8> {
    docx(&format!("<w:p {}><w:r><w:t>word</w:t></w:r></w:p>", each(size, |n| format!("w:a{n}=\"x\" "))))
}

pub(super) fn docx_styles(size: usize) -> Vec<u8> {
    let body = each(size, |n| {
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"s{n}\"/></w:pPr><w:r><w:rPr><w:rStyle w:val=\"s{n}\"/></w:rPr><w:t>word</w:t></w:r></w:p>"
        )
    });
    let mut main = word(&body);
    main.related = related("s", "styles", "styles.xml");
    let styles = each(size, |n| {
        let before = n.saturating_sub(1);
        format!(
            "<w:style w:type=\"character\" w:styleId=\"s{n}\"><w:basedOn w:val=\"s{before}\"/><w:rPr><w:b/></w:rPr></w:style>"
        )
    });
    let styles = format!("<w:styles {WORD}>{styles}</w:styles>");
    packed(vec![main, part("word/styles.xml", "wordprocessingml.styles", styles)])
}

pub(super) fn docx_bindings(size: usize) -> Vec<u8> {
    let control = |n| {
        format!(
            "<w:sdt><w:sdtPr><w:dataBinding w:xpath=\"/a/b{n}\" w:storeItemID=\"{{1}}\"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>Words \
             {n}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        )
    };
    let mut main = word(&each(size, control));
    main.related = related("c", "customXml", "../customXml/item1.xml");
    let items = each(size, |n| format!("<b{n}>Words {n}</b{n}>"));
    let mut custom = part("customXml/item1.xml", "x", format!("<a>{items}</a>"));
    custom.related = related("p", "customXmlProps", "itemProps1.xml");
    let store = "<ds:datastoreItem ds:itemID=\"{1}\" xmlns:ds=\"http://schemas.openxmlformats.org/officeDocument/2006/customXml\"/>";
    packed(vec![main, custom, part("customXml/itemProps1.xml", "customXmlProperties", store.to_owned())])
}

pub(super) fn docx_relationships(size: usize) -> Vec<u8> {
    let mut main = word(&paragraph("<w:r><w:t>word</w:t></w:r>"));
    main.related = each(size, |n| related(&format!("r{n}"), "header", &format!("header{n}.xml")));
    packed(vec![main])
}

pub(super) fn docx_headers(size: usize) -> Vec<u8> {
    let mut main = word(&paragraph("<w:r><w:t>word</w:t></w:r>"));
    main.related = each(size, |n| related(&format!("r{n}"), "header", &format!("header{n}.xml")));
    let mut parts = vec![main];
    for n in 0..size {
        let contents = format!("<w:hdr {WORD}>{}</w:hdr>", paragraph(&format!("<w:r><w:t>Header {n}</w:t></w:r>")));
        parts.push(part(format!("word/header{n}.xml"), "wordprocessingml.header", contents));
    }
    packed(parts)
}

pub(super) const SHEET: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

fn book(sheets: Vec<String>, names: &str, strings: Option<String>) -> Vec<u8> {
    packed(book_part(sheets, names, strings))
}

/// The parts of a workbook: its own first, then its sheets.
pub(super) fn book_part(sheets: Vec<String>, names: &str, strings: Option<String>) -> Vec<Part> {
    let entries =
        each(sheets.len(), |n| format!("<sheet name=\"Some sheet {n}\" sheetId=\"{}\" r:id=\"r{n}\"/>", n + 1));
    let book = format!("<workbook {SHEET}><sheets>{entries}</sheets>{names}</workbook>");
    let mut main = part("xl/workbook.xml", "spreadsheetml.sheet.main", book);
    main.related = each(sheets.len(), |n| related(&format!("r{n}"), "worksheet", &format!("worksheets/sheet{n}.xml")));
    if strings.is_some() {
        main.related.push_str(&related("s", "sharedStrings", "sharedStrings.xml"));
    }
    let mut parts = vec![main];
    for (n, sheet) in sheets.into_iter().enumerate() {
        let contents = format!("<worksheet {SHEET}>{sheet}</worksheet>");
        parts.push(part(format!("xl/worksheets/sheet{n}.xml"), "spreadsheetml.worksheet", contents));
    }
    if let Some(strings) = strings {
        let contents = format!("<sst {SHEET}>{strings}</sst>");
        parts.push(part("xl/sharedStrings.xml", "spreadsheetml.sharedStrings", contents));
    }
    parts
}

pub(super) fn rows(size: usize, cell: impl Fn(usize) -> String) -> String {
    let row = |n: usize| format!("<row r=\"{0}\">{1}</row>", n + 1, cell(n));
    format!("<sheetData>{}</sheetData>", each(size, row))
}

pub(super) fn text_cell(n: usize) -> String {
    format!("<c r=\"A{}\" t=\"s\"><v>{n}</v></c>", n + 1)
}

pub(super) fn xlsx_strings(size: usize) -> Vec<u8> {
    let strings = each(size, |n| format!("<si><t>Some words {n}</t></si>"));
    book(vec![rows(size, text_cell)], "", Some(strings))
}

pub(super) fn xlsx_rich(size: usize) -> Vec<u8> {
    let run = "<r><rPr><b/></rPr><t>one </t></r><r><t>two </t></r>";
    book(vec![rows(1, text_cell)], "", Some(format!("<si>{}</si>", run.repeat(size))))
}

pub(super) fn xlsx_inline(size: usize) -> Vec<u8> {
    let cell = |n: usize| format!("<c r=\"A{}\" t=\"inlineStr\"><is><t>Some words {n}</t></is></c>", n + 1);
    book(vec![rows(size, cell)], "", None)
}

pub(super) fn xlsx_formulas(size: usize) -> Vec<u8> {
    let cell = |n: usize| {
        format!(
            "<c r=\"A{0}\" t=\"str\"><f>IF(B{0}=\"Some words {n}\",'Some sheet 0'!B1,\"Other words\")</f><v>Other words</v></c>",
            n + 1
        )
    };
    book(vec![rows(size, cell)], "", None)
}

pub(super) fn xlsx_one_formula(size: usize) -> Vec<u8> {
    let formula = "'Some sheet 0'!A1&amp;\"word\"&amp;Table1[Column]&amp;".repeat(size);
    book(vec![rows(1, |_| format!("<c r=\"A1\"><f>{formula}1</f><v>1</v></c>"))], "", None)
}

pub(super) fn xlsx_sheets(size: usize) -> Vec<u8> {
    let sheet = |n: usize| {
        rows(3, |row| format!("<c r=\"A{0}\"><f>'Some sheet {n}'!B{0}+'Some sheet 0'!B1</f><v>1</v></c>", row + 1))
    };
    book((0..size).map(sheet).collect(), "", None)
}

pub(super) fn xlsx_names(size: usize) -> Vec<u8> {
    let names = each(size, |n| format!("<definedName name=\"name{n}\">'Some sheet 0'!$A${}</definedName>", n + 1));
    let cell = |n: usize| format!("<c r=\"A{}\"><f>name{n}+1</f><v>1</v></c>", n + 1);
    book(vec![rows(size, cell)], &format!("<definedNames>{names}</definedNames>"), None)
}

pub(super) fn xlsx_choices(size: usize) -> Vec<u8> {
    let strings = each(size, |n| format!("<si><t>Choice {n}</t></si>"));
    let lists = each(size, |n| {
        format!(
            "<dataValidation type=\"list\" sqref=\"B{0}\"><formula1>\"Choice {n},Other {n}\"</formula1></dataValidation><dataValidation \
             type=\"list\" sqref=\"C{0}\"><formula1>$A$1:$A${size}</formula1></dataValidation>",
            n + 1
        )
    });
    let sheet = format!("{}<dataValidations>{lists}</dataValidations>", rows(size, text_cell));
    book(vec![sheet], "", Some(strings))
}

pub(super) fn xlsx_columns(size: usize) -> Vec<u8> {
    let strings = each(size, |n| format!("<si><t>Column {n}</t></si>"));
    let cells = each(size, |n| format!("<c t=\"s\"><v>{n}</v></c>"));
    let mut bytes = book(vec![], "", None);
    bytes.clear();
    let columns = each(size, |n| format!("<tableColumn id=\"{}\" name=\"Column {n}\"/>", n + 1));
    let table = format!(
        "<table {SHEET} id=\"1\" name=\"T\" displayName=\"T\" ref=\"A1:B2\"><tableColumns>{columns}</tableColumns></table>"
    );
    let mut main = part(
        "xl/workbook.xml",
        "spreadsheetml.sheet.main",
        format!("<workbook {SHEET}><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r0\"/></sheets></workbook>"),
    );
    main.related =
        related("r0", "worksheet", "worksheets/sheet0.xml") + &related("s", "sharedStrings", "sharedStrings.xml");
    let contents = format!("<worksheet {SHEET}><sheetData><row r=\"1\">{cells}</row></sheetData></worksheet>");
    let mut sheet = part("xl/worksheets/sheet0.xml", "spreadsheetml.worksheet", contents);
    sheet.related = related("t", "table", "../tables/table1.xml");
    packed(vec![
        main,
        sheet,
        part("xl/tables/table1.xml", "spreadsheetml.table", table),
        part("xl/sharedStrings.xml", "spreadsheetml.sharedStrings", format!("<sst {SHEET}>{strings}</sst>")),
    ])
}

pub(super) const SLIDE: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"";

fn shape(n: usize) -> String {
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{n}\" name=\"Box\" descr=\"A box {n}\"/></p:nvSpPr><p:txBody><a:bodyPr><a:normAutofit/></a:bodyPr><a:p><a:r>\
         <a:t>Words {n}</a:t></a:r></a:p></p:txBody></p:sp>"
    )
}

fn deck(slides: Vec<String>) -> Vec<u8> {
    packed(deck_parts(slides))
}

/// The parts of a presentation: its own first, then its slides.
pub(super) fn deck_parts(slides: Vec<String>) -> Vec<Part> {
    let ids = each(slides.len(), |n| format!("<p:sldId id=\"{}\" r:id=\"r{n}\"/>", 256 + n));
    let main = format!("<p:presentation {SLIDE}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>");
    let mut main = part("ppt/presentation.xml", "presentationml.presentation.main", main);
    main.related = each(slides.len(), |n| related(&format!("r{n}"), "slide", &format!("slides/slide{n}.xml")));
    let mut parts = vec![main];
    for (n, slide) in slides.into_iter().enumerate() {
        let contents = format!("<p:sld {SLIDE}><p:cSld><p:spTree>{slide}</p:spTree></p:cSld></p:sld>");
        parts.push(part(format!("ppt/slides/slide{n}.xml"), "presentationml.slide", contents));
    }
    parts
}

pub(super) fn pptx_slides(size: usize) -> Vec<u8> {
    deck((0..size).map(shape).collect())
}

pub(super) fn pptx_shapes(size: usize) -> Vec<u8> {
    deck(vec![each(size, shape)])
}

pub(super) fn pptx_groups(size: usize) -> Vec<u8> {
    deck(vec![format!("{}{}{}", "<p:grpSp>".repeat(size), shape(1), "</p:grpSp>".repeat(size))])
}

pub(super) const ODF: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\"";

pub(super) fn odf(styles: &str, body: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body>\
         </office:document-content>"
    );
    zipped(&[("content.xml", &content)])
}

fn odt(styles: &str, paragraph: &str) -> Vec<u8> {
    odf(styles, &format!("<office:text><text:p>{paragraph}</text:p></office:text>"))
}

fn style(n: usize) -> String {
    format!(
        "<style:style style:name=\"T{n}\" style:family=\"text\" style:parent-style-name=\"T{}\"><style:text-properties fo:font-size=\"{}pt\"/>\
         </style:style>",
        n.saturating_sub(1),
        n % 50
    )
}

pub(super) fn odt_spans(size: usize) -> Vec<u8> {
    let span = |n| format!("<text:span text:style-name=\"T{}\">one</text:span> two ", n % 40);
    odt(&each(40, style), &each(size, span))
}

pub(super) fn odt_nested_spans(size: usize) -> Vec<u8> {
    let open = |n| format!("<text:span text:style-name=\"T{}\">one ", n % 40);
    odt(&each(40, style), &format!("{}{}", each(size, open), "</text:span>".repeat(size)))
}

pub(super) fn odt_styles(size: usize) -> Vec<u8> {
    let span = |n| format!("<text:span text:style-name=\"T{n}\">one</text:span> two ");
    odt(&each(size, style), &each(size, span))
}

pub(super) fn odt_marks(size: usize) -> Vec<u8> {
    let start = |n| format!("<text:bookmark-start text:name=\"b{n}\"/>one <text:s/>");
    let end = |n| format!("two <text:bookmark-end text:name=\"b{n}\"/>");
    odt("", &format!("{}{}", each(size, start), each(size, end)))
}

fn ods_table(n: usize, cells: &str) -> String {
    format!("<table:table table:name=\"Some sheet {n}\"><table:table-row>{cells}</table:table-row></table:table>")
}

pub(super) fn ods_sheets(size: usize) -> Vec<u8> {
    let cell =
        "<table:table-cell table:formula=\"of:=[$'Some sheet 0'.A1]\" office:value-type=\"float\" office:value=\"1\"/>";
    odf("", &format!("<office:spreadsheet>{}</office:spreadsheet>", each(size, |n| ods_table(n, cell))))
}

pub(super) fn ods_formulas(size: usize) -> Vec<u8> {
    let cell = |n| {
        format!(
            "<table:table-cell table:formula=\"of:=IF([.A1]=&quot;Some words {n}&quot;;1;2)\" office:value-type=\"float\" \
             office:value=\"1\"/><table:table-cell office:value-type=\"string\"><text:p>Some words {n}</text:p></table:table-cell>"
        )
    };
    odf("", &format!("<office:spreadsheet>{}</office:spreadsheet>", ods_table(0, &each(size, cell))))
}
