//! Runs, formats, links, revisions, things in the text.

use terjuman_model::{Edge, Mark, TaggedText};

use super::build::Document;
use super::engine::pseudo;

#[track_caller]
fn check(paragraph: &str, segments: &[&str], pseudo_paragraph: &str) {
    Document::new(&format!("<w:p>{paragraph}</w:p>")).check(segments, &format!("<w:p>{pseudo_paragraph}</w:p>"));
}

#[test]
fn runs_that_look_the_same_are_one() {
    check(
        "<w:r w:rsidR=\"1\"><w:rPr><w:lang w:val=\"en-GB\"/></w:rPr><w:t>Hel</w:t></w:r><w:proofErr w:type=\"spellStart\"/>\
         <w:r><w:rPr><w:noProof/><w:spacing w:val=\"2\"/></w:rPr><w:t xml:space=\"preserve\">lo </w:t></w:r>\
         <w:r><w:lastRenderedPageBreak/><w:t>world &amp; all</w:t></w:r>",
        &["Hello world & all"],
        "<w:r><w:rPr><w:lang w:val=\"en-GB\"/></w:rPr><w:t>[Ĥéĺĺó ŵóŕĺď &amp; áĺĺ]</w:t></w:r>",
    );
}

#[test]
fn the_format_that_most_of_a_text_has_is_no_tag() {
    check(
        "<w:r><w:rPr><w:b/></w:rPr><w:t>All bold</w:t></w:r>",
        &["All bold"],
        "<w:r><w:rPr><w:b/></w:rPr><w:t>[Áĺĺ ƀóĺď]</w:t></w:r>",
    );
    check(
        "<w:r><w:t>one </w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>two</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\"> </w:t></w:r>\
         <w:r><w:t>three</w:t></w:r>",
        &["one {0:two }three"],
        "<w:r><w:t xml:space=\"preserve\">[óńé </w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">ťŵó </w:t></w:r><w:r><w:t>ťĥŕéé]</w:t></w:r>",
    );
}

#[test]
fn the_layout_of_the_markup_is_no_text() {
    let text = |space: &str, text: &str| format!("<w:r><w:t{space}>\n\t  {text}\n  </w:t></w:r>");
    let body = format!("<w:p>{}<w:r><w:t>\n  </w:t></w:r></w:p>", text("", "two words"));
    Document::new(&body)
        .check(&["two words"], "<w:p><w:r><w:t>[ťŵó ŵóŕďś]</w:t></w:r><w:r><w:t>\n  </w:t></w:r></w:p>");
    check(
        &format!("<w:r><w:t>one</w:t></w:r>{}", text(" xml:space=\"preserve\"", "two")),
        &["one\n\t  two"],
        "<w:r><w:t xml:space=\"preserve\">[óńé\n\t  ťŵó]\n  </w:t></w:r>",
    );
}

#[test]
fn capitals_that_are_a_look_stay_one() {
    check(
        "<w:r><w:rPr><w:smallCaps/></w:rPr><w:t xml:space=\"preserve\">Annual </w:t></w:r><w:r><w:rPr><w:caps/></w:rPr><w:t>Report</w:t></w:r>",
        &["Annual {0:Report}"],
        "<w:r><w:rPr><w:smallCaps/></w:rPr><w:t xml:space=\"preserve\">[Áńńúáĺ </w:t></w:r><w:r><w:rPr><w:caps/></w:rPr><w:t>Ŕéṕóŕť]</w:t></w:r>",
    );
}

