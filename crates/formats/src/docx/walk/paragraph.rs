//! A paragraph begins and ends.

use super::Walker;
use super::frame::Frame;
use crate::docx::fields::State;
use crate::docx::slot::{ParagraphSlot, Slot};
use crate::docx::vocabulary::{SHARED, Vocabulary};
use crate::runs::{Format, Names, Paragraph, Role, Span, segments};
use crate::xml::{Name, Namespace};

/// A paragraph that is being read.
#[derive(Debug)]
pub(super) struct ParagraphState {
    pub(super) content: Paragraph,
    pub(super) vocabulary: Vocabulary,
    /// `w:` or `a:`.
    prefix: Box<str>,
    /// `None` in a [`Frame::Branch`], which has none of its own.
    properties: Option<Span>,
    /// Its style hides its text.
    pub(super) style_hides: bool,
    /// The current run is in a font of pictures.
    pub(super) symbols: bool,
    /// The run that is open.
    pub(super) format: Format,
    pub(super) hidden: bool,
    pub(super) hyphens: bool,
    /// White space at the ends of the text that is open is the markup's.
    pub(super) trims: bool,
}

impl<'a> Walker<'a> {
    pub(super) fn start_paragraph(&mut self, vocabulary: Vocabulary, name: Name<'a>, span: Span) -> Frame {
        self.paragraphs.push(ParagraphState {
            content: Paragraph::default(),
            vocabulary,
            prefix: name.qualified.strip_suffix(name.local).unwrap_or_default().into(),
            properties: Some(Span { start: span.end, end: span.end }),
            style_hides: false,
            symbols: false,
            format: Format::default(),
            hidden: false,
            hyphens: false,
            trims: false,
        });
        Frame::Paragraph
    }

    /// The properties of a paragraph stand at its start. Some programs say them again before each run, which presentations
    /// are read with: those are kept where they are.
    pub(super) fn start_paragraph_properties(&mut self, span: Span) -> Frame {
        let is_first = |paragraph: &ParagraphState| {
            let none_yet = paragraph.properties.is_some_and(|properties| properties.start == properties.end);
            none_yet && paragraph.content.mark() == 0
        };
        match self.paragraphs.last().is_some_and(is_first) {
            true => Frame::ParagraphProperties { start: span.start },
            false => Frame::RepeatedProperties { start: span.start },
        }
    }

    /// Properties end that were said again.
    pub(super) fn end_repeated_properties(&mut self, span: Span) {
        if let Some(paragraph) = self.paragraphs.last() {
            self.found.repeated.push((paragraph.vocabulary, span));
            self.end_thing(Role::Anchor, false, span);
        }
    }

    pub(super) fn start_in_paragraph_properties(&mut self, name: Name<'a>, span: Span) -> Frame {
        if name.is(Namespace::Word, "pStyle")
            && let Some(style) = self.scanner.value(Namespace::Word, "val")
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            paragraph.style_hides = self.context.styles.hides(&style);
        }
        if name.is(Namespace::Word, "sectPr") {
            return Frame::Noted { start: span.start, table: false };
        }
        Frame::Ignored
    }

    pub(super) fn end_paragraph_properties(&mut self, span: Span) {
        if let Some(properties) = self.paragraphs.last_mut().and_then(|paragraph| paragraph.properties.as_mut()) {
            *properties = span;
        }
    }

    /// A choice or a fallback begins whose runs belong to the paragraph that is open.
    pub(super) fn start_branch(&mut self, name: Name<'a>, in_run: bool) -> Frame {
        let frame = self.compatibility(name);
        if in_run {
            return Frame::RunBranch;
        }
        let outside = self.stories.last().copied().unwrap_or_default();
        let is_shown = self.fields.iter().skip(outside).all(|field| field.state == State::Live);
        let Some(paragraph) = self.paragraphs.last().filter(|_| is_shown) else { return frame };
        let branch = ParagraphState {
            content: Paragraph::default(),
            vocabulary: paragraph.vocabulary,
            prefix: paragraph.prefix.clone(),
            properties: None,
            style_hides: paragraph.style_hides,
            symbols: false,
            format: Format::default(),
            hidden: false,
            hyphens: false,
            trims: false,
        };
        self.paragraphs.push(branch);
        // Fields neither come in nor go out.
        self.stories.push(self.fields.len());
        Frame::Branch
    }

    pub(super) fn end_branch(&mut self) {
        self.finish_paragraph();
        let fields = self.stories.pop().unwrap_or_default();
        self.end_story(fields);
    }

    /// A paragraph ends, or a part of one that is told for itself.
    pub(super) fn finish_paragraph(&mut self) {
        let Some(mut paragraph) = self.paragraphs.pop() else { return };
        if paragraph.vocabulary == Vocabulary::Word {
            self.suspend_fields(&mut paragraph.content);
        }
        let prefix = &paragraph.prefix;
        let word = paragraph.vocabulary == Vocabulary::Word;
        let names = Names {
            run: format!("{prefix}r").into(),
            text: format!("{prefix}t").into(),
            space: word,
            shared: &SHARED,
            no_break_hyphen: (word && paragraph.hyphens).then(|| format!("<{prefix}noBreakHyphen/>").into()),
        };
        let properties_name = format!("{prefix}pPr").into();
        let Some((block, found)) = segments(paragraph.content) else { return };
        let segments = found.into_iter().map(|segment| self.index_of(segment)).collect();
        self.found.slots.push(Slot::Paragraph(Box::new(ParagraphSlot {
            block,
            names,
            vocabulary: paragraph.vocabulary,
            segments,
            properties_name,
            properties: paragraph.properties,
        })));
    }

    /// Fields that go on in the next paragraph: what of them stands here is no part of a segment, unless it is a result
    /// that is translated.
    fn suspend_fields(&mut self, content: &mut Paragraph) {
        let outside = self.stories.last().copied().unwrap_or_default();
        for field in self.fields.iter_mut().skip(outside) {
            if field.state != State::Live {
                content.bar(field.mark.unwrap_or_default());
            }
            field.mark = None;
            field.pair = None;
        }
    }
}
