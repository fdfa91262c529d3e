//! What stands on a slide.

use super::build::{Deck, NOWHERE, SLIDE, paragraph, part, pseudo, shape, to, twice};
use crate::Options;

#[test]
fn runs_that_look_the_same_are_one_text() {
    let runs = "<a:p><a:pPr algn=\"ctr\"><a:buNone/></a:pPr><a:r><a:rPr lang=\"en-US\" dirty=\"0\" err=\"1\" b=\"1\"/><a:t>Hel</a:t></a:r>\
        <a:r><a:rPr lang=\"en-GB\" smtClean=\"0\" b=\"1\"/><a:t>lo</a:t></a:r><a:r><a:rPr b=\"1\" kern=\"1200\"/><a:t> there</a:t></a:r>\
        <a:endParaRPr lang=\"en-US\" b=\"1\"/></a:p>";
    let start = runs.find("<a:r>").unwrap();
    let end = runs.find("<a:endParaRPr").unwrap();
    Deck::new(&shape(runs)).check(
        &["Hello there"],
        SLIDE,
        &[(
            &runs[start..end],
            "<a:r><a:rPr lang=\"en-US\" dirty=\"0\" err=\"1\" b=\"1\"/><a:t>HELLO THERE</a:t></a:r>",
        )],
    );
}

#[test]
fn fonts_of_scripts_that_do_not_occur_make_no_difference() {
    let run = |font: &str, text: &str| format!("<a:r><a:rPr b=\"1\"><a:{font}/></a:rPr><a:t>{text}</a:t></a:r>");
    let texts = |first: &str, last: &str| {
        let runs =
            run("ea typeface=\"A\"", first) + &run("ea typeface=\"B\"", " or ") + &run("cs typeface=\"C\"", last);
        Deck::new(&shape(&format!("<a:p>{runs}</a:p>"))).segments()
    };
    assert_eq!(texts("one", "two"), ["one or two"]);
    assert_eq!(texts("一二三四五", "two"), ["一二三四五{0: or }{1:two}"]);
    let latin = run("latin typeface=\"A\"", "one ") + &run("latin typeface=\"B\"", "or two");
    assert_eq!(Deck::new(&shape(&format!("<a:p>{latin}</a:p>"))).segments(), ["{0:one }or two"]);
}

#[test]
fn vertical_tabs_that_are_spelled_part_words() {
    let text =
        "<a:p><a:r><a:t>_x000B_One_x000B_two and</a:t></a:r><a:r><a:rPr b=\"1\"/><a:t>_x000B_three</a:t></a:r></a:p>";
    Deck::new(&shape(text)).check(
        &["One\u{b}two and{0:\u{b}three}"],
        SLIDE,
        &[(">_x000B_One_x000B_two and<", ">_x000B_ONE_x000B_TWO AND<"), (">_x000B_three<", ">_x000B_THREE<")],
    );
}

#[test]
fn breaks_and_fields_keep_their_places() {
    let text = "<a:p><a:r><a:t>one</a:t></a:r><a:br><a:rPr lang=\"en-US\"/></a:br><a:r><a:t>two </a:t></a:r>\
        <a:fld id=\"{A}\" type=\"slidenum\"><a:rPr/><a:t>12</a:t></a:fld><a:r><a:t> three</a:t></a:r></a:p>";
    Deck::new(&shape(text)).check(
        &["one{0/} two {1} three"],
        SLIDE,
        &[(">one<", ">ONE<"), (">two <", ">TWO <"), ("> three<", "> THREE<")],
    );
    // A field alone is no text.
    let number = "<a:p><a:fld id=\"{A}\" type=\"datetime1\"><a:rPr/><a:t>1 May</a:t></a:fld><a:endParaRPr/></a:p>";
    assert!(Deck::new(&shape(number)).segments().is_empty());
}

