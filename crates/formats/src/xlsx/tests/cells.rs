//! Strings of cells.

use terjuman_model::{LanguageTag, TaggedText};

use super::build::{MAIN_SPACE, NOWHERE, Workbook};
use crate::docx::tests::engine::pseudo;
use crate::{Reason, Skeleton as _, Target};

#[track_caller]
fn check(string: &str, segments: &[&str], pseudo: &str) {
    let mut workbook = Workbook::new();
    let cell = workbook.cell(string);
    let workbook = workbook.sheet("", &cell, "");
    assert_eq!(workbook.segments(), segments);
    assert_eq!(workbook.translated_strings(), [pseudo]);
}

#[test]
fn plain_strings() {
    check("<t>Hello &amp; goodbye</t>", &["Hello & goodbye"], "<t>[Ĥéĺĺó &amp; ǵóóďƀýé]</t>");
    check("<t xml:space=\"preserve\"> text </t>", &["text"], "<t xml:space=\"preserve\"> [ťéẋť] </t>");
    check("<t>one\ntwo</t>", &["one{0}two"], "<t xml:space=\"preserve\">[óńé\nťẃó]</t>".replace('ẃ', "ŵ").as_str());
    check("<t>a word_x000D_\nmore</t>", &["a word{0}more"], "<t xml:space=\"preserve\">[á ŵóŕď_x000D_\nɱóŕé]</t>");
    check("<t>the _x005F_x0041_ code</t>", &["the _x0041_ code"], "<t>[ťĥé _ẋ0041_ ćóďé]</t>");
}

#[test]
fn codes_numbers_and_formulas_stay() {
    for code in ["12", "AB-12", "USD", "https://a.b/c", "2020-01-01", "snake_case", "=SUM(A1)", "---", ""] {
        check(&format!("<t>{code}</t>"), &[], &format!("<t>{code}</t>"));
    }
    // A cell that is a string is no formula, whatever it begins with; and people write of codes.
    for (words, pseudo) in [
        ("= down", "[= ďóŵń]"),
        ("-the range", "[-ťĥé ŕáńǵé]"),
        ("code", "[ćóďé]"),
        ("None", "[Ńóńé]"),
        ("key", "[ķéý]"),
    ] {
        check(&format!("<t>{words}</t>"), &[words], &format!("<t>{pseudo}</t>"));
    }
    check("<t>TOTAL</t>", &["TOTAL"], "<t>[ŤÓŤÁĹ]</t>");
}

