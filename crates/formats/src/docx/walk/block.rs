//! Everything around paragraphs: tables, content controls, drawings, charts, properties.

use terjuman_model::{Segment, TagKind};

use super::Walker;
use super::frame::Frame;
use crate::Reason;
use crate::docx::bindings::{Binding, leaf};
use crate::docx::slot::{Plain, Slot};
use crate::docx::vocabulary::Vocabulary;
use crate::runs::Span;
use crate::xml::{Name, Namespace, unescape};

impl<'a> Walker<'a> {
    pub(super) fn start_in_block(&mut self, name: Name<'a>, span: Span) -> Frame {
        let frame = match name.namespace {
            Namespace::Word => self.word_block(name, span),
            Namespace::Drawing if name.local == "p" => self.start_paragraph(Vocabulary::Drawing, name, span),
            Namespace::Presentation if name.local == "text" => self.element(span),
            Namespace::Presentation2010 if name.local == "section" => {
                self.attribute(Namespace::None, "name");
                Frame::Block
            }
            Namespace::Presentation if name.local == "custShow" => {
                self.attribute(Namespace::None, "name");
                Frame::Block
            }
            // Every vocabulary of drawings has one: shapes, groups and canvases in text, pictures, shapes on charts.
            _ if matches!(name.local, "docPr" | "cNvPr") => {
                self.alternative(Namespace::None, "descr");
                self.alternative(Namespace::None, "title");
                Frame::Block
            }
            Namespace::Drawing if matches!(name.local, "hlinkClick" | "hlinkHover") => {
                self.alternative(Namespace::None, "tooltip");
                Frame::Block
            }
            Namespace::Vml => {
                // Drawn letters: a watermark, a WordArt.
                if name.local == "textpath" {
                    self.attribute(Namespace::None, "string");
                }
                self.alternative(Namespace::None, "alt");
                Frame::Block
            }
            Namespace::Math => {
                if !matches!(self.frames.last(), Some(Frame::Thing { .. } | Frame::Formula)) {
                    self.leave(Reason::Equation, span);
                }
                if self.context.options.formula_text { Self::formula(name) } else { Frame::Ignored }
            }
            Namespace::Compatibility => self.compatibility(name),
            Namespace::Chart | Namespace::ChartExtended => return self.chart(name, span),
            // Labels that come from cells.
            Namespace::Chart2012 if name.local == "dlblRangeCache" => Frame::Strings,
            Namespace::DublinCore if matches!(name.local, "title" | "subject" | "description") => self.element(span),
            Namespace::CoreProperties if matches!(name.local, "keywords" | "category") => self.element(span),
            _ => Frame::Block,
        };
        match (frame, self.frames.last()) {
            (Frame::Block, Some(Frame::Strings)) => Frame::Strings,
            (frame, _) => frame,
        }
    }

    /// An element of a formula whose words are wanted.
    fn formula(name: Name<'a>) -> Frame {
        if name.local == "r" { Frame::FormulaRun { is_text: false } } else { Frame::Formula }
    }

    /// In a run of a formula: words are text where the run says that it is none of mathematics.
    pub(super) fn start_in_formula_run(&mut self, name: Name<'a>, span: Span, is_text: bool) -> Frame {
        match (name.namespace, name.local) {
            (Namespace::Math, "rPr") => Frame::FormulaRunProperties,
            (Namespace::Math, "t") if is_text => self.element(span),
            _ => Frame::Ignored,
        }
    }

    pub(super) fn start_in_formula_run_properties(&mut self, name: Name<'a>) -> Frame {
        if name.is(Namespace::Math, "nor") {
            let says = self.scanner.value(Namespace::Math, "val");
            let is_on = !matches!(says.as_deref(), Some("0" | "off" | "false"));
            if let Some(Frame::FormulaRun { is_text }) = self.frames.iter_mut().rev().nth(1) {
                *is_text = is_on;
            }
        }
        Frame::Ignored
    }

