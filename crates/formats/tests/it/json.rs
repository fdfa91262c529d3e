//! JSON, checked with another parser.

use serde_json::Value;
use terjuman_formats::{Extracted, Format, FormatError, Limits, Options, Reason, Target, extract};
use terjuman_model::TaggedText;

const NOWHERE: Target = Target { source_language: None, language: None };

fn read(bytes: &[u8]) -> Result<Extracted, FormatError> {
    extract(Format::Json, bytes, &Options::default(), &Limits::default())
}

/// The texts found, and the document with each of them in brackets.
#[track_caller]
fn check(json: &str, texts: &[&str], expected: &str) {
    let extracted = read(json.as_bytes()).expect("can be read");
    let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    assert_eq!(sources.iter().map(TaggedText::text).collect::<Vec<_>>(), texts);
    assert_eq!(extracted.skeleton.merge(&sources, &NOWHERE).expect("this cannot fail here"), json.as_bytes());
    let marked: Vec<_> = sources
        .iter()
        .map(|source| {
            let marks = source.marks().iter().map(|mark| terjuman_model::Mark { at: mark.at + 1, ..*mark }).collect();
            TaggedText::with_marks(format!("[{}]", source.text()), marks)
        })
        .collect();
    let written = String::from_utf8(extracted.skeleton.merge(&marked, &NOWHERE).expect("this cannot fail here"))
        .expect("this cannot fail here");
    assert_eq!(written, expected);
    let shape = |text: &str| {
        serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'))
            .into_iter::<Value>()
            .map(|v| shape(&v.expect("this cannot fail here")))
            .collect::<Vec<_>>()
    };
    assert_eq!(shape(json), shape(&written));
}

