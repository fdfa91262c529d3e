//! Follows a document and collects its paragraphs.

use std::ops::Range;

use terjuman_model::{Place, Segment};

use super::PART;
use super::codepage::CodePage;
use super::destination::{Destination, destination, reason};
use super::fonts::Fonts;
use super::retarget::Setting;
use super::scanner::{Item, Lexeme, Scanner};
use super::state::{State, States};
use crate::docx::is_live;
use crate::runs::{self, Block, Paragraph, Role};
use crate::{FormatError, Limits, Options, Reason, Untranslated, Warning, WarningKind};

/// What was found in a document.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) slots: Vec<Slot>,
    pub(super) states: States,
    pub(super) default_font: i32,
    /// Languages and directions, in order.
    pub(super) settings: Vec<Setting>,
    /// Ends of control words that no space ends, in order.
    pub(super) bare: Vec<usize>,
    pub(super) warnings: Vec<Warning>,
    pub(super) untranslated: Untranslated,
}

/// A paragraph with segments.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) block: Block,
    /// The first of its segments.
    pub(super) first: usize,
    pub(super) parts: Vec<Part>,
}

/// The place of a segment.
#[derive(Debug)]
pub(super) struct Part {
    /// From its first byte of text to its last.
    pub(super) span: Range<usize>,
    /// What is taken out: texts, things, and groups that hold nothing else; in order.
    pub(super) removed: Vec<Range<usize>>,
    /// Where the translation goes: the start of one of those.
    pub(super) at: usize,
    /// The look there.
    pub(super) around: State,
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
    span: Range<usize>,
    state: State,
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

    fn open(&mut self, start: usize) -> Result<(), FormatError> {
        if self.groups.len() >= self.limits.rtf_depth {
            return Err(FormatError::TooComplex { limit: self.limits.rtf_depth as u64, unit: "nested groups" });
        }
        self.end_text();
        self.skip = 0;
        let group = match self.groups.last_mut() {
            Some(outer) => {
                outer.fresh = false;
                // Between the instruction and the result of a field there is nothing to read.
                let content = outer.content;
                Group {
                    start,
                    content,
                    in_text: content == Content::Text,
                    closing: Closing::Plain,
                    fresh: true,
                    starred: false,
                    is_clean: true,
                    ..outer.clone()
                }
            }
            None => Group {
                start,
                state: State::plain(self.found.default_font),
                font: self.found.default_font,
                east_asian: false,
                content: Content::Container,
                in_text: false,
                closing: Closing::Plain,
                fresh: true,
                starred: false,
                is_clean: false,
            },
        };
        self.groups.push(group);
        Ok(())
    }

    /// Begins a destination.
    fn enter(&mut self, destination: Destination, item: &Item<'_>) {
        let Some(group) = self.groups.last_mut() else { return };
        group.is_clean = false;
        let outer = match (group.in_text, group.content) {
            (true, _) => Content::Text,
            (false, content) => content,
        };
        let (content, closing) = match destination {
            Destination::Skip(role) => (Content::Nothing, Closing::Thing(role)),
            Destination::Container => (outer_container(outer), Closing::Thing(Role::Point)),
            Destination::Fonts => (Content::Fonts, Closing::Fonts),
            Destination::Story if matches!(outer, Content::Text | Content::Container) => {
                (Content::Text, Closing::Story)
            }
            Destination::Field if outer == Content::Text => (Content::Field, Closing::Field),
            Destination::FieldInstruction if outer == Content::Field => (Content::Instruction, Closing::Plain),
            Destination::FieldResult
                if outer == Content::Field
                    && self.fields.last().is_some_and(|f| f.result.is_none() && is_live(&f.instruction)) =>
            {
                (Content::Text, Closing::Result)
            }
            _ => (Content::Nothing, Closing::Thing(Role::Point)),
        };
        group.content = content;
        group.closing = closing;
        if content == Content::Text {
            self.bare(item);
        }
        let start = self.groups.last().map_or(0, |group| group.start);
        match closing {
            Closing::Story => self.stories.push(Story::default()),
            Closing::Field => self.fields.push(Field { start, instruction: String::new(), result: None }),
            Closing::Result => {
                let (state, stories) = (self.state(), self.stories.len());
                let (Some(field), Some(story)) = (self.fields.last_mut(), self.stories.last_mut()) else { return };
                let span = field.start..item.span.end;
                let pair = story.paragraph.open(false, span.clone());
                story.tokens.push(Token { kind: Kind::Open, span, state });
                field.result = Some(FieldResult { pair, place: (stories, story.number), end: item.span.end });
            }
            _ => {}
        }
    }