    /// An alternative text in an attribute.
    pub(super) fn alternative(&mut self, namespace: Namespace, local: &str) {
        if self.context.options.alt_text {
            self.attribute(namespace, local);
        } else if let Some(attribute) = self.scanner.attribute(namespace, local)
            && !attribute.value.is_empty()
        {
            self.leave(Reason::AltTextOff, attribute.value.into());
        }
    }

    /// In the properties of a table, its title and its description are alternative texts.
    pub(super) fn start_in_noted(&mut self, name: Name<'a>) -> Frame {
        if name.namespace == Namespace::Word && matches!(name.local, "tblCaption" | "tblDescription") {
            self.alternative(Namespace::Word, "val");
        }
        Frame::Ignored
    }

    pub(super) fn element(&mut self, span: Span) -> Frame {
        self.buffer.clear();
        Frame::Element { start: span.end }
    }

    fn word_block(&mut self, name: Name<'a>, span: Span) -> Frame {
        match name.local {
            "p" => self.start_paragraph(Vocabulary::Word, name, span),
            "txbxContent" | "footnote" | "endnote" | "comment" => {
                self.stories.push(self.fields.len());
                Frame::Story
            }
            "tr" => Frame::Row { deleted: false },
            "trPr" => Frame::RowProperties,
            "del" if matches!(self.frames.last(), Some(Frame::RowProperties)) => {
                if let Some(Frame::Row { deleted }) = self.frames.iter_mut().rev().nth(1) {
                    *deleted = true;
                }
                Frame::Ignored
            }
            "tc" if matches!(self.frames.last(), Some(Frame::Row { deleted: true })) => {
                self.leave(Reason::DeletedText, span);
                Frame::Ignored
            }
            "ins" | "moveTo" if !self.context.options.inserted_text => {
                self.leave(Reason::InsertedTextOff, span);
                Frame::Ignored
            }
            "del" | "moveFrom" => {
                self.leave(Reason::DeletedText, span);
                Frame::Ignored
            }
            "tblPr" => Frame::Noted { start: span.start, table: true },
            "sectPr" => Frame::Noted { start: span.start, table: false },
            "sdt" => Frame::BlockControl { kept: None },
            "sdtPr" => Frame::ControlProperties,
            "sdtContent" if matches!(self.frames.last(), Some(Frame::BlockControl { kept: Some(true) })) => {
                self.leave(Reason::ProtectedRange, span);
                Frame::Ignored
            }
            "textInput" => Frame::TextInput,
            "default" if matches!(self.frames.last(), Some(Frame::TextInput)) => self.value(),
            "listEntry" | "helpText" | "statusText" => self.value(),
            "lvl" => Frame::Level { bullet: false },
            "numFmt" => {
                let is_bullet = self.scanner.value(Namespace::Word, "val").as_deref() == Some("bullet");
                if let Some(Frame::Level { bullet }) = self.frames.last_mut() {
                    *bullet = is_bullet;
                }
                Frame::Ignored
            }
            "lvlText" if matches!(self.frames.last(), Some(Frame::Level { bullet: false })) => {
                self.level_text();
                Frame::Ignored
            }
            _ => Frame::Block,
        }
    }

    /// The text of a numbering level: `Chapter %1`. What numbers it has stay.
    fn level_text(&mut self) {
        let Some(attribute) = self.scanner.attribute(Namespace::Word, "val") else { return };
        let value = unescape(&self.text[attribute.value.clone()]);
        let is_word = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
        if !value.split(|c: char| !c.is_alphabetic()).any(is_word) {
            return;
        }
        let mut segment = Segment::default();
        let trimmed = value.trim();
        let mut rest = trimmed;
        while let Some(at) = rest.find('%') {
            let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            let number = at..at + 1 + digits;
            segment.source.push_str(&rest[..number.start]);
            let tag = segment.add_tag(TagKind::Protected);
            segment.source.open(tag);
            segment.source.push_str(&rest[number.clone()]);
            segment.source.close(tag);
            rest = &rest[number.end..];
        }
        segment.source.push_str(rest);
        let start = value.len() - value.trim_start().len();
        let (before, after) = (value[..start].into(), value[start + trimmed.len()..].into());
        let segment = self.index_of(segment);
        self.found.slots.push(Slot::Attribute(Plain { span: attribute.value.into(), segment, before, after }));
    }

