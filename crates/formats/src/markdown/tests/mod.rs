//! Documents through the filter: identity, forced identity, look-alikes, words in another order.

mod any;
mod segments;
mod stretches;
mod written;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use terjuman_model::{Edge, Mark, Piece, Segment, TagId, TagKind, TaggedText};

use super::*;
use crate::wording::has_words;
use crate::{Skeleton, Target};

const NOWHERE: Target = Target { source_language: None, language: None };

fn open(markdown: &str) -> (Vec<Segment>, skeleton::MarkdownSkeleton) {
    read(markdown.as_bytes(), &Options::default(), &Limits::default()).unwrap()
}

fn written(skeleton: &skeleton::MarkdownSkeleton, translations: &[TaggedText]) -> String {
    String::from_utf8(skeleton.merge(translations, &NOWHERE).unwrap()).unwrap()
}

/// The segments as text with `<0>` and `</0>` for tags.
fn shown(segment: &Segment) -> String {
    let mut out = String::new();
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Edge::Open, TagId(id)) => out.push_str(&format!("<{id}>")),
            Piece::Mark(Edge::Close, TagId(id)) => out.push_str(&format!("</{id}>")),
            Piece::Mark(Edge::Point, TagId(id)) => out.push_str(&format!("<{id}/>")),
        }
    }
    out
}

#[track_caller]
fn segments(markdown: &str, expected: &[&str]) {
    let (segments, skeleton) = open(markdown);
    assert_eq!(segments.iter().map(shown).collect::<Vec<_>>(), expected);
    round_trips(&segments, &skeleton, markdown);
}

/// Every letter as a look-alike, all of it in brackets, tags at their letters.
fn look_alike(segment: &Segment) -> TaggedText {
    let source = &segment.source;
    let mut fixed = Vec::new();
    for mark in source.marks().iter().filter(|mark| segment.kind(mark.tag) == TagKind::Protected) {
        match mark.edge {
            Edge::Open => fixed.push(mark.at..mark.at),
            _ => {
                if let Some(range) = fixed.last_mut() {
                    range.end = mark.at;
                }
            }
        }
    }
    let (mut text, mut marks, mut passed) = (String::from("["), Vec::new(), 0);
    let mut rest = source.marks().iter().peekable();
    for (at, character) in source.text().char_indices() {
        while let Some(mark) = rest.next_if(|mark| mark.at <= at) {
            marks.push(Mark { at: if mark.at == 0 { 0 } else { text.len() }, ..*mark });
        }
        while fixed.get(passed).is_some_and(|range| range.end <= at) {
            passed += 1;
        }
        let is_fixed = fixed.get(passed).is_some_and(|range| range.contains(&at));
        text.push(match character {
            'a'..='z' if !is_fixed => char::from_u32('а' as u32 + character as u32 - 'a' as u32).unwrap(),
            'A'..='Z' if !is_fixed => char::from_u32('А' as u32 + character as u32 - 'A' as u32).unwrap(),
            _ => character,
        });
    }
    text.push_str(" ··]");
    marks.extend(rest.map(|mark| Mark { at: text.len(), ..*mark }));
    TaggedText::with_marks(text, marks)
}

