//! Messages and web archives, checked with another parser.

#![expect(clippy::print_stdout, reason = "a test says what it passed over")]

use mail_parser::{MessageParser, MimeHeaders, PartType};
use terjuman_formats::{Extracted, Format, FormatError, Limits, Options, Target, WarningKind, extract};
use terjuman_model::TaggedText;

const NOWHERE: Target = Target { source_language: None, language: None };

fn read(bytes: &[u8]) -> Result<Extracted, FormatError> {
    extract(Format::Eml, bytes, &Options::default(), &Limits::default())
}

/// Merges with every text that is `from` replaced by `to`.
#[track_caller]
fn replaced(message: &[u8], texts: &[(&str, &str)]) -> Vec<u8> {
    let extracted = read(message).expect("can be read");
    let found: Vec<_> = extracted.segments.iter().map(|segment| segment.source.text().to_owned()).collect();
    for (from, _) in texts {
        assert!(found.iter().any(|text| text == from), "{from:?} is not among {found:?}");
    }
    let translations: Vec<_> = extracted
        .segments
        .iter()
        .map(|segment| {
            let to = texts.iter().find(|(from, _)| *from == segment.source.text());
            to.map_or_else(|| segment.source.clone(), |(_, to)| TaggedText::plain(*to))
        })
        .collect();
    extracted.skeleton.merge(&translations, &NOWHERE).expect("can be written")
}

#[track_caller]
fn check(message: &str, texts: &[(&str, &str)], expected: &str) {
    let written = replaced(message.as_bytes(), texts);
    assert_eq!(String::from_utf8_lossy(&written), expected);
}

/// What another parser reads: the subject, the texts, and everything that is to stay.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    texts: Vec<String>,
    kept: Vec<Vec<u8>>,
    headers: Vec<String>,
}

/// `None` where the other parser does not survive.
fn second_reading(bytes: &[u8]) -> Option<Reading> {
    std::panic::catch_unwind(|| read_second(bytes)).ok()
}

fn read_second(bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    let mut messages = vec![MessageParser::default().parse(bytes).expect("the other parser reads it, too")];
    while let Some(message) = messages.pop() {
        reading.texts.push(message.subject().unwrap_or_default().to_owned());
        for part in &message.parts {
            for header in part.headers() {
                let name = header.name().to_owned();
                let changes = ["subject", "content-type", "content-transfer-encoding"];
                if !changes.contains(&name.to_ascii_lowercase().as_str()) {
                    reading.headers.push(format!("{name}: {:?}", header.value()));
                }
            }
            let is_attachment =
                part.content_disposition().is_some_and(|d| d.ctype().eq_ignore_ascii_case("attachment"));
            let is_text = !is_attachment
                && part
                    .content_type()
                    .is_none_or(|t| t.ctype() == "text" && matches!(t.subtype(), None | Some("plain" | "html")));
            match &part.body {
                PartType::Text(text) if is_text => reading.texts.push(text.trim().replace("\r\n", "\n")),
                PartType::Html(text) if is_text => reading.texts.push(text.trim().replace("\r\n", "\n")),
                PartType::Message(inner) if !is_attachment => messages.push(inner.clone()),
                PartType::Multipart(parts) => reading.kept.push(format!("{parts:?}").into_bytes()),
                _ => reading.kept.push(part.contents().to_vec()),
            }
        }
    }
    reading
}

fn outside_tags(text: &str) -> String {
    text.split('<')
        .enumerate()
        .filter_map(|(n, piece)| if n == 0 { Some(piece) } else { piece.split_once('>').map(|p| p.1) })
        .collect()
}

/// The text in marks, its letters of ASCII turned into others.
fn pseudo(source: &TaggedText) -> TaggedText {
    let mut out = TaggedText::new();
    for piece in source.pieces() {
        match piece {
            terjuman_model::Piece::Text(text) => out.push_str(&text.replace('e', "é").replace('a', "あ")),
            terjuman_model::Piece::Mark(edge, tag) => out.mark(edge, tag),
        }
    }
    out
}

