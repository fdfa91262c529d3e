//! What stands in a run: text, fields, breaks, things.

use super::Walker;
use super::frame::{FieldMark, Frame};
use crate::docx::fields::{Field, INSTRUCTION_BYTES, State, is_live};
use crate::docx::vocabulary::Vocabulary;
use crate::runs::{Format, Role, Span, VERTICAL_TAB};
use crate::xml::{Name, Namespace};
use crate::{FormatError, Reason};

impl<'a> Walker<'a> {
    pub(super) fn start_run(&mut self, span: Span) -> Frame {
        let Some(paragraph) = self.paragraphs.last_mut() else { return Frame::Ignored };
        paragraph.content.start_run(span.start);
        paragraph.format = Format::default();
        paragraph.hidden = paragraph.style_hides;
        paragraph.symbols = false;
        Frame::Run
    }

    pub(super) fn end_run(&mut self, span: Span) {
        self.paragraphs.last_mut().into_iter().for_each(|paragraph| paragraph.content.end_run(span.end));
    }

    pub(super) fn end_run_properties(&mut self, span: Span) -> Result<(), FormatError> {
        let Some(paragraph) = self.paragraphs.last_mut() else { return Ok(()) };
        let (format, look) = self.formats.format(paragraph.vocabulary, span)?;
        paragraph.format = format;
        paragraph.symbols = look.symbols;
        let is_code = |style| self.context.styles.is_code(style);
        paragraph.format.code = look.code.or_else(|| look.style.as_deref().map(is_code)).unwrap_or_default();
        let style = look.style.as_deref().map(|style| self.context.styles.hides(style));
        paragraph.hidden = look.hidden.or(style.filter(|hides| *hides)).unwrap_or(paragraph.style_hides);
        Ok(())
    }

    pub(super) fn start_in_run(&mut self, name: Name<'a>, span: Span) -> Frame {
        let kept = |role| Frame::Kept { start: span.start, role, in_run: true };
        let word = match name.namespace {
            Namespace::Word => true,
            Namespace::Drawing => false,
            _ => return self.thing(name, span, true),
        };
        match name.local {
            "rPr" => Frame::RunProperties { start: span.start },
            "t" => {
                let trims = word && self.scanner.value(Namespace::Xml, "space").is_none_or(|space| space != "preserve");
                self.paragraphs.last_mut().into_iter().for_each(|paragraph| paragraph.trims = trims);
                self.collect(Frame::Text { start: span.start, odd: false })
            }
            "instrText" if word => self.collect(Frame::Instruction { start: span.start }),
            "fldChar" if word => self.field_character(name, span),
            "br" if word => match self.scanner.value(Namespace::Word, "type").as_deref() {
                Some("page" | "column") => kept(Role::Border),
                _ => kept(Role::Break),
            },
            "cr" if word => kept(Role::Break),
            "tab" if word => kept(Role::Tab),
            "ptab" if word => kept(Role::Border),
            "noBreakHyphen" if word => {
                self.buffer.clear();
                self.buffer.push('\u{2011}');
                self.paragraphs.last_mut().into_iter().for_each(|paragraph| paragraph.hyphens = true);
                Frame::Ruby { start: span.start }
            }
            "softHyphen" | "lastRenderedPageBreak" if word => kept(Role::Noise),
            "ruby" if word => self.collect(Frame::Ruby { start: span.start }),
            "delText" | "delInstrText" | "commentReference" | "annotationRef" if word => kept(Role::Anchor),
            "sym" if word => kept(Role::Point),
            _ => self.thing(name, span, true),
        }
    }

    /// What a choice within a run says: text that is a word for itself, or things.
    pub(super) fn start_in_run_branch(&mut self, name: Name<'a>, span: Span) -> Frame {
        let is_text = matches!(name.namespace, Namespace::Word | Namespace::Drawing) && name.local == "t";
        if !is_text {
            return self.start_in_block(name, span);
        }
        let hides = self.context.options.hidden_text;
        match self.paragraphs.last() {
            Some(paragraph) if !paragraph.symbols && (hides || !paragraph.hidden) => self.element(span),
            _ => Frame::Ignored,
        }
    }

    fn collect(&mut self, frame: Frame) -> Frame {
        self.buffer.clear();
        frame
    }

    /// In a ruby, only the base text is text.
    pub(super) fn start_in_ruby(name: Name<'a>) -> Frame {
        if name.is(Namespace::Word, "rubyBase") { Frame::RubyBase } else { Frame::Ignored }
    }

    pub(super) fn start_in_ruby_base(name: Name<'a>) -> Frame {
        match name.local {
            // The text is added to what the ruby collects.
            "t" => Frame::RubyText,
            "r" => Frame::RubyBase,
            _ => Frame::Ignored,
        }
    }

