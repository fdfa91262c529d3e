//! Documents that were damaged on their way: refused, or read and given back as they came. Never a panic.

use terjuman_formats::{Format, FormatError, Limits, Options, Target, extract};
use terjuman_model::TaggedText;

use crate::html::Dice;

const HTML: &[u8] = "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>One &amp; two</title></head><body><p \
                     class=\"x\">Three <b>four <i>five</i></b> caf\u{e9}&nbsp;<a href='y' title=\"six\">seven</a><br><img \
                     alt=eight></p><!-- c --><table><tr><td>nine<td>ten</table><select><option>a<option>b</select><svg>\
                     <text>c</text></svg><pre>d\n e</pre><script>f</script><ruby>g<rt>h</ruby></body></html>"
    .as_bytes();
const MESSAGE: &[u8] = b"From: a@b.c\r\nSubject: =?utf-8?Q?Ol=C3=A1?= there\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\
                         \r\n boundary=\"b\"\r\n\r\npreamble\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\
                         Content-Type: text/plain; charset=iso-8859-1; format=flowed\r\nContent-Transfer-Encoding: \
                         quoted-printable\r\n\r\nHello =E9 \r\nthere\r\n--c\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: \
                         base64\r\n\r\nPHA+SGVsbG8gPGI+dGhlcmU8L2I+\r\n--c--\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: \
                         inner\r\n\r\nInner text.\r\n--b--\r\n";
const JSON: &[u8] =
    br#"{"a": "One \u00e9 two", "b": [1, "<p>Three <b>four</b></p>", null, {"c": "five\nsix"}], "type": "x"}"#;

const XLIFF: &[u8] = "<?xml version='1.0'?><xliff version='1.2'><file source-language='en'><body><trans-unit id='1'><source>One <g \
                       id='1'>two <bx id='2'/>three</g> <ex id='2'/>é<ph id='3'>x<sub>four</sub></ph> &lt;b>five&lt;/b> <mrk \
                       mtype='protected'>six</mrk></source><seg-source><mrk mtype='seg' mid='1'>One <g id='1'>two</g></mrk> <mrk \
                       mtype='seg' mid='2'>s</mrk></seg-source><target state='new'/></trans-unit><trans-unit id='2' \
                       approved='no'><source><![CDATA[<i>a</i> b]]></source></trans-unit></body></file></xliff>"
    .as_bytes();
const XLIFF_2: &[u8] = "<xliff xmlns='urn:oasis:names:tc:xliff:document:2.0' version='2.1' srcLang='en'><file id='f'><unit \
                         id='u'><segment state='initial' subState='a:b'><source>One <pc id='1'>two <sc id='2'/>three</pc> <ec \
                         startRef='2'/>é <sm id='3' translate='no'/>four<em startRef='3'/> <mrk id='4' translate='no'>five <cp \
                         hex='1'/></mrk> six</source><target>x</target></segment></unit></file></xliff>"
    .as_bytes();
const DITA: &[u8] = "<!DOCTYPE topic PUBLIC '-//OASIS//DTD DITA Topic//EN' 'topic.dtd'><topic id='a' xml:lang='en'><title>One \
                      <b>two <i>three</i></b></title><body><p>Four <fn>five <ph>six</ph></fn> <codeph>x</codeph> <image \
                      alt='seven'><alt>é</alt></image> <ph>eight <ul><li>nine</li></ul> ten</ph></p><pre>a\n b</pre><codeblock>c\
                      </codeblock><p translate='no'>d</p></body></topic>"
    .as_bytes();

/// Cuts, doubles, swaps or overwrites something.
fn damage(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=dice.roll(4) {
        if out.is_empty() {
            break;
        }
        let start = dice.roll(out.len());
        let end = (start + dice.roll(12)).min(out.len());
        match dice.roll(5) {
            0 => drop(out.drain(start..end)),
            1 => {
                let again = out[start..end].to_vec();
                out.splice(start..start, again);
            }
            2 => out.truncate(end),
            3 => out[start..end].reverse(),
            _ => out[start] = [0, b'<', b'>', b'"', b'&', b'\n', b'=', 0xff, b'-', b'\\'][dice.roll(10)],
        }
    }
    out
}

/// Whether this is what may be said of somebody's document: that it has no text, no known encoding, a password, a limit
/// that it passes, or damage, with what and where.
pub(crate) fn is_refusal(error: &FormatError) -> bool {
    let code = error.code().to_string();
    match error {
        FormatError::Empty => code == "NoTranslatableText",
        FormatError::Encoding(what) => code == "WrongDocumentEncoding" && !what.is_empty(),
        FormatError::Encrypted => code == "DocumentEncrypted",
        FormatError::Corrupt { what, .. } => code == "CorruptDocument" && !what.is_empty(),
        FormatError::Misnamed { is, says } => code == "CorruptDocument" && is != says,
        FormatError::TooComplex { limit, unit } => code == "DocumentTooComplex" && *limit > 0 && !unit.is_empty(),
        _ => false,
    }
}

#[track_caller]
fn check(format: Format, document: &[u8], rounds: u64) {
    let nowhere = Target { source_language: None, language: None };
    for round in 0..rounds {
        let bytes = damage(document, &mut Dice(round));
        let shown = String::from_utf8_lossy(&bytes);
        let extracted = match extract(format, &bytes, &Options::default(), &Limits::default()) {
            Ok(extracted) => extracted,
            Err(error) => {
                assert!(is_refusal(&error), "round {round}: {error}\n{shown}");
                continue;
            }
        };
        let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
        let same = extracted.skeleton.merge(&sources, &nowhere).expect("identity can be written");
        assert!(same == bytes, "round {round}: identity changed\n{shown}");
        let longer = |source: &TaggedText| {
            let marks = source.marks().iter().map(|mark| terjuman_model::Mark { at: mark.at + 3, ..*mark }).collect();
            TaggedText::with_marks(format!("é {}", source.text()), marks)
        };
        let translations: Vec<_> = sources.iter().map(longer).collect();
        if let Err(error) = extracted.skeleton.merge(&translations, &nowhere) {
            panic!("round {round}: {error}\n{shown}");
        }
    }
}

#[test]
fn damaged_pages() {
    check(Format::Html, HTML, 4_000);
}

#[test]
fn damaged_messages() {
    check(Format::Eml, MESSAGE, 4_000);
}

#[test]
fn damaged_json() {
    check(Format::Json, JSON, 4_000);
}

#[test]
fn damaged_bilingual_files() {
    check(Format::Xliff, XLIFF, 4_000);
    check(Format::Xliff, XLIFF_2, 4_000);
}

#[test]
fn damaged_topics() {
    check(Format::Dita, DITA, 4_000);
}

#[test]
fn damaged_tables_and_texts() {
    const TABLE: &[u8] =
        b"sep=;\r\nName;\"Two\nlines\";=A1\r\n\"say \"\"so\"\"\";- a point;12\r\nragged\r\n\r\nlast one;;\r\n";
    const TEXT: &[u8] = b"A heading\n=========\n\nThe quick brown fox jumps over the lazy dog and then goes\nhome to sleep until \
                          the evening when it wakes up.\r\n\r\n> quoted\n- a point\n  goes on\n00:01:02,000 --> 00:01:03\n\
                          | a | b |\nName      Age\n";
    check(Format::Csv, TABLE, 4_000);
    check(Format::Tsv, TABLE, 2_000);
    check(Format::Txt, TEXT, 4_000);
}
