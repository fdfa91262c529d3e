//! What stands between the runs of a paragraph.

use super::Walker;
use super::frame::Frame;
use crate::Reason;
use crate::docx::fields::is_live;
use crate::docx::vocabulary::Vocabulary;
use crate::runs::{Role, Span};
use crate::xml::{Name, Namespace};

impl<'a> Walker<'a> {
    pub(super) fn start_in_paragraph(&mut self, name: Name<'a>, span: Span) -> Frame {
        let vocabulary = self.paragraphs.last().map_or(Vocabulary::Word, |paragraph| paragraph.vocabulary);
        match (vocabulary, name.namespace) {
            (Vocabulary::Word, Namespace::Word) => self.word_inline(name, span),
            (Vocabulary::Drawing, Namespace::Drawing) => self.drawing_inline(name, span),
            (_, Namespace::Math) => {
                self.leave(Reason::Equation, span);
                match self.context.options.formula_text {
                    true => self.thing(name, span, false),
                    false => kept(span, Role::Point),
                }
            }
            _ => self.thing(name, span, false),
        }
    }

    fn word_inline(&mut self, name: Name<'a>, span: Span) -> Frame {
        match name.local {
            "r" => self.start_run(span),
            "pPr" => self.start_paragraph_properties(span),
            "ins" | "moveTo" if !self.context.options.inserted_text => {
                self.leave(Reason::InsertedTextOff, span);
                kept(span, Role::Anchor)
            }
            "hyperlink" => {
                self.alternative(Namespace::Word, "tooltip");
                self.wrapper(span, false)
            }
            "ins" | "moveTo" => match self.paragraphs.last_mut() {
                Some(paragraph) => Frame::Wrapper { pair: paragraph.content.open_running(span) },
                None => Frame::Ignored,
            },
            "dir" | "bdo" => self.wrapper(span, false),
            "smartTag" | "customXml" => self.wrapper(span, true),
            "fldSimple" => {
                let live = self.scanner.value(Namespace::Word, "instr").is_some_and(|code| is_live(&code));
                if live { self.wrapper(span, false) } else { self.simple_field(span) }
            }
            "sdt" => Frame::Control { start: span.start, mark: self.mark(), pair: None, kept: None },
            "proofErr" | "smartTagPr" | "customXmlPr" => kept(span, Role::Noise),
            "del" | "moveFrom" => {
                self.leave(Reason::DeletedText, span);
                kept(span, Role::Anchor)
            }
            // Word leaves a bookmark wherever the cursor was last, in the midst of a word as anywhere.
            "bookmarkStart" | "bookmarkEnd" | "commentRangeStart" | "commentRangeEnd" | "permStart" | "permEnd" => {
                kept(span, Role::Anchor)
            }
            "moveFromRangeStart" | "moveFromRangeEnd" | "moveToRangeStart" | "moveToRangeEnd" => {
                kept(span, Role::Anchor)
            }
            _ => self.thing(name, span, false),
        }
    }

    fn drawing_inline(&mut self, name: Name<'a>, span: Span) -> Frame {
        match name.local {
            "r" => self.start_run(span),
            "pPr" => self.start_paragraph_properties(span),
            "br" => kept(span, Role::Break),
            "fld" if self.scanner.value(Namespace::None, "type").as_deref() == Some("TxLink") => {
                Frame::LinkedField { start: span.start }
            }
            "fld" => {
                self.leave(Reason::Field, span);
                kept(span, Role::Point)
            }
            "endParaRPr" => kept(span, Role::Point),
            _ => self.thing(name, span, false),
        }
    }

    /// Something that may hold paragraphs of its own.
    pub(super) fn thing(&mut self, name: Name<'a>, span: Span, in_run: bool) -> Frame {
        let alternate = name.is(Namespace::Compatibility, "AlternateContent");
        if alternate {
            self.alternates.push(super::Alternate::default());
        }
        Frame::Thing { start: span.start, in_run, alternate }
    }

    /// A field whose instruction is an attribute: its result is read with the sentence around it, and kept.
    fn simple_field(&mut self, span: Span) -> Frame {
        self.leave(Reason::Field, span);
        let Some(paragraph) = self.paragraphs.last_mut() else { return Frame::Ignored };
        let mark = paragraph.content.mark();
        paragraph.content.thing(Role::Point, span, None);
        Frame::SimpleField { mark, result: paragraph.content.mark() }
    }

    pub(super) fn end_simple_field(&mut self, mark: usize, result: usize, span: Span) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        paragraph.content.thing(Role::Point, span, None);
        paragraph.content.collapse_shown(mark, Some(result));
    }

    fn mark(&self) -> usize {
        self.paragraphs.last().map_or(0, |paragraph| paragraph.content.mark())
    }

    fn wrapper(&mut self, span: Span, transparent: bool) -> Frame {
        match self.paragraphs.last_mut() {
            Some(paragraph) => Frame::Wrapper { pair: paragraph.content.open(transparent, span) },
            None => Frame::Ignored,
        }
    }

    pub(super) fn end_wrapper(&mut self, pair: usize, span: Span) {
        self.paragraphs.last_mut().into_iter().for_each(|paragraph| paragraph.content.close(pair, span, None));
    }

    pub(super) fn start_in_control(&mut self, name: Name<'a>, span: Span) -> Frame {
        match name.local {
            "sdtPr" => Frame::ControlProperties,
            "sdtContent" => {
                if let (Some(Frame::Control { start, pair, .. }), Some(paragraph)) =
                    (self.frames.last_mut(), self.paragraphs.last_mut())
                {
                    *pair = Some(paragraph.content.open(false, Span { start: *start, end: span.end }));
                }
                Frame::Content
            }
            _ => Frame::Ignored,
        }
    }

    /// The content of a control ends; what follows it belongs to the end of the pair.
    pub(super) fn end_content(&mut self, span: Span) {
        if let Some(Frame::Control { start, .. }) = self.frames.last_mut() {
            *start = span.start;
        }
    }

    pub(super) fn end_control(
        &mut self,
        start: usize,
        mark: usize,
        pair: Option<usize>,
        kept: Option<bool>,
        span: Span,
    ) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let rest = Span { start, end: span.end };
        match pair {
            Some(pair) => paragraph.content.close(pair, rest, None),
            None => paragraph.content.thing(Role::Point, rest, None),
        }
        if kept == Some(true) {
            paragraph.content.collapse(mark, Role::Point);
            self.leave(Reason::ProtectedRange, rest);
        }
    }

    pub(super) fn end_thing(&mut self, role: Role, in_run: bool, span: Span) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            let run = in_run.then_some(paragraph.format);
            paragraph.content.thing(role, span, run);
        }
    }
}

fn kept(span: Span, role: Role) -> Frame {
    Frame::Kept { start: span.start, role, in_run: false }
}