    fn close(&mut self, span: Range<usize>) {
        self.end_text();
        self.skip = 0;
        let Some(group) = self.groups.pop() else { return };
        let whole = group.start..span.end;
        match group.closing {
            Closing::Plain => {
                if let Some(outer) = self.groups.last_mut()
                    && group.in_text
                    && group.content == Content::Text
                {
                    outer.is_clean &= group.is_clean;
                    if group.is_clean
                        && let Some(story) = self.stories.last_mut()
                    {
                        story.groups.push(whole);
                    }
                }
            }
            Closing::Thing(role) => self.group_is(role, &group, whole),
            Closing::Fonts => {
                self.fonts.end();
                let font = self.fonts.get(self.found.default_font).map_or(self.found.default_font, |font| font.first);
                if let Some(outer) = self.groups.last_mut() {
                    outer.state.set_font(font);
                }
                self.group_is(Role::Point, &group, whole);
            }
            Closing::Story => {
                self.end_paragraph();
                self.stories.pop();
                self.group_is(Role::Point, &group, whole);
            }
            Closing::Result => {
                if let Some(Field { result: Some(FieldResult { end, .. }), .. }) = self.fields.last_mut() {
                    *end = span.start;
                }
            }
            Closing::Field => self.end_field(&group, whole),
        }
    }

    fn end_field(&mut self, group: &Group, whole: Range<usize>) {
        let Some(field) = self.fields.pop() else { return };
        let Some(FieldResult { pair, place, end }) = field.result else {
            return self.group_is(Role::Point, group, whole);
        };
        let (state, here) = (self.state(), self.place());
        let Some(story) = self.stories.last_mut() else { return };
        let span = end..whole.end;
        let kind = if here == place {
            story.paragraph.close(pair, span.clone(), None);
            Kind::Close
        } else {
            story.paragraph.thing(Role::Border, span.clone(), None);
            Kind::Thing
        };
        story.tokens.push(Token { kind, span, state });
    }

    /// Makes one thing of a group, if text is around it.
    fn group_is(&mut self, role: Role, group: &Group, span: Range<usize>) {
        if group.in_text && self.groups.last().is_some_and(|outer| outer.content == Content::Text) {
            self.thing(role, span);
        }
    }

    /// A byte, symbol or control word in text or between texts.
    fn content(&mut self, item: &Item<'_>) {
        match item.lexeme {
            Lexeme::Byte(_) | Lexeme::Hex(_) | Lexeme::Binary if self.skip > 0 => self.stand_in(item),
            Lexeme::Symbol(_) if self.skip > 0 => self.stand_in(item),
            Lexeme::Word { name, .. } if self.skip > 0 && name != "u" && name != "uc" && special(name).is_some() => {
                self.stand_in(item);
            }
            Lexeme::Byte(b'\t') => self.thing(Role::Tab, item.span.clone()),
            Lexeme::Byte(byte) | Lexeme::Hex(byte) => self.byte(byte, item),
            Lexeme::Symbol(symbol) => self.symbol(symbol, item),
            Lexeme::Word { name, number } => {
                // What stands in is left out by some: a control word is never it, but for one that is a character.
                self.skip = 0;
                self.word(name, number, item);
            }
            _ => self.end_text(),
        }
    }

    /// Takes what stands in for a character of Unicode.
    fn stand_in(&mut self, item: &Item<'_>) {
        self.skip -= 1;
        if let Some(text) = self.stories.last_mut().and_then(|story| story.text.as_mut()) {
            text.span.end = item.span.end;
        }
    }

