//! What stands in a line of text.

use terjuman_model::{Segment, TaggedText};

use super::build::{Document, NOWHERE};
use crate::{Reason, Skeleton as _};

#[track_caller]
fn check(content: &str, expected: &str) {
    assert_eq!(Document::paragraph(content).segments(), [expected], "{content}");
}

/// A paragraph, and what its pseudo-translation is.
#[track_caller]
fn check_written(content: &str, expected: &str) {
    assert_eq!(Document::paragraph(content).pseudo(), format!("<text:p>{expected}</text:p>"), "{content}");
}

/// The same tags around other words.
fn as_words(words: &'static str) -> impl Fn(&Segment) -> TaggedText {
    move |segment| {
        assert!(segment.tags.is_empty());
        TaggedText::plain(words)
    }
}

#[test]
fn fonts_of_fixed_pitch_among_others_are_code() {
    let styles = "<office:font-face-decls><style:font-face style:name=\"F\" style:font-pitch=\"fixed\" \
        svg:font-family=\"'Some Font'\"/><style:font-face style:name=\"G\" svg:font-family=\"'Liberation Mono'\"/>\
        </office:font-face-decls><office:automatic-styles>\
        <style:style style:family=\"text\" style:name=\"a\"><style:text-properties style:font-name=\"F\"/></style:style>\
        <style:style style:family=\"text\" style:name=\"b\" style:parent-style-name=\"a\"><style:text-properties fo:color=\"#111111\"/></style:style>\
        <style:style style:family=\"text\" style:name=\"c\"><style:text-properties style:font-name=\"G\"/></style:style>\
        <style:style style:family=\"text\" style:name=\"d\"><style:text-properties style:font-name=\"Arial\"/></style:style>\
        </office:automatic-styles>";
    let is_code = |style: &str| {
        let body = format!(
            "{styles}<office:body><office:text><text:p>This is <text:span text:style-name=\"{style}\">it</text:span> \
             here</text:p></office:text></office:body>"
        );
        Document::raw(&super::build::root("document-content", &body)).read().unwrap().0[0]
            .tags
            .iter()
            .any(|tag| tag.code)
    };
    assert_eq!(["a", "b", "c", "d"].map(is_code), [true, true, true, false]);
}

#[test]
fn spans_that_look_the_same_are_one() {
    check(
        "<text:span text:style-name='B'>Bold</text:span> and <text:span text:style-name='B2'>bold</text:span>",
        "Bold{0: and }bold",
    );
    check(
        "One <text:span text:style-name='B'>wo</text:span><text:span text:style-name='B2'>rd</text:span> here",
        "One {0:word} here",
    );
    check("One <text:span text:style-name='R'>word</text:span> here", "One word here");
    check(
        "<text:span text:style-name='B'>All of <text:span text:style-name='R'>it</text:span></text:span>",
        "All of it",
    );
    check("<text:span text:style-name='Named'>Named</text:span> or not named", "{0:Named} or not named");
    check_written(
        "A b<text:span text:style-name='R'>c</text:span> <text:span text:style-name='B'>d</text:span><text:span \
         text:style-name='B2'>e</text:span>",
        "[Á ƀć <text:span text:style-name=\"B\">ďé]</text:span>",
    );
}

#[test]
fn spans_in_spans_keep_both_styles() {
    let content = "Long words <text:span text:style-name='B'>bold <text:span text:style-name='I'>slanted</text:span></text:span>.";
    check(content, "Long words {0:bold }{1:slanted}.");
    check_written(
        content,
        "[Ĺóńǵ ẃóŕďś <text:span text:style-name=\"B\">ƀóĺď </text:span><text:span text:style-name=\"B\">\
         <text:span text:style-name=\"I\">śĺáńťéď</text:span></text:span>.]"
            .replace('ẃ', "ŵ")
            .as_str(),
    );
}