#[test]
fn fonts_of_fixed_pitch_among_others_are_code() {
    let run = |properties: &str, text: &str| format!("<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>");
    let fonts = |name: &str| format!("<w:rFonts w:ascii=\"{name}\" w:hAnsi=\"{name}\"/>");
    let styles = format!(
        "<w:style w:styleId=\"A\"><w:name w:val=\"A\"/><w:rPr>{}</w:rPr></w:style>\
         <w:style w:styleId=\"B\"><w:name w:val=\"B\"/><w:basedOn w:val=\"A\"/></w:style>\
         <w:style w:styleId=\"C\"><w:name w:val=\"HTML Code\"/></w:style>",
        fonts("Consolas")
    );
    let is_code = |properties: &str, around: &str| {
        let body = [run(around, "This is "), run(properties, "it"), run(around, " here")].concat();
        let document =
            Document::new(&format!("<w:p>{body}</w:p>")).with("styles", super::build::root("styles", &styles));
        document.read().unwrap().0[0].tags.iter().any(|tag| tag.code)
    };
    assert!(is_code(&fonts("Courier New"), ""));
    assert!(is_code(&fonts("DejaVu Sans Mono"), "<w:b/>"));
    assert!(is_code("<w:rStyle w:val=\"B\"/>", ""));
    assert!(is_code("<w:rStyle w:val=\"C\"/>", ""));
    assert!(!is_code(&format!("<w:rStyle w:val=\"B\"/>{}", fonts("Arial")), ""));
    assert!(!is_code(&fonts("Arial"), ""));
    assert!(!is_code(&format!("<w:b/>{}", fonts("Courier New")), &fonts("Courier New")));
    assert!(!is_code("", &fonts("Courier New")));
}

#[test]
fn white_space_at_the_edges_is_no_part_of_a_segment() {
    check(
        "<w:r><w:t xml:space=\"preserve\">  a word\u{a0}</w:t></w:r>",
        &["a word"],
        "<w:r><w:t xml:space=\"preserve\">  [á ŵóŕď]\u{a0}</w:t></w:r>",
    );
}

#[test]
fn links_keep_their_format_and_wrapping_ones_are_no_tags() {
    let link = "<w:hyperlink r:id=\"r9\" w:history=\"1\"><w:r><w:rPr><w:rStyle w:val=\"Hyperlink\"/></w:rPr><w:t>here</w:t></w:r></w:hyperlink>";
    check(
        &format!("<w:r><w:t xml:space=\"preserve\">See </w:t></w:r>{link}<w:r><w:t>.</w:t></w:r>"),
        &["See {0=:here}."],
        &format!(
            "<w:r><w:t xml:space=\"preserve\">[Śéé </w:t></w:r>{}<w:r><w:t>.]</w:t></w:r>",
            link.replace("here", "ĥéŕé")
        ),
    );
    check(link, &["here"], &link.replace("here", "[ĥéŕé]"));
}

#[test]
fn revisions_keep_what_was_deleted_and_translate_what_is_there() {
    check(
        "<w:r><w:t xml:space=\"preserve\">We </w:t></w:r><w:del w:id=\"1\"><w:r><w:delText>never</w:delText></w:r></w:del>\
         <w:ins w:id=\"2\"><w:r><w:t>always</w:t></w:r></w:ins><w:r><w:t xml:space=\"preserve\"> pay</w:t></w:r>",
        &["We {0^}{1=:always} pay"],
        "<w:r><w:t xml:space=\"preserve\">[Ŵé </w:t></w:r><w:del w:id=\"1\"><w:r><w:delText>never</w:delText></w:r></w:del>\
         <w:ins w:id=\"2\"><w:r><w:t>áĺŵáýś</w:t></w:r></w:ins><w:r><w:t xml:space=\"preserve\"> ṕáý]</w:t></w:r>",
    );
    check(
        "<w:moveFrom w:id=\"1\"><w:r><w:t>gone</w:t></w:r></w:moveFrom><w:moveTo w:id=\"2\"><w:r><w:t>come</w:t></w:r></w:moveTo>",
        &["come"],
        "<w:moveFrom w:id=\"1\"><w:r><w:t>gone</w:t></w:r></w:moveFrom><w:moveTo w:id=\"2\"><w:r><w:t>[ćóɱé]</w:t></w:r></w:moveTo>",
    );
    // A space that was inserted is still between the words.
    let inserted = "<w:r><w:t>one</w:t></w:r><w:ins w:id=\"1\"><w:r><w:t xml:space=\"preserve\"> </w:t></w:r></w:ins><w:r><w:t>two</w:t></w:r>";
    check(inserted, &["one{0} two"], &inserted.replace(">one<", ">[óńé<").replace(">two<", ">ťŵó]<"));
}

