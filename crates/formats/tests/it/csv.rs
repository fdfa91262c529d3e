//! Tables as text: what is written, byte for byte.

use terjuman_formats::{Extracted, Format, Limits, Options, Target, extract};
use terjuman_model::{Piece, TaggedText};

const NOWHERE: Target = Target { source_language: None, language: None };

fn read(format: Format, bytes: &[u8]) -> Extracted {
    extract(format, bytes, &Options::default(), &Limits::default()).expect("can be read")
}

/// The cells that are words, and the table when each says something else.
#[track_caller]
fn check(format: Format, table: &[u8], texts: &[&str], say: impl Fn(&str) -> String, expected: &[u8]) {
    let extracted = read(format, table);
    let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    assert_eq!(sources.iter().map(TaggedText::text).collect::<Vec<_>>(), texts);
    assert_eq!(extracted.skeleton.merge(&sources, &NOWHERE).expect("can be written"), table, "identity");
    let said = |source: &TaggedText| {
        let mut out = TaggedText::new();
        for piece in source.pieces() {
            match piece {
                Piece::Text(words) => out.push_str(&say(words)),
                Piece::Mark(edge, tag) => out.mark(edge, tag),
            }
        }
        out
    };
    let said: Vec<_> = sources.iter().map(said).collect();
    let written = extracted.skeleton.merge(&said, &NOWHERE).expect("can be written");
    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(expected));
}

fn brackets(words: &str) -> String {
    format!("[{words}]")
}

#[test]
fn only_words_change_and_all_else_stays() {
    check(
        Format::Csv,
        "\u{feff}sep=;\r\nName;Preço;ok\r\n\"Large; blue\";\"12,50\";TRUE\r\nragged\r\n\r\n\"two\r\nlines\";=A1+B1;\r\n"
            .as_bytes(),
        &["Name", "Preço", "ok", "Large; blue", "ragged", "twolines"],
        brackets,
        "\u{feff}sep=;\r\n[Name];[Preço];[ok]\r\n\"[Large; blue]\";\"12,50\";TRUE\r\n[ragged]\r\n\r\n\"[two]\r\n[lines]\";=A1+B1;\r\n"
            .as_bytes(),
    );
}

#[test]
fn a_cell_is_quoted_when_it_needs_to_be() {
    let say = |words: &str| format!("{words}, \"so\"");
    check(
        Format::Csv,
        b"One here,Two there\nThree \"3\" inch,\"Four \"\"4\"\"\"\n",
        &["One here", "Two there", "Three \"3\" inch", "Four \"4\""],
        say,
        b"\"One here, \"\"so\"\"\",\"Two there, \"\"so\"\"\"\n\"Three \"\"3\"\" inch, \"\"so\"\"\",\"Four \"\"4\"\", \"\"so\"\"\"\n",
    );
}

#[test]
fn tabs_and_line_ends_never_come_into_a_cell_between_tabs() {
    check(
        Format::Tsv,
        b"One here\tTwo there\nThree now\t12\n",
        &["One here", "Two there", "Three now"],
        |words| format!("{words}\ta\r\nb"),
        b"One here a  b\tTwo there a  b\nThree now a  b\t12\n",
    );
}

#[test]
fn no_cell_becomes_a_formula() {
    for start in ["=", "+", "-", "@"] {
        let new = format!("{start}1 and more");
        check(
            Format::Csv,
            b"One here,Two there\nThree now,- a point of it\n",
            &["One here", "Two there", "Three now", "a point of it"],
            |_| new.clone(),
            format!("'{new},'{new}\n'{new},- {new}\n").as_bytes(),
        );
    }
}

#[test]
fn the_encoding_of_a_table_is_kept_where_it_can() {
    check(
        Format::Csv,
        b"Caf\xe9 au lait,Th\xe9 vert du matin\nD\xe9j\xe0 vu ici,12\n",
        &["Café au lait", "Thé vert du matin", "Déjà vu ici"],
        |words| format!("{words} é"),
        b"Caf\xe9 au lait \xe9,Th\xe9 vert du matin \xe9\nD\xe9j\xe0 vu ici \xe9,12\n",
    );
}
