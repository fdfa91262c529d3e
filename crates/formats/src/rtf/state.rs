//! What text looks like: the character properties that a reader sees, and how one look becomes another.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::runs::Format;

/// A character property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Font,
    Size,
    Bold,
    Italic,
    Underline,
    UnderlineColour,
    Strike,
    DoubleStrike,
    Colour,
    Background,
    Highlight,
    Pattern,
    Vertical,
    Offset,
    Capitals,
    SmallCapitals,
    Outline,
    Shadow,
    Emboss,
    Engrave,
    Style,
    Hidden,
    Revised,
    RevisionAuthor,
    RevisionTime,
    Deleted,
    DeletionAuthor,
    DeletionTime,
    Skip,
    RightToLeft,
}

const SLOTS: usize = Slot::RightToLeft as usize + 1;

/// Words that switch: how they are written, in which slot they are.
const WORDS: &[(&str, Slot)] = &[
    ("f", Slot::Font),
    ("fs", Slot::Size),
    ("b", Slot::Bold),
    ("i", Slot::Italic),
    ("ulc", Slot::UnderlineColour),
    ("strike", Slot::Strike),
    ("striked", Slot::DoubleStrike),
    ("cf", Slot::Colour),
    ("cb", Slot::Background),
    ("highlight", Slot::Highlight),
    ("chcbpat", Slot::Pattern),
    ("caps", Slot::Capitals),
    ("scaps", Slot::SmallCapitals),
    ("outl", Slot::Outline),
    ("shad", Slot::Shadow),
    ("embo", Slot::Emboss),
    ("impr", Slot::Engrave),
    ("cs", Slot::Style),
    ("v", Slot::Hidden),
    ("revised", Slot::Revised),
    ("revauth", Slot::RevisionAuthor),
    ("revdttm", Slot::RevisionTime),
    ("deleted", Slot::Deleted),
    ("revauthdel", Slot::DeletionAuthor),
    ("revdttmdel", Slot::DeletionTime),
    ("uc", Slot::Skip),
];

/// Kinds of underlines; the number of one is its place here, from 1.
const UNDERLINES: &[&str] = &[
    "ul",
    "uld",
    "uldash",
    "uldashd",
    "uldashdd",
    "uldb",
    "ulhwave",
    "ulldash",
    "ulth",
    "ulthd",
    "ulthdash",
    "ulthdashd",
    "ulthdashdd",
    "ulthldash",
    "ululdbwave",
    "ulw",
    "ulwave",
];

/// Words that are switches: `\b0` is off, `\b` and `\b1` are on.
fn is_toggle(slot: Slot) -> bool {
    use Slot as S;
    matches!(
        slot,
        S::Bold
            | S::Italic
            | S::Strike
            | S::DoubleStrike
            | S::Capitals
            | S::SmallCapitals
            | S::Outline
            | S::Shadow
            | S::Emboss
            | S::Engrave
            | S::Hidden
            | S::Revised
            | S::Deleted
    )
}

/// The look of a stretch of text. Zero is the absence of a property; a font is its number and one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct State([i32; SLOTS]);

impl State {
    /// What a document begins with, in its default font.
    pub(super) fn plain(font: i32) -> Self {
        let mut state = Self([0; SLOTS]);
        state.set(Slot::Font, font.saturating_add(1));
        state.set(Slot::Size, 24);
        state.set(Slot::Skip, 1);
        state
    }

    /// After `\plain`: fallback characters are counted as before.
    pub(super) fn reset(&mut self, font: i32) {
        let skip = self.get(Slot::Skip);
        *self = Self::plain(font);
        self.set(Slot::Skip, skip);
    }

    fn get(&self, slot: Slot) -> i32 {
        self.0[slot as usize]
    }

    fn set(&mut self, slot: Slot, value: i32) {
        self.0[slot as usize] = value;
    }

    /// The font, by its number.
    pub(super) fn set_font(&mut self, font: i32) {
        self.set(Slot::Font, font.saturating_add(1));
    }

    /// Follows a control word; says whether it is one of the look.
    pub(super) fn follow(&mut self, name: &str, number: Option<i32>) -> bool {
        if let Some(kind) = UNDERLINES.iter().position(|word| *word == name) {
            let kind = i32::try_from(kind + 1).unwrap_or(1);
            self.set(Slot::Underline, if number == Some(0) { 0 } else { kind });
            return true;
        }
        match name {
            "ulnone" => self.set(Slot::Underline, 0),
            "super" => self.set(Slot::Vertical, i32::from(number != Some(0))),
            "sub" => self.set(Slot::Vertical, if number == Some(0) { 0 } else { 2 }),
            "nosupersub" => self.set(Slot::Vertical, 0),
            "up" => self.set(Slot::Offset, number.unwrap_or(6)),
            "dn" => self.set(Slot::Offset, number.unwrap_or(6).saturating_neg()),
            "ltrch" => self.set(Slot::RightToLeft, 0),
            "rtlch" => self.set(Slot::RightToLeft, 1),
            "f" => {}
            _ => {
                let Some((_, slot)) = WORDS.iter().find(|(word, _)| *word == name) else { return false };
                let value = match number {
                    Some(0) => 0,
                    _ if is_toggle(*slot) => 1,
                    Some(number) => number,
                    None => i32::from(*slot == Slot::Skip),
                };
                self.set(*slot, value);
            }
        }
        true
    }

