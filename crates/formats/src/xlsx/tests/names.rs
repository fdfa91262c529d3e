//! What is said in several places is said alike: tables, pivot tables, charts.

use terjuman_model::TaggedText;

use super::build::{MAIN_SPACE, NOWHERE, Workbook};
use crate::{Reason, Skeleton as _};

fn table(columns: &[&str]) -> String {
    let columns: String = columns.iter().map(|name| format!("<tableColumn id=\"1\" name=\"{name}\"/>")).collect();
    format!("<table {MAIN_SPACE} id=\"1\" name=\"T\" displayName=\"T\"><tableColumns>{columns}</tableColumns></table>")
}

#[test]
fn columns_of_a_table_are_named_as_their_cells() {
    let workbook = Workbook::of(&["Name", "Unit_x000a_price", "2019", "word"])
        .with_on_sheet("table", &table(&["Name", "Unit_x000a_price", "2019"]));
    assert_eq!(workbook.segments(), ["Name", "Unit_x000a_price".replace("_x000a_", "{0}").as_str(), "word"]);
    let translated = workbook.translated();
    let columns = translated.part("table1.xml");
    for name in ["[Ńáɱé]", "[Úńíť_x000A_ṕŕíćé]", "2019"] {
        assert!(columns.contains(&format!("name=\"{name}\"")), "{columns}");
    }
    assert_eq!(translated.strings()[0], "<t>[Ńáɱé]</t>");
}

#[test]
fn columns_that_something_refers_to_stay() {
    let strings = ["Name", "Price", "Code name"];
    // A query writes its columns again, and a program finds them by name.
    let with_table = || Workbook::of(&strings).with_on_sheet("table", &table(&strings));
    assert!(with_table().with("table1.xml", "queryTable", "q.xml", "<q/>").segments().is_empty());
    assert!(with_table().with("workbook.xml", "vbaProject", "vba.bin", "x").segments().is_empty());
    let cache = "<slicerCacheDefinition xmlns=\"x\" sourceName=\"Name\"/>";
    assert_eq!(with_table().with("workbook.xml", "slicerCache", "s.xml", cache).segments(), ["Price", "Code name"]);
}

#[test]
fn formulas_follow_the_names_of_columns() {
    let strings = ["Name", "Unit [net]"];
    let formulas = "<row><c><f>SUM(T[[#This Row],[Unit '[net']]])&amp;\"[Name]\"</f><v>1</v></c><c><f>T[name]+T[Other]</f><v>1</v></c></row>";
    let mut workbook = Workbook::new();
    let rows = strings.map(|text| workbook.cell(&format!("<t>{text}</t>"))).concat();
    let table = table(&strings).replace(
        "<tableColumn id=\"1\" name=\"Name\"/>",
        "<tableColumn id=\"1\" name=\"Name\"><calculatedColumnFormula>T[Name]&amp;1</calculatedColumnFormula></tableColumn>",
    );
    let book = "<definedNames><definedName name=\"x\">T[Name]</definedName></definedNames>";
    // A literal that names the column keeps it.
    let kept = workbook.sheet("", &format!("{rows}{formulas}"), "").with_on_sheet("table", &table).with_names(book);
    assert_eq!(kept.segments(), ["Unit [net]"]);
    let mut workbook = Workbook::new();
    let rows = strings.map(|text| workbook.cell(&format!("<t>{text}</t>"))).concat();
    let formulas = formulas.replace("\"[Name]\"", "1");
    let workbook = workbook.sheet("", &format!("{rows}{formulas}"), "").with_on_sheet("table", &table).with_names(book);
    let translated = workbook.translated();
    let sheet = translated.part("worksheets/sheet1.xml");
    assert!(sheet.contains("<f>SUM(T[[#This Row],['[Úńíť '[ńéť']']]])&amp;1</f>"), "{sheet}");
    assert!(sheet.contains("<f>T['[Ńáɱé']]+T[Other]</f>"), "{sheet}");
    let part = translated.part("table1.xml");
    assert!(part.contains("name=\"[Ńáɱé]\"><calculatedColumnFormula>T['[Ńáɱé']]&amp;1<"), "{part}");
    assert!(translated.part("workbook.xml").contains(">T['[Ńáɱé']]</definedName>"));
}

#[test]
fn columns_of_a_table_stay_apart() {
    let workbook =
        Workbook::of(&["Begin", "Start", "Kept_1"]).with_on_sheet("table", &table(&["Begin", "Start", "Kept_1"]));
    let translated = workbook.translated_by(|_| TaggedText::plain("Início"), &NOWHERE);
    assert_eq!(translated.strings(), ["<t>Início</t>", "<t>Início 2</t>", "<t>Kept_1</t>"]);
    let columns = translated.part("table1.xml");
    assert!(columns.contains("name=\"Início\"") && columns.contains("name=\"Início 2\""), "{columns}");
    let translated = workbook.translated_by(|_| TaggedText::plain("KEPT_1"), &NOWHERE);
    assert_eq!(translated.strings(), ["<t>KEPT_1 2</t>", "<t>KEPT_1 3</t>", "<t>Kept_1</t>"]);
    let translated = workbook.translated_by(|_| TaggedText::plain("é".repeat(256)), &NOWHERE);
    assert_eq!(translated.strings(), ["<t>Begin</t>", "<t>Start</t>", "<t>Kept_1</t>"]);
}

