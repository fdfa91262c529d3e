use terjuman_model::{Edge, Piece, Segment, TaggedText};

use super::*;
use crate::extent::Extent;
use crate::{Skeleton as _, Target, WarningKind};

const NOWHERE: Target = Target { source_language: None, language: None };

fn read(document: &[u8]) -> (Vec<Segment>, RtfSkeleton) {
    let source = encoding_rs::mem::decode_latin1(document).into_owned();
    let mut segments = Vec::new();
    let found = walk::walk(&source, &Options::default(), &Limits::default(), &mut segments).expect("it can be read");
    let sources = crate::sources::Sources::of(&segments);
    (segments, RtfSkeleton { source, found, sources })
}

/// A segment with its tags: `<0>bold</0>`, `<1/>`.
fn shown(text: &TaggedText) -> String {
    let mut out = String::new();
    for piece in text.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Edge::Open, tag) => out.push_str(&format!("<{}>", tag.0)),
            Piece::Mark(Edge::Close, tag) => out.push_str(&format!("</{}>", tag.0)),
            Piece::Mark(Edge::Point, tag) => out.push_str(&format!("<{}/>", tag.0)),
        }
    }
    out
}

fn document(body: &str) -> Vec<u8> {
    let head = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fnil\\fcharset0 Arial;}{\\f1\\fnil\\fcharset238 Arial CE;}\
                {\\f2\\fnil\\fcharset2 Symbol;}{\\f3\\fnil\\fcharset128 MS Gothic;}{\\f4\\fnil\\fcharset0 Courier;}}\
                {\\colortbl;\\red255\\green0\\blue0;}{\\stylesheet{\\s0 Normal;}}{\\*\\generator X;}\n";
    format!("{head}{body}}}").into_bytes()
}

/// The segments of the body. Identity gives the bytes back; written in full, it says the same again.
#[track_caller]
fn check(body: &str, expected: &[&str]) {
    check_bytes(&document(body), expected);
}

#[track_caller]
fn check_bytes(bytes: &[u8], expected: &[&str]) {
    let (segments, skeleton) = read(bytes);
    let found: Vec<_> = segments.iter().map(|segment| shown(&segment.source)).collect();
    assert_eq!(found, expected);
    let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
    assert!(skeleton.merge(&sources, &NOWHERE).unwrap() == bytes, "identity changed the document");
    let forced = skeleton.write(&sources, &NOWHERE, Extent::All).unwrap();
    let again: Vec<_> = read(&forced).0.iter().map(|segment| shown(&segment.source)).collect();
    assert_eq!(again, expected, "written in full: {}", String::from_utf8_lossy(&forced));
}

/// The body when every segment is said in capitals.
#[track_caller]
fn check_written(body: &str, expected: &str) {
    let bytes = document(body);
    let (segments, skeleton) = read(&bytes);
    let translations: Vec<_> = segments.iter().map(|segment| in_capitals(&segment.source)).collect();
    let written = skeleton.merge(&translations, &NOWHERE).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), String::from_utf8(document(expected)).unwrap());
}

fn in_capitals(source: &TaggedText) -> TaggedText {
    let mut out = TaggedText::new();
    for piece in source.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(&text.to_uppercase()),
            Piece::Mark(edge, tag) => out.mark(edge, tag),
        }
    }
    out
}

#[test]
fn fonts_of_fixed_pitch_are_for_code() {
    let body = "\\pard\\f0 Hold it with\\par\\pard\\f4 apt-mark hold foo\\par\\pard\\f0 Then run {\\f4 foo} now";
    let (segments, _) = read(&document(body));
    assert_eq!(segments.iter().map(|segment| segment.code).collect::<Vec<_>>(), [false, true, false]);
    assert!(segments[2].tags.iter().any(|tag| tag.code), "{:?}", segments[2].tags);
}

#[test]
fn paragraphs_and_cells() {
    check(
        "\\pard Hello world.\\par\r\nSecond one\\line goes on\\par\\trowd\\cellx1 Left\\cell Right\\cell\\row After\\sect Last",
        &["Hello world.", "Second one<0/> goes on", "Left", "Right", "After", "Last"],
    );
    check("One\\page two\\column three\\\nfour", &["One", "two", "three", "four"]);
    check("Name\\tab Value\\par 12 34\\par", &["Name", "Value"]);
}

#[test]
fn characters_of_every_spelling() {
    check(
        "caf\\'e9 \\u8364?5 a\\~b x\\_y so\\-ft \\{q\\} \\\\ \\emdash\\endash \\ldblquote z\\rdblquote",
        &["café €5 a\u{a0}b x\u{2011}y soft {q} \\ —–“z”"],
    );
    check("{\\f1 \\'e8l\\'e1nek}", &["článek"]);
    check("{\\f3 \\'94\\'4e\\'94N}", &["年年"]);
    check("\\uc2\\u24180\\'94\\'4e abc {\\uc0\\u233 t\\u233}\\u233\\~xz", &["年 abc étééz"]);
    check("\\u-10179?\\u-8704? grin", &["\u{1f600} grin"]);
    check("no\\u8217\\b  stand-in", &["<0>no\u{2019}</0> stand-in"]);
    check("Line\r\nfeeds are no\r\nthing", &["Linefeeds are nothing"]);
}