#[test]
fn things_move_with_their_words() {
    check(
        "<w:bookmarkStart w:id=\"0\" w:name=\"b\"/><w:r><w:t>Text</w:t></w:r><w:commentRangeEnd w:id=\"3\"/>\
         <w:r><w:commentReference w:id=\"3\"/></w:r><w:r><w:t xml:space=\"preserve\"> with note</w:t></w:r>\
         <w:r><w:footnoteReference w:id=\"2\"/></w:r><w:bookmarkEnd w:id=\"0\"/>",
        &["Text{0^} with note"],
        "<w:bookmarkStart w:id=\"0\" w:name=\"b\"/><w:r><w:t>[Ťéẋť</w:t></w:r><w:commentRangeEnd w:id=\"3\"/>\
         <w:r><w:commentReference w:id=\"3\"/></w:r><w:r><w:t xml:space=\"preserve\"> ŵíťĥ ńóťé]</w:t></w:r>\
         <w:r><w:footnoteReference w:id=\"2\"/></w:r><w:bookmarkEnd w:id=\"0\"/>",
    );
}

#[test]
fn what_hangs_in_a_word_does_not_cut_it() {
    let kinds = |inside: &str| {
        let paragraph = format!("<w:p><w:r><w:t>equi</w:t></w:r>{inside}<w:r><w:t>pment</w:t></w:r></w:p>");
        Document::new(&paragraph).segments()
    };
    for inside in [
        "<w:bookmarkStart w:id=\"0\" w:name=\"_GoBack\"/><w:bookmarkEnd w:id=\"0\"/>",
        "<w:del w:id=\"1\"><w:r><w:delText>pp</w:delText></w:r></w:del>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>pp</w:t></w:r>",
        "<w:r><w:commentReference w:id=\"3\"/></w:r>",
        "<w:r><w:drawing><wp:anchor behindDoc=\"0\"><wp:extent/><wp:inline /></wp:anchor></w:drawing></w:r>",
        "<w:r><w:pict><v:shape style=\"position:absolute;z-index:2\"/></w:pict></w:r>",
    ] {
        assert_eq!(kinds(inside), ["equi{0^}pment"], "{inside}");
    }
    for inside in [
        "<w:r><w:drawing><wp:inline distT=\"0\"><wp:extent/></wp:inline></w:drawing></w:r>",
        "<w:r><w:pict><v:shape style=\"width:2pt\"/></w:pict></w:r>",
        "<w:r><w:footnoteReference w:id=\"2\"/></w:r>",
        "<w:bookmarkStart w:id=\"0\" w:name=\"b\"/><w:r><w:footnoteReference w:id=\"2\"/></w:r>",
    ] {
        assert_eq!(kinds(inside), ["equi{0}pment"], "{inside}");
    }
}

#[test]
fn a_moved_thing_takes_its_run_along() {
    let document = Document::new(
        "<w:p><w:r><w:t>big</w:t></w:r><w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:footnoteReference w:id=\"2\"/></w:r>\
         <w:r><w:t xml:space=\"preserve\"> house</w:t></w:r></w:p>",
    );
    assert_eq!(document.segments(), ["big{0} house"]);
    let moved = document.translated(|segment| {
        let mark = Mark { at: 10, ..segment.source.marks()[0] };
        TaggedText::with_marks("casa grande".into(), vec![Mark { at: 11, edge: Edge::Point, ..mark }])
    });
    assert_eq!(
        moved,
        "<w:p><w:r><w:t>casa grande</w:t></w:r><w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:footnoteReference w:id=\"2\"/></w:r></w:p>"
    );
}