    fn value(&mut self) -> Frame {
        self.attribute(Namespace::Word, "val");
        Frame::Block
    }

    /// What kind of content control this is; in lists, the texts to choose from.
    pub(super) fn start_in_control_properties(&mut self, name: Name<'a>) -> Frame {
        match name.local {
            "date" | "picture" | "equation" | "citation" | "checkbox" => self.keep_control(|kept| kept.or(Some(true))),
            // A text that asks for a date is no date.
            "showingPlcHdr" => self.keep_control(|_| Some(false)),
            "listItem" => self.attribute(Namespace::Word, "displayText"),
            "dataBinding" => self.bind(),
            "dropDownList" | "comboBox" => {
                // What a list shows is not what it stores.
                let control = self.frames.len().saturating_sub(2);
                self.bound.pop_if(|(place, _)| *place == control);
                return Frame::ControlProperties;
            }
            _ => {}
        }
        if name.local == "listItem" { Frame::Ignored } else { Frame::ControlProperties }
    }

    /// Decides whether the content of the control is kept whose properties are being read.
    fn keep_control(&mut self, decide: impl Fn(Option<bool>) -> Option<bool>) {
        if let Some(Frame::Control { kept, .. } | Frame::BlockControl { kept }) = self.frames.iter_mut().rev().nth(1) {
            *kept = decide(*kept);
        }
    }

    /// The control whose properties are being read shows an element of custom XML.
    fn bind(&mut self) {
        let path = self.scanner.value(Namespace::Word, "xpath").unwrap_or_default();
        let store = self.scanner.value(Namespace::Word, "storeItemID").unwrap_or_default().to_ascii_lowercase();
        if let Some(leaf) = leaf(&path) {
            let binding = Binding { store, leaf: leaf.to_owned(), text: String::new() };
            self.bound.push((self.frames.len().saturating_sub(2), binding));
        }
    }

    /// A control ends; says whether it was bound.
    pub(super) fn end_bound(&mut self, kept: Option<bool>) -> bool {
        let control = self.frames.len();
        let mut bound = false;
        while let Some((place, binding)) = self.bound.pop_if(|(place, _)| *place >= control) {
            if place == control && kept != Some(true) {
                self.found.bindings.push(binding);
                bound = true;
            }
        }
        bound
    }

    pub(super) fn compatibility(&mut self, name: Name<'a>) -> Frame {
        match name.local {
            "AlternateContent" => {
                self.alternates.push(super::Alternate::default());
                Frame::Alternate
            }
            "Fallback" => {
                self.alternates.last_mut().into_iter().for_each(|alternate| alternate.again = true);
                Frame::Block
            }
            _ => Frame::Block,
        }
    }

    /// Cached strings of a chart: names of series and categories. Its numbers and formulas are left alone.
    fn chart(&mut self, name: Name<'a>, span: Span) -> Frame {
        let in_strings = matches!(self.frames.last(), Some(Frame::Strings));
        match name.local {
            "tx" | "strCache" | "strLit" | "multiLvlStrCache" | "txData" | "strDim" => Frame::Strings,
            "f" | "numCache" | "numRef" | "numDim" => Frame::Block,
            "trendline" => Frame::Trendline,
            "name" if matches!(self.frames.last(), Some(Frame::Trendline)) => self.element(span),
            "v" if in_strings => self.element(span),
            "pt" if in_strings && name.namespace == Namespace::ChartExtended => self.element(span),
            _ if in_strings => Frame::Strings,
            _ => Frame::Block,
        }
    }
}
