//! The data at the head of the file: YAML between `---`, TOML between `+++`, JSON in braces.
//!
//! Only text values of the keys that the options name are translated. Nothing else of it is understood: anchors,
//! aliases and tags are never followed.

mod scalar;
mod toml;
mod yaml;

use std::ops::Range;

use terjuman_model::Segment;

use super::slot::{Part, Place, Segments};
use crate::wording::has_words;
use crate::{Options, Reason, Untranslated};

pub(super) use scalar::Scalar;
use scalar::Style;

/// Where the data stands, the lines around it included, and its values to translate. The range is empty if there is none.
pub(super) fn read(text: &str, options: &Options, untranslated: &mut Untranslated) -> (Range<usize>, Vec<Part>) {
    let mut found = Found { text, keys: &options.front_matter_keys, parts: Vec::new(), untranslated };
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    let (fence, closing): (&str, &[&str]) = match first.trim_end() {
        "---" => ("---", &["---", "..."]),
        "+++" => ("+++", &["+++"]),
        "{" => ("{", &["}"]),
        _ => return (0..0, found.parts),
    };
    let mut at = first.len();
    let mut inner = None;
    for line in text[at..].split_inclusive('\n') {
        let start = at;
        at += line.len();
        if closing.contains(&line.trim_end()) {
            inner = Some(first.len()..start);
            break;
        }
    }
    let Some(inner) = inner.filter(|inner| fence != "---" || yaml::is_plausible(&text[inner.clone()])) else {
        return (0..0, found.parts);
    };
    match fence {
        "---" => yaml::read(inner, &mut found),
        "+++" => toml::read(inner, '=', &mut found),
        _ => toml::read(inner, ':', &mut found),
    }
    (0..at, found.parts)
}

/// What was found so far.
struct Found<'a> {
    text: &'a str,
    keys: &'a [String],
    parts: Vec<Part>,
    untranslated: &'a mut Untranslated,
}

impl Found<'_> {
    fn is_wanted(&self, key: &str) -> bool {
        let key = key.trim().trim_matches(['"', '\'']);
        self.keys.iter().any(|wanted| wanted.eq_ignore_ascii_case(key))
    }

    /// A value that the options leave out.
    fn leave(&mut self, range: Range<usize>) {
        let value = self.text[range.clone()].trim();
        let is_block = value.starts_with(['|', '>']);
        if is_block || (has_words(value) && !value.starts_with('#') && !yaml::is_typed(value)) {
            self.untranslated.add(Reason::FrontMatterKeyOff, "", range.start);
        }
    }

    /// Adds a value; `range` is all of it, quotation marks included.
    fn add(&mut self, range: Range<usize>, style: Style) {
        let value = style.decoded(&self.text[range.clone()]);
        let value = value.trim();
        if has_words(value) && !yaml::is_typed(value) {
            let place = Place::Scalar(Box::new(Scalar { range, style }));
            self.parts.push(Part { place, segments: Segments::One(Segment::plain(value)) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, translation: &str, segments: &[&str], expected: &str) {
        let (_, parts) = read(text, &Options::default(), &mut Untranslated::default());
        let found: Vec<_> = parts.iter().map(|part| part.segments.first()).collect();
        assert_eq!(found, segments);
        let mut out = text.to_owned();
        for part in parts.iter().rev() {
            let Place::Scalar(scalar) = &part.place else { panic!("a scalar") };
            out.replace_range(scalar.range.clone(), &scalar.spelled(translation));
        }
        assert_eq!(out, expected);
    }

    #[test]
    fn values_of_the_wanted_keys_keep_their_quotation_marks() {
        check(
            "---\ntitle: Getting Started # now\ndescription: \"Say \\\"hi\\\"\"\nSummary: 'It''s'\ntags: [a]\n---\ntitle: x\n",
            "it's \"x\"",
            &["Getting Started", "Say \"hi\"", "It's"],
            "---\ntitle: it's \"x\" # now\ndescription: \"it's \\\"x\\\"\"\nSummary: 'it''s \"x\"'\ntags: [a]\n---\ntitle: x\n",
        );
    }

    #[test]
    fn plain_values_are_quoted_where_they_have_to_be() {
        for translation in ["a: b", "[x]", "a #b", "- a", "yes", "2020-01-01", "\"a", "a:", "@a", "%a", "12"] {
            let quoted = translation.replace('"', "\\\"");
            check("---\ntitle: Word\n---\n", translation, &["Word"], &format!("---\ntitle: \"{quoted}\"\n---\n"));
        }
        check("---\ntitle: Word\n---\n", "A word: 'x'", &["Word"], "---\ntitle: \"A word: 'x'\"\n---\n");
        check("---\ntitle: Word\n---\n", "A:b c-d", &["Word"], "---\ntitle: A:b c-d\n---\n");
    }

    #[test]
    fn values_of_several_lines_are_one() {
        check(
            "---\ntitle: One\n  two\ndescription: >-\n  three\n  four\n\n  five\nsummary: |\n  six\n  seven\nx: y\n---\n",
            "w",
            &["One two", "three four", "five", "six", "seven"],
            "---\ntitle: w\ndescription: >-\n  w\n\n  w\nsummary: |\n  w\n  w\nx: y\n---\n",
        );
        check("---\ntitle: \"One\n  two\"\n---\n", "w", &["One two"], "---\ntitle: \"w\"\n---\n");
    }

    #[test]
    fn other_keys_and_what_is_inside_of_them_are_left_alone() {
        let text = "---\ncode: |\n  title: x\ntitle: true\nx: &a b\ndescription: *a\nsummary: [a, b]\nhero:\n  title: Words\n- title: More\n---\n";
        let expected = text.replace("Words", "w").replace("More", "w");
        check(text, "w", &["Words", "More"], &expected);
    }

    #[test]
    fn toml_and_json_have_strings_too() {
        check(
            "+++\ntitle = \"A \\u00e9\"\ndescription = 'b'\nsummary = \"\"\"\ntitle = \"x\"\n\"\"\"\n[a]\ntitle = \"c\" # d\n+++\n",
            "it's",
            &["A é", "b", "c"],
            "+++\ntitle = \"it's\"\ndescription = \"it's\"\nsummary = \"\"\"\ntitle = \"x\"\n\"\"\"\n[a]\ntitle = \"it's\" # d\n+++\n",
        );
        check(
            "{\n  \"title\": \"a\",\n  \"x\": \"b\"\n}\n",
            "w",
            &["a"],
            "{\n  \"title\": \"w\",\n  \"x\": \"b\"\n}\n",
        );
    }

    #[test]
    fn a_rule_is_no_front_matter() {
        for text in ["---\nA sentence.\n---\n", "---\ntitle: a\n", "text\n---\ntitle: a\n---\n"] {
            assert_eq!(read(text, &Options::default(), &mut Untranslated::default()).0, 0..0, "{text}");
        }
    }
}