    /// Text ends: what was collected is the text of `span`.
    pub(super) fn end_text(&mut self, span: Span) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let format = paragraph.format;
        self.bound.last_mut().into_iter().for_each(|(_, binding)| binding.text.push_str(&self.buffer));
        let is_hidden = paragraph.hidden && !self.context.options.hidden_text;
        if std::mem::take(&mut paragraph.trims) {
            without_layout(&mut self.buffer);
        }
        match self.buffer.as_str() {
            "" => paragraph.content.thing(Role::Noise, span, Some(format)),
            text if is_hidden => {
                if !text.trim().is_empty() {
                    self.found.untranslated.add(Reason::HiddenText, "", span.start);
                }
                paragraph.content.thing(Role::Anchor, span, Some(format));
            }
            _ if paragraph.symbols => paragraph.content.thing(Role::Point, span, Some(format)),
            // The line break of a title, as libraries spell it.
            text if paragraph.vocabulary == Vocabulary::Drawing && text.contains(VERTICAL_TAB) => {
                paragraph.content.text(&text.replace(VERTICAL_TAB, "\u{b}"), span, format);
            }
            text => paragraph.content.text(text, span, format),
        }
    }

    pub(super) fn end_instruction(&mut self, span: Span) {
        let outside = self.stories.last().copied().unwrap_or_default();
        let has_field = self.fields.len() > outside;
        if let Some(field) = self.fields.last_mut().filter(|_| has_field)
            && field.state == State::Instruction
        {
            let room = INSTRUCTION_BYTES.saturating_sub(field.instruction.len());
            field.instruction.extend(self.buffer.chars().take(room));
        }
        self.end_thing(Role::Point, true, span);
    }

    fn field_character(&mut self, name: Name<'a>, span: Span) -> Frame {
        let kind = match self.scanner.value(Namespace::Word, "fldCharType").as_deref() {
            Some("begin") => FieldMark::Begin,
            Some("separate") => FieldMark::Separate,
            Some("end") => FieldMark::End,
            _ => return self.thing(name, span, true),
        };
        if kind == FieldMark::Begin && !self.ignored.contains(&span.start) {
            let mark = self.paragraphs.last().map(|paragraph| paragraph.content.mark());
            self.fields.push(Field {
                at: span.start,
                state: State::Instruction,
                instruction: String::new(),
                mark,
                result: None,
                pair: None,
            });
        }
        Frame::FieldCharacter { start: span.start, kind }
    }

    pub(super) fn end_field_character(&mut self, kind: FieldMark, span: Span) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        debug_assert_eq!(paragraph.vocabulary, Vocabulary::Word);
        let (content, run) = (&mut paragraph.content, Some(paragraph.format));
        let outside = self.stories.last().copied().unwrap_or_default();
        let field = if self.fields.len() > outside { self.fields.last_mut() } else { None };
        match (kind, field) {
            (FieldMark::Separate, Some(field)) if field.state == State::Instruction => {
                content.thing(Role::Point, span, run);
                field.state = if is_live(&field.instruction) { State::Live } else { State::Kept };
                match (field.state, field.mark) {
                    (State::Live, Some(mark)) => field.pair = content.collapse_into_open(mark),
                    (State::Live, None) => content.bar(0),
                    _ => field.result = Some(content.mark()),
                }
            }
            (FieldMark::End, Some(field)) => {
                if field.state == State::Kept {
                    self.found.untranslated.add(Reason::Field, "", field.at);
                }
                match (field.state, field.pair, field.mark) {
                    (State::Live, Some(pair), _) => content.close(pair, span, run),
                    (State::Live, None, _) => content.thing(Role::Border, span, run),
                    (_, _, Some(mark)) => {
                        content.thing(Role::Point, span, run);
                        content.collapse_shown(mark, field.result);
                    }
                    (_, _, None) => {
                        content.thing(Role::Point, span, run);
                        content.bar(0);
                    }
                }
                self.fields.pop();
            }
            // The beginning, and marks of a field that is none.
            _ => content.thing(Role::Point, span, run),
        }
    }
}

/// Takes off the white space with a line break or a tab that a text begins and ends with: no reader shows the layout of the
/// markup. Blanks alone stay, as somebody meant them who forgot to say that they count.
fn without_layout(text: &mut String) {
    let is_layout = |white: &str| white.contains(['\n', '\r', '\t']);
    let end = text.trim_ascii_end().len();
    if is_layout(&text[end..]) {
        text.truncate(end);
    }
    let start = text.len() - text.trim_ascii_start().len();
    if is_layout(&text[..start]) {
        text.drain(..start);
    }
}
