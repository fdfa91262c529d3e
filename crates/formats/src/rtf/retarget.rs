//! Languages and directions: what says them, and what they become.

use std::ops::Range;

use super::languages::number;
use super::scanner::Item;
use super::state::State;
use crate::Target;
use crate::culture::{Script, is_right_to_left, script};

/// A control word that says a language or a direction.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    span: Range<usize>,
    bare: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A language, for text of a script: the word and its number.
    Language(&'static str, Script, i32),
    /// A direction: what it is of.
    Direction(&'static str),
    /// A paragraph's properties begin anew, left to right.
    Reset,
}

const LANGUAGES: &[(&str, Script)] = &[
    ("lang", Script::Western),
    ("langnp", Script::Western),
    ("deflang", Script::Western),
    ("langfe", Script::EastAsian),
    ("langfenp", Script::EastAsian),
    ("deflangfe", Script::EastAsian),
    ("alang", Script::Complex),
    ("adeflang", Script::Complex),
];

impl Setting {
    /// The setting that a control word is.
    pub(super) fn of(name: &str, number: Option<i32>, item: &Item<'_>) -> Option<Self> {
        let kind = match name {
            "ltrpar" | "rtlpar" => Kind::Direction("par"),
            "ltrsect" | "rtlsect" => Kind::Direction("sect"),
            "ltrrow" | "rtlrow" => Kind::Direction("row"),
            "pard" => Kind::Reset,
            _ => {
                let (word, script) = LANGUAGES.iter().find(|(word, _)| *word == name)?;
                Kind::Language(word, *script, number?)
            }
        };
        Some(Self { span: item.span.clone(), bare: item.bare, kind })
    }
}

/// The language that a document is now in.
#[derive(Debug)]
pub(super) struct Retarget {
    script: Script,
    /// `None` if Windows has no number for it.
    language: Option<i32>,
    /// The source's script and number.
    source: Option<(Script, Option<i32>)>,
    right_to_left: bool,
}

/// No language: text that is not to be proofed.
const NEUTRAL: [i32; 3] = [0, 1024, 4096];

/// What two numbers of one language have in common.
fn primary(language: i32) -> i32 {
    language & 0x3ff
}

impl Retarget {
    /// `None` if the target has no language.
    pub(super) fn new(target: &Target) -> Option<Self> {
        let language = target.language.as_ref()?;
        let source = target.source_language.as_ref().map(|source| (script(source), number(source)));
        Some(Self {
            script: script(language),
            language: number(language),
            source,
            right_to_left: is_right_to_left(language),
        })
    }

    /// What changes.
    pub(super) fn edits(&self, settings: &[Setting]) -> Vec<(Range<usize>, String)> {
        let mut edits = Vec::new();
        for (index, setting) in settings.iter().enumerate() {
            let text = match setting.kind {
                Kind::Language(word, script, old) => self.language(script, old).map(|new| format!("\\{word}{new}")),
                Kind::Direction(of) => Some(format!("\\{}{of}", if self.right_to_left { "rtl" } else { "ltr" })),
                Kind::Reset => {
                    let says = settings.get(index + 1).is_some_and(|next| next.kind == Kind::Direction("par"));
                    (self.right_to_left && !says).then(|| "\\pard\\rtlpar".to_owned())
                }
            };
            if let Some(mut text) = text {
                if !setting.bare {
                    text.push(' ');
                }
                edits.push((setting.span.clone(), text));
            }
        }
        edits
    }

    fn language(&self, script: Script, old: i32) -> Option<i32> {
        let new = self.language.filter(|_| script == self.script && !NEUTRAL.contains(&old))?;
        let is_source = match self.source {
            Some((of, Some(source))) if of == script => primary(source) == primary(old),
            _ => true,
        };
        (is_source && new != old).then_some(new)
    }

    /// The words that turn text at a place with this look, if it is to be turned.
    pub(super) fn turn(&self, around: &State) -> Option<&'static str> {
        match (self.right_to_left, around.is_right_to_left()) {
            (true, false) => Some("\\rtlch\\fcs1"),
            (false, true) => Some("\\ltrch\\fcs0"),
            _ => None,
        }
    }
}