fn check_document(name: &str, bytes: &[u8], format: Format) {
    let read = |bytes: &[u8]| extract(format, bytes, &Options::default(), &Limits::default());
    let extracted = match read(bytes) {
        Ok(extracted) => extracted,
        Err(error @ (FormatError::Corrupt { .. } | FormatError::Empty)) => {
            println!("{name}: {error}");
            return;
        }
        Err(error) => panic!("{name}: {error}"),
    };
    assert!(!extracted.segments.is_empty(), "{name}: has no text");
    let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
    assert!(same == bytes, "{name}: identity changed the message");
    let translations: Vec<_> = sources.iter().map(pseudo).collect();
    let written = extracted.skeleton.merge(&translations, &NOWHERE).expect("a translation can be written");
    let again = read(&written).expect("what was written can be read");
    let again: Vec<_> = again.segments.iter().map(|segment| segment.source.text().replace('\n', " ")).collect();
    for (one, other) in translations.iter().zip(&again) {
        assert_eq!(one.text().replace('\n', " "), *other, "{name}");
    }
    assert_eq!(translations.len(), again.len(), "{name}");
    let (Some(before), Some(after)) = (second_reading(bytes), second_reading(&written)) else {
        println!("{name}: the other parser fails");
        return;
    };
    assert_eq!(before.kept, after.kept, "{name}: other parts changed");
    assert_eq!(before.headers, after.headers, "{name}: other header fields changed");
    assert_eq!(before.texts.len(), after.texts.len(), "{name}");
    let changed = before.texts.iter().zip(&after.texts).filter(|(one, other)| one != other).count();
    let with_words = before.texts.iter().filter(|text| outside_tags(text).contains(['a', 'e'])).count();
    assert_eq!(changed, with_words, "{name}: a text did not change");
}

#[test]
fn documents_of_the_corpus() {
    for (folder, format) in [("eml", Format::Eml), ("mhtml", Format::Mhtml)] {
        for path in crate::corpus::documents(folder) {
            let bytes = std::fs::read(&path).expect("a listed file can be read");
            check_document(&path.display().to_string(), &bytes, format);
        }
    }
}

#[test]
fn a_plain_message() {
    check(
        "From: a@b.c\r\nSubject: Re: Hello\r\n\r\nHow are you?\r\n",
        &[("Hello", "Olá"), ("How are you?", "Tudo bem?")],
        "From: a@b.c\r\nSubject: =?utf-8?Q?Re=3A_Ol=C3=A1?=\r\n\r\nTudo bem?\r\n",
    );
    check(
        "Subject: Hello\n\nHow are you?\n",
        &[("How are you?", "Está bem?")],
        "Subject: Hello\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nEst=C3=A1 bem?\n",
    );
}

#[test]
fn every_part_keeps_its_encodings() {
    check(
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\nHello\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nPHA+SGVsbG8=\r\n--b\r\nContent-Type: image/png\r\n\r\nHello\r\n--b--\r\n",
        &[("Hello", "Olá")],
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\nOl=E1\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nPHA+T2zDoQ==\r\n--b\r\nContent-Type: image/png\r\n\r\nHello\r\n--b--\r\n",
    );
}

#[test]
fn the_header_says_what_changed() {
    check(
        "Content-Type: text/plain; charset=\"us-ascii\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello\r\n",
        &[("Hello", "Olá")],
        "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nOl=C3=A1\r\n",
    );
    check(
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nHello\r\n",
        &[("Hello", "Привет")],
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nПривет\r\n",
    );
    check(
        "Content-Type: text/html\r\n\r\n<p>Hello\r\n",
        &[("Hello", "Olá")],
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Ol=C3=A1\r\n",
    );
    let long = "word ".repeat(300);
    let written = replaced(b"Content-Type: text/html\r\n\r\n<p>Hello\r\n", &[("Hello", long.trim())]);
    assert!(written.split(|b| *b == b'\n').all(|line| line.len() < 80));
}

#[test]
fn new_text_is_never_taken_for_a_delimiter() {
    let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b--\r\n";
    check(
        message,
        &[("Hello", "--b")],
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=2D-b\r\n--b--\r\n",
    );
}

#[test]
fn messages_inside_messages_and_attachments() {
    let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: One\r\n\r\nTwo\r\n\
                   --b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nThree\r\n--b\r\nContent-Type: \
                   message/rfc822\r\nContent-Disposition: attachment\r\n\r\nSubject: Four\r\n\r\nFive\r\n--b--\r\n";
    let found: Vec<_> = read(message.as_bytes()).unwrap().segments.iter().map(|s| s.source.text().to_owned()).collect();
    assert_eq!(found, ["One", "Two"]);
}