#[test]
fn lost_and_doubled_tags_are_refused() {
    let document = Document::new(
        "<w:p><w:r><w:t>a word</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:t xml:space=\"preserve\"> more</w:t></w:r></w:p>",
    );
    let (segments, skeleton) = document.read().unwrap();
    let mark = segments[0].source.marks()[0];
    for marks in [vec![], vec![mark, mark]] {
        let damaged = TaggedText::with_marks("uma palavra".into(), marks);
        let written = skeleton.write(&[damaged], &super::build::NOWHERE, crate::extent::Extent::Changed);
        assert!(matches!(written, Err(crate::FormatError::Verification(_))));
    }
}

#[test]
fn links_that_cross_are_ended_in_order() {
    let link = |id: u8, text: &str| {
        format!("<w:hyperlink r:id=\"r{id}\"><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:hyperlink>")
    };
    let document = Document::new(&format!(
        "<w:p><w:r><w:t>x </w:t></w:r>{}{}<w:r><w:t> y</w:t></w:r></w:p>",
        link(1, "one"),
        link(2, "two")
    ));
    let crossed = document.translated(|segment| {
        let tags: Vec<_> = segment.source.marks().iter().map(|mark| mark.tag).collect();
        let mut text = TaggedText::plain("x ");
        text.open(tags[0]);
        text.push_str("um ");
        text.open(tags[2]);
        text.push_str("dois");
        text.close(tags[0]);
        text.push_str(" tres");
        text.close(tags[2]);
        text
    });
    assert!(crossed.contains("</w:hyperlink></w:hyperlink>"), "{crossed}");
}

#[test]
fn page_breaks_and_tabs_part_segments() {
    check(
        "<w:r><w:t>Before</w:t><w:br w:type=\"page\"/><w:t>After</w:t></w:r>",
        &["Before", "After"],
        "<w:r><w:t>[Ɓéƒóŕé]</w:t><w:br w:type=\"page\"/><w:t>[Áƒťéŕ]</w:t></w:r>",
    );
    for parted in
        ["<w:br w:type=\"column\"/>", "<w:ptab w:relativeTo=\"margin\" w:alignment=\"right\" w:leader=\"none\"/>"]
    {
        let body = format!("<w:p><w:r><w:t>Before</w:t>{parted}<w:t>After</w:t></w:r></w:p>");
        assert_eq!(Document::new(&body).segments(), ["Before", "After"], "{parted}");
    }
    check(
        "<w:r><w:tab/><w:t>Name:</w:t><w:tab/><w:tab/><w:t>Jane</w:t></w:r>",
        &["Name:", "Jane"],
        "<w:r><w:tab/><w:t>[Ńáɱé:]</w:t><w:tab/><w:tab/><w:t>[Ĵáńé]</w:t></w:r>",
    );
    check(
        "<w:r><w:t>Annual report</w:t><w:tab/><w:t>page two</w:t></w:r>",
        &["Annual report", "page two"],
        "<w:r><w:t>[Áńńúáĺ ŕéṕóŕť]</w:t><w:tab/><w:t>[ṕáǵé ťŵó]</w:t></w:r>",
    );
    check(
        "<w:r><w:t>the quick,</w:t><w:tab/><w:t>brown fox</w:t></w:r>",
        &["the quick,{0} brown fox"],
        "<w:r><w:t>[ťĥé ɋúíćķ,</w:t><w:tab/><w:t>ƀŕóŵń ƒóẋ]</w:t></w:r>",
    );
}

