//! Charts, and the workbooks behind them.

use super::build::{Deck, NOWHERE, SLIDE, part, pseudo, relationships, root, zipped};
use crate::package::Package;
use crate::{Limits, WarningKind};

const CHART: &str = "ppt/charts/chart1.xml";
const BOOK: &str = "ppt/embeddings/book1.xlsx";
const MAIN_SPACE: &str = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' \
    xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'";

/// Text of the chart that comes from these cells.
fn cached(cells: &str, texts: &[&str]) -> String {
    let points: String =
        texts.iter().enumerate().map(|(at, text)| format!("<c:pt idx=\"{at}\"><c:v>{text}</c:v></c:pt>")).collect();
    format!(
        "<c:strRef><c:f>{cells}</c:f><c:strCache><c:ptCount val=\"{}\"/>{points}</c:strCache></c:strRef>",
        texts.len()
    )
}

fn chart() -> String {
    let series = |cell: &str, name: &str| {
        format!(
            "<c:ser><c:tx>{}</c:tx><c:cat>{}</c:cat><c:val><c:numRef><c:f>Sheet1!$B$2</c:f><c:numCache>\
             <c:pt idx=\"0\"><c:v>4</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser>",
            cached(cell, &[name]),
            cached("Sheet1!$A$2:$A$3", &["North", "South"])
        )
    };
    let title = "<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:rich></c:tx></c:title>";
    let all = [title, &series("Sheet1!$B$1", "Old"), &series("Sheet1!$C$1", "New")].concat();
    root("c:chartSpace", &format!("<c:chart>{all}</c:chart><c:externalData r:id=\"r1\"/>"))
}

