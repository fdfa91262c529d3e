//! Whether Markdown that was written is read as it was meant.
//!
//! A run is read back, alone or among others, and what the parser makes of it is put in a normal form: words as they are, and a control
//! character with a letter for each thing.

use pulldown_cmark::{BrokenLink, CowStr, Event, Parser, Tag, TagEnd};

use super::EXTENSIONS;
use super::label::Labels;
use super::slot::{Context, EmphasisKind};

pub(super) const LINK_OPEN: &str = "\u{1}l";
pub(super) const LINK_CLOSE: &str = "\u{1}L";
pub(super) const BREAK: &str = "\u{1}b";

/// How emphasis shows in the normal form.
pub(super) fn emphasis(kind: EmphasisKind) -> (&'static str, &'static str) {
    match kind {
        EmphasisKind::Light => ("\u{1}e", "\u{1}E"),
        EmphasisKind::Strong => ("\u{1}s", "\u{1}S"),
        EmphasisKind::Struck => ("\u{1}d", "\u{1}D"),
    }
}

/// How HTML shows in the normal form.
pub(super) fn html(spelled: &str) -> String {
    format!("\u{1}h{spelled}")
}

/// Words in front of a run that does not begin its block.
const LEAD: &str = "x ";

/// A run that was written, and what it is to be read as.
#[derive(Debug)]
pub(super) struct Doubt {
    /// As the parser is shown it.
    pub(super) run: String,
    pub(super) context: Context,
    pub(super) starts_block: bool,
    /// In normal form.
    pub(super) meant: String,
}

impl Doubt {
    /// Whether the run, alone, is the one run that it should be, and is read as it is meant.
    pub(super) fn is_read_as_meant(&self, labels: &Labels) -> bool {
        let mut block = String::with_capacity(self.run.len() + 16);
        self.push_block(&mut block);
        normal_form(&block, self.context, labels).is_some_and(|form| self.is_meant(&form))
    }

    /// Writes the run as a block of its own.
    fn push_block(&self, out: &mut String) {
        let (before, after) = match self.context {
            Context::Flow if self.starts_block => ("", ""),
            Context::Flow => (LEAD, ""),
            Context::Heading | Context::Quoted => ("# ", ""),
            Context::Cell => ("| ", " |\n|-|\n"),
            Context::Alternative => ("x ![", "](x)"),
            Context::AlternativeInCell => ("| x ![", "](x) |\n|-|\n"),
        };
        out.push_str(before);
        out.push_str(&self.run);
        out.push_str(after);
    }

    /// White space is folded when Markdown is shown.
    fn is_meant(&self, form: &str) -> bool {
        let is_led = match self.context {
            Context::Flow => !self.starts_block,
            Context::Alternative | Context::AlternativeInCell => true,
            Context::Heading | Context::Quoted | Context::Cell => false,
        };
        let form = if is_led { form.strip_prefix(LEAD) } else { Some(form) };
        form.is_some_and(|form| *form == self.meant || form.split_whitespace().eq(self.meant.split_whitespace()))
    }
}

/// Whether runs, written as the blocks of one document, are all read as they are meant.
///
/// A run that ends, swallows or defines something for another one is not read as it is meant itself; so where all are,
/// each would be alone.
pub(super) fn are_read_as_meant<'d>(doubts: impl Iterator<Item = &'d Doubt> + Clone, labels: &Labels) -> bool {
    let mut blocks = String::with_capacity(doubts.clone().map(|doubt| doubt.run.len() + 16).sum());
    for doubt in doubts.clone() {
        doubt.push_block(&mut blocks);
        blocks.push_str("\n\n");
    }
    let mut doubts = doubts.peekable();
    let mut form = Form::default();
    let mut depth = 0_usize;
    for event in parser(&blocks, labels) {
        let Some(doubt) = doubts.peek() else { return false };
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if form.add(event, doubt.context).is_none() {
            return false;
        }
        if depth == 0 {
            if form.runs != 1 || !doubt.is_meant(&form.text) {
                return false;
            }
            doubts.next();
            form.clear();
        }
    }
    doubts.next().is_none()
}