#[test]
fn line_breaks_stay_and_hold_words_apart() {
    check(
        "<w:r><w:t>mailto:a@b.org</w:t><w:br/><w:t>Report</w:t></w:r>",
        &["mailto:a@b.org{0/} Report"],
        "<w:r><w:t>[ɱáíĺťó:á@ƀ.óŕǵ</w:t><w:br/><w:t>Ŕéṕóŕť]</w:t></w:r>",
    );
    check(
        "<w:r><w:t>Annual</w:t><w:br/><w:t>Report</w:t></w:r>",
        &["Annual{0/} Report"],
        "<w:r><w:t>[Áńńúáĺ</w:t><w:br/><w:t>Ŕéṕóŕť]</w:t></w:r>",
    );
    check("<w:r><w:t>Lines</w:t><w:br/></w:r>", &["Lines"], "<w:r><w:t>[Ĺíńéś]</w:t><w:br/></w:r>");
}

#[test]
fn hyphens_that_do_not_break_are_characters() {
    check(
        "<w:r><w:t>co</w:t><w:noBreakHyphen/><w:t>op</w:t><w:softHyphen/><w:t>erate</w:t></w:r>",
        &["co\u{2011}operate"],
        "<w:r><w:t>[ćó</w:t><w:noBreakHyphen/><w:t>óṕéŕáťé]</w:t></w:r>",
    );
}

#[test]
fn smart_tags_go_where_the_text_is_rewritten() {
    check(
        "<w:smartTag w:uri=\"u\" w:element=\"place\"><w:smartTagPr><w:attr w:name=\"n\" w:val=\"v\"/></w:smartTagPr>\
         <w:r><w:t>Rome</w:t></w:r></w:smartTag><w:r><w:t xml:space=\"preserve\"> is old</w:t></w:r>",
        &["Rome is old"],
        "<w:r><w:t>[Ŕóɱé íś óĺď]</w:t></w:r>",
    );
}

#[test]
fn formulas_and_readings() {
    let formula = "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>";
    check(
        &format!("<w:r><w:t>where</w:t></w:r>{formula}<w:r><w:t>holds</w:t></w:r>"),
        &["where{0}holds"],
        &format!("<w:r><w:t>[ŵĥéŕé</w:t></w:r>{formula}<w:r><w:t>ĥóĺďś]</w:t></w:r>"),
    );
    check(
        "<w:r><w:t>see </w:t><w:ruby><w:rubyPr/><w:rt><w:r><w:t>reading</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>base</w:t></w:r></w:rubyBase></w:ruby></w:r>",
        &["see base"],
        "<w:r><w:t>[śéé ƀáśé]</w:t></w:r>",
    );
}

#[test]
fn words_in_formulas_are_translated_if_asked_for() {
    let words = "<m:r><m:rPr><m:nor/></m:rPr><w:rPr><w:i/></w:rPr><m:t xml:space=\"preserve\"> if positive</m:t></m:r>";
    let none = "<m:r><m:rPr><m:nor m:val=\"0\"/></m:rPr><m:t>sin</m:t></m:r><m:r><m:t>ab</m:t></m:r>";
    let body = format!(
        "<w:p><w:r><w:t xml:space=\"preserve\">where </w:t></w:r><m:oMath><m:e>{none}{words}</m:e></m:oMath>\
         <w:r><w:t xml:space=\"preserve\"> holds</w:t></w:r></w:p><m:oMathPara><m:oMath>{words}</m:oMath></m:oMathPara>"
    );
    let mut document = Document::new(&body);
    assert_eq!(document.segments(), ["where {0} holds"]);
    document.options.formula_text = true;
    assert_eq!(document.segments(), ["if positive", "where {0} holds", "if positive"]);
    let written = document.translated(pseudo);
    assert_eq!(written.matches("> [íƒ ṕóśíťíṽé]</m:t>").count(), 2, "{written}");
    assert!(written.contains(">[ŵĥéŕé ") && written.contains(none), "{written}");
}