/// What the parser makes of a document: everything but the words.
fn structure(markdown: &str) -> (Vec<String>, Vec<String>) {
    let (head, _) = front_matter::read(markdown, &Options::default(), &mut Untranslated::default());
    let masked = mask::mask(markdown, head.end);
    let (mut things, mut words) = (Vec::new(), Vec::new());
    let (mut html, mut codes, mut kept) = (0, 0, 0);
    for (event, range) in Parser::new_ext(&masked.text[masked.body..], EXTENSIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) => html += 1,
            Event::End(TagEnd::HtmlBlock) => html -= 1,
            Event::Start(Tag::CodeBlock(kind)) => {
                codes += 1;
                things.push(format!("code {kind:?}"));
            }
            Event::End(TagEnd::CodeBlock) => codes -= 1,
            Event::Text(text) if codes > 0 => things.push(text.to_string()),
            Event::Text(text) => {
                let mut visible = String::new();
                for (offset, character) in text.char_indices() {
                    let at = masked.body + range.start + offset;
                    let is_masked = masked.spans.iter().any(|span| span.range.contains(&at));
                    visible.push(if is_masked { '0' } else { character });
                }
                // What stands in `kbd` and its like is protected.
                words.push(if kept > 0 { "\u{1}".into() } else { visible });
            }
            Event::SoftBreak => words.push(" ".into()),
            Event::Start(Tag::Link { dest_url, title, .. }) => {
                things.push(format!("link {dest_url} {}", title.is_empty()));
                words.push(format!(" {title} "));
            }
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                things.push(format!("image {dest_url} {}", title.is_empty()));
                words.push(format!(" {title} "));
            }
            Event::Html(_) | Event::InlineHtml(_) if html > 0 => {}
            // Attributes may have been translated.
            Event::InlineHtml(tag) => {
                kept += usize::from(matches!(&*tag, "<kbd>" | "<code>"));
                kept -= usize::from(matches!(&*tag, "</kbd>" | "</code>"));
                things.push(format!("html {}", tag.split(['=', ' ']).next().unwrap_or_default()));
            }
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                things.push(format!("{level} {id:?} {classes:?} {attrs:?}"));
            }
            other => {
                let is_inline = matches!(
                    other,
                    Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
                        | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough)
                );
                words.push(if is_inline { "" } else { " " }.to_owned());
                things.push(format!("{other:?}"));
            }
        }
    }
    (things, words)
}

#[track_caller]
fn same_things(before: &[String], after: &[String]) {
    for (index, (before, after)) in before.iter().zip(after).enumerate() {
        assert_eq!(before, after, "the structure changed at {index}");
    }
    assert_eq!(before.len(), after.len(), "the structure changed");
}

#[track_caller]
fn round_trips(segments: &[Segment], skeleton: &skeleton::MarkdownSkeleton, markdown: &str) {
    let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
    assert_eq!(written(skeleton, &sources), markdown, "identity");
    // A second time, with a blank more: written, not left alone.
    let longer = |source: &TaggedText| {
        let mut longer = source.clone();
        longer.push(' ');
        longer
    };
    let same = written(skeleton, &sources.iter().map(longer).collect::<Vec<_>>());
    let (things, words) = structure(markdown);
    let read_back = structure(&same);
    same_things(&things, &read_back.0);
    let folded = |words: &[String]| words.concat().split_whitespace().collect::<Vec<_>>().join(" ");
    for (before, after) in folded(&words).split(' ').zip(folded(&read_back.1).split(' ')) {
        assert_eq!(before, after, "forced identity changed the words");
    }
    // All words changed, and nothing else.
    let translations: Vec<_> = segments.iter().map(look_alike).collect();
    let pseudo = written(skeleton, &translations);
    let (pseudo_things, pseudo_words) = structure(&pseudo);
    same_things(&things, &pseudo_things);
    for word in pseudo_words.concat().split_whitespace() {
        let word = word.trim_start_matches('\u{1}');
        let latin: String = word.chars().map(|c| if c.is_alphabetic() && !c.is_ascii() { '.' } else { c }).collect();
        assert!(!has_words(&latin) || word.contains("://"), "{word} was not translated: {pseudo}");
    }
    let (again, _) = open(&pseudo);
    for (again, meant) in again.iter().zip(&translations) {
        // The HTML filter leaves out what is behind the last word; and two blanks are one where a line is broken.
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (meant, again) = (folded(meant.text()), folded(again.source.text()));
        assert!(meant.starts_with(&again), "{meant:?} is read as {again:?}");
    }
    assert_eq!(again.len(), translations.len(), "there are other segments: {pseudo}");
}

#[track_caller]
fn translated(markdown: &str, translate: impl Fn(&str) -> String, expected: &str) {
    let (segments, skeleton) = open(markdown);
    let translations: Vec<_> = segments
        .iter()
        .map(|segment| {
            let source = &segment.source;
            let text = translate(source.text());
            let scale = |at: usize| {
                let mut at = if source.text().is_empty() { 0 } else { at * text.len() / source.text().len() };
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let marks = source.marks().iter().map(|mark| Mark { at: scale(mark.at), ..*mark }).collect();
            TaggedText::with_marks(text.clone(), marks)
        })
        .collect();
    assert_eq!(written(&skeleton, &translations), expected);
}