    fn symbol(&mut self, symbol: char, item: &Item<'_>) {
        match symbol {
            '\\' | '{' | '}' => self.byte(u8::try_from(symbol).unwrap_or(b' '), item),
            '~' => self.character('\u{a0}', item),
            '_' => self.character('\u{2011}', item),
            '-' => self.nothing(item),
            '\r' | '\n' => self.end_paragraph(),
            '\t' => self.thing(Role::Tab, item.span.clone()),
            _ => self.end_text(),
        }
    }

    fn word(&mut self, name: &str, number: Option<i32>, item: &Item<'_>) {
        if let Some(character) = special(name) {
            return self.character(character, item);
        }
        if name == "u" {
            return self.unit(number.unwrap_or(0), item);
        }
        self.end_text();
        self.bare(item);
        self.settings(name, number, item);
        let default = self.found.default_font;
        let first_default = self.fonts.get(default).map_or(default, |font| font.first);
        let is_root = self.groups.len() == 1;
        let Some(group) = self.groups.last_mut() else { return };
        if !is_character_word(name) {
            group.is_clean = false;
        }
        match name {
            "rtf" if is_root => group.content = Content::Text,
            "ansicpg" => self.page = CodePage::of_number(number.unwrap_or(1252)),
            "mac" => self.page = CodePage::of_number(10000),
            "pc" => self.page = CodePage::of_number(437),
            "pca" => self.page = CodePage::of_number(850),
            "deff" => {
                self.found.default_font = number.unwrap_or(0);
                group.font = self.found.default_font;
                group.state.set_font(self.found.default_font);
            }
            "plain" => {
                group.state.reset(first_default);
                group.font = default;
                group.east_asian = false;
            }
            "loch" | "hich" => group.east_asian = false,
            "dbch" => group.east_asian = true,
            "f" => {
                group.font = number.unwrap_or(default);
                let first = self.fonts.get(group.font).map_or(group.font, |font| font.first);
                if !group.east_asian {
                    group.state.set_font(first);
                }
            }
            "par" | "cell" | "row" | "nestcell" | "nestrow" | "sect" => self.end_paragraph(),
            "line" | "lbr" => self.thing(Role::Break, item.span.clone()),
            "tab" => self.thing(Role::Tab, item.span.clone()),
            "page" | "column" => self.thing(Role::Border, item.span.clone()),
            "chftn" | "chatn" | "chpgn" | "chdate" | "chtime" | "chdpl" | "chdpa" | "sectnum" | "chftnsep"
            | "chftnsepc" => self.thing(Role::Point, item.span.clone()),
            _ => {
                group.state.follow(name, number);
                self.keep_in_result(name, item);
            }
        }
    }

    /// What is between the texts of a result is written anew with them: anything but looks would be lost there.
    fn keep_in_result(&mut self, name: &str, item: &Item<'_>) {
        let place = self.place();
        let is_in = |field: &Field| field.result.as_ref().is_some_and(|result| result.place == place);
        if is_character_word(name) || !self.is_text() || !self.fields.last().is_some_and(is_in) {
            return;
        }
        let state = self.state();
        let Some(story) = self.stories.last_mut() else { return };
        story.paragraph.thing(Role::Point, item.span.clone(), None);
        story.tokens.push(Token { kind: Kind::Thing, span: item.span.clone(), state });
    }

    /// Remembers what says a language or a direction.
    fn settings(&mut self, name: &str, number: Option<i32>, item: &Item<'_>) {
        if let Some(setting) = Setting::of(name, number, item) {
            self.found.settings.push(setting);
        }
    }