#[test]
fn white_space_collapses_as_readers_do_it() {
    check("\n   One\n\t  two  <text:span text:style-name='B'> three</text:span>\n", "One two {0:three}");
    check("One<text:s/>two<text:s text:c='3'/>three", "One two   three");
    check("<text:s text:c='4'/>Indented", "Indented");
    assert_eq!(Document::paragraph("<text:s/>").segments(), [""; 0]);
}

#[test]
fn white_space_is_spelled_so_that_it_does_not_collapse() {
    let written = |content: &str, words| Document::paragraph(content).translated(as_words(words));
    assert_eq!(written("word", "a  b   c"), "<text:p>a <text:s/>b <text:s text:c=\"2\"/>c</text:p>");
    assert_eq!(written("<text:s text:c='2'/>word", "other"), "<text:p><text:s text:c='2'/>other</text:p>");
    assert_eq!(
        written("<text:span text:style-name='B'><text:s text:c='2'/>word </text:span>", "other"),
        "<text:p><text:span text:style-name=\"B\"><text:s text:c='2'/>other </text:span></text:p>"
    );
}

#[test]
fn fields_stay_within_their_spans() {
    let field = |before: &str, shown: &str| {
        format!("{before} <text:span text:style-name=\"B\"><text:title>{shown}</text:title></text:span> it")
    };
    check_written(&field("See", "Book"), &field("[Śéé", "Ɓóóķ").replace(" it", " íť]"));
}

#[test]
fn links_are_whole() {
    let link =
        "See <text:a xlink:href='http://a.b/'>this <text:span text:style-name='B'>very</text:span> page</text:a> first";
    check(link, "See {0!this {1:very} page} first");
    let inside =
        "<text:span text:style-name='B'>See <text:a xlink:href='x'>this</text:a> first</text:span>, or not at all";
    check(inside, "{0:See }{1!this}{2: first}, or not at all");
    check_written(
        inside,
        "<text:span text:style-name=\"B\">[Śéé </text:span><text:span text:style-name=\"B\"><text:a xlink:href='x'>ťĥíś\
         </text:a> ƒíŕśť</text:span>, óŕ ńóť áť áĺĺ]",
    );
    check("<text:a xlink:href='x'>All of it</text:a>", "All of it");
}

/// Slides and sheets show no text of a link that stands in a span within it.
#[test]
fn links_stay_inside_of_their_spans() {
    let span = |text: &str| format!("<text:span text:style-name=\"B\">{text}</text:span>");
    let link = |text: &str| format!("<text:a xlink:href='x'>{text}</text:a>");
    check_written(&format!("See {} there", span(&link("this"))), &format!("[Śéé {} ťĥéŕé]", span(&link("ťĥíś"))));
    check_written(&span(&link("All of it")), &span(&link("[Áĺĺ óƒ íť]")));
    check_written(&format!("See {} there", link(&span("this"))), &format!("[Śéé {} ťĥéŕé]", link(&span("ťĥíś"))));
    // What has several formats has them inside.
    let italic = "<text:span text:style-name=\"I\">page</text:span>";
    let both = "<text:span text:style-name=\"B\"><text:span text:style-name=\"I\">ṕáǵé</text:span></text:span>";
    check_written(
        &format!("See {} there", span(&link(&format!("this {italic}")))),
        &format!("[Śéé {} ťĥéŕé]", link(&format!("{}{both}", span("ťĥíś ")))),
    );
}

#[test]
fn breaks_tabs_and_page_breaks() {
    check("One<text:line-break/>two", "One{0/} two");
    check_written("One<text:line-break/>two", "[Óńé<text:line-break/>ťŵó]");
    assert_eq!(Document::paragraph("Name<text:tab/>Value").segments(), ["Name", "Value"]);
    check("One <text:soft-page-break/>sentence", "One sentence");
    check_written("One <text:soft-page-break/>sentence", "[Óńé śéńťéńćé]");
}

