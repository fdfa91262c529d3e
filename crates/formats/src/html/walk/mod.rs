//! Follows the tokens through the document: keeps the open elements, collects runs of text and inline markup, and hands
//! each run on where a block begins or [`ends`]. What an element says by its attributes is read by [`values`].

mod ends;
mod values;

use std::ops::Range;

use html5gum::State;
use terjuman_model::TagKind;

use super::attributes::{self, Attribute, find, value_of};
use super::elements::{Content, Element, Known, Names, Role};
use super::notes::Notes;
use super::references::{CDATA, Decoder};
use super::run::{Alone, Item, ItemKind, StartTag};
use super::slot::Slot;
use super::stack::{Context, Open, Stack, TextKind};
use super::templates;
use super::token::{self, Shared, Token, TokenKind};
use crate::texts::Texts;
use crate::{FormatError, Limits, Options};

/// Elements nested deeper are taken as if they stood beside each other.
const FLAT_FROM: usize = 512;

/// Tags and words between them in one text: each takes a hundred times the room that it has in the page.
const ITEMS: usize = 400_000;

/// Reads a document that stands in `depth` others: its slots with their segments, inner ones first, and what it says of
/// itself.
pub(super) fn walk(
    text: &str,
    options: &Options,
    limits: &Limits,
    depth: u8,
) -> Result<(Texts<Slot>, Notes), FormatError> {
    let templates = templates::mask(text);
    let shared = Shared::new(limits.attributes);
    let mut walker = Walker {
        text,
        html: templates.masked.as_bytes(),
        code: &templates.ranges,
        options,
        limits,
        depth,
        names: Names::default(),
        stack: Stack::new(limits.depth.min(FLAT_FROM)),
        decoder: Decoder::default(),
        attributes: Vec::new(),
        run: Run::default(),
        outer: None,
        ruby_text: None,
        at: 0,
        found: Texts::of_text(text.len()),
        notes: Notes::default(),
    };
    let mut tokenizer = token::tokenizer(&templates.masked, &shared);
    let mut events = 0;
    while let Some(token) = tokenizer.next() {
        let limit = shared.most_attributes as u64;
        let token = token.map_err(|_| FormatError::TooComplex { limit, unit: "attributes in one element" })?;
        events += 1;
        if events > limits.events {
            return Err(FormatError::TooComplex { limit: limits.events as u64, unit: "tags and comments" });
        }
        walker.text_until(token.start);
        if let Some(state) = walker.token(token)? {
            tokenizer.set_state(state);
        }
        walker.at = token.end;
        if walker.run.items.len() > ITEMS {
            return Err(FormatError::TooComplex {
                limit: ITEMS as u64,
                unit: "tags and words between them in one text",
            });
        }
        let context = walker.stack.top().context;
        shared.allow_cdata.set(walker.notes.xhtml || !matches!(context, Context::Html | Context::SvgText));
    }
    walker.text_until(shared.text_end.get().max(walker.at));
    walker.close_all();
    Ok((walker.found, walker.notes))
}

/// Text and inline markup since the last block.
#[derive(Debug, Default)]
struct Run {
    items: Vec<Item>,
    lines: bool,
}

/// A run that is interrupted by an element with units of its own.
struct Outer {
    run: Run,
    /// Where that element begins.
    start: usize,
    /// Its place on the stack.
    index: usize,
}

struct Walker<'a> {
    text: &'a str,
    /// The text with its template code masked.
    html: &'a [u8],
    /// Template code that has not been passed yet.
    code: &'a [Range<usize>],
    options: &'a Options,
    limits: &'a Limits,
    depth: u8,
    names: Names,
    stack: Stack,
    decoder: Decoder,
    attributes: Vec<Attribute>,
    run: Run,
    outer: Option<Outer>,
    /// The start of an `rt` or `rp` that is open.
    ruby_text: Option<usize>,
    /// Where the last token ended.
    at: usize,
    found: Texts<Slot>,
    notes: Notes,
}