/// Everything but the strings.
fn shape(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::Null,
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn values_are_translated_and_nothing_else() {
    check(
        "{ \"Save file\" : \"Save\",\n\t\"n\": [1.50, true, \"Two words\"] }\n",
        &["Save", "Two words"],
        "{ \"Save file\" : \"[Save]\",\n\t\"n\": [1.50, true, \"[Two words]\"] }\n",
    );
    check("{\"a\": \"One\"}\n{\"a\": \"Two\"}\n", &["One", "Two"], "{\"a\": \"[One]\"}\n{\"a\": \"[Two]\"}\n");
    check("\u{feff}[\" One \"]", &["One"], "\u{feff}[\" [One] \"]");
}

#[test]
fn codes_are_left_alone() {
    check(
        r#"["https://example.com", "snake_case", "camelCase", "en.greeting", "a1", "2024-01-01", "en-US", "sr-Latn-RS", {"cls": "btn"}, {"type": "button"}, {"type": "A sentence."}, {"email": "Email"}, {"@type": "Person"}, "Done."]"#,
        &["A sentence.", "Email", "Done."],
        r#"["https://example.com", "snake_case", "camelCase", "en.greeting", "a1", "2024-01-01", "en-US", "sr-Latn-RS", {"cls": "btn"}, {"type": "button"}, {"type": "[A sentence.]"}, {"email": "[Email]"}, {"@type": "Person"}, "[Done.]"]"#,
    );
}

#[test]
fn escapes_stay_in_their_style() {
    check(r#"["caf\u00e9 \"x\" a\/b"]"#, &["café \"x\" a/b"], r#"["[caf\u00e9 \"x\" a\/b]"]"#);
    check(r#"["café \u00e9"]"#, &["café é"], r#"["[café é]"]"#);
    check(r#"["One\n\nTwo\r\n"]"#, &["One", "Two"], r#"["[One]\n\n[Two]\r\n"]"#);
}

#[test]
fn markup_in_strings_is_markup() {
    check(
        r#"["<p class=\"x\">One <b>two</b></p><img alt='Three'>", "a < b"]"#,
        &["One two", "Three", "a < b"],
        r#"["<p class=\"x\">[One <b>two</b>]</p><img alt='[Three]'>", "[a < b]"]"#,
    );
}

#[test]
fn patterns_of_dates_stay() {
    let json = r#"{"a": "%Y-%m-%d", "b": "%-d. %B", "c": "MMMM d, yyyy", "d": "Open until %H:%M today"}"#;
    let extracted = read(json.as_bytes()).expect("this cannot fail here");
    let texts: Vec<&str> = extracted.segments.iter().map(|segment| segment.source.text()).collect();
    assert_eq!(texts, ["Open until %H:%M today"]);
    assert_eq!(extracted.segments[0].tags.len(), 2);
}

#[test]
fn strings_that_are_no_text_are_kept() {
    let json = br#"["\ud83d One", "Two"]"#;
    let extracted = read(json).expect("this cannot fail here");
    assert_eq!(extracted.segments.len(), 1);
    assert_eq!(
        extracted.skeleton.merge(&[TaggedText::plain("2")], &NOWHERE).expect("this cannot fail here"),
        br#"["\ud83d One", "2"]"#
    );
}

#[test]
fn what_is_no_json_is_refused() {
    assert!(matches!(read(b"{\"a\": \"b c\""), Err(FormatError::Corrupt { .. })));
    assert!(matches!(read(b"{\"a\": 1}"), Err(FormatError::Empty)));
    assert!(matches!(read("[".repeat(1_000_000).as_bytes()), Err(FormatError::TooComplex { .. })));
}

#[test]
fn options_choose_names_with_all_that_is_in_them() {
    let json =
        r#"{"ti\u0074le": "One dog.", "body": {"note": "Two cats.", "list": ["Three birds."]}, "id": "Four fish."}"#;
    let read = |only: &[&str], never: &[&str]| {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let options = Options { json_keys: names(only), json_keys_excluded: names(never), ..Options::default() };
        let extracted = extract(Format::Json, json.as_bytes(), &options, &Limits::default()).unwrap();
        let texts: Vec<_> = extracted.segments.iter().map(|segment| segment.source.text().to_owned()).collect();
        (texts, extracted.skeleton.untranslated())
    };
    let (all, untranslated) = read(&[], &[]);
    assert_eq!((all.len(), untranslated.total()), (4, 0));
    let (texts, untranslated) = read(&["title", "body"], &["note"]);
    assert_eq!(texts, ["One dog.", "Three birds."]);
    assert_eq!(untranslated.count(Reason::JsonKeyOff), 2);
    assert_eq!(read(&[], &["body"]).0, ["One dog.", "Four fish."]);
    // Nothing chosen is no damage.
    assert_eq!(read(&["nothing"], &[]).0.len(), 0);
}

#[test]
fn signs_beside_markup_stay_as_they_are() {
    check(
        r#"["<a href='x'>Crowd</a> >= 2.1 of R&D, not `<<' &amp; x", "Use <b>get</b> x > y &amp; z"]"#,
        &["Crowd >= 2.1 of R&D, not `<<' & x", "Use get x > y & z"],
        r#"["[<a href='x'>Crowd</a> >= 2.1 of R&amp;D, not `<<' &amp; x]", "[Use <b>get</b> x > y &amp; z]"]"#,
    );
}

#[test]
fn references_to_characters_are_read_as_html() {
    check("{\"a\": \"Salt &amp; pepper\"}", &["Salt & pepper"], "{\"a\": \"[Salt &amp; pepper]\"}");
    check(
        "[\"Salt & pepper; more\", \"x &copy; y z\"]",
        &["Salt & pepper; more", "x \u{a9} y z"],
        "[\"[Salt & pepper; more]\", \"[x &copy; y z]\"]",
    );
}

#[test]
fn what_only_programs_read_stays() {
    check(
        "{\"required\": [\"items\"], \"x-order\": \"merge\", \"on\": \"true\", \"pem\": \"-----BEGIN KEY-----\\nAb Cd\", \"a\": \"True\"}",
        &["True"],
        "{\"required\": [\"items\"], \"x-order\": \"merge\", \"on\": \"true\", \"pem\": \"-----BEGIN KEY-----\\nAb Cd\", \"a\": \"[True]\"}",
    );
}

#[test]
fn branches_of_a_message_are_texts() {
    check(
        "{\"a\": \"{n, plural, one {# file} other {{n, number} files of {who}}}\"}",
        &["# file", "{n, number} files of {who}"],
        "{\"a\": \"{n, plural, one {[# file]} other {[{n, number} files of {who}]}}\"}",
    );
}

#[test]
fn of_a_manifest_only_what_people_read_is_translated() {
    check(
        r#"{"name": "my-package", "version": "1.2.3", "description": "Does things", "scripts": {"build": "tsc -p . && node build"}, "author": "Jane Doe", "contributes": {"commands": [{"command": "x", "title": "Say hello"}]}}"#,
        &["Does things", "Say hello"],
        r#"{"name": "my-package", "version": "1.2.3", "description": "[Does things]", "scripts": {"build": "tsc -p . && node build"}, "author": "Jane Doe", "contributes": {"commands": [{"command": "x", "title": "[Say hello]"}]}}"#,
    );
    // A file of texts may have such names, too.
    check(
        r#"{"name": "Name", "version": "Version of it", "scripts": "Scripts"}"#,
        &["Name", "Version of it", "Scripts"],
        r#"{"name": "[Name]", "version": "[Version of it]", "scripts": "[Scripts]"}"#,
    );
}

#[test]
fn tags_of_components_are_tags() {
    check(
        r#"["Click <1>here</1> or <link>there & now</link>", "<0/> left"]"#,
        &["Click here or there & now", "left"],
        r#"["[Click <1>here</1> or <link>there & now</link>]", "<0/> [left]"]"#,
    );
}

#[test]
fn plurals_between_bars_are_texts() {
    check(
        r#"["no apples | one apple | {n} apples", "{0} There are none|[1,19] There are some", "a|b words"]"#,
        &["no apples", "one apple", "{n} apples", "{0} There are none", "[1,19] There are some", "a|b words"],
        r#"["[no apples] | [one apple] | [{n} apples]", "[{0} There are none]|[[1,19] There are some]", "[a|b words]"]"#,
    );
}

#[test]
fn lists_of_classes_are_no_words() {
    check(
        r#"[{"className": "btn btn-primary"}, {"class": "first class"}, {"icon": "arrow-left"}]"#,
        &["first class"],
        r#"[{"className": "btn btn-primary"}, {"class": "[first class]"}, {"icon": "arrow-left"}]"#,
    );
}

#[test]
fn parameters_of_messages_are_kept() {
    check(
        r#"[":count files by (:user_name) :smile:", ":count :other", "At 10:30 a note: this, Time:now"]"#,
        &[":count files by (:user_name) :smile:", "At 10:30 a note: this, Time:now"],
        r#"["[:count files by (:user_name) :smile:]", ":count :other", "[At 10:30 a note: this, Time:now]"]"#,
    );
    let extracted = read(br#"[":count files by :name"]"#).expect("can be read");
    assert!(extracted.segments[0].tags.iter().all(|tag| tag.kind == terjuman_model::TagKind::Protected));
    assert_eq!(extracted.segments[0].tags.len(), 2);
}