#[test]
fn capitals_are_words_but_in_a_column_of_codes() {
    let row = |texts: [&str; 2]| {
        let cell = |(column, text)| format!("<c r=\"{column}1\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        format!("<row>{}</row>", ["A", "B"].into_iter().zip(texts).map(cell).collect::<String>())
    };
    let rows = |texts: &[[&str; 2]]| texts.iter().map(|texts| row(*texts)).collect::<String>();
    let countries = [["Country", "SPF"], ["DE", "YES"], ["FR", "NO"], ["PT", "YES"], ["NO", "TBC"], ["ES", "12"]];
    // What is a code in its column is one in the others too.
    let workbook = Workbook::new().sheet("", &rows(&countries), "");
    assert_eq!(workbook.segments(), ["Country", "SPF", "YES", "TBC"]);
    let workbook = Workbook::new().sheet("", &rows(&countries[..4]), "");
    assert_eq!(workbook.segments(), ["Country", "SPF", "DE", "YES", "FR", "NO", "PT"]);
    let among_words = [["AAA", "1"], ["BBB", "2"], ["CCC", "3"], ["DDD", "4"], ["one", "5"], ["two", "6"]];
    let workbook = Workbook::new().sheet("", &rows(&among_words), "");
    assert_eq!(workbook.segments(), ["AAA", "BBB", "CCC", "DDD", "one", "two"]);
}

#[test]
fn runs_that_look_the_same_are_one() {
    check(
        "<r><t>one </t></r><r><rPr><b/><sz val=\"11\"/></rPr><t>two</t></r><r><rPr><sz val=\"11\"/><b/><family val=\"2\"/></rPr><t xml:space=\"preserve\"> three</t></r><r><t xml:space=\"preserve\"> and five more</t></r>",
        &["one {0:two three} and five more"],
        "<r><t xml:space=\"preserve\">[óńé </t></r><r><rPr><b/><sz val=\"11\"/></rPr><t>ťŵó ťĥŕéé</t></r><r><t xml:space=\"preserve\"> áńď ƒíṽé ɱóŕé]</t></r>",
    );
    check("<r><rPr><b/></rPr><t>all bold</t></r>", &["all bold"], "<r><rPr><b/></rPr><t>[áĺĺ ƀóĺď]</t></r>");
    check(
        "<r><t>one</t></r><r><rPr><b/></rPr><t>\ntwo</t></r>",
        &["one{0}{1:two}"],
        "<r><t xml:space=\"preserve\">[óńé\n</t></r><r><rPr><b/></rPr><t>ťŵó]</t></r>",
    );
}

#[test]
fn readings_are_dropped() {
    check(
        "<t>課題 text</t><rPh sb=\"0\" eb=\"2\"><t>カダイ</t></rPh><phoneticPr fontId=\"1\"/>",
        &["課題 text"],
        "<t>[課題 ťéẋť]</t>",
    );
}

#[test]
fn a_string_of_several_cells_is_translated_once() {
    let workbook = Workbook::of(&["same", "same", "other"]);
    assert_eq!(workbook.segments(), ["same", "other"]);
    assert_eq!(workbook.translated_strings(), ["<t>[śáɱé]</t>", "<t>[śáɱé]</t>", "<t>[óťĥéŕ]</t>"]);
}

#[test]
fn inline_strings_are_translated_and_results_are_not() {
    let rows = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>inline</t></is></c><c r=\"B1\" t=\"str\"><f>A1</f><v>inline</v></c></row>";
    let workbook = Workbook::new().sheet("", rows, "");
    let translated = workbook.translated();
    let sheet = translated.part("worksheets/sheet1.xml");
    assert!(sheet.contains("<is><t>[íńĺíńé]</t></is>") && sheet.contains("<v>inline</v>"), "{sheet}");
    assert!(translated.part("workbook.xml").contains("</sheets><calcPr fullCalcOnLoad=\"1\"/>"));
}

#[test]
fn strings_that_are_written_like_results_are_words() {
    // As SheetJS and others write every string.
    let cell = |name: &str, formula: &str, text: &str| format!("<c r=\"{name}\" t=\"str\">{formula}<v>{text}</v></c>");
    let rows = format!(
        "<row r=\"1\">{}{}{}</row><row r=\"2\">{}{}{}</row>",
        cell("A1", "", " Some &amp; words_x000D_ "),
        cell("B1", "<f>A1</f>", "a result"),
        cell("C1", "<f t=\"array\" ref=\"C1:C2\">A1:A2</f>", "a list"),
        cell("A2", "", "Other <!-- - -->words"),
        cell("B2", "", "AB-12"),
        cell("C2", "", "filled")
    );
    let workbook = Workbook::new().sheet("", &rows, "");
    assert_eq!(workbook.segments(), ["Some & words"]);
    let sheet = workbook.translated().part("worksheets/sheet1.xml");
    assert!(sheet.contains(&rows.replace("Some &amp; words", "[Śóɱé &amp; ŵóŕďś]")), "{sheet}");
    // The text of an other cell, and one that is too long.
    let twice = format!("<row>{}<c t=\"inlineStr\"><is><t>word</t></is></c></row>", cell("A1", "", "word"));
    let workbook = Workbook::new().sheet("", &twice, "");
    assert_eq!(workbook.segments(), ["word"]);
    let longer = workbook.translated_by(|_| TaggedText::plain("é".repeat(40_000)), &NOWHERE);
    assert!(longer.part("worksheets/sheet1.xml").contains(&format!("<v>{}…</v>", "é".repeat(32_766))));
    let arrays = "<row><c t=\"str\"><f t=\"array\" ref=\"A1:A2\">B1</f><v>x</v></c></row>".repeat(300);
    let workbook = Workbook::new().sheet("", &format!("{arrays}<row>{}</row>", cell("D999", "", "any words")), "");
    assert!(workbook.segments().is_empty());
}

#[test]
fn what_formulas_compare_with_stays() {
    let mut workbook = Workbook::new();
    let mut rows: String =
        ["Yes", "no", "Maybe", "Low", "Other", "Closed"].map(|text| workbook.cell(&format!("<t>{text}</t>"))).concat();
    rows.push_str("<row><c><f>IF(A1=\"yes\",COUNTIF(A:A,\"&lt;&gt;Closed\"),\"No\")</f><v>1</v></c></row>");
    let lists = "<dataValidations><dataValidation type=\"list\"><formula1>\"Low,High\"</formula1></dataValidation></dataValidations>";
    let workbook = workbook
        .sheet("", &rows, lists)
        .with_names("<definedNames><definedName name=\"x\">\"other\"</definedName></definedNames>");
    // No formula compares with what the list offers.
    assert_eq!(workbook.segments(), ["Maybe", "Low", "High"]);
    let lists = lists.replace("High", "Closed");
    let mut workbook = Workbook::of(&["Low", "Closed"]);
    let row = workbook.cell("<t>Other</t>") + "<row><c><f>COUNTIF(A:A,\"closed\")</f><v>1</v></c></row>";
    let workbook = workbook.sheet("", &row, &lists);
    assert_eq!(workbook.segments(), ["Other"]);
    assert_eq!(workbook.read().unwrap().1.untranslated().count(Reason::Referenced), 2);
}

#[test]
fn choices_are_translated_with_the_cells_that_say_them() {
    let list = |formula: &str| {
        format!(
            "<dataValidations><dataValidation type=\"list\"><formula1>{formula}</formula1></dataValidation></dataValidations>"
        )
    };
    let mut workbook = Workbook::new();
    let rows = workbook.cell("<t>Open</t>") + &workbook.cell("<t>Say \"hi\"</t>");
    let extended = "<extLst><ext><x14:dataValidation type=\"list\" xmlns:x14=\"x\" xmlns:xm=\"y\"><x14:formula1><xm:f>\"Open,12\"</xm:f>\
        </x14:formula1></x14:dataValidation></ext></extLst>";
    let behind = list("\"Open, Say \"\"hi\"\",12,Never said\"") + extended;
    let workbook = workbook.sheet("", &rows, &behind);
    assert_eq!(workbook.segments(), ["Open", "Say \"hi\"", "Never said"]);
    let written = workbook.translated();
    let sheet = written.part("worksheets/sheet1.xml");
    assert!(sheet.contains("<formula1>\"[Óṕéń], [Śáý \"\"ĥí\"\"],12,[Ńéṽéŕ śáíď]\"</formula1>"), "{sheet}");
    assert!(sheet.contains("<xm:f>\"[Óṕéń],12\"</xm:f>"), "{sheet}");
    assert_eq!(written.strings(), ["<t>[Óṕéń]</t>", "<t>[Śáý \"ĥí\"]</t>"]);
    // A comma would make two choices of one.
    let with = |make: fn(&str) -> String| {
        let translated = workbook.translated_by(|segment| TaggedText::plain(make(segment.source.text())), &NOWHERE);
        (translated.part("worksheets/sheet1.xml"), translated.strings().remove(0))
    };
    let (sheet, cell) = with(|text| format!("{text}, so"));
    assert!(sheet.contains("\"Open – so, Say \"\"hi\"\" – so,12,Never said – so\""), "{sheet}");
    assert_eq!(cell, "<t>Open – so</t>");
    let (sheet, cell) = with(|text| format!("{text} 1,5"));
    assert!(sheet.contains("<formula1>\"Open, Say \"\"hi\"\",12,Never said\"</formula1>"), "{sheet}");
    assert_eq!(cell, "<t>Open</t>");
    // Excel repairs a workbook with a list of more than 255 characters: all of it stays, and so do the cells.
    let (sheet, cell) = with(|text| format!("{text}{}", "é".repeat(100)));
    assert!(sheet.contains("<formula1>\"Open, Say \"\"hi\"\",12,Never said\"</formula1>"), "{sheet}");
    assert_eq!(cell, "<t>Open</t>");
}

#[test]
fn choices_that_hidden_cells_hold_are_seen() {
    let validation = |formula: &str| {
        format!(
            "<dataValidations><dataValidation type=\"list\"><formula1>{formula}</formula1></dataValidation></dataValidations>"
        )
    };
    let make = |formula: &str| {
        let mut workbook = Workbook::new();
        let hidden = ["Offered", "Offered too", "Nobody sees it"].map(|text| workbook.cell(&format!("<t>{text}</t>")));
        workbook
            .sheet("", "", &validation(formula))
            .sheet("state=\"hidden\"", &hidden.concat(), "")
            .with_names("<definedNames><definedName name=\"Choices\">S2!$A$2:$A$2</definedName></definedNames>")
    };
    assert_eq!(make("S2!$A$1:$A$2").segments(), ["Offered", "Offered too"]);
    assert_eq!(make("choices").segments(), ["Offered too"]);
    assert!(make("S2!$B$1:$B$9").segments().is_empty());
    assert!(make("$A$1:$A$9").segments().is_empty());
}

#[test]
fn hidden_sheets_rows_and_columns_stay() {
    let mut workbook = Workbook::new();
    let [shown, hidden, both] = ["shown", "hidden", "both"].map(|text| workbook.cell(&format!("<t>{text}</t>")));
    let shown = format!("{shown}{both}");
    let hidden = format!("{hidden}{both}");
    let mut workbook = workbook.sheet("", &shown, "").sheet("state=\"hidden\"", &hidden, "").sheet(
        "state=\"veryHidden\"",
        "<row><c t=\"inlineStr\"><is><t>deep</t></is></c></row>",
        "",
    );
    assert_eq!(workbook.segments(), ["shown", "both"]);
    workbook.options.hidden_text = true;
    assert_eq!(workbook.segments(), ["shown", "hidden", "both"]);
    let row = |attributes: &str, text: &str| {
        format!("<row {attributes}><c r=\"B2\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>")
    };
    let rows = row("hidden=\"1\"", "gone") + &row("hidden=\"1\" outlineLevel=\"1\"", "folded") + &row("", "there");
    assert_eq!(Workbook::new().sheet("", &rows, "").segments(), ["folded", "there"]);
    let filter = "<autoFilter ref=\"A1:A2\"><filterColumn colId=\"0\"><filters><filter val=\"there\"/></filters></filterColumn></autoFilter>";
    let filtered = Workbook::new().sheet("", &rows, filter);
    assert_eq!(filtered.segments(), ["gone", "folded", "there"]);
    assert!(filtered.translated().part("worksheets/sheet1.xml").contains("<filter val=\"[ťĥéŕé]\"/>"));
}

#[test]
fn values_of_extensions_are_no_cells() {
    let mut workbook = Workbook::new();
    let cell = workbook.cell("<t>word</t>");
    let behind = "<extLst><ext><x:v xmlns:x=\"urn:x\">99</x:v><v>99</v></ext></extLst>";
    assert_eq!(workbook.sheet("", &cell, behind).segments(), ["word"]);
}

#[test]
fn texts_around_the_cells_are_translated() {
    let behind = "<dataValidations><dataValidation promptTitle=\"Hint\" prompt=\"Choose one_x000a_of these\" errorTitle=\"Wrong\" error=\"Not allowed\"/></dataValidations>\
        <hyperlinks><hyperlink ref=\"A1\" location=\"S1!A1\" tooltip=\"Go there\"/></hyperlinks>\
        <headerFooter><oddHeader>&amp;L&amp;\"Arial,Bold\"Report&amp;RPage &amp;P</oddHeader></headerFooter>";
    let workbook = Workbook::new().sheet("", "", behind);
    assert_eq!(
        workbook.segments(),
        ["Hint", "Choose one{0}of these", "Wrong", "Not allowed", "Go there", "Report", "Page"]
    );
    let sheet = workbook.translated().part("worksheets/sheet1.xml");
    for part in [
        "promptTitle=\"[Ĥíńť]\" prompt=\"[Ćĥóóśé óńé_x000A_óƒ ťĥéśé]\" errorTitle=\"[Ŵŕóńǵ]\" error=\"[Ńóť áĺĺóŵéď]\"",
        "tooltip=\"[Ǵó ťĥéŕé]\"",
        "<oddHeader>&amp;L&amp;\"Arial,Bold\"[Ŕéṕóŕť]&amp;R[Ṕáǵé] &amp;P</oddHeader>",
    ] {
        assert!(sheet.contains(part), "{sheet}");
    }
}

#[test]
fn scenarios_have_comments() {
    let behind = "<scenarios current=\"0\"><scenario name=\"Best case\" user=\"Some Body\" comment=\"What we hope for\">\
        <inputCells r=\"A1\" val=\"5\"/></scenario></scenarios>";
    let mut workbook = Workbook::new().sheet("", "", behind);
    assert_eq!(workbook.segments(), ["What we hope for"]);
    let sheet = workbook.translated().part("worksheets/sheet1.xml");
    assert!(sheet.contains("name=\"Best case\" user=\"Some Body\" comment=\"[Ŵĥáť ŵé ĥóṕé ƒóŕ]\""), "{sheet}");
    workbook.options.comments = false;
    assert!(workbook.segments().is_empty());
}

#[test]
fn links_show_what_their_cells_say() {
    let mut workbook = Workbook::new();
    let cell = workbook.cell("<t>See the list</t>");
    let link = |display: &str| {
        format!("<hyperlinks><hyperlink ref=\"A1\" location=\"S1!A1\" display=\"{display}\"/></hyperlinks>")
    };
    let workbook = workbook.sheet("", &cell, &link("See the list")).sheet("", "", &link("S1!A1"));
    assert_eq!(workbook.segments(), ["See the list"]);
    let translated = workbook.translated();
    assert!(translated.part("worksheets/sheet1.xml").contains(&link("[Śéé ťĥé ĺíśť]")));
    assert!(translated.part("worksheets/sheet2.xml").contains(&link("S1!A1")));
}

#[test]
fn sheets_of_charts_have_headers_and_drawings() {
    let extensions = "<extLst><ext><x14:dataValidations xmlns:x14=\"x14\"><x14:dataValidation prompt=\"Choose one\"/></x14:dataValidations>\
        </ext></extLst><customSheetViews><customSheetView><headerFooter><oddFooter>&amp;CDraft text</oddFooter></headerFooter>\
        </customSheetView></customSheetViews>";
    let workbook = Workbook::new().sheet("", "", extensions);
    assert_eq!(workbook.segments(), ["Choose one", "Draft text"]);
    let chart = format!(
        "<chartsheet {MAIN_SPACE}><headerFooter><oddHeader>&amp;CMany charts</oddHeader></headerFooter></chartsheet>"
    );
    let mut workbook = Workbook::of(&["word"]).with("workbook.xml", "chartsheet", "chartsheets/sheet9.xml", &chart);
    workbook.add_sheet("p1");
    assert_eq!(workbook.segments(), ["word", "Many charts"]);
    assert!(workbook.translated().part("chartsheets/sheet9.xml").contains("&amp;C[Ḿáńý ćĥáŕťś]"));
}

#[test]
fn what_is_too_long_for_a_spreadsheet_is_cut() {
    let workbook = Workbook::of(&["word"]);
    let longer = workbook.translated_by(|_| TaggedText::plain("é".repeat(40_000)), &NOWHERE);
    let string = longer.strings().remove(0);
    assert_eq!(string.trim_start_matches("<t>").trim_end_matches("</t>").chars().count(), 32_767);
    assert!(string.ends_with("…</t>"));
    let prompt = "<dataValidations><dataValidation promptTitle=\"Hint\"/></dataValidations>";
    let workbook = Workbook::new().sheet("", "", prompt);
    let longer = workbook.translated_by(|_| TaggedText::plain("é".repeat(40)), &NOWHERE);
    assert!(longer.part("worksheets/sheet1.xml").contains(&format!("\"{}…\"", "é".repeat(31))));
    let header = "<headerFooter><oddHeader>&amp;CReport</oddHeader></headerFooter>";
    let workbook = Workbook::new().sheet("", "", header);
    let longer = workbook.translated_by(|_| TaggedText::plain("é".repeat(300)), &NOWHERE);
    assert!(longer.part("worksheets/sheet1.xml").contains(header));
}

#[test]
fn sheets_turn_with_the_language() {
    let target = |language: &str| Target {
        source_language: "en".parse::<LanguageTag>().ok(),
        language: language.parse::<LanguageTag>().ok(),
    };
    let workbook = Workbook::of(&["word"]);
    let sheet = workbook.translated_by(pseudo, &target("ar")).part("worksheets/sheet1.xml");
    assert!(sheet.contains("<sheetView rightToLeft=\"1\" workbookViewId=\"0\"/>"), "{sheet}");
    let sheet = workbook.translated_by(pseudo, &target("pt")).part("worksheets/sheet1.xml");
    assert!(!sheet.contains("rightToLeft"));
}