#[test]
fn flowed_text_flows() {
    check(
        "Content-Type: text/plain; format=flowed\r\n\r\n> Hello \r\n> there\r\nYou\r\n-- \r\nMe\r\n",
        &[("Hello there", "Hi"), ("You", "Thou")],
        "Content-Type: text/plain; format=flowed\r\n\r\n> Hi\r\nThou\r\n-- \r\nMe\r\n",
    );
}

#[test]
fn signatures_are_reported_and_encrypted_messages_refused() {
    let signed = "Subject: x\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: \
                  application/pgp-signature\r\n\r\nxyz\r\n--b--\r\n";
    let warnings: Vec<_> = read(signed.as_bytes()).unwrap().warnings.iter().map(|warning| warning.kind).collect();
    assert_eq!(warnings, [WarningKind::SignatureBroken]);
    let encrypted = "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nVersion: 1\r\n--b--\r\n";
    assert!(matches!(read(encrypted.as_bytes()), Err(FormatError::Encrypted)));
    let unknown = "Subject: Hello\r\nContent-Type: text/plain; charset=nosuch\r\nContent-Transfer-Encoding: \
                   quoted-printable\r\n\r\nOl=E1\r\n";
    let warnings: Vec<_> = read(unknown.as_bytes()).unwrap().warnings.iter().map(|warning| warning.kind).collect();
    assert_eq!(warnings, [WarningKind::PartKept]);
    assert!(matches!(read(b"Subject: 1\r\n\r\n \r\n"), Err(FormatError::Empty)));
}

#[test]
fn languages_of_parts_change() {
    let message = "Subject: x\r\nContent-Language: en\r\n\r\nHello\r\n";
    let extracted = read(message.as_bytes()).unwrap();
    let same: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    let tag = |language: &str| language.parse().expect("a language tag");
    let target = Target { source_language: Some(tag("en")), language: Some(tag("pt")) };
    let written = extracted.skeleton.merge(&same, &target).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), message.replace(": en", ": pt"));
}

#[test]
fn floods_are_refused_or_read_in_time() {
    for flood in [
        "--b\r\n".repeat(100_000),
        "--\r\n".repeat(100_000),
        "\r\n".repeat(200_000),
        "Subject: x\r\n\r\n".to_owned() + &"=\r\n".repeat(100_000),
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned() + &"--b\r\n\r\nx\r\n".repeat(30_000),
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned() + &"--b\r\n".repeat(100_000),
        "Subject: ".to_owned() + &"=?utf-8?Q?x?= ".repeat(30_000),
        "Subject: ".to_owned() + &"=?".repeat(100_000) + "?=",
        "Content-Type: text/plain; ".to_owned() + &"a=\"".repeat(100_000),
        "Subject: x\r\nContent-Type: text/plain; format=flowed\r\n\r\n".to_owned() + &"> x \r\n".repeat(50_000),
        "a: b\r\n\t".repeat(900) + &"\r\n\tx".repeat(100_000),
    ] {
        let started = std::time::Instant::now();
        if let Ok(extracted) = read(flood.as_bytes()) {
            let translations: Vec<_> = extracted.segments.iter().map(|segment| pseudo(&segment.source)).collect();
            extracted.skeleton.merge(&translations, &NOWHERE).expect("can be written");
        }
        assert!(started.elapsed().as_secs() < 10, "{}", &flood[..60]);
    }
}

#[test]
fn a_part_in_utf_16_stays_in_it() {
    let message = |charset: &str, base64: &str| {
        let head = format!("Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64");
        format!("{head}\r\n\r\n{base64}\r\n")
    };
    // `A day` and `Um dia é`, each with its line end, and the first with a mark of the byte order.
    for (charset, before, after) in [
        ("utf-16le", "QQAgAGQAYQB5AA0ACgA=", "VQBtACAAZABpAGEAIADpAA0ACgA="),
        ("utf-16be", "AEEAIABkAGEAeQANAAo=", "AFUAbQAgAGQAaQBhACAA6QANAAo="),
        ("utf-16", "/v8AQQAgAGQAYQB5AA0ACg==", "/v8AVQBtACAAZABpAGEAIADpAA0ACg=="),
    ] {
        check(&message(charset, before), &[], &message(charset, before));
        check(&message(charset, before), &[("A day", "Um dia é")], &message(charset, after));
    }
}

#[test]
fn names_of_transfer_encodings_are_often_misspelled() {
    let message = |name: &str, text: &str| format!("Content-Transfer-Encoding: {name}\r\n\r\n{text}\r\n");
    for name in ["7bits", "8-bit", "8 bit", "7-Bit"] {
        check(&message(name, "A day"), &[("A day", "Um dia")], &message(name, "Um dia"));
    }
}

