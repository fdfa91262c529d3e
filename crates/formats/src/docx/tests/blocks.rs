//! Everything around paragraphs in the main part: tables, text boxes, content controls.

use super::build::{Document, body, part};
use super::engine::pseudo;
use super::parts::paragraph;

#[test]
fn properties_that_nobody_sees_refuse_no_document() {
    // A list of titles of four megabytes packs a thousandfold.
    let titles = format!("<Properties><TitlesOfParts>{}</TitlesOfParts></Properties>", " ".repeat(4 << 20));
    let document = Document::new("<w:p><w:r><w:t>Some words</w:t></w:r></w:p>").with_root(
        "extended-properties",
        "docProps/app.xml",
        &titles,
    );
    assert_eq!(document.segments(), ["Some words"]);
}

#[test]
fn tables_and_deleted_rows() {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph(text));
    let body = format!(
        "<w:tbl><w:tblPr/><w:tr>{}{}<w:tc><w:p/></w:tc></w:tr><w:tr><w:trPr><w:del w:id=\"1\"/></w:trPr>{}</w:tr></w:tbl>",
        cell("one"),
        cell("two"),
        cell("deleted")
    );
    let document = Document::new(&body);
    document.check(&["one", "two"], &body.replace(">one<", ">[óńé]<").replace(">two<", ">[ťŵó]<"));
}

#[test]
fn text_boxes_are_told_once_and_written_twice() {
    let text_box =
        |around: &str, text: &str| format!("<{around}><w:txbxContent>{}</w:txbxContent></{around}>", paragraph(text));
    let body = format!(
        "<w:p><w:r><w:t xml:space=\"preserve\">Before </w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing>\
         <wp:docPr id=\"1\" name=\"Box\" descr=\"A blue box\"/>{}</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape alt=\"A blue box\">{}\
         </v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t xml:space=\"preserve\"> after</w:t></w:r></w:p>",
        text_box("wp:x", "Inside"),
        text_box("v:textbox", "Inside"),
    );
    let mut document = Document::new(&body);
    document.check(
        &["A blue box", "Inside", "Before {0} after"],
        &body
            .replace("A blue box", "[Á ƀĺúé ƀóẋ]")
            .replace("Inside", "[Íńśíďé]")
            .replace("Before ", "[Ɓéƒóŕé ")
            .replace("> after<", "> áƒťéŕ]<"),
    );
    document.options.alt_text = false;
    assert_eq!(document.segments(), ["Inside", "Before {0} after"]);
    // What differs is a segment of its own.
    let different = Document::new(&body.replacen("Inside", "Outside", 1));
    assert_eq!(different.segments(), ["A blue box", "Outside", "Inside", "Before {0} after"]);
}

#[test]
fn alternative_texts_that_are_file_names_are_left_alone() {
    for name in ["image1.png", "C:\\My Pictures\\a picture.jpg", "my summer photo.JPG", "http://a/b.png"] {
        let body = format!("<w:p><w:r><w:drawing><wp:docPr id=\"1\" descr=\"{name}\"/></w:drawing></w:r></w:p>");
        assert_eq!(Document::new(&body).segments().is_empty(), name != "my summer photo.JPG", "{name}");
    }
}

#[test]
fn titles_and_hints_are_alternative_texts() {
    let body = format!(
        "<w:tbl><w:tblPr><w:tblCaption w:val=\"Prices\"/><w:tblDescription w:val=\"What things cost\"/></w:tblPr><w:tr><w:tc>\
         {}</w:tc></w:tr></w:tbl><w:p><w:hyperlink w:anchor=\"a\" w:tooltip=\"Go there\"><w:r><w:t>Here</w:t></w:r></w:hyperlink>\
         <w:r><w:t xml:space=\"preserve\"> it is</w:t></w:r><w:r><w:drawing><wp:docPr id=\"1\" name=\"x\"><a:hlinkClick \
         tooltip=\"Click it\"/></wp:docPr><wpg:wgp xmlns:wpg=\"http://schemas.microsoft.com/office/word/2010/wordprocessingGroup\">\
         <wpg:cNvPr id=\"2\" descr=\"A group\"/></wpg:wgp></w:drawing></w:r></w:p>",
        paragraph("cell")
    );
    let mut document = Document::new(&body);
    let alternatives = ["Prices", "What things cost", "cell", "Go there", "Click it", "A group"];
    assert_eq!(document.segments()[..6], alternatives);
    let written = document.translated(pseudo);
    for part in [
        "<w:tblCaption w:val=\"[Ṕŕíćéś]\"/>",
        "<w:tblDescription w:val=\"[Ŵĥáť ťĥíńǵś ćóśť]\"/>",
        "w:tooltip=\"[Ǵó ťĥéŕé]\"",
        "tooltip=\"[Ćĺíćķ íť]\"",
        "descr=\"[Á ǵŕóúṕ]\"",
    ] {
        assert!(written.contains(part), "{part} {written}");
    }
    document.options.alt_text = false;
    assert_eq!(document.segments().len(), 2);
}