#[test]
fn looks_are_tags_and_noise_is_not() {
    check("Some {\\b bold} text", &["Some <0>bold</0> text"]);
    check("{\\lang1033 One }{\\insrsid12 sen}{\\f1 tence}\\kerning2  here", &["One sentence here"]);
    check("{\\b All bold}", &["All bold"]);
    check("It is \\i so\\i0 , no?", &["It is <0>so</0>, no?"]);
    check("a {\\f2 \\'b7} dot", &["a <0/> dot"]);
}

#[test]
fn a_bookmark_in_a_word_does_not_cut_it() {
    let (segments, _) = read(&document("equi{\\*\\bkmkstart b}{\\*\\bkmkend b}pment, a{\\pict 00}b"));
    assert_eq!(shown(&segments[0].source), "equi<0/>pment, a<1/>b");
    let kinds: Vec<_> = segments[0].tags.iter().map(|tag| tag.kind).collect();
    assert_eq!(kinds, [terjuman_model::TagKind::Anchor, terjuman_model::TagKind::Point]);
}

#[test]
fn what_is_hidden_or_deleted_in_a_word_does_not_cut_it() {
    let (segments, _) = read(&document("equi{\\v hidden}p{\\deleted gone}ment is here"));
    assert_eq!(shown(&segments[0].source), "equi<0/>p<1/>ment is here");
    assert!(segments[0].tags.iter().all(|tag| tag.kind == terjuman_model::TagKind::Anchor));
}

#[test]
fn what_is_no_text_stays() {
    check("Before{\\pict\\wmetafile8 00ff\\bin4 }{}}} after", &["Before<0/> after"]);
    check("{\\*\\bkmkstart x}Title{\\*\\bkmkend x}", &["Title"]);
    check("{\\listtext 1.\\tab}Item {\\v hidden }{\\deleted gone}here{\\*\\unknown words}", &["Item <0/>here"]);
    check(
        "{\\info{\\title The title}{\\author Somebody}{\\subject A subject}}Body",
        &["The title", "A subject", "Body"],
    );
}

#[test]
fn stories_have_segments_of_their_own() {
    check("Text{\\super\\chftn{\\footnote\\pard\\plain \\chftn  A note.}} goes on.", &["A note.", "Text<0/> goes on."]);
    check("{\\header Head\\par}{\\footerf Foot}Body", &["Head", "Foot", "Body"]);
    check("See{\\*\\atnid X}{\\*\\annotation{\\*\\atnref 1}A comment} this", &["A comment", "See<0/> this"]);
    check(
        "A{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv y}}{\\shptxt In a box\\par}}{\\shprslt{\\*\\do{\\dptxbxtext In a box}}}} b",
        &["In a box", "In a box", "A<0/> b"],
    );
}

#[test]
fn fields_by_kind() {
    let link = "{\\field{\\*\\fldinst{HYPERLINK \"http://a.b\"}}{\\fldrslt{\\ul\\cf1 the link}}}";
    check(&format!("Follow {link} now"), &["Follow <0>the link</0> now"]);
    check(link, &["the link"]);
    check("A {\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt\\pard\\i link}} b", &["A <0><1/>link</0> b"]);
    check(
        "{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt One link}}, {\\field{\\*\\fldinst HYPERLINK y}{\\fldrslt two}}",
        &["<0>One link</0>, <1>two</1>"],
    );
    check("Page {\\field{\\*\\fldinst PAGE}{\\fldrslt seven}} of it", &["Page <0/> of it"]);
    check(
        "{\\field{\\*\\fldinst TOC \\\\o}{\\fldrslt One entry\\par Another}} rest",
        &["One entry", "Another", "rest"],
    );
}

#[test]
fn only_text_is_written() {
    check_written(
        "\\pard\\b caf\\'e9 \\b0 and tea\\par {\\i so} {\\lang9 it }is",
        "\\pard\\b \\b0 {\\b CAF\\u201? }AND TEA\\par {\\i }{\\i SO} IT IS",
    );
}

#[test]
fn things_move_with_their_words() {
    let bytes = document("One{\\footnote Note} \\b two\\b0  three");
    let (segments, skeleton) = read(&bytes);
    assert_eq!(shown(&segments[1].source), "One<0/> <1>two</1> three");
    let mut turned = TaggedText::new();
    let [point, bold] = [0, 1].map(terjuman_model::TagId);
    turned.open(bold);
    turned.push_str("zwei");
    turned.close(bold);
    turned.push_str(" eins");
    turned.point(point);
    turned.push_str(" drei é");
    let written = skeleton.merge(&[TaggedText::plain("Fuß"), turned.clone()], &NOWHERE).unwrap();
    let text = String::from_utf8(written.clone()).unwrap();
    assert!(text.ends_with("{\\b zwei} eins{\\footnote Fu\\u223?} drei \\u233?\\b \\b0 }"), "{text}");
    assert_eq!(shown(&read(&written).0[1].source), "<0>zwei</0> eins<1/> drei é");
}

