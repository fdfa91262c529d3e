//! Follows a document and collects its paragraphs: [`groups`] begin and end, [`words`] say what text looks like, [`text`] is put
//! together of bytes, and a [`paragraph`] becomes segments.

mod groups;
mod paragraph;
mod text;
mod words;

use std::ops::Range;

use terjuman_model::Segment;

pub(super) use self::words::is_character_word;
use super::PART;
use super::codepage::CodePage;
use super::destination::{destination, reason};
use super::fonts::Fonts;
use super::retarget::Setting;
use super::scanner::{Item, Lexeme, Scanner};
use super::state::{State, States};
use crate::runs::{Block, Paragraph, Role};
use crate::small_range::SmallRange;
use crate::{FormatError, Limits, Options, Untranslated, Warning};

/// What was found in a document.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) slots: Vec<Slot>,
    pub(super) states: States,
    pub(super) default_font: i32,
    /// Languages and directions, in order.
    pub(super) settings: Vec<Setting>,
    /// Ends of control words that no space ends, in order.
    pub(super) bare: Vec<u32>,
    pub(super) warnings: Vec<Warning>,
    pub(super) untranslated: Untranslated,
}

/// A paragraph with segments.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) block: Block,
    /// The first of its segments.
    pub(super) first: usize,
    pub(super) parts: Box<[Part]>,
}

/// The place of a segment.
#[derive(Debug)]
pub(super) struct Part {
    /// From its first byte of text to its last.
    pub(super) span: Range<usize>,
    /// What is taken out: texts, things, and groups that hold nothing else; in order.
    pub(super) removed: Box<[Range<u32>]>,
    /// Where the translation goes: the start of one of those.
    pub(super) at: usize,
    /// The number of the look there.
    pub(super) around: u32,
}

/// What a token of a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thing,
    Open,
    Close,
}

/// A token of a paragraph, beside its literal.
#[derive(Debug)]
struct Token {
    kind: Kind,
    /// It is text that somebody's revision put there.
    is_revised: bool,
    span: SmallRange,
    /// The number of the look, with all that belongs to it.
    state: u32,
    /// The number of the look of text.
    look: u32,
}

impl Token {
    fn new(kind: Kind, span: Range<usize>, state: State, states: &mut States) -> Self {
        let look = states.key(state.of_text());
        Self { kind, is_revised: state.is_revised(), span: span.into(), state: states.key(state), look }
    }
}

/// What is text of one flow: the body, a footnote, a header.
#[derive(Debug, Default)]
struct Story {
    paragraph: Paragraph,
    tokens: Vec<Token>,
    /// Groups that hold only looks and text of the paragraph.
    groups: Vec<Range<usize>>,
    /// Counts paragraphs: a field may end in another one than it began in.
    number: usize,
    text: Option<Text>,
}

/// Text that is being read.
#[derive(Debug, Default)]
struct Text {
    span: Range<usize>,
    text: String,
    /// Bytes that are not decoded yet.
    bytes: Vec<u8>,
    /// The first half of a character of two.
    half: Option<u16>,
    /// It cannot be read.
    broken: bool,
}

/// What the text in a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Text,
    Nothing,
    Container,
    Fonts,
    Field,
    Instruction,
}

/// What happens at the end of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    Plain,
    Thing(Role),
    Story,
    Fonts,
    Field,
    Result,
}

#[derive(Debug, Clone)]
struct Group {
    start: usize,
    state: State,
    /// The state around, for what the group is as a whole.
    font: i32,
    /// Fonts are set for East Asian text only.
    east_asian: bool,
    content: Content,
    /// The text around the group is text of a paragraph.
    in_text: bool,
    closing: Closing,
    /// Nothing was in it yet.
    fresh: bool,
    starred: bool,
    /// It holds only looks and text.
    is_clean: bool,
}

/// A field whose end has not come.
#[derive(Debug)]
struct Field {
    start: usize,
    instruction: String,
    result: Option<FieldResult>,
}

/// The live result of a field.
#[derive(Debug)]
struct FieldResult {
    pair: usize,
    /// The story and the paragraph it began in.
    place: (usize, usize),
    /// Where it ended.
    end: usize,
}