impl Walker<'_> {
    /// Takes the text between the last token and `end`.
    fn text_until(&mut self, end: usize) {
        let range = self.at..end;
        let top = self.stack.top();
        let is_text = top.text != TextKind::None && matches!(top.context, Context::Html | Context::SvgText);
        if range.is_empty() || !is_text || self.ruby_text.is_some() {
            return;
        }
        self.run.lines |= top.text == TextKind::Lines;
        let protected = top.code || !top.translate;
        let mut rest = range;
        while let Some(markup) = self.markup_in_text(&rest, top.content) {
            self.plain_text(rest.start..markup.start, protected);
            let kind = match self.is_readable(&markup) {
                true => ItemKind::Text { protected },
                false => ItemKind::Point,
            };
            self.push(kind, markup.clone());
            rest.start = markup.end;
        }
        self.plain_text(rest, protected);
    }

    /// What the tokenizer swallows without a token: `</>` and CDATA sections.
    fn markup_in_text(&self, range: &Range<usize>, content: Content) -> Option<Range<usize>> {
        if content != Content::Markup {
            return None;
        }
        let text = &self.html[range.clone()];
        let mut at = 0;
        while let Some(offset) = text[at..].iter().position(|b| *b == b'<') {
            let rest = &text[at + offset..];
            let length = if rest.starts_with(b"</>") {
                Some(3)
            } else if rest.starts_with(b"<![CDATA[") {
                Some(rest.windows(3).position(|w| w == b"]]>").map_or(rest.len(), |length| length + 3))
            } else {
                None
            };
            let start = range.start + at + offset;
            if let Some(length) = length {
                return Some(start..start + length);
            }
            at += offset + 1;
        }
        None
    }

    /// Whether the text of a CDATA section is read: it is written as other text once it changes, so nothing of its marks
    /// may be left over. White space beside them would be, but at the beginning of a block it means nothing.
    fn is_readable(&self, markup: &Range<usize>) -> bool {
        let inner = self.text[markup.clone()].strip_prefix(CDATA).and_then(|rest| rest.strip_suffix("]]>"));
        let is_first = !self.run.items.iter().any(|item| !self.text[item.range.clone()].trim().is_empty());
        self.notes.xhtml
            && !self.run.lines
            && inner.is_some_and(|inner| {
                let is_tight = inner.trim() == inner || is_first;
                is_tight && !inner.trim().is_empty() && templates::expressions(inner).is_empty()
            })
            && !self.code.iter().any(|code| code.start < markup.end && code.end > markup.start)
    }

    fn plain_text(&mut self, range: Range<usize>, protected: bool) {
        let mut start = range.start;
        let passed = self.code.iter().take_while(|code| code.end <= start).count();
        self.code = &self.code[passed..];
        for code in self.code.iter().take_while(|code| code.start < range.end) {
            if start < code.start {
                self.run.items.push(Item { kind: ItemKind::Text { protected }, range: start..code.start });
            }
            start = code.end.min(range.end);
            self.run.items.push(Item { kind: ItemKind::Template, range: code.start.max(range.start)..start });
        }
        if start < range.end {
            self.push(ItemKind::Text { protected }, start..range.end);
        }
    }

    fn push(&mut self, kind: ItemKind, range: Range<usize>) {
        if self.ruby_text.is_none() {
            self.run.items.push(Item { kind, range });
        }
    }

    fn token(&mut self, token: Token) -> Result<Option<State>, FormatError> {
        match token.kind {
            TokenKind::Start { self_closing } => self.start(token, self_closing),
            TokenKind::End => {
                self.end(token);
                Ok(None)
            }
            TokenKind::Other => {
                self.declaration(token)?;
                // What nobody sees parts no word.
                self.push(ItemKind::Anchor, token.start..token.end);
                Ok(None)
            }
        }
    }

    /// An XML declaration or a doctype tells XHTML, and the former the encoding.
    fn declaration(&mut self, token: Token) -> Result<(), FormatError> {
        let markup = &self.html[token.start..token.end];
        if token.start == 0 && markup.starts_with(b"<?xml") {
            self.notes.xhtml = true;
            attributes::scan(self.html, token.start + 5, self.limits.attributes, &mut self.attributes)?;
            let encoding = find(self.html, &self.attributes, "encoding").and_then(|a| a.value.clone());
            self.notes.charset_labels.extend(encoding);
        } else if markup.len() > 9 && markup[..9].eq_ignore_ascii_case(b"<!doctype") {
            self.notes.xhtml |= markup.windows(10).any(|w| w == b"DTD XHTML ");
        }
        Ok(())
    }

    fn start(&mut self, token: Token, self_closing: bool) -> Result<Option<State>, FormatError> {
        let name_end = attributes::name_end(self.html, token.start + 1);
        let name = self.names.intern(&self.html[token.start + 1..name_end]);
        let element = self.names.element(name);
        attributes::scan(self.html, name_end, self.limits.attributes, &mut self.attributes)?;
        if self.breaks_out(element) {
            self.leave_foreign(token.start);
        }
        let parent = self.stack.top();
        let (role, context) = place(element, parent.context);
        let foreign = parent.context != Context::Html || matches!(element.known, Known::Svg | Known::Math);
        let empty = (element.void && context == Context::Html) || (self_closing && (foreign || self.notes.xhtml));
        let content = if foreign { Content::Markup } else { element.content };

        let translate = self.translates(parent.translate);
        let code = parent.code || (role == Role::Code && matches!(context, Context::Html | Context::SvgText));
        self.note(element, role, name_end, translate);
        let is_listing = code || (element.known == Known::Pre && self.is_code_listing());
        self.note_kept(&token, element, (parent.translate, translate), (parent.code, is_listing));
        let formula = matches!(context, Context::Math | Context::MathText);
        let readable = translate && !code && !formula && self.ruby_text.is_none();
        let before = self.found.len();
        if readable {
            self.attribute_texts(element);
            self.framed_page(name_end - token.start - 1)?;
        }
        let open = Open {
            name,
            known: element.known,
            role: if translate && !parent.translate && role != Role::Island { Role::Block } else { role },
            content,
            context,
            text: match (element.content, element.known) {
                // In SVG, too, though it is markup there.
                (Content::Raw(_), _) => TextKind::None,
                (_, Known::Title) => TextKind::Flow,
                (Content::Text, _) | (_, Known::Pre) => TextKind::Lines,
                (Content::Markup, _) => parent.text,
            },
            translate,
            code: is_listing,
        };
        let tag = StartTag {
            name,
            kind: kind(&open, parent),
            id: self.id_attribute(),
            plain: open.role == Role::Format
                && self.found.len() == before
                && attributes::is_only_looks(self.html, &self.attributes),
            alone: match element.known {
                Known::Label => Alone::Label,
                Known::Button | Known::Gauge => Alone::Control,
                Known::Anchor => Alone::Listed,
                _ if element.unknown => Alone::Listed,
                _ => Alone::No,
            },
            code: open.role == Role::Format && attributes::is_fixed_pitch(self.html, &self.attributes),
        };
        self.open(token, open, tag, empty);
        if element.known == Known::Head {
            self.notes.head.get_or_insert(token.end);
        }
        Ok(match content {
            Content::Raw(state) if !empty => Some(state),
            Content::Text if !empty => Some(State::RcData),
            _ => None,
        })
    }

    /// Puts an element that begins where its role says.
    fn open(&mut self, token: Token, open: Open, tag: StartTag, empty: bool) {
        let range = token.start..token.end;
        if matches!(open.known, Known::RubyBase) || open.role == Role::RubyText {
            self.end_ruby_text(token.start);
        }
        match open.role {
            Role::Block => {
                if let Some(index) = self.stack.implied_end(self.names.element(open.name)) {
                    self.close(index, token.start);
                }
                self.flush(token.start);
            }
            Role::Island if empty => return self.push(ItemKind::Point, range),
            Role::Island => self.begin_island(token.start),
            Role::RubyText if self.ruby_text.is_none() => {
                self.ruby_text = Some(token.start);
            }
            Role::RubyText => {}
            Role::Break => return self.push(ItemKind::Break, range),
            Role::Point => return self.push(ItemKind::Point, range),
            Role::Anchor => return self.push(ItemKind::Anchor, range),
            Role::Format | Role::Whole | Role::Code if empty => return self.push(ItemKind::Point, range),
            Role::Format | Role::Whole | Role::Code => self.push(ItemKind::Start(tag), range),
        }
        if !empty {
            self.stack.push(open);
        }
    }

    /// An element with units of its own stands in a text as one thing. Where there is no text yet, nothing is
    /// interrupted, and one level of it is enough: inside, it parts the text as a block does.
    fn begin_island(&mut self, start: usize) {
        let inside_text = self
            .run
            .items
            .iter()
            .any(|i| matches!(i.kind, ItemKind::Start(_) | ItemKind::Text { .. } | ItemKind::Template));
        if self.outer.is_none() && inside_text && self.ruby_text.is_none() {
            let run = std::mem::take(&mut self.run);
            self.outer = Some(Outer { run, start, index: self.stack.len() });
        } else {
            self.flush(start);
        }
    }

    /// `translate` and the class that other translators know, for the tag whose attributes were read last.
    fn translates(&self, inherited: bool) -> bool {
        if self.attributes.is_empty() {
            return inherited;
        }
        match value_of(self.html, &self.attributes, "translate") {
            Some(value) if value.eq_ignore_ascii_case(b"no") => return false,
            Some(value) if value.is_empty() || value.eq_ignore_ascii_case(b"yes") => return true,
            _ => {}
        }
        let classes = value_of(self.html, &self.attributes, "class").unwrap_or_default();
        inherited && !classes.split(|b| attributes::is_space(*b)).any(|class| class == b"notranslate")
    }

    /// Whether a `pre` says that it holds a program.
    fn is_code_listing(&self) -> bool {
        const CLASSES: [&[u8]; 8] = [
            b"programlisting",
            b"screen",
            b"highlight",
            b"sourceCode",
            b"prettyprint",
            b"literal-block",
            b"src",
            b"code",
        ];
        let classes = value_of(self.html, &self.attributes, "class").unwrap_or_default();
        classes
            .split(|b| attributes::is_space(*b))
            .any(|class| CLASSES.contains(&class) || class.starts_with(b"language-") || class.starts_with(b"brush:"))
    }

    /// Whether the start tag whose attributes were read last ends the SVG or MathML it stands in.
    fn breaks_out(&self, element: Element) -> bool {
        let has = |name| find(self.html, &self.attributes, name).is_some();
        matches!(self.stack.top().context, Context::Svg | Context::SvgText | Context::Math)
            && element.breaks_out
            && (element.known != Known::Font || has("color") || has("face") || has("size"))
    }
}

/// An element's role where it stands, and what it makes of its content.
fn place(element: Element, around: Context) -> (Role, Context) {
    match (around, element.known) {
        (_, Known::Svg) => (Role::Island, Context::Svg),
        (Context::Html | Context::SvgText, Known::Math) => (Role::Island, Context::Math),
        (Context::Html, _) => (element.role, Context::Html),
        (Context::MathText, _) | (Context::Math, Known::MathText) => (Role::Block, Context::MathText),
        (Context::Math, _) => (Role::Block, Context::Math),
        (Context::Svg | Context::SvgText, Known::SvgText) => (Role::Block, Context::SvgText),
        (Context::Svg | Context::SvgText, Known::Title | Known::ForeignObject) => (Role::Block, Context::Html),
        (Context::Svg, _) => (Role::Block, Context::Svg),
        (Context::SvgText, Known::SvgSpan) => (Role::Format, Context::SvgText),
        (Context::SvgText, _) => (element.role, Context::SvgText),
    }
}

fn kind(open: &Open, parent: Open) -> TagKind {
    if (parent.translate && !open.translate) || open.role == Role::Code {
        TagKind::Protected
    } else if open.role == Role::Format {
        TagKind::Format
    } else {
        TagKind::Whole
    }
}