/// A workbook with a table; the formula stands in a cell beside it.
pub(crate) fn workbook(strings: &[&str], formula: &str) -> Vec<u8> {
    let cell = |name: &str, string: usize| format!("<c r=\"{name}\" t=\"s\"><v>{string}</v></c>");
    let sheet = format!(
        "<worksheet {MAIN_SPACE}><sheetData><row>{}{}{}</row><row>{}<c r=\"B2\"><v>4</v></c><c r=\"D2\"><f>{formula}</f></c>\
         </row><row>{}</row></sheetData></worksheet>",
        cell("A1", 4),
        cell("B1", 0),
        cell("C1", 1),
        cell("A2", 2),
        cell("A3", 3)
    );
    let items: String = strings.iter().map(|string| format!("<si>{string}</si>")).collect();
    let table = "<table xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' ref='A1:C3'><tableColumns>\
        <tableColumn id='1' name='Place'/><tableColumn id='2' name='Old'/><tableColumn id='3' name='New'/></tableColumns></table>";
    let related = |list: &[(&str, &str)]| {
        let all = list.iter().enumerate().map(|(id, (kind, target))| {
            format!("<Relationship Id='r{id}' Type='http://x/{kind}' Target='/{target}'/>")
        });
        relationships(&all.collect::<String>())
    };
    let entries = [
        ("_rels/.rels", related(&[("officeDocument", "xl/workbook.xml")])),
        (
            "xl/workbook.xml",
            format!("<workbook {MAIN_SPACE}><sheets><sheet name='Sheet1' r:id='r0'/></sheets></workbook>"),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            related(&[("worksheet", "xl/worksheets/sheet1.xml"), ("sharedStrings", "xl/sharedStrings.xml")]),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/worksheets/_rels/sheet1.xml.rels", related(&[("table", "xl/tables/table1.xml")])),
        ("xl/sharedStrings.xml", format!("<sst {MAIN_SPACE}>{items}</sst>")),
        ("xl/tables/table1.xml", table.to_owned()),
    ];
    let entries: Vec<_> = entries.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    zipped(entries.iter().map(|(name, text)| (name, text.as_bytes())), zip::CompressionMethod::Deflated)
}

pub(crate) const STRINGS: [&str; 5] =
    ["<t>Old</t>", "<t xml:space=\"preserve\">New</t>", "<t>North</t>", "<r><t>South</t></r>", "<t>Place</t>"];

fn deck(book: Vec<u8>) -> Deck {
    Deck::new("").with(SLIDE, "chart", CHART, chart()).with(CHART, "package", BOOK, book)
}

/// A part of the workbook in the presentation.
fn in_book(bytes: &[u8], name: &str) -> String {
    let mut package = Package::open(bytes, &Limits::default()).unwrap();
    part(&package.require(BOOK).unwrap(), name)
}

#[test]
fn names_that_a_chart_repeats_are_told_once() {
    deck(workbook(&STRINGS, "1")).check(
        &["Sales", "Old", "North", "South", "New"],
        CHART,
        &[
            (">Sales<", ">SALES<"),
            (">Old<", ">OLD<"),
            (">New<", ">NEW<"),
            (">North<", ">NORTH<"),
            (">South<", ">SOUTH<"),
        ],
    );
}

#[test]
fn labels_that_come_from_cells() {
    let labels = "<c:ser><c:extLst><c:ext xmlns:c15=\"http://schemas.microsoft.com/office/drawing/2012/chart\"><c15:datalabelsRange>\
        <c15:f>Sheet1!$D$1</c15:f><c15:dlblRangeCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>best year</c:v></c:pt></c15:dlblRangeCache>\
        </c15:datalabelsRange></c:ext></c:extLst></c:ser>";
    let deck = Deck::new("").with(SLIDE, "chart", CHART, root("c:chartSpace", labels));
    deck.check(&["best year"], CHART, &[(">best year<", ">BEST YEAR<")]);
}

#[test]
fn cells_that_feed_a_chart_say_what_it_says() {
    let merged = deck(workbook(&STRINGS, "B2+1&amp;&quot;x&quot;")).merged(pseudo, &NOWHERE);
    let strings = in_book(&merged, "xl/sharedStrings.xml");
    for expected in ["<t>OLD</t>", "\"preserve\">NEW</t>", "<t>NORTH</t>", "<r><t>South</t></r>", "<t>Place</t>"] {
        assert!(strings.contains(expected), "{expected}: {strings}");
    }
    let table = in_book(&merged, "xl/tables/table1.xml");
    for expected in ["name='Place'", "name='OLD'", "name='NEW'"] {
        assert!(table.contains(expected), "{expected}: {table}");
    }
}

#[test]
fn a_workbook_that_would_break_is_kept() {
    // Two columns would have one name.
    let book = workbook(&STRINGS, "1");
    let same = deck(book.clone()).merged(|_| terjuman_model::TaggedText::plain("same"), &NOWHERE);
    assert!(Package::open(&same, &Limits::default()).unwrap().read(BOOK).unwrap() == Some(book));
    // A formula names a column, or compares a name; a workbook that is none.
    for book in [
        workbook(&STRINGS, "SUM(Table1[Old])"),
        workbook(&STRINGS, "IF(A2=&quot;north&quot;,1,2)"),
        b"no workbook".to_vec(),
    ] {
        let deck = deck(book.clone());
        assert_eq!(deck.warnings()[0].kind, WarningKind::PartKept);
        let merged = deck.merged(pseudo, &NOWHERE);
        assert!(part(&merged, CHART).contains("OLD"));
        assert!(Package::open(&merged, &Limits::default()).unwrap().read(BOOK).unwrap() == Some(book));
    }
    // A cell that says something else than the chart.
    let other = ["<t>Older</t>", "<t>Newer</t>", "<t>No<x/></t>", "<t>_x0041_</t>", "<t/>"];
    let book = workbook(&other, "1");
    let merged = deck(book.clone()).merged(pseudo, &NOWHERE);
    assert!(Package::open(&merged, &Limits::default()).unwrap().read(BOOK).unwrap() == Some(book));
}

#[test]
fn trend_lines_have_names_and_sources_have_none() {
    let chart = root(
        "c:chartSpace",
        "<c:pivotSource><c:name>[Book1]Sheet one</c:name></c:pivotSource><c:trendline><c:name>The trend</c:name></c:trendline>",
    );
    let deck = Deck::new("").with(SLIDE, "chart", CHART, chart);
    deck.check(&["The trend"], CHART, &[("The trend", "THE TREND")]);
}