/// Reads one thing as it stands inside of a paragraph, or of a cell: there, `\|` is a bar in code too.
pub(super) fn read_thing(thing: &str, context: Context, labels: &Labels) -> String {
    if let Some(code) = code(thing) {
        return format!("\u{1}c{code}");
    }
    let is_in_cell = matches!(context, Context::Cell | Context::AlternativeInCell) && thing.contains("\\|");
    let form = match is_in_cell {
        true => normal_form(&format!("| {LEAD}{thing} |\n|-|\n"), Context::Cell, labels),
        false => normal_form(&format!("{LEAD}{thing}"), Context::Flow, labels),
    };
    form.and_then(|form| form.strip_prefix(LEAD).map(str::to_owned)).unwrap_or_else(|| thing.to_owned())
}

/// The code of the plainest kind of code span, for which the parser need not be asked.
pub(super) fn code(thing: &str) -> Option<&str> {
    let inner = thing.strip_prefix('`')?.strip_suffix('`')?;
    let is_plain = !inner.contains(['`', '\\', '\n', '\r']) && !inner.starts_with(' ') && !inner.ends_with(' ');
    (is_plain && !inner.is_empty()).then_some(inner)
}

fn parser<'a>(markdown: &'a str, labels: &Labels) -> impl Iterator<Item = Event<'a>> {
    let resolve = |link: BrokenLink<'_>| {
        labels.contains(&link.reference).then_some((CowStr::Borrowed("x"), CowStr::Borrowed("")))
    };
    Parser::new_with_broken_link_callback(markdown, EXTENSIONS, Some(resolve))
}

fn normal_form(markdown: &str, context: Context, labels: &Labels) -> Option<String> {
    let mut form = Form { text: String::with_capacity(markdown.len()), ..Form::default() };
    for event in parser(markdown, labels) {
        form.add(event, context)?;
    }
    (form.runs == 1).then_some(form.text)
}

/// What the parser makes of a run.
#[derive(Default)]
struct Form {
    text: String,
    /// Pictures that are open.
    images: usize,
    /// How many there are of what the run should be one of.
    runs: usize,
}

impl Form {
    fn clear(&mut self) {
        self.text.clear();
        (self.images, self.runs) = (0, 0);
    }

    /// `None` if it cannot be a run of this context.
    fn add(&mut self, event: Event<'_>, context: Context) -> Option<()> {
        // Inside of a picture, only its alternative text when it is that which is read.
        let shown = usize::from(matches!(context, Context::Alternative | Context::AlternativeInCell));
        if self.images > shown && !matches!(event, Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image)) {
            return Some(());
        }
        let is_table = matches!(context, Context::Cell | Context::AlternativeInCell);
        let form = &mut self.text;
        match event {
            Event::Text(text) => form.push_str(&text),
            Event::SoftBreak => form.push(' '),
            Event::HardBreak => form.push_str(BREAK),
            Event::Code(code) => {
                form.push_str("\u{1}c");
                form.push_str(&code);
            }
            Event::InlineHtml(spelled) => form.push_str(&html(&spelled)),
            Event::FootnoteReference(label) => {
                form.push_str("\u{1}f");
                form.push_str(&label);
            }
            Event::Start(tag) => match tag {
                Tag::Emphasis => form.push_str(emphasis(EmphasisKind::Light).0),
                Tag::Strong => form.push_str(emphasis(EmphasisKind::Strong).0),
                Tag::Strikethrough => form.push_str(emphasis(EmphasisKind::Struck).0),
                Tag::Link { .. } => form.push_str(LINK_OPEN),
                Tag::Image { .. } => {
                    self.images += 1;
                    if self.images > shown {
                        form.push_str("\u{1}i");
                    }
                }
                Tag::Paragraph if matches!(context, Context::Flow | Context::Alternative) => self.runs += 1,
                Tag::Heading { .. } if matches!(context, Context::Heading | Context::Quoted) => self.runs += 1,
                Tag::TableCell if is_table => self.runs += 1,
                Tag::Table(_) | Tag::TableHead if is_table => {}
                _ => return None,
            },
            Event::End(tag) => match tag {
                TagEnd::Emphasis => form.push_str(emphasis(EmphasisKind::Light).1),
                TagEnd::Strong => form.push_str(emphasis(EmphasisKind::Strong).1),
                TagEnd::Strikethrough => form.push_str(emphasis(EmphasisKind::Struck).1),
                TagEnd::Link => form.push_str(LINK_CLOSE),
                TagEnd::Image => self.images = self.images.saturating_sub(1),
                _ => {}
            },
            Event::Html(_) | Event::Rule | Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                return None;
            }
        }
        Some(())
    }
}