#[test]
fn properties_said_again_within_a_paragraph_stay() {
    let said = "<a:pPr algn=\"l\" indent=\"0\"><a:buNone/></a:pPr>";
    let text = format!(
        "<a:p>{said}<a:r><a:rPr b=\"1\"/><a:t>The quick </a:t></a:r>{said}<a:r><a:rPr/><a:t>brown fox</a:t></a:r><a:endParaRPr/></a:p>"
    );
    let deck = Deck::new(&shape(&text));
    deck.check(
        &["The quick {0^}{1:brown fox}"],
        SLIDE,
        &[(">The quick <", ">THE QUICK <"), (">brown fox<", ">BROWN FOX<")],
    );
    let turned = part(&deck.merged(pseudo, &to("ar")), SLIDE);
    assert_eq!(turned.matches("<a:pPr rtl=\"1\" algn=\"r\" indent=\"0\"><a:buNone/></a:pPr>").count(), 2, "{turned}");
}

#[test]
fn links_are_whole() {
    let link = |id: u8, text: &str, more: &str| {
        format!("<a:r><a:rPr lang=\"en-US\"{more}><a:hlinkClick r:id=\"r{id}\"/></a:rPr><a:t>{text}</a:t></a:r>")
    };
    let text = |runs: String| Deck::new(&shape(&format!("<a:p>{runs}</a:p>")));
    let plain = |text: &str| format!("<a:r><a:rPr lang=\"en-US\"/><a:t>{text}</a:t></a:r>");
    let deck =
        text(plain("See ") + &link(7, "the long ", "") + &link(7, "list of names", " dirty=\"0\"") + &plain("."));
    assert_eq!(deck.segments(), ["See {0=:the long list of names}."]);
    let merged = part(&deck.merged(pseudo, &NOWHERE), SLIDE);
    assert!(merged.contains(&format!("{}{}", link(7, "THE LONG LIST OF NAMES", ""), plain("."))), "{merged}");
    assert_eq!(text(link(7, "all of it", "")).segments(), ["all of it"]);
    assert_eq!(text(link(7, "one", "") + &plain(" and ") + &link(8, "two", "")).segments(), ["{0=:one} and {1=:two}"]);
}

#[test]
fn hints_of_links_are_alternative_texts() {
    let run = |text: &str, hint: &str, more: &str| {
        format!(
            "<a:r><a:rPr lang=\"en-US\"{more}><a:hlinkClick r:id=\"r7\" tooltip=\"{hint}\"/></a:rPr><a:t>{text}</a:t></a:r>"
        )
    };
    let slide = |hint: &str, linked: &str| {
        format!("<a:p><a:r><a:rPr lang=\"en-US\"/><a:t>See </a:t></a:r>{}</a:p>", run(linked, hint, ""))
    };
    let deck = Deck::new(&shape(&slide("Go &amp; look", "there")));
    deck.check(
        &["Go & look", "See {0=:there}"],
        SLIDE,
        &[("Go &amp; look", "GO &amp; LOOK"), ("See ", "SEE "), ("there", "THERE")],
    );
    // The hint alone, of a text that stays.
    Deck::new(&shape(&slide("Go there", "1").replace("See ", "2"))).check(
        &["Go there"],
        SLIDE,
        &[("Go there", "GO THERE")],
    );
    // A link in two runs says it twice, and is one.
    let deck = Deck::new(&shape(&format!("<a:p>{}{}</a:p>", run("one ", "Go", ""), run("two", "Go", " dirty=\"0\""))));
    assert_eq!(deck.segments(), ["Go", "one two"]);
    let merged = part(&deck.merged(pseudo, &NOWHERE), SLIDE);
    assert!(merged.contains(&format!("<a:p>{}</a:p>", run("ONE TWO", "GO", ""))), "{merged}");
    let without = deck.with_options(Options { alt_text: false, ..Options::default() });
    assert_eq!(without.segments(), ["one two"]);
}

