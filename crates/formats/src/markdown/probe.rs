//! Whether Markdown that was written is read as it was meant.
//!
//! A run is read back alone, and what the parser makes of it is put in a normal form: words as they are, and a control
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

/// Reads a run that stands in `context`; `None` if it is not the one run that it should be.
pub(super) fn read(run: &str, context: Context, starts_block: bool, labels: &Labels) -> Option<String> {
    let around = match context {
        Context::Flow if starts_block => run.to_owned(),
        Context::Flow => format!("{LEAD}{run}"),
        Context::Heading | Context::Quoted => format!("# {run}"),
        Context::Cell => format!("| {run} |\n|-|\n"),
        Context::Alternative => format!("{LEAD}![{run}](x)"),
        Context::AlternativeInCell => format!("| {LEAD}![{run}](x) |\n|-|\n"),
    };
    let form = normal_form(&around, context, labels)?;
    let is_led = match context {
        Context::Flow => !starts_block,
        Context::Alternative | Context::AlternativeInCell => true,
        Context::Heading | Context::Quoted | Context::Cell => false,
    };
    if is_led { form.strip_prefix(LEAD).map(str::to_owned) } else { Some(form) }
}

/// Reads one thing as it stands inside of a paragraph.
pub(super) fn read_thing(thing: &str, labels: &Labels) -> String {
    if let Some(code) = code(thing) {
        return format!("\u{1}c{code}");
    }
    let form = normal_form(&format!("{LEAD}{thing}"), Context::Flow, labels);
    form.and_then(|form| form.strip_prefix(LEAD).map(str::to_owned)).unwrap_or_else(|| thing.to_owned())
}

/// The code of the plainest kind of code span, for which the parser need not be asked.
pub(super) fn code(thing: &str) -> Option<&str> {
    let inner = thing.strip_prefix('`')?.strip_suffix('`')?;
    let is_plain = !inner.contains(['`', '\\', '\n', '\r']) && !inner.starts_with(' ') && !inner.ends_with(' ');
    (is_plain && !inner.is_empty()).then_some(inner)
}

fn normal_form(markdown: &str, context: Context, labels: &Labels) -> Option<String> {
    let resolve = |link: BrokenLink<'_>| {
        labels.contains(&link.reference).then_some((CowStr::Borrowed("x"), CowStr::Borrowed("")))
    };
    let parser = Parser::new_with_broken_link_callback(markdown, EXTENSIONS, Some(resolve));
    let mut form = String::with_capacity(markdown.len());
    // Inside of a picture, only its alternative text when it is that which is read.
    let shows_images = matches!(context, Context::Alternative | Context::AlternativeInCell);
    let (mut images, mut runs) = (0_usize, 0_usize);
    for event in parser {
        if images > usize::from(shows_images)
            && !matches!(event, Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image))
        {
            continue;
        }
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
                    images += 1;
                    if images > usize::from(shows_images) {
                        form.push_str("\u{1}i");
                    }
                }
                Tag::Paragraph if context == Context::Flow => runs += 1,
                Tag::Paragraph if context == Context::Alternative => runs += 1,
                Tag::Heading { .. } if matches!(context, Context::Heading | Context::Quoted) => runs += 1,
                Tag::TableCell if matches!(context, Context::Cell | Context::AlternativeInCell) => runs += 1,
                Tag::Table(_) | Tag::TableHead if matches!(context, Context::Cell | Context::AlternativeInCell) => {}
                _ => return None,
            },
            Event::End(tag) => match tag {
                TagEnd::Emphasis => form.push_str(emphasis(EmphasisKind::Light).1),
                TagEnd::Strong => form.push_str(emphasis(EmphasisKind::Strong).1),
                TagEnd::Strikethrough => form.push_str(emphasis(EmphasisKind::Struck).1),
                TagEnd::Link => form.push_str(LINK_CLOSE),
                TagEnd::Image => images = images.saturating_sub(1),
                _ => {}
            },
            Event::Html(_) | Event::Rule | Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                return None;
            }
        }
    }
    (runs == 1).then_some(form)
}