#[test]
fn content_controls() {
    let control = |properties: &str| {
        format!(
            "<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent><w:r><w:t>choice</w:t></w:r></w:sdtContent></w:sdt>"
        )
    };
    let within = |control: &str| {
        Document::new(&format!(
            "<w:p><w:r><w:t xml:space=\"preserve\">Your </w:t></w:r>{control}<w:r><w:t>!</w:t></w:r></w:p>"
        ))
    };
    assert_eq!(within(&control("<w:alias w:val=\"An alias\"/><w:showingPlcHdr/>")).segments(), ["Your {0=:choice}!"]);
    assert_eq!(within(&control("<w:date w:fullDate=\"x\"/>")).segments(), ["Your {0}!"]);
    assert_eq!(within(&control("<w:showingPlcHdr/><w:date/>")).segments(), ["Your {0=:choice}!"]);
    let list = "<w:dropDownList><w:listItem w:displayText=\"Choose one\" w:value=\"Value one\"/></w:dropDownList>";
    assert_eq!(within(&control(list)).segments(), ["Choose one", "Your {0=:choice}!"]);
    let translated = within(&control(list)).translated(pseudo);
    assert!(translated.contains("w:displayText=\"[Ćĥóóśé óńé]\" w:value=\"Value one\""), "{translated}");
    let around = |properties: &str| {
        let control = format!(
            "<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
            paragraph("a text")
        );
        Document::new(&control).segments()
    };
    assert_eq!(around("<w:id w:val=\"1\"/>"), ["a text"]);
    assert!(around("<w:date/>").is_empty());
}

#[test]
fn watermarks_are_words() {
    let body = "<w:p><w:r><w:pict><v:shape id=\"PowerPlusWaterMarkObject1\"><v:textpath style=\"font-size:1pt\" \
         string=\"DO NOT COPY\"/></v:shape></w:pict></w:r></w:p>";
    Document::new(body).check(&["DO NOT COPY"], &body.replace("DO NOT COPY", "[ĎÓ ŃÓŤ ĆÓṔÝ]"));
}

#[test]
fn runs_that_a_choice_tells_in_two_ways() {
    let run = |text: &str| format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>");
    let choice = |choice: &str, fallback: &str| {
        format!(
            "<mc:AlternateContent><mc:Choice Requires=\"x\">{choice}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>\
             </mc:AlternateContent>"
        )
    };
    let around = |inner: &str| format!("<w:p><w:r><w:t xml:space=\"preserve\">Before </w:t></w:r>{inner}</w:p>");
    let body = around(&choice(&run("said twice"), &run("said twice")));
    Document::new(&body)
        .check(&["said twice", "Before"], &body.replace("said twice", "[śáíď ťŵíćé]").replace("Before ", "[Ɓéƒóŕé] "));
    // What turns has no properties of a paragraph put into a choice.
    let turned = body_in_arabic(&Document::new(&body));
    assert_eq!(turned.matches("<w:bidi/>").count(), 1, "{turned}");
    // A formula, and its words for who cannot read formulas; a choice in a choice.
    let formula = choice("<m:oMath><m:r><m:t>sine x</m:t></m:r></m:oMath>", &run("the sine"));
    assert_eq!(Document::new(&around(&formula)).segments(), ["the sine", "Before"]);
    let nested = choice(&choice(&run("deep"), &run("deep")), &run("deep"));
    assert_eq!(Document::new(&around(&nested)).segments(), ["deep", "Before"]);
    // Within a run.
    let within = format!("<w:r>{}</w:r>", choice("<w:t> a word </w:t>", "<w:t>other words</w:t>"));
    let body = around(&within);
    Document::new(&body).check(
        &["a word", "other words", "Before"],
        &body.replace("a word", "[á ŵóŕď]").replace("other words", "[óťĥéŕ ŵóŕďś]").replace("Before ", "[Ɓéƒóŕé] "),
    );
    // A field that begins in a choice ends there; one around it goes on.
    let mark = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let open = choice(&(mark("begin") + &run("shown")), &run("shown"));
    assert_eq!(Document::new(&around(&open)).segments(), ["shown", "Before"]);
    let link = format!(
        "{}<w:r><w:instrText>HYPERLINK a</w:instrText></w:r>{}{}{}{}",
        mark("begin"),
        mark("separate"),
        run("see"),
        choice(&run("linked"), &run("linked")),
        mark("end")
    );
    assert_eq!(Document::new(&around(&link)).segments(), ["linked", "Before {0=:see{1}}"]);
}

pub(super) fn body_in_arabic(document: &Document) -> String {
    body(&part(&document.merged(pseudo, &super::build::to("ar")), "word/document.xml"))
}