#[test]
fn marks_and_fields_are_things() {
    check(
        "A <text:bookmark-start text:name='b'/>marked<text:bookmark-end text:name='b'/> word",
        "A {0^}marked{1^} word",
    );
    check(
        "Page <text:page-number>7</text:page-number> of <text:page-count>9</text:page-count> pages",
        "Page {0=7} of {1=9} pages",
    );
    check("On <text:date text:date-value='2020-01-01'>a Wednesday</text:date> it was", "On {0=a Wednesday} it was");
    check("As <text:bookmark-ref text:ref-name='b'>Chapter</text:bookmark-ref> says", "As {0!Chapter} says");
    check("Put <text:placeholder>&lt;your name&gt;</text:placeholder> here", "Put {0!<your name>} here");
    check("A <text:script script:language='x'>word</text:script> runs", "A {0} runs");
    check("A <text:unheard-of>word</text:unheard-of> stays", "A {0=word} stays");
    check(
        "<text:change-start text:change-id='c'/>New<text:change-end text:change-id='c'/> text <text:change text:change-id='d'/>here",
        "New{0^} text {1^}here",
    );
}

#[test]
fn conditional_text_says_the_same_in_all_places() {
    let content = "It is <text:conditional-text text:condition='ooow:A' text:string-value-if-true='really so' \
                   text:string-value-if-false='not so'>not so</text:conditional-text> today";
    let document = Document::paragraph(content);
    assert_eq!(document.segments(), ["really so", "not so", "It is {0} today"]);
    assert_eq!(
        document.pseudo(),
        "<text:p>[Íť íś <text:conditional-text text:condition='ooow:A' text:string-value-if-true='[ŕéáĺĺý śó]' \
         text:string-value-if-false='[ńóť śó]'>[ńóť śó]</text:conditional-text> ťóďáý]</text:p>"
    );
}

#[test]
fn notes_and_comments_are_told_apart_from_their_line() {
    let document = Document::paragraph(
        "A word<text:note text:id='n' text:note-class='footnote'><text:note-citation>1</text:note-citation>\
         <text:note-body><text:p>The note</text:p></text:note-body></text:note> more<office:annotation><dc:creator>Some \
         Body</dc:creator><dc:date>2020</dc:date><text:p>A comment</text:p></office:annotation>.",
    );
    assert_eq!(document.segments(), ["The note", "A comment", "A word{0} more{1^}."]);
    assert_eq!(
        document.pseudo(),
        "<text:p>[Á ŵóŕď<text:note text:id='n' text:note-class='footnote'><text:note-citation>1</text:note-citation>\
         <text:note-body><text:p>[Ťĥé ńóťé]</text:p></text:note-body></text:note> ɱóŕé<office:annotation><dc:creator>Some \
         Body</dc:creator><dc:date>2020</dc:date><text:p>[Á ćóɱɱéńť]</text:p></office:annotation>.]</text:p>"
    );
    let mut without = document;
    (without.options.notes, without.options.comments) = (false, false);
    assert_eq!(without.segments(), ["A word{0} more{1^}."]);
}

#[test]
fn frames_have_paragraphs_and_descriptions_of_their_own() {
    let frame = "Before <draw:frame draw:name='Frame'><draw:text-box><text:p>In the box</text:p></draw:text-box>\
                 <svg:title>A title</svg:title><svg:desc>picture 1.png</svg:desc></draw:frame> after";
    let document = Document::paragraph(frame);
    assert_eq!(document.segments(), ["In the box", "A title", "Before {0} after"]);
    assert!(document.pseudo().contains("<text:p>[Íń ťĥé ƀóх]</text:p>".replace('х', "ẋ").as_str()));
    let mut without = document;
    without.options.alt_text = false;
    assert_eq!(without.segments(), ["In the box", "Before {0} after"]);
}