fn cache(fields: &str, source: &str) -> String {
    format!(
        "<pivotCacheDefinition {MAIN_SPACE} r:id=\"r\"><cacheSource type=\"{source}\"/><cacheFields>{fields}</cacheFields></pivotCacheDefinition>"
    )
}

#[test]
fn pivot_tables_say_what_cells_say() {
    let field = "<cacheField name=\"Fruit\"><sharedItems><s v=\"apple\"/><s v=\"stale\"/><s v=\"pear\"/></sharedItems></cacheField>";
    let definition = "pivotCache/definition.xml";
    let workbook = Workbook::of(&["Fruit", "apple", "pear", "Sum of fruit"])
        .with("workbook.xml", "pivotCacheDefinition", definition, &cache(field, "worksheet"))
        .with(definition, "pivotCacheRecords", "records.xml", &format!("<pivotCacheRecords {MAIN_SPACE}><r><s v=\"pear\"/></r></pivotCacheRecords>"))
        .with_on_sheet("pivotTable", &format!("<pivotTableDefinition {MAIN_SPACE} dataCaption=\"Values\" missingCaption=\"pear\"><pivotFields><pivotField subtotalCaption=\"pear\"><items><item n=\"apple\" x=\"0\"/><item n=\"unseen\" x=\"1\"/></items></pivotField></pivotFields><dataFields><dataField name=\"Sum of fruit\" fld=\"0\"/></dataFields></pivotTableDefinition>"));
    let translated = workbook.translated();
    let cache_part = translated.part(definition);
    assert!(cache_part.contains("name=\"[Ƒŕúíť]\""), "{cache_part}");
    assert!(cache_part.contains("<s v=\"[áṕṕĺé]\"/><s v=\"stale\"/><s v=\"[ṕéáŕ]\"/>"), "{cache_part}");
    assert!(!cache_part.contains("refreshOnLoad"));
    let pivot = translated.part("pivotTable3.xml");
    assert!(pivot.contains("name=\"[Śúɱ óƒ ƒŕúíť]\"") && pivot.contains("dataCaption=\"Values\""), "{pivot}");
    assert!(pivot.contains("missingCaption=\"[ṕéáŕ]\"") && pivot.contains("subtotalCaption=\"[ṕéáŕ]\""), "{pivot}");
    assert!(pivot.contains("<item n=\"[áṕṕĺé]\" x=\"0\"/><item n=\"unseen\" x=\"1\"/>"), "{pivot}");
    // Two items that become one: the second keeps its name until the cache is computed anew.
    let doubled = workbook.translated_by(|_| TaggedText::plain("Obst"), &NOWHERE).part(definition);
    assert!(doubled.contains("<s v=\"Obst\"/><s v=\"stale\"/><s v=\"pear\"/>"), "{doubled}");
    assert!(doubled.contains("<pivotCacheDefinition refreshOnLoad=\"1\""), "{doubled}");
    // A database calls its fields what it likes.
    let foreign = Workbook::of(&["Fruit", "apple"]).with(
        "workbook.xml",
        "pivotCacheDefinition",
        definition,
        &cache(field, "external"),
    );
    assert_eq!(foreign.segments(), ["apple"]);
}

#[test]
fn charts_say_what_cells_say() {
    let chart = "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">\
        <c:title><c:tx><c:rich><a:p><a:r><a:t>The title</a:t></a:r></a:p></c:rich></c:tx></c:title>\
        <c:cat><c:strRef><c:f>S1!A1</c:f><c:strCache><c:pt idx=\"0\"><c:v>apple</c:v></c:pt><c:pt idx=\"1\"><c:v>computed text</c:v></c:pt></c:strCache></c:strRef></c:cat>\
        <c:ser><c:tx><c:v>literal series</c:v></c:tx></c:ser></c:chartSpace>";
    let drawing = "<xdr:wsDr xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">\
        <xdr:sp><xdr:nvSpPr><xdr:cNvPr id=\"1\" name=\"Shape 1\" descr=\"A picture\"/></xdr:nvSpPr><xdr:txBody><a:p><a:r><a:t>In a shape</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>";
    let workbook = Workbook::of(&["apple", "pear"]).with_on_sheet("drawing", drawing).with(
        "drawing2.xml",
        "chart",
        "chart.xml",
        chart,
    );
    // The drawing is the second part: its relationships stand beside it.
    let workbook = workbook.with("drawing1.xml", "chart", "chart2.xml", chart);
    let translated = workbook.translated();
    let drawing = translated.part("drawing1.xml");
    assert!(drawing.contains("<a:t>[Íń á śĥáṕé]</a:t>") && drawing.contains("descr=\"[Á ṕíćťúŕé]\""), "{drawing}");
    assert!(drawing.contains("name=\"Shape 1\""));
    let chart = translated.part("chart2.xml");
    for part in
        ["<a:t>[Ťĥé ťíťĺé]</a:t>", "<c:v>[áṕṕĺé]</c:v>", "<c:v>computed text</c:v>", "<c:v>[ĺíťéŕáĺ śéŕíéś]</c:v>"]
    {
        assert!(chart.contains(part), "{chart}");
    }
}