    fn bare(&mut self, item: &Item<'_>) {
        if item.bare {
            self.found.bare.push(item.span.end);
        }
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

    /// Text goes on.
    fn text(&mut self, item: &Item<'_>) -> Option<&mut Text> {
        if !self.is_text() {
            return None;
        }
        let text =
            self.stories.last_mut()?.text.get_or_insert_with(|| Text { span: item.span.clone(), ..Text::default() });
        text.span.end = item.span.end;
        Some(text)
    }

    fn byte(&mut self, byte: u8, item: &Item<'_>) {
        if let Some(text) = self.text(item) {
            text.end_half();
            text.bytes.push(byte);
        }
    }

    fn character(&mut self, character: char, item: &Item<'_>) {
        let page = self.code_page();
        if let Some(text) = self.text(item) {
            text.decode(page);
            text.text.push(character);
        }
    }

    fn nothing(&mut self, item: &Item<'_>) {
        let page = self.code_page();
        if let Some(text) = self.text(item) {
            text.decode(page);
        }
    }

    /// A unit of UTF-16.
    fn unit(&mut self, number: i32, item: &Item<'_>) {
        let page = self.code_page();
        self.skip = self.state().skip();
        let Some(text) = self.text(item) else { return };
        let half = text.half.take();
        text.decode(page);
        let Ok(unit) = u16::try_from(number & 0xffff) else { return };
        match (half, unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                let pair = char::decode_utf16([high, unit]).next().and_then(Result::ok);
                pair.into_iter().for_each(|character| text.text.push(character));
            }
            (Some(_), _) => text.broken = true,
            (None, 0xd800..=0xdbff) => text.half = Some(unit),
            (None, _) => match char::from_u32(u32::from(unit)) {
                Some(character) => text.text.push(character),
                None => text.broken = true,
            },
        }
    }

    fn code_page(&self) -> CodePage {
        let font = self.groups.last().and_then(|group| self.fonts.get(group.font));
        font.and_then(|font| font.page).unwrap_or(self.page)
    }

    fn end_text(&mut self) {
        let page = self.code_page();
        let Some(mut text) = self.stories.last_mut().and_then(|story| story.text.take()) else { return };
        text.decode(page);
        let state = self.state();
        let symbols = self.groups.last().and_then(|group| self.fonts.get(group.font)).is_some_and(|font| font.symbols);
        let is_hidden = state.is_deleted() || (state.is_hidden() && !self.options.hidden_text);
        if text.broken {
            let place = Place { part: PART.to_owned(), offset: text.span.start as u64 };
            self.found.warnings.push(Warning { kind: WarningKind::UndecodableBytes, place });
        }
        let is_private = |c: char| matches!(c, '\u{e000}'..='\u{f8ff}');
        let is_symbol = symbols || (!text.text.is_empty() && text.text.chars().all(is_private));
        if is_hidden && !text.text.trim().is_empty() {
            let reason = if state.is_deleted() { Reason::DeletedText } else { Reason::HiddenText };
            self.found.untranslated.add(reason, PART, text.span.start);
        }
        if text.broken || is_hidden || is_symbol {
            return self.thing(Role::Point, text.span);
        }
        let Some(story) = self.stories.last_mut() else { return };
        let format = self.found.states.format(state.of_text());
        story.paragraph.text(&text.text, text.span.clone(), format);
        story.tokens.push(Token { kind: Kind::Text, span: text.span, state });
    }

    fn thing(&mut self, role: Role, span: Range<usize>) {
        self.end_text();
        if !self.is_text() {
            return;
        }
        let state = self.state();
        let format = self.found.states.format(state.of_thing());
        let Some(story) = self.stories.last_mut() else { return };
        story.paragraph.thing(role, span.clone(), Some(format));
        story.tokens.push(Token { kind: Kind::Thing, span, state });
    }

    fn end_paragraph(&mut self) {
        self.end_text();
        let Some(story) = self.stories.last_mut() else { return };
        story.number += 1;
        let paragraph = std::mem::take(&mut story.paragraph);
        let tokens = std::mem::take(&mut story.tokens);
        let mut groups = std::mem::take(&mut story.groups);
        let Some((block, mut segments)) = runs::segments(paragraph) else { return };
        groups.sort_by_key(|group| (group.start, group.end));
        let parts =
            block.parts().map(|(literals, base)| part(&tokens[literals], base.key, &groups, &mut self.found.states));
        let parts = parts.collect();
        self.found.slots.push(Slot { block, first: self.segments.len(), parts });
        self.segments.append(&mut segments);
    }

    fn instruction(&mut self, lexeme: Lexeme<'_>) {
        let Some(field) = self.fields.last_mut() else { return };
        if field.instruction.len() < INSTRUCTION_BYTES
            && let Lexeme::Byte(byte) = lexeme
        {
            field.instruction.push(char::from(byte));
        }
    }
}