#[test]
fn ruby_is_its_base() {
    let ruby = "The <text:ruby text:style-name='Ru1'><text:ruby-base>word</text:ruby-base><text:ruby-text>reading\
                </text:ruby-text></text:ruby> here";
    check(ruby, "The word here");
    check_written(ruby, "[Ťĥé ŵóŕď ĥéŕé]");
}

#[test]
fn hidden_text_stays() {
    let content = "Seen <text:span text:style-name='H'>hidden</text:span> seen again";
    check(content, "Seen {0} seen again");
    let mut document = Document::paragraph(content);
    document.options.hidden_text = true;
    assert_eq!(document.segments(), ["Seen {0:hidden} seen again"]);
}

#[test]
fn numbers_and_addresses_alone_are_no_segments() {
    for content in ["", "  ", "42", "http://a.b/c", "<text:page-number>1</text:page-number>", "<text:tab/>"] {
        assert_eq!(Document::paragraph(content).segments(), [""; 0], "{content}");
    }
}

#[test]
fn letters_in_fonts_of_pictures_are_no_text() {
    check("Press <text:span text:style-name='W'>J</text:span> now", "Press {0} now");
    // A space in such a font is a space, and a style within may say another font again.
    check("Press<text:span text:style-name='W'> </text:span>now", "Press now");
    check_written(
        "Press <text:span text:style-name='W'>abc</text:span> now",
        "[Ṕŕéśś <text:span text:style-name=\"W\">abc</text:span> ńóŵ]",
    );
    let styles = "<style:style style:name='P' style:family='paragraph'><style:text-properties fo:font-family=\"'Symbol'\"/>\
                  </style:style><style:style style:name='Q' style:family='paragraph' style:parent-style-name='P'/>\
                  <style:style style:name='A' style:family='text'><style:text-properties fo:font-family='Arial'/></style:style>";
    let content = super::build::root(
        "document-content",
        &format!(
            "<office:automatic-styles>{styles}</office:automatic-styles><office:body><text:p text:style-name='P'>abc</text:p>\
             <text:p text:style-name='Q'>abc <text:span text:style-name='A'>words</text:span></text:p></office:body>"
        ),
    );
    assert_eq!(Document::raw(&content).segments(), ["words"]);
}

const LIBRE_OFFICE: &str = "xmlns:loext='urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0'";

#[test]
fn drop_down_lists_show_one_of_their_texts() {
    let document = Document::paragraph(
        "Colour: <text:drop-down text:name='d'><text:label text:value='Red'/> <text:label text:value='Light blue' \
         text:current-selected='true'/>Light blue</text:drop-down>",
    );
    assert_eq!(document.segments(), ["Red", "Light blue", "Colour:"]);
    let written = document.pseudo();
    assert!(written.contains("text:value='[Ŕéď]'"), "{written}");
    assert!(written.contains("text:current-selected='true'/>[Ĺíǵĥť ƀĺúé]</text:drop-down>"), "{written}");
}

#[test]
fn fields_say_what_is_declared_for_them() {
    let document = Document::new(
        "<text:user-field-decls><text:user-field-decl office:value-type='string' office:string-value='The motto' \
         text:name='m'/><text:user-field-decl office:value-type='float' office:value='7' text:name='n'/>\
         </text:user-field-decls><text:p>Say: <text:user-field-get text:name='m'>The motto</text:user-field-get> and \
         <text:user-field-get text:name='n'>7</text:user-field-get>, <text:user-field-get text:name='m'>Stale one\
         </text:user-field-get></text:p><text:p>See <text:page-continuation text:string-value='next page'>next page\
         </text:page-continuation></text:p>",
    );
    assert_eq!(document.segments(), ["The motto", "Say: {0} and {1=7},", "next page", "See"]);
    let written = document.pseudo();
    for part in [
        "office:string-value='[Ťĥé ɱóťťó]'",
        "text:name='m'>[Ťĥé ɱóťťó]</text:user-field-get>",
        ">Stale one",
        "text:string-value='[ńéẋť ṕáǵé]'>[ńéẋť ṕáǵé]<",
    ] {
        assert!(written.contains(part), "{part} {written}");
    }
}

