//! What hangs on sheets and slides: cells without end, pivots, charts, slicers, comments, drawings, layouts.

use super::office::{Part, SHEET, SLIDE, book_part, deck_parts, each, packed, part, related, rows, text_cell};

const DRAWING: &str = "xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"";
const CHART: &str = "xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"";

/// A workbook of one sheet, and what hangs on it and on the workbook.
fn one_sheet(sheet: String, on_sheet: &str, on_book: &str, others: Vec<Part>) -> Vec<u8> {
    let mut parts = book_part(vec![sheet], "", Some("<si><t>Some words</t></si>".to_owned()));
    parts[0].related.push_str(on_book);
    parts[1].related.push_str(on_sheet);
    parts.extend(others);
    packed(parts)
}

fn one_cell() -> String {
    rows(1, text_cell)
}

/// Rows with nothing in them, and one with as many cells as there are columns.
pub(super) fn xlsx_empty_rows(size: usize) -> Vec<u8> {
    let wide = "<c s=\"1\"/>".repeat(16_384);
    let empty = each(size, |n| format!("<row r=\"{}\"/>", n + 2));
    one_sheet(format!("<sheetData><row r=\"1\">{wide}</row>{empty}</sheetData>"), "", "", vec![])
}

pub(super) fn xlsx_empty_cells(size: usize) -> Vec<u8> {
    one_sheet(rows(size / 1_000, |_| "<c s=\"1\"/>".repeat(1_000)), "", "", vec![])
}

pub(super) fn xlsx_styles(size: usize) -> Vec<u8> {
    let formats = each(size, |n| format!("<numFmt numFmtId=\"{}\" formatCode=\"&quot;words {n}&quot; 0\"/>", 164 + n));
    let cells = each(size, |n| format!("<xf numFmtId=\"{}\" fontId=\"{n}\" fillId=\"0\" borderId=\"0\"/>", 164 + n));
    let fonts = "<font><b/><sz val=\"11\"/><name val=\"Arial\"/></font>".repeat(size);
    let styles = format!(
        "<styleSheet {SHEET}><numFmts>{formats}</numFmts><fonts>{fonts}</fonts><cellXfs>{cells}</cellXfs></styleSheet>"
    );
    let cell = |n: usize| format!("<c r=\"A{}\" s=\"{n}\" t=\"s\"><v>0</v></c>", n + 1);
    let part = part("xl/styles.xml", "spreadsheetml.styles", styles);
    one_sheet(rows(size, cell), "", &related("st", "styles", "styles.xml"), vec![part])
}

/// Formulas that all others share, and those that share the longest.
pub(super) fn xlsx_shared_formulas(size: usize) -> Vec<u8> {
    let long = "IF(B1=&quot;Some words&quot;,1,2)+".repeat(400);
    let cell = |n: usize| match n % 2 {
        0 => format!(
            "<c r=\"A{0}\"><f t=\"shared\" ref=\"A{0}:A{1}\" si=\"{n}\">B{0}&amp;\"words\"</f><v>1</v></c>",
            n + 1,
            n + 9
        ),
        _ => format!("<c r=\"A{}\" t=\"str\"><f t=\"shared\" si=\"0\"/><v>Some words</v></c>", n + 1),
    };
    let first =
        format!("<row r=\"1\"><c r=\"C1\"><f t=\"shared\" ref=\"C1:C1000000\" si=\"0\">{long}1</f><v>1</v></c></row>");
    one_sheet(rows(size, cell).replacen("<sheetData>", &format!("<sheetData>{first}"), 1), "", "", vec![])
}

pub(super) fn xlsx_merged(size: usize) -> Vec<u8> {
    let merged = each(size, |n| format!("<mergeCell ref=\"A{0}:XFD{0}\"/>", n + 1));
    one_sheet(
        format!(
            "{}<mergeCells>{merged}</mergeCells>",
            rows(size, |n| text_cell(n).replace(&format!("<v>{n}"), "<v>0"))
        ),
        "",
        "",
        vec![],
    )
}

/// A cache of a pivot with its records, and a table that shows it.
pub(super) fn xlsx_pivot(size: usize) -> Vec<u8> {
    let items = each(size, |n| format!("<s v=\"Some words {n}\"/>"));
    let cache = format!(
        "<pivotCacheDefinition {SHEET}><cacheSource type=\"worksheet\"><worksheetSource ref=\"A1:A9\" sheet=\"Some sheet 0\"/></cacheSource>\
         <cacheFields><cacheField name=\"Some words\"><sharedItems>{items}</sharedItems></cacheField></cacheFields></pivotCacheDefinition>"
    );
    let records = format!(
        "<pivotCacheRecords {SHEET}>{}</pivotCacheRecords>",
        each(size, |n| format!("<r><s v=\"Other {n}\"/></r>"))
    );
    let shown = each(size, |n| format!("<item x=\"{n}\" n=\"Shown {n}\"/>"));
    let table = format!(
        "<pivotTableDefinition {SHEET} name=\"P\"><pivotFields><pivotField name=\"Field\"><items>{shown}</items></pivotField></pivotFields>\
         </pivotTableDefinition>"
    );
    let mut cache = part("xl/pivotCache/c.xml", "spreadsheetml.pivotCacheDefinition", cache);
    cache.related = related("r", "pivotCacheRecords", "r.xml");
    let records = part("xl/pivotCache/r.xml", "spreadsheetml.pivotCacheRecords", records);
    let table = part("xl/pivotTables/t.xml", "spreadsheetml.pivotTable", table);
    one_sheet(
        one_cell(),
        &related("t", "pivotTable", "../pivotTables/t.xml"),
        &related("p", "pivotCacheDefinition", "pivotCache/c.xml"),
        vec![cache, records, table],
    )
}

