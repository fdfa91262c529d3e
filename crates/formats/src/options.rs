//! What of a document is to be translated, where people disagree.
//!
//! One table: the settings, what a request may change, the names on the wire and the documentation follow from it.

use serde::{Deserialize, Serialize};

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr;)*) => {
        /// Extraction options; the defaults are what most people expect. See `docs/options.md`.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Options {
            $($(#[$doc])* pub $name: $type,)*
        }

        impl Default for Options {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// What one request changes of the [`Options`]. What it does not name stays as it is set.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Changes {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$type>,)*
        }

        impl Options {
            /// The name and kind of each option, in the order of the documentation.
            pub const NAMES: &'static [(&'static str, &'static str)] =
                &[$((stringify!($name), <$type as OptionValue>::KIND),)*];

            /// The options with these changes.
            #[must_use]
            pub fn with(&self, changes: &Changes) -> Self {
                let changes = changes.clone();
                Self { $($name: changes.$name.unwrap_or_else(|| self.$name.clone()),)* }
            }
        }

        impl Changes {
            /// Changes the option of this name; hyphens and underscores are the same, and so are capitals.
            ///
            /// # Errors
            /// If there is no such option, or the value is none of its values.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), OptionError> {
                let name = name.to_ascii_lowercase().replace('-', "_");
                match name.as_str() {
                    $(stringify!($name) => {
                        let value = <$type as OptionValue>::read(value.trim());
                        self.$name = Some(value.ok_or(OptionError::Value {
                            name: stringify!($name),
                            kind: <$type as OptionValue>::KIND,
                        })?);
                    })*
                    _ => return Err(OptionError::Unknown),
                }
                Ok(())
            }

            /// Whether nothing is changed.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                *self == Self::default()
            }
        }
    };
}

options! {
    /// Comments in office documents. Default on.
    comments: bool = true;
    /// Footnotes, endnotes and the notes of slides. Default on.
    notes: bool = true;
    /// Hidden text. Default off.
    hidden_text: bool = false;
    /// Alternative texts of pictures. Default on.
    alt_text: bool = true;
    /// Title, subject, description and keywords in the document's properties. Default on.
    properties: bool = true;
    /// Names of sheets, and whatever refers to them. Default off: programs outside may know a sheet by its name.
    sheet_names: bool = false;
    /// Text that was inserted while changes were tracked. Default on; deleted text is never translated.
    inserted_text: bool = true;
    /// Words in formulas, where the formula says that they are text and no mathematics. Default off.
    formula_text: bool = false;
    /// Smaller text where a translation is longer than the slide has room for. Default on.
    fit_text: bool = true;
    /// Comments in the code blocks of a Markdown text, where they are whole lines. Default off.
    code_comments: bool = false;
    /// Paragraphs in another language than the document's. Default off: a model would garble them. Not asked where the
    /// engine does not mind.
    foreign_text: bool = false;
    /// Text in pictures. Accepted; pictures stay as they are, and the report counts them. Default off.
    image_text: bool = false;
    /// Keys of a front matter whose text values are translated.
    front_matter_keys: Vec<String> =
        ["title", "description", "summary", "excerpt", "subtitle", "tagline"].map(str::to_owned).to_vec();
    /// Names in a JSON text whose values are translated, with all that is in them; empty for all. Default empty.
    json_keys: Vec<String> = Vec::new();
    /// Names in a JSON text whose values are left alone, with all that is in them. Default none.
    json_keys_excluded: Vec<String> = Vec::new();
}

/// Why an option cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// There is none of that name.
    #[error("there is no such option")]
    Unknown,
    /// The value is none that it has.
    #[error("the value of {name} must be {kind}")]
    Value {
        /// Which option.
        name: &'static str,
        /// What it may be.
        kind: &'static str,
    },
}

/// A value as a header or a command line spells it.
trait OptionValue: Sized {
    const KIND: &'static str;

    fn read(text: &str) -> Option<Self>;
}

impl OptionValue for bool {
    const KIND: &'static str = "true or false";

    fn read(text: &str) -> Option<Self> {
        let is = |words: [&str; 2]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
        match (is(["true", "on"]), is(["false", "off"])) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

/// Names in one list, and bytes of one: they are kept with the job.
const NAMES_OF_A_LIST: usize = 100;
const NAME_BYTES: usize = 100;

impl OptionValue for Vec<String> {
    const KIND: &'static str = "a list of names with commas between them, at most 100";

    fn read(text: &str) -> Option<Self> {
        let names: Self = text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let fits = |name: &String| name.len() <= NAME_BYTES && !name.contains(char::is_control);
        (names.len() <= NAMES_OF_A_LIST && names.iter().all(fits)).then_some(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_names_is_changed_and_the_rest_stays() {
        let mut changes = Changes::default();
        assert!(changes.is_empty());
        changes.set("Hidden-Text", " TRUE ").unwrap();
        changes.set("json_keys", "title, body,,").unwrap();
        let set = Options { comments: false, ..Options::default() };
        let expected = Options { hidden_text: true, json_keys: vec!["title".into(), "body".into()], ..set.clone() };
        assert_eq!(set.with(&changes), expected);
        let stored = serde_json::to_string(&changes).unwrap();
        assert_eq!(stored, r#"{"hidden_text":true,"json_keys":["title","body"]}"#);
        assert_eq!(serde_json::from_str::<Changes>(&stored).unwrap(), changes);
        // A later version's option does not make a stored request unreadable.
        assert!(serde_json::from_str::<Changes>(r#"{"holograms":true}"#).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut changes = Changes::default();
        assert_eq!(changes.set("comment", "true"), Err(OptionError::Unknown));
        let error = changes.set("comments", "maybe").unwrap_err();
        assert_eq!(error.to_string(), "the value of comments must be true or false");
        assert!(changes.set("json-keys", &"a".repeat(101)).is_err());
        assert!(changes.set("json-keys", &"a,".repeat(101)).is_err());
        assert!(changes.is_empty());
        for (name, _) in Options::NAMES {
            assert!(changes.set(name, "true").is_ok(), "{name}");
        }
    }
}