#[test]
fn tables_without_cells_that_are_covered() {
    let cell = |attributes: &str, text: &str| {
        format!("<a:tc{attributes}><a:txBody><a:bodyPr/>{}</a:txBody><a:tcPr/></a:tc>", paragraph(text))
    };
    let table = format!(
        "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"4\" name=\"Table 3\" descr=\"a list\" title=\"short\"/>\
         </p:nvGraphicFramePr><a:graphic><a:graphicData><a:tbl><a:tblPr/><a:tr>{}{}</a:tr><a:tr>{}{}</a:tr></a:tbl>\
         </a:graphicData></a:graphic></p:graphicFrame>",
        cell(" gridSpan=\"2\"", "wide"),
        cell(" hMerge=\"1\"", "stray"),
        cell(" vMerge=\"true\"", "lost"),
        cell(" vMerge=\"0\"", "seen")
    );
    let deck = Deck::new(&table);
    deck.check(
        &["a list", "short", "wide", "seen"],
        SLIDE,
        &[("\"a list\"", "\"A LIST\""), ("\"short\"", "\"SHORT\""), (">wide<", ">WIDE<"), (">seen<", ">SEEN<")],
    );
    let without = deck.with_options(Options { alt_text: false, ..Options::default() });
    assert_eq!(without.segments(), ["wide", "seen"]);
}

#[test]
fn groups_and_choices() {
    let mut nested = shape(&paragraph("inner"));
    for _ in 0..200 {
        nested = format!("<p:grpSp>{nested}</p:grpSp>");
    }
    Deck::new(&nested).check(&["inner"], SLIDE, &[(">inner<", ">INNER<")]);
    let choice = format!(
        "<mc:AlternateContent><mc:Choice Requires=\"a14\">{0}</mc:Choice><mc:Fallback>{0}</mc:Fallback></mc:AlternateContent>",
        shape(&paragraph("said twice"))
    );
    Deck::new(&choice).check(&["said twice"], SLIDE, &[(">said twice<", ">SAID TWICE<")]);
    let formula = "<a:p><mc:AlternateContent><mc:Choice><m:oMath><m:r><m:t>sin</m:t></m:r></m:oMath></mc:Choice></mc:AlternateContent>\
        <a:r><a:t> is a sine</a:t></a:r></a:p>";
    assert_eq!(Deck::new(&shape(formula)).segments(), ["is a sine"]);
}

#[test]
fn paragraphs_stay_in_number() {
    let text = format!("{}<a:p/><a:p><a:endParaRPr lang=\"en-US\"/></a:p>{}", paragraph("one"), paragraph("  "));
    Deck::new(&shape(&text)).check(&["one"], SLIDE, &[(">one<", ">ONE<")]);
}

/// A shape that is shrunk, with as much text as it holds.
fn fitted(fit: &str, text: &str) -> Deck {
    Deck::new(&shape(&paragraph(text)).replace("<a:bodyPr/>", &format!("<a:bodyPr>{fit}</a:bodyPr>")))
}

#[test]
fn text_that_grows_becomes_smaller() {
    let long = "a text that is long enough to fill its shape";
    for (fit, text, expected) in [
        ("<a:normAutofit fontScale=\"90000\" lnSpcReduction=\"10000\"/>", long, "<a:normAutofit fontScale=\"63200\" "),
        ("<a:normAutofit fontScale=\"70000\"/>", "short", "<a:normAutofit fontScale=\"62500\"/>"),
        ("<a:normAutofit fontScale=\"47500\"/>", "short", "<a:normAutofit fontScale=\"47500\"/>"),
        ("<a:normAutofit/>", long, "<a:normAutofit fontScale=\"78"),
        ("<a:normAutofit/>", "short", "<a:normAutofit/>"),
        ("<a:spAutoFit/>", long, "<a:bodyPr><a:spAutoFit/></a:bodyPr>"),
    ] {
        let merged = part(&fitted(fit, text).merged(twice, &NOWHERE), SLIDE);
        assert!(merged.contains(expected), "{fit}: {merged}");
    }
    let mut deck = fitted("<a:normAutofit fontScale=\"90000\"/>", "short");
    deck.check(&["short"], SLIDE, &[(">short<", ">SHORT<")]);
    deck.options.fit_text = false;
    assert!(part(&deck.merged(twice, &NOWHERE), SLIDE).contains("90000"));
}