#[test]
fn hidden_text_is_left_alone_unless_asked_for() {
    let body = "<w:p><w:r><w:t xml:space=\"preserve\">seen </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t xml:space=\"preserve\">hidden </w:t></w:r><w:r><w:t>again</w:t></w:r></w:p>";
    let mut document = Document::new(body);
    assert_eq!(document.segments(), ["seen {0^}again"]);
    assert!(document.translated(pseudo).contains(">hidden <"));
    document.options.hidden_text = true;
    assert_eq!(document.segments(), ["seen {0:hidden }again"]);
    for off in ["0", "false", "off"] {
        let body =
            format!("<w:p><w:r><w:rPr><w:vanish w:val=\"{off}\"/></w:rPr><w:t>seen all the same</w:t></w:r></w:p>");
        assert_eq!(Document::new(&body).segments(), ["seen all the same"], "{off}");
    }
    let styles = "<w:style w:type=\"character\" w:styleId=\"Base\"><w:rPr><w:vanish/></w:rPr></w:style>\
        <w:style w:type=\"character\" w:styleId=\"Gone\"><w:basedOn w:val=\"Base\"/></w:style>\
        <w:style w:type=\"character\" w:styleId=\"Back\"><w:basedOn w:val=\"Gone\"/><w:rPr><w:vanish w:val=\"0\"/></w:rPr></w:style>\
        <w:style w:type=\"character\" w:styleId=\"Loop\"><w:basedOn w:val=\"Loop\"/></w:style>";
    for (style, hidden) in [("Gone", true), ("Back", false), ("Loop", false), ("None", false)] {
        let body = format!("<w:p><w:r><w:rPr><w:rStyle w:val=\"{style}\"/></w:rPr><w:t>text</w:t></w:r></w:p>");
        let document = Document::new(&body).with("styles", super::build::root("styles", styles));
        assert_eq!(document.segments().is_empty(), hidden, "{style}");
    }
}

#[test]
fn nothing_to_translate_is_a_copy() {
    for paragraph in
        ["", "<w:r><w:t>12.50 %</w:t></w:r>", "<w:r><w:t>https://example.com/a</w:t></w:r>", "<w:r><w:t/></w:r>"]
    {
        check(paragraph, &[], paragraph);
    }
}

#[test]
fn text_and_characters_of_all_kinds() {
    let document = Document::new("<w:p><w:r><w:t><![CDATA[a <b> & c]]> d&#x2014;e</w:t></w:r></w:p>");
    assert_eq!(document.segments(), ["a <b> & c d—e"]);
    let written = document.translated(|_| TaggedText::plain("x < y & z\u{b}\u{fffe} \u{1f600}"));
    assert_eq!(written, "<w:p><w:r><w:t>x &lt; y &amp; z \u{1f600}</w:t></w:r></w:p>");
}

#[test]
fn symbols_stand_alone_in_their_runs() {
    // The four runs look the same and are written as one, but a reader shows all of a run with a symbol in its font.
    let symbol = "<w:r><w:sym w:font=\"Symbol\" w:char=\"F094\"/></w:r>";
    check(
        &format!(
            "<w:r><w:t xml:space=\"preserve\">one </w:t></w:r>{symbol}<w:r><w:t xml:space=\"preserve\"> two</w:t></w:r>"
        ),
        &["one {0} two"],
        &format!(
            "<w:r><w:t xml:space=\"preserve\">[óńé </w:t></w:r>{symbol}<w:r><w:t xml:space=\"preserve\"> ťŵó]</w:t></w:r>"
        ),
    );
}

#[test]
fn letters_in_a_font_of_pictures_are_no_words() {
    let arrow = "<w:r><w:rPr><w:rFonts w:ascii=\"Wingdings\" w:hAnsi=\"Wingdings\"/></w:rPr><w:t>abc</w:t></w:r>";
    check(
        &format!(
            "<w:r><w:t xml:space=\"preserve\">Go </w:t></w:r>{arrow}<w:r><w:t xml:space=\"preserve\"> on</w:t></w:r>"
        ),
        &["Go {0} on"],
        &format!(
            "<w:r><w:t xml:space=\"preserve\">[Ǵó </w:t></w:r>{arrow}<w:r><w:t xml:space=\"preserve\"> óń]</w:t></w:r>"
        ),
    );
}
