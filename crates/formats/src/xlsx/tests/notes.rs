//! Comments.

use super::build::{MAIN_SPACE, Workbook};

fn notes(author: &str, text: &str) -> String {
    format!(
        "<comments {MAIN_SPACE}><authors><author>{author}</author></authors><commentList><comment ref=\"A1\" authorId=\"0\"><text>{text}</text></comment></commentList></comments>"
    )
}

#[test]
fn notes_are_translated_and_their_authors_are_not() {
    let text = "<r><rPr><b/></rPr><t>Ann Other:</t></r><r><t xml:space=\"preserve\">\nSee below</t></r>";
    let mut workbook = Workbook::of(&["word"]).with_on_sheet("comments", &notes("Ann Other", text));
    assert_eq!(workbook.segments(), ["word", "See below"]);
    let part = workbook.translated().part("comments1.xml");
    let expected =
        "<text><r><rPr><b/></rPr><t>Ann Other:</t></r><r><t xml:space=\"preserve\">\n[Śéé ƀéĺóŵ]</t></r></text>";
    assert!(part.contains(expected), "{part}");
    workbook.options.comments = false;
    assert_eq!(workbook.segments(), ["word"]);
}

#[test]
fn threads_and_their_notes_say_the_same() {
    let threads = "<ThreadedComments xmlns=\"http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments\">\
        <threadedComment ref=\"A1\" id=\"{1}\"><text>Is this right?</text></threadedComment>\
        <threadedComment ref=\"A1\" id=\"{2}\" parentId=\"{1}\"><text>Yes &amp; no</text></threadedComment>\
        <threadedComment ref=\"A1\" id=\"{3}\" parentId=\"{1}\"><text>@Ann see this</text><mentions><mention startIndex=\"0\" length=\"4\"/></mentions></threadedComment></ThreadedComments>";
    let twin = "<t>[Threaded comment]\n\nComment:\n    Is this right?\nReply:\n    Yes &amp; no\nReply:\n    @Ann see this</t>";
    let workbook =
        Workbook::of(&[]).with_on_sheet("threadedComment", threads).with_on_sheet("comments", &notes("tc={1}", twin));
    assert_eq!(workbook.segments(), ["Is this right?", "Yes & no"]);
    let translated = workbook.translated();
    let said = translated.part("threadedComment1.xml");
    assert!(said.contains("<text>[Íś ťĥíś ŕíǵĥť?]</text>") && said.contains("<text>[Ýéś &amp; ńó]</text>"), "{said}");
    assert!(said.contains("<text>@Ann see this</text>"));
    let note = translated.part("comments2.xml");
    assert!(
        note.contains("<t xml:space=\"preserve\">[Threaded comment]\n\nComment:\n    [Íś ťĥíś ŕíǵĥť?]\nReply:\n    [Ýéś &amp; ńó]\nReply:\n    @Ann see this</t>"),
        "{note}"
    );
}