impl Text {
    /// Reads the bytes that are waiting.
    fn decode(&mut self, page: CodePage) {
        self.end_half();
        if !self.bytes.is_empty() {
            match page.decode(&self.bytes) {
                Some(text) => self.text.push_str(&text),
                None => self.broken = true,
            }
            self.bytes.clear();
        }
    }

    fn end_half(&mut self) {
        self.broken |= self.half.take().is_some();
    }
}

/// Within what is not text, nothing is.
fn outer_container(outer: Content) -> Content {
    match outer {
        Content::Text | Content::Container => Content::Container,
        _ => Content::Nothing,
    }
}

/// What is taken out for a segment, and where its translation goes.
fn part(tokens: &[Token], base: u32, groups: &[Range<usize>], states: &mut States) -> Part {
    let span = tokens.first().map_or(0, |token| token.span.start)..tokens.last().map_or(0, |token| token.span.end);
    let mut removed: Vec<Range<usize>> = Vec::new();
    let mut best: Option<(u8, &Token)> = None;
    let mut pairs: Vec<usize> = Vec::new();
    for token in tokens {
        let outside = pairs.is_empty();
        match token.kind {
            Kind::Open => pairs.push(token.span.start),
            Kind::Close => {
                if let Some(start) = pairs.pop()
                    && pairs.is_empty()
                {
                    removed.push(start..token.span.end);
                }
                continue;
            }
            _ if outside => removed.push(token.span.clone()),
            _ => {}
        }
        if outside {
            let rank = match token.kind {
                Kind::Text if states.key(token.state.of_text()) == base => 3 - u8::from(token.state.is_revised()),
                Kind::Text => 1,
                _ => 0,
            };
            if best.is_none_or(|(other, _)| rank > other) {
                best = Some((rank, token));
            }
        }
    }
    let (at, around) = best.map_or((span.start, State::plain(0)), |(_, token)| (token.span.start, token.state));
    let first = groups.partition_point(|group| group.start < span.start);
    let inside = groups[first..].iter().take_while(|group| group.start < span.end);
    removed.extend(inside.filter(|group| group.end <= span.end && !group.contains(&at)).cloned());
    removed.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    removed.retain(|range| {
        let is_new = range.start >= end;
        end = end.max(range.end);
        is_new
    });
    Part { span, removed, at, around }
}

/// Characters that have a control word.
fn special(name: &str) -> Option<char> {
    Some(match name {
        "emdash" => '\u{2014}',
        "endash" => '\u{2013}',
        "lquote" => '\u{2018}',
        "rquote" => '\u{2019}',
        "ldblquote" => '\u{201c}',
        "rdblquote" => '\u{201d}',
        "bullet" => '\u{2022}',
        "emspace" => '\u{2003}',
        "enspace" => '\u{2002}',
        "qmspace" => '\u{2005}',
        "zwj" => '\u{200d}',
        "zwnj" => '\u{200c}',
        "zwbo" => '\u{200b}',
        "zwnbo" => '\u{2060}',
        "ltrmark" => '\u{200e}',
        "rtlmark" => '\u{200f}',
        _ => return None,
    })
}

/// Whether a word says something of characters and nothing else.
pub(super) fn is_character_word(name: &str) -> bool {
    State::plain(0).follow(name, None) || OTHER_CHARACTER_WORDS.contains(&name)
}

/// Words of characters that make no difference to a reader, or none to text.
const OTHER_CHARACTER_WORDS: &[&str] = &[
    "ab",
    "acaps",
    "acf",
    "adn",
    "af",
    "afs",
    "ai",
    "alang",
    "aoutl",
    "ascaps",
    "ashad",
    "astrike",
    "aul",
    "aup",
    "cgrid",
    "charrsid",
    "charscalex",
    "dbch",
    "expnd",
    "expndtw",
    "fcs",
    "hich",
    "insrsid",
    "kerning",
    "lang",
    "langfe",
    "langfenp",
    "langnp",
    "loch",
    "noproof",
    "plain",
];