#[test]
fn a_page_in_utf_16_is_read_by_the_label_of_its_part() {
    let message = |base64: &str| {
        let head = "Content-Type: text/html; charset=utf-16le\r\nContent-Transfer-Encoding: base64";
        format!("{head}\r\n\r\n{base64}\r\n")
    };
    // `<p>Hello`, `<p>Olá`.
    let (before, after) = ("PABwAD4ASABlAGwAbABvAA==", "PABwAD4ATwBsAOEA");
    check(&message(before), &[], &message(before));
    check(&message(before), &[("Hello", "Olá")], &message(after));
}

#[test]
fn a_subject_in_an_unknown_encoding_is_kept() {
    let message = |text: &str| format!("Subject: =?x-none?Q?Fr+APY-sche?=\n\n{text}\n");
    check(&message("A day"), &[("A day", "Um dia")], &message("Um dia"));
}

#[test]
fn a_text_that_is_no_utf_8_although_it_says_so_is_read() {
    let message = |label: &str, text: &str| {
        format!("Content-Type: text/plain; charset={label}\nContent-Transfer-Encoding: quoted-printable\n\n{text}\n")
    };
    let before = message("UTF-8", "Die Fr=F6sche sa=DFen sehr erschreckt am Ufer");
    check(&before, &[], &before);
    let words = &[("Die Frösche saßen sehr erschreckt am Ufer", "As rãs")];
    check(&before, words, &message("windows-1252", "As r=E3s"));
}

#[test]
fn what_is_more_than_ascii_although_it_says_so_is_read() {
    let plain = |label: &str, text: &str| {
        format!("Content-Type: text/plain; charset={label}\nContent-Transfer-Encoding: quoted-printable\n\n{text}\n")
    };
    for label in ["us-ascii", "charset=us-ascii", "x-unknown"] {
        let before = plain(label, "2 =E2=89=A5 1 caf=C3=A9s");
        check(&before, &[], &before);
        check(&before, &[("2 ≥ 1 cafés", "dois cafés")], &plain("utf-8", "dois caf=C3=A9s"));
    }
    let before = plain("us-ascii", "Die Fr=F6sche sa=DFen sehr erschreckt am Ufer");
    let words = &[("Die Frösche saßen sehr erschreckt am Ufer", "As rãs")];
    check(&before, words, &plain("windows-1252", "As r=E3s"));
    // A name that is known and not read, and bytes that some unknown encoding may mean.
    for (label, text) in [("iso-2022-kr", "A =1B$)C"), ("x-unknown", "=1B$B!!"), ("x-unknown", "caf=E9")] {
        let kept = format!("Subject: x\n{}", plain(label, text));
        check(&kept, &[("x", "y")], &kept.replace(": x\n", ": y\n"));
    }
}

#[test]
fn keys_in_a_text_are_kept() {
    let key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQGiBDkHP3UR\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n";
    for head in ["Content-Type: text/plain", "Content-Type: text/plain; format=flowed"] {
        let message = |text: &str| format!("{head}\n\n{text}\n\n{key}");
        let found = read(message("My key").as_bytes()).unwrap().segments;
        assert_eq!(found.len(), 1, "{head}");
        check(&message("My key"), &[("My key", "A chave")], &message("A chave"));
    }
}

#[test]
fn text_that_was_never_put_into_base64_is_read() {
    let message = |name: &str, text: &str| {
        format!("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {name}\n\n{text}\n")
    };
    let before = message("base64", "The house is old.");
    check(&before, &[], &before);
    check(&before, &[("The house is old.", "É velha.")], &message("quoted-printable", "=C3=89 velha."));
}

#[test]
fn utf_7_is_read_and_becomes_utf_8() {
    let message = |subject: &str, label: &str, text: &str| {
        format!("Subject: {subject}\nContent-Type: text/plain; charset={label}\n\n{text}\n")
    };
    let before = message("=?utf-7?Q?Tr+AOg-s_bien?=", "UTF-7", "1 +- 1, na+AO8-ve");
    check(&before, &[], &before);
    let words = &[("Très bien", "Very well"), ("1 + 1, naïve", "1 + 1, naive")];
    check(&before, words, &message("Very well", "utf-8", "1 + 1, naive"));
    let damaged = message("x", "utf-7", "caf+APZ-");
    check(&damaged, &[("x", "y")], &damaged.replace(": x", ": y"));
}