#[test]
fn content_controls_of_newer_programs() {
    let control = |attributes: &str, content: &str| {
        format!("<loext:content-control {LIBRE_OFFICE} {attributes}>{content}</loext:content-control>")
    };
    let list = "<loext:list-item loext:display-text='A choice' loext:value='v1'/>";
    let document =
        Document::paragraph(&format!("Take {} now", control("loext:dropdown='true'", &format!("{list}A choice"))));
    assert_eq!(document.segments(), ["A choice", "Take {0!{1^}A choice} now"]);
    assert!(document.pseudo().contains("loext:display-text='[Á ćĥóíćé]' loext:value='v1'"));
    let date = Document::paragraph(&format!("On {}.", control("loext:date='true'", "Monday")));
    assert_eq!(date.segments(), ["On {0=Monday}."]);
    let prompt = control("loext:date='true' loext:showing-place-holder='true'", "Choose a day");
    assert_eq!(Document::paragraph(&format!("On {prompt}.")).segments(), ["On {0!Choose a day}."]);
}

#[test]
fn inserted_text_stays_where_that_is_wanted() {
    let mut document = Document::new(
        "<text:tracked-changes><text:changed-region xml:id='a' text:id='a'><text:insertion/></text:changed-region>\
         <text:changed-region text:id='b'><text:format-change/></text:changed-region></text:tracked-changes><text:p>Old \
         <text:change-start text:change-id='a'/>new words<text:s/></text:p><text:p>All new<text:change-end \
         text:change-id='a'/></text:p><text:p><text:change-start text:change-id='b'/>Only bold<text:change-end \
         text:change-id='b'/></text:p>",
    );
    assert_eq!(document.segments(), ["Old {0^}new words", "All new", "Only bold"]);
    document.options.inserted_text = false;
    assert_eq!(document.segments(), ["Old", "Only bold"]);
    assert_eq!(document.read().unwrap().1.untranslated().count(Reason::InsertedTextOff), 2);
    assert!(document.pseudo().contains("new words<text:s/></text:p><text:p>All new<"));
}

#[test]
fn computed_fields_are_told_of() {
    let document =
        Document::paragraph("By <text:author-name>Some Body</text:author-name> on <text:date>1 May</text:date>");
    assert_eq!(document.segments(), ["By {0=Some Body} on {1=1 May}"]);
    assert_eq!(document.read().unwrap().1.untranslated().count(Reason::Field), 2);
}

#[test]
fn links_around_pictures_have_hints() {
    let content = "<draw:a xlink:href='http://a/b' office:title='Go there'><draw:frame draw:name='F'><svg:title>A map</svg:title>\
                   </draw:frame></draw:a> is seen";
    let mut document = Document::paragraph(content);
    assert_eq!(document.segments(), ["Go there", "A map", "is seen"]);
    assert!(document.pseudo().contains("office:title='[Ǵó ťĥéŕé]'"), "{}", document.pseudo());
    document.options.alt_text = false;
    assert_eq!(document.segments(), ["is seen"]);
}

#[test]
fn white_space_at_the_end_of_a_span_stays_there() {
    let document = Document::paragraph(
        "through <text:span text:style-name='B'>x <text:s text:c='2'/></text:span> argument and so on for a while",
    );
    let (before, _) = document.read().unwrap();
    let other = |segment: &Segment| {
        let source = &segment.source;
        TaggedText::with_marks(source.text().replace("argument", "ARGUMENT"), source.marks().to_vec())
    };
    let written = super::build::part(&document.merged(other, &NOWHERE), "content.xml");
    let (_, inner) = written.split_once("<text:p>").unwrap();
    let (inner, _) = inner.split_once("</text:p>").unwrap();
    let (after, _) = Document::paragraph(inner).read().unwrap();
    assert_eq!(after[0].source, other(&before[0]), "{inner}");
}