#[test]
fn charts_show_what_another_workbook_says() {
    let name = |cells: &str, text: &str| {
        format!(
            "<c:tx><c:strRef><c:f>{cells}</c:f><c:strCache><c:pt idx=\"0\"><c:v>{text}</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        )
    };
    let names =
        [name("'[1]Other sheet'!$A$1", "Far away"), name("[0]!Named", "Near by"), name("S1!$A$1", "Gone by now")];
    let chart = format!(
        "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\">{}</c:chartSpace>",
        names.concat()
    );
    let workbook =
        Workbook::of(&["Other"]).with_on_sheet("drawing", "<d/>").with("drawing1.xml", "chart", "c.xml", &chart);
    assert_eq!(workbook.segments(), ["Other", "Far away"]);
    assert_eq!(workbook.translated().part("c.xml"), chart.replace("Far away", "[Ƒáŕ áŵáý]"));
}

#[test]
fn a_sheet_is_renamed_with_all_that_refers_to_it() {
    let rows = "<row><c><f>'Sales Data'!A1+Summary!B2</f><v>1</v></c></row>";
    let link = "<hyperlinks><hyperlink ref=\"A1\" location=\"'Sales Data'!A1\" display=\"x\"/></hyperlinks>";
    let chart = "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:f>'Sales Data'!$A$1</c:f></c:chartSpace>";
    let cache = format!(
        "<pivotCacheDefinition {MAIN_SPACE}><cacheSource type=\"worksheet\"><worksheetSource ref=\"A1:B2\" sheet=\"Sales Data\"/></cacheSource></pivotCacheDefinition>"
    );
    let defined = "<definedNames><definedName name=\"x\">'Sales Data'!$A$1</definedName></definedNames>";
    let workbook = |named: bool| {
        let mut workbook = Workbook::new();
        workbook.options.sheet_names = named;
        let mut workbook = workbook
            .sheet("", rows, link)
            .sheet("", "", "")
            .with_on_sheet("drawing", "<d/>")
            .with("drawing2.xml", "chart", "chart.xml", chart)
            .with("workbook.xml", "pivotCacheDefinition", "cache.xml", &cache)
            .with_names(defined);
        workbook.name_sheets(&["Sales Data", "Summary"]);
        workbook
    };
    assert!(workbook(false).segments().is_empty());
    let untranslated = workbook(false).read().unwrap().1.untranslated();
    assert_eq!(untranslated.count(Reason::SheetNamesOff), 2);
    let workbook = workbook(true);
    assert_eq!(workbook.segments(), ["Sales Data", "Summary"]);
    let translated =
        workbook.translated_by(|segment| TaggedText::plain(format!("{} *", segment.source.text())), &NOWHERE);
    // Without the asterisk, which no sheet may have, the names are what they were.
    assert!(translated.part("workbook.xml").contains("name=\"Summary\""));
    let new = |text: &str| if text == "Summary" { "Sumário" } else { "Dados d'água" };
    let translated = workbook.translated_by(|segment| TaggedText::plain(new(segment.source.text())), &NOWHERE);
    let book = translated.part("workbook.xml");
    assert!(book.contains("<sheet name=\"Dados d&apos;água\"") && book.contains("<sheet name=\"Sumário\""), "{book}");
    assert!(book.contains(">'Dados d''água'!$A$1</definedName>"), "{book}");
    let sheet = translated.part("worksheets/sheet1.xml");
    assert!(sheet.contains("<f>'Dados d''água'!A1+'Sumário'!B2</f>"), "{sheet}");
    assert!(sheet.contains("location=\"&apos;Dados d&apos;&apos;água&apos;!A1\""), "{sheet}");
    assert!(translated.part("chart.xml").contains("<c:f>'Dados d''água'!$A$1</c:f>"));
    assert!(translated.part("cache.xml").contains("sheet=\"Dados d&apos;água\""));
}

#[test]
fn a_sheet_that_programs_or_texts_may_name_keeps_its_name() {
    let named = |rows: &str| {
        let mut workbook = Workbook::new().sheet("", rows, "");
        workbook.options.sheet_names = true;
        workbook.name_sheets(&["Sales Data"]);
        workbook
    };
    assert_eq!(named("").segments(), ["Sales Data"]);
    let indirect = named("<row><c><f>INDIRECT(A1)</f><v>1</v></c></row>");
    assert!(indirect.segments().is_empty());
    assert_eq!(indirect.read().unwrap().1.untranslated().count(Reason::Referenced), 1);
    assert!(named("").with("workbook.xml", "vbaProject", "vba.bin", "x").segments().is_empty());
}

#[test]
fn captions_and_alternative_texts() {
    let button = "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\"><v:shape id=\"A button\" alt=\"What &lt;it&gt; does\"><v:textbox><div><font>Press\n  me &amp; \
        go\n</font></div></v:textbox><x>not shown</x></v:shape></xml>";
    let broken = "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\"><v:textbox><div>One<br>two</div></v:textbox></xml>";
    let slicer = format!(
        "<slicers {MAIN_SPACE}><slicer name=\"S1\" caption=\"Choose here\"/><slicer caption=\"Place\"/></slicers>"
    );
    let timeline = format!("<timelines {MAIN_SPACE}><timeline name=\"T1\" caption=\"By month\"/></timelines>");
    let table = table(&["Place"]).replace(
        "</table>",
        "<extLst><ext><x:table xmlns:x=\"x\" altText=\"What it is\" altTextSummary=\"More of it\"/></ext></extLst></table>",
    );
    let make = || {
        Workbook::of(&["Place"])
            .with_on_sheet("vmlDrawing", button)
            .with_on_sheet("vmlDrawing", broken)
            .with_on_sheet("slicer", &slicer)
            .with_on_sheet("timeline", &timeline)
            .with_on_sheet("table", &table)
    };
    let mut workbook = make();
    assert_eq!(
        workbook.segments(),
        ["Place", "Choose here", "By month", "What it is", "More of it", "What <it> does", "Press me & go"]
    );
    let translated = workbook.translated();
    assert!(translated.part("vmlDrawing1.xml").contains("<font>[Ṕŕéśś ɱé &amp; ǵó]\n</font>"));
    assert!(translated.part("vmlDrawing1.xml").contains("alt=\"[Ŵĥáť &lt;íť&gt; ďóéś]\""));
    assert!(
        translated.part("slicer3.xml").contains("name=\"S1\" caption=\"[Ćĥóóśé ĥéŕé]\"/><slicer caption=\"[Ṕĺáćé]\"")
    );
    assert!(translated.part("timeline4.xml").contains("name=\"T1\" caption=\"[Ɓý ɱóńťĥ]\""));
    assert!(translated.part("table5.xml").contains("altText=\"[Ŵĥáť íť íś]\" altTextSummary=\"[Ḿóŕé óƒ íť]\""));
    workbook.options.alt_text = false;
    assert_eq!(workbook.segments().len(), 4);
}

#[test]
fn a_text_that_shows_a_cell_says_what_the_cell_says() {
    let field =
        |text: &str| format!("<a:p><a:fld id=\"{{1}}\" type=\"TxLink\"><a:rPr/><a:t>{text}</a:t></a:fld></a:p>");
    let drawing = format!(
        "<xdr:wsDr xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><xdr:sp textlink=\"$A$1\"><xdr:txBody>{}{}</xdr:txBody>\
         </xdr:sp></xdr:wsDr>",
        field("Total sales"),
        field("computed words")
    );
    let workbook = Workbook::of(&["Total sales"]).with_on_sheet("drawing", &drawing);
    assert_eq!(workbook.segments(), ["Total sales"]);
    let written = workbook.translated().part("drawing1.xml");
    assert!(written.contains("<a:t>[Ťóťáĺ śáĺéś]</a:t>") && written.contains("<a:t>computed words</a:t>"), "{written}");
}

#[test]
fn diagrams_and_what_was_drawn_of_them_agree() {
    const SPACE: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"";
    let drawn = |name: &str, text: &str| format!("<{name} {SPACE}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></{name}>");
    let workbook = Workbook::of(&[])
        .with_on_sheet("drawing", "<d/>")
        .with("drawing1.xml", "diagramDrawing", "drawn.xml", &drawn("drawing", "Step one"))
        .with("drawing1.xml", "diagramData", "data.xml", &drawn("dataModel", "Step one"));
    assert_eq!(workbook.segments(), ["Step one"]);
    let translated = workbook.translated();
    assert_eq!(translated.part("drawn.xml"), drawn("drawing", "[Śťéṕ óńé]"));
    assert_eq!(translated.part("data.xml"), drawn("dataModel", "[Śťéṕ óńé]"));
}