pub(super) fn xlsx_slicers(size: usize) -> Vec<u8> {
    let slicers = each(size, |n| format!("<slicer name=\"S{n}\" cache=\"C{n}\" caption=\"Some words {n}\"/>"));
    let slicers = part("xl/slicers/s.xml", "x", format!("<slicers {SHEET}>{slicers}</slicers>"));
    one_sheet(one_cell(), &related("s", "slicer", "../slicers/s.xml"), "", vec![slicers])
}

fn chart(size: usize) -> String {
    let point = |n: usize| format!("<c:pt idx=\"{n}\"><c:v>Point {n}</c:v></c:pt>");
    let points = each(size, point);
    format!(
        "<c:chartSpace {CHART}><c:chart><c:plotArea><c:barChart><c:ser><c:cat><c:strRef><c:f>'Some sheet 0'!$A$1:$A${size}</c:f><c:strCache>\
         <c:ptCount val=\"{size}\"/>{points}</c:strCache></c:strRef></c:cat></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
    )
}

pub(super) fn xlsx_chart(size: usize) -> Vec<u8> {
    let mut drawing = part("xl/drawings/d.xml", "x", format!("<xdr:wsDr {DRAWING}/>"));
    drawing.related = related("c", "chart", "../charts/c.xml");
    let chart = part("xl/charts/c.xml", "drawingml.chart", chart(size));
    one_sheet(one_cell(), &related("d", "drawing", "../drawings/d.xml"), "", vec![drawing, chart])
}

pub(super) fn xlsx_drawing(size: usize) -> Vec<u8> {
    let shape = |n: usize| {
        format!(
            "<xdr:twoCellAnchor><xdr:sp><xdr:nvSpPr><xdr:cNvPr id=\"{n}\" name=\"S\" descr=\"Some words {n}\"/></xdr:nvSpPr><xdr:txBody><a:p><a:r>\
             <a:t>Words {n}</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor>"
        )
    };
    let drawing = part("xl/drawings/d.xml", "x", format!("<xdr:wsDr {DRAWING}>{}</xdr:wsDr>", each(size, shape)));
    one_sheet(one_cell(), &related("d", "drawing", "../drawings/d.xml"), "", vec![drawing])
}

/// Comments that answer each other, and those of old.
pub(super) fn xlsx_comments(size: usize) -> Vec<u8> {
    let thread = |n: usize| {
        format!(
            "<threadedComment ref=\"A1\" id=\"{{{n}}}\" parentId=\"{{{}}}\" personId=\"{{1}}\"><text>Some words {n}</text></threadedComment>",
            (n + 1) % size
        )
    };
    let threads = format!(
        "<ThreadedComments xmlns=\"http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments\">{}</ThreadedComments>",
        each(size, thread)
    );
    let note = |n: usize| {
        format!(
            "<comment ref=\"A{}\" authorId=\"0\"><text><t>[Threaded comment]\n\nComment:\n    Some words {n}</t></text></comment>",
            n + 1
        )
    };
    let notes = format!(
        "<comments {SHEET}><authors><author>tc={{1}}</author></authors><commentList>{}</commentList></comments>",
        each(size, note)
    );
    one_sheet(
        one_cell(),
        &(related("n", "comments", "../comments1.xml") + &related("t", "threadedComment", "../threadedComments/t.xml")),
        "",
        vec![
            part("xl/comments1.xml", "spreadsheetml.comments", notes),
            part("xl/threadedComments/t.xml", "x", threads),
        ],
    )
}

/// Slides that all name all layouts, which name each other.
pub(super) fn pptx_layouts(size: usize) -> Vec<u8> {
    let layouts = each(size, |n| related(&format!("l{n}"), "slideLayout", &format!("../layouts/l{n}.xml")));
    let mut parts = deck_parts(vec![
        "<p:sp><p:txBody><a:p><a:r><a:t>Some words</a:t></a:r></a:p></p:txBody></p:sp>"
            .to_owned();
        size
    ]);
    parts[1..].iter_mut().for_each(|slide| slide.related.clone_from(&layouts));
    for n in 0..size {
        let mut layout = part(
            format!("ppt/layouts/l{n}.xml"),
            "presentationml.slideLayout",
            format!("<p:sldLayout {SLIDE}><p:cSld/></p:sldLayout>"),
        );
        layout.related.clone_from(&layouts);
        parts.push(layout);
    }
    packed(parts)
}

pub(super) fn pptx_chart(size: usize) -> Vec<u8> {
    let mut parts = deck_parts(vec![String::new()]);
    parts[1].related = related("c", "chart", "../charts/c.xml");
    parts.push(part("ppt/charts/c.xml", "drawingml.chart", chart(size)));
    packed(parts)
}