    /// The font, by its number.
    pub(super) fn font(&self) -> i32 {
        self.get(Slot::Font).saturating_sub(1)
    }

    /// How many characters stand in for one of Unicode.
    pub(super) fn skip(&self) -> usize {
        usize::try_from(self.get(Slot::Skip)).unwrap_or(0)
    }

    /// It is not shown.
    pub(super) fn is_hidden(&self) -> bool {
        self.get(Slot::Hidden) != 0
    }

    /// It was deleted, and the deletion not accepted.
    pub(super) fn is_deleted(&self) -> bool {
        self.get(Slot::Deleted) != 0
    }

    /// It was inserted, and the insertion not accepted.
    pub(super) fn is_revised(&self) -> bool {
        self.get(Slot::Revised) != 0
    }

    /// It is written from right to left.
    pub(super) fn is_right_to_left(&self) -> bool {
        self.get(Slot::RightToLeft) != 0
    }

    /// The look of text: without what is no look.
    pub(super) fn of_text(mut self) -> Self {
        for slot in [Slot::Revised, Slot::RevisionAuthor, Slot::RevisionTime, Slot::RightToLeft] {
            self.set(slot, 0);
        }
        self.set(Slot::Skip, 1);
        self
    }

    /// The look of a thing: with all that the bytes in it depend on.
    pub(super) fn of_thing(mut self) -> Self {
        self.set(Slot::RightToLeft, 0);
        self
    }

    fn shows_blanks(&self) -> bool {
        [Slot::Underline, Slot::Strike, Slot::DoubleStrike, Slot::Background, Slot::Highlight, Slot::Pattern]
            .iter()
            .any(|slot| self.get(*slot) != 0)
    }

    /// The control words that make this look of `around`; empty if there is nothing to do.
    pub(super) fn words_within(&self, around: &Self, default_font: i32) -> String {
        let mut out = String::new();
        // A character style has no word that ends it.
        let restart = self.get(Slot::Style) == 0 && around.get(Slot::Style) != 0;
        let mut from = *around;
        if restart {
            out.push_str("\\plain");
            from.reset(default_font);
        }
        // The style comes first: readers that know it may take its look from it.
        for slot in [Slot::Style, Slot::Underline, Slot::Vertical, Slot::Offset] {
            if self.get(slot) != from.get(slot) {
                self.word(slot, &mut out);
            }
        }
        for (word, slot) in WORDS {
            let value = self.get(*slot);
            if *slot == Slot::Style || value == from.get(*slot) {
                continue;
            }
            let is_revision = matches!(slot, Slot::Revised | Slot::RevisionAuthor | Slot::RevisionTime);
            if is_revision && value == 0 {
                continue;
            }
            let _ = match *slot {
                Slot::Font => write!(out, "\\f{}", value.saturating_sub(1).max(0)),
                slot if is_toggle(slot) && value != 0 => write!(out, "\\{word}"),
                _ => write!(out, "\\{word}{value}"),
            };
        }
        out
    }

    fn word(&self, slot: Slot, out: &mut String) {
        let value = self.get(slot);
        let _ = match slot {
            Slot::Underline => {
                let kind = usize::try_from(value).ok().and_then(|kind| UNDERLINES.get(kind.checked_sub(1)?));
                write!(out, "\\{}", kind.unwrap_or(&"ulnone"))
            }
            Slot::Vertical => write!(out, "\\{}", ["nosupersub", "super", "sub"][value.clamp(0, 2) as usize]),
            Slot::Offset if value < 0 => write!(out, "\\dn{}", value.saturating_neg()),
            Slot::Offset => write!(out, "\\up{value}"),
            _ => write!(out, "\\cs{value}"),
        };
    }
}

/// Every look of a document, by number.
#[derive(Debug, Default)]
pub(super) struct States {
    known: Vec<State>,
    numbers: HashMap<State, u32>,
    /// What was asked for last: it mostly is again.
    last: Option<(State, u32)>,
}

impl States {
    /// The number of a look.
    pub(super) fn key(&mut self, state: State) -> u32 {
        if let Some((last, number)) = self.last
            && last == state
        {
            return number;
        }
        let number = *self.numbers.entry(state).or_insert_with(|| {
            self.known.push(state);
            u32::try_from(self.known.len() - 1).unwrap_or(u32::MAX)
        });
        self.last = Some((state, number));
        number
    }

    /// The look as the runs know it, in a font for `code` or another.
    pub(super) fn format(&mut self, state: State, code: bool) -> Format {
        Format { key: self.key(state), shows_blanks: state.shows_blanks(), code, ..Format::default() }
    }

    /// The look of this number.
    pub(super) fn get(&self, key: u32) -> Option<&State> {
        self.known.get(key as usize)
    }
}
