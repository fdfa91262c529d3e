//! Comments.

use super::build::{MAIN_SPACE, NOWHERE, Workbook};

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
    assert_eq!(workbook.segments(), ["Is this right?", "Yes & no", "{0:@Ann} see this"]);
    let translated = workbook.translated();
    let said = translated.part("threadedComment1.xml");
    assert!(said.contains("<text>[Íś ťĥíś ŕíǵĥť?]</text>") && said.contains("<text>[Ýéś &amp; ńó]</text>"), "{said}");
    // The bracket stands in the first text, which is the name's.
    assert!(said.contains("<text>[@Ann śéé ťĥíś]</text><mentions><mention startIndex=\"0\" length=\"5\"/>"), "{said}");
    let note = translated.part("comments2.xml");
    assert!(
        note.contains("<t xml:space=\"preserve\">[Threaded comment]\n\nComment:\n    [Íś ťĥíś ŕíǵĥť?]\nReply:\n    [Ýéś &amp; ńó]\nReply:\n    [@Ann śéé ťĥíś]</t>"),
        "{note}"
    );
}

#[test]
fn names_that_do_not_stand_where_a_comment_says_keep_it() {
    let mentioned = |text: &str, mentions: &str| {
        let thread = format!(
            "<ThreadedComments xmlns=\"http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments\"><threadedComment \
             ref=\"A1\" id=\"{{1}}\"><text>{text}</text><mentions>{mentions}</mentions></threadedComment></ThreadedComments>"
        );
        Workbook::of(&[]).with_on_sheet("threadedComment", &thread)
    };
    let mention = |start: &str, length: &str| format!("<mention startIndex=\"{start}\" length=\"{length}\"/>");
    let sound = mentioned(" \u{1f600}\nAsk @Bo, @Bo!", &[mention("13", "3"), mention("8", "3")].concat());
    assert_eq!(sound.segments(), ["\u{1f600}{0}Ask {1:@Bo}, {2:@Bo}!"]);
    let moved = sound.translated_by(
        |segment| {
            let mut text = terjuman_model::TaggedText::plain("x");
            for piece in segment.source.pieces() {
                match piece {
                    terjuman_model::Piece::Text(word) => text.push_str(word),
                    terjuman_model::Piece::Mark(edge, tag) => text.mark(edge, tag),
                }
            }
            text
        },
        &NOWHERE,
    );
    let said = moved.part("threadedComment1.xml");
    assert!(said.contains("> x\u{1f600}\nAsk @Bo, @Bo!<"), "{said}");
    assert!(said.contains(&[mention("14", "3"), mention("9", "3")].concat()), "{said}");
    for (start, length) in [("99", "1"), ("0", "99"), ("2", "1"), ("x", "1"), ("-1", "2")] {
        assert!(mentioned(" \u{1f600} see it", &mention(start, length)).segments().is_empty(), "{start} {length}");
    }
    assert!(mentioned("see @Bo", &[mention("4", "3"), mention("5", "2")].concat()).segments().is_empty());
    assert!(mentioned("@Bo", &mention("0", "3")).segments().is_empty());
    assert!(mentioned("see <x/>it", "").segments().is_empty());
    assert!(mentioned("see @Bo", &mention("4", "3").repeat(101)).segments().is_empty());
}