#[test]
fn languages_and_directions_follow() {
    let target =
        |source: &str, language: &str| Target { source_language: source.parse().ok(), language: language.parse().ok() };
    let body = "\\deflang1033\\pard\\ltrpar\\lang1033\\langfe1041 Hello \\lang1031 there\\par";
    let (_, skeleton) = read(&document(body));
    let write = |target: &Target| {
        let written = skeleton.merge(&[TaggedText::plain("X")], target).unwrap();
        String::from_utf8(written).unwrap()
    };
    let portuguese = write(&target("en", "pt"));
    assert!(portuguese.contains("\\deflang1046\\pard\\ltrpar\\lang1046\\langfe1041 X\\lang1031 \\par"), "{portuguese}");
    let arabic = write(&target("en", "ar"));
    assert!(arabic.contains("\\pard\\rtlpar\\lang1033\\langfe1041 {\\rtlch\\fcs1 X}"), "{arabic}");
    assert!(write(&NOWHERE).contains("\\lang1033\\langfe1041 X\\lang1031 \\par"));
}

#[test]
fn what_hurts_is_refused() {
    let error = |bytes: &[u8]| extract(bytes, &Options::default(), &Limits::default()).unwrap_err().to_string();
    let deep = [b"{\\rtf1".to_vec(), vec![b'{'; 200_000], vec![b'}'; 200_001]].concat();
    assert_eq!(error(&deep), "the document goes past the limit of 500 nested groups");
    assert!(error(b"{\\rtf1 x\\bin2147483647 y}").contains("binary data are longer"));
    assert!(error(b"{\\rtf1 x{\\b y").contains("ends inside a group"));
    assert!(error(b"plain").contains("no RTF"));
    assert!(matches!(extract(b" \n", &Options::default(), &Limits::default()), Err(FormatError::Empty)));
}

#[test]
fn bytes_that_mean_nothing_stay_and_are_told() {
    let bytes = document("Good {\\f3 \\'94} text");
    let extracted = extract(&bytes, &Options::default(), &Limits::default()).unwrap();
    assert_eq!(shown(&extracted.segments[0].source), "Good <0/> text");
    assert_eq!(extracted.warnings[0].kind, WarningKind::UndecodableBytes);
}

#[test]
fn what_stands_behind_the_end_is_kept() {
    let bytes = b"{\\rtf1 one}\n\\par two} \\bin99999 {three";
    let (segments, skeleton) = read(bytes);
    assert_eq!(segments.len(), 1);
    let written = skeleton.merge(&[TaggedText::plain("1")], &NOWHERE).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), "{\\rtf1 1}\n\\par two} \\bin99999 {three");
}

#[test]
fn control_characters_of_the_source_come_back() {
    check("a\u{1f}b \u{7}c\\par", &["a\u{1f}b \u{7}c"]);
    check("a\\'81 b\\par", &["a\u{81} b"]);
}

#[test]
fn programs_write_it_in_their_own_ways() {
    // A line that ends in a backslash is a paragraph, and fonts are named by weight.
    let text_edit = b"{\\rtf1\\ansi\\ansicpg1252\\cocoartf2639\n{\\fonttbl\\f0\\fswiss\\fcharset0 Helvetica;\\f1\\fswiss\\fcharset0 Helvetica-Bold;}\n{\\*\\expandedcolortbl;;}\n\\pard\\tx720\\pardirnatural\n\n\\f0\\fs24 \\cf0 Hello from \n\\f1\\b TextEdit\n\\f0\\b0  and \\uc0\\u8220 quoted\\u8221  words.\\\nSecond line\\\n}";
    check_bytes(text_edit, &["Hello from <0>TextEdit</0> and \u{201c}quoted\u{201d} words.", "Second line"]);
    let word_pad = b"{\\rtf1\\ansi\\ansicpg1252\\deff0\\nouicompat{\\fonttbl{\\f0\\fnil\\fcharset0 Calibri;}{\\f1\\fnil\\fcharset2 Symbol;}}\r\n{\\*\\generator Riched20}\\viewkind4\\uc1 \r\n\\pard\\f0\\lang9 Text with \\b bold\\b0 , \\ul line\\ulnone .\\par\r\n\\pard{\\pntext\\f1\\'B7\\tab}{\\*\\pn\\pnlvlblt\\pnf1{\\pntxtb\\'B7}}\\fi-360 A point\\par\r\n}\r\n";
    check_bytes(word_pad, &["Text with <0>bold</0>, <1>line</1>.", "A point"]);
}