struct Walker<'a> {
    options: &'a Options,
    limits: &'a Limits,
    segments: &'a mut Vec<Segment>,
    found: Found,
    fonts: Fonts,
    page: CodePage,
    groups: Vec<Group>,
    stories: Vec<Story>,
    fields: Vec<Field>,
    /// Characters that stand in for one of Unicode and are still to come.
    skip: usize,
}

/// Bytes of an instruction that are looked at.
const INSTRUCTION_BYTES: usize = 64;

/// Follows the document.
///
/// # Errors
/// [`FormatError::Corrupt`] for what ends inside a nested group, [`FormatError::TooComplex`] past the limits.
pub(super) fn walk(
    source: &str,
    options: &Options,
    limits: &Limits,
    segments: &mut Vec<Segment>,
) -> Result<Found, FormatError> {
    let found = Found {
        slots: Vec::new(),
        states: States::default(),
        default_font: 0,
        settings: Vec::new(),
        bare: Vec::new(),
        warnings: Vec::new(),
        untranslated: Untranslated::default(),
    };
    let mut walker = Walker {
        options,
        limits,
        segments,
        found,
        fonts: Fonts::default(),
        page: CodePage::of_number(1252),
        groups: Vec::new(),
        stories: vec![Story::default()],
        fields: Vec::new(),
        skip: 0,
    };
    let mut scanner = Scanner::new(source);
    let mut events = 0usize;
    while let Some(item) = scanner.next()? {
        if !matches!(item.lexeme, Lexeme::Byte(_) | Lexeme::Newline | Lexeme::Hex(_)) {
            events += 1;
            if events > limits.events {
                return Err(FormatError::TooComplex { limit: limits.events as u64, unit: "control words" });
            }
        }
        walker.item(&item)?;
        if walker.groups.is_empty() && item.lexeme == Lexeme::Close {
            break;
        }
    }
    if walker.groups.len() > 1 {
        return Err(FormatError::corrupt("the document ends inside a group", PART, source.len()));
    }
    walker.end_paragraph();
    Ok(walker.found)
}

impl Walker<'_> {
    fn item(&mut self, item: &Item<'_>) -> Result<(), FormatError> {
        match item.lexeme {
            Lexeme::Open => return self.open(item.span.start),
            Lexeme::Close => self.close(item.span.clone()),
            Lexeme::Newline => {}
            lexeme => {
                let Some(group) = self.groups.last_mut() else { return Ok(()) };
                let (fresh, starred, content) = (group.fresh, group.starred, group.content);
                if fresh && lexeme == Lexeme::Symbol('*') {
                    group.starred = true;
                    group.is_clean = false;
                    return Ok(());
                }
                group.fresh = false;
                if content == Content::Nothing {
                    return Ok(());
                }
                if fresh
                    && let Lexeme::Word { name, .. } = lexeme
                    && let Some(destination) = destination(name, starred, self.options)
                {
                    let is_read = matches!(content, Content::Text | Content::Container);
                    if let Some(reason) = reason(name, self.options).filter(|_| is_read) {
                        self.found.untranslated.add(reason, PART, item.span.start);
                    }
                    self.enter(destination, item);
                    return Ok(());
                }
                match content {
                    Content::Fonts => match lexeme {
                        Lexeme::Word { name, number } => self.fonts.word(name, number),
                        Lexeme::Byte(byte) | Lexeme::Hex(byte) => self.fonts.byte(byte),
                        _ => {}
                    },
                    Content::Instruction => self.instruction(lexeme),
                    Content::Text | Content::Container => self.content(item),
                    Content::Field | Content::Nothing => {}
                }
            }
        }
        Ok(())
    }

    /// The story and the paragraph that is being read.
    fn place(&self) -> (usize, usize) {
        (self.stories.len(), self.stories.last().map_or(0, |story| story.number))
    }

    fn state(&self) -> State {
        self.groups.last().map_or(State::plain(0), |group| group.state)
    }

    fn is_text(&self) -> bool {
        self.groups.last().is_some_and(|group| group.content == Content::Text)
    }
}
