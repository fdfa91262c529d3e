//! Elements around paragraphs.

use super::Walker;
use super::frame::Frame;
use crate::Reason;
use crate::odf::slot::{Plain, Slot, Value};
use crate::odf::styles::Family;
use crate::runs::Span;
use crate::xml::{Name, Namespace, unescape};

impl<'a> Walker<'a> {
    pub(super) fn start_in_block(&mut self, name: Name<'a>, span: Span) -> Frame {
        let options = self.context.options;
        match name.namespace {
            Namespace::OdfText => self.start_text(name, span),
            Namespace::OdfTable => self.start_table(name, span),
            Namespace::OdfDraw => self.start_drawing(name, span),
            Namespace::OdfSvg if matches!(name.local, "title" | "desc") => match options.alt_text {
                true => self.element(span),
                false => self.leave(Reason::AltTextOff, span),
            },
            Namespace::OdfPresentation if matches!(name.local, "footer-decl" | "header-decl") => self.element(span),
            Namespace::OdfOffice => match name.local {
                "annotation" if !options.comments => self.leave(Reason::CommentsOff, span),
                "meta" if !options.properties => self.leave(Reason::PropertiesOff, span),
                // A document in the document has no say in what the outer one is.
                "meta" | "master-styles" | "body" if self.frames.len() == 1 => {
                    // In a flat document they follow each other in one file.
                    self.is_meta = name.local == "meta";
                    self.is_styles = name.local == "master-styles";
                    Frame::Block
                }
                "spreadsheet" if self.frames.len() == 2 => {
                    self.in_spreadsheet = self.frames.len() + 1;
                    Frame::Block
                }
                "binary-data" => self.leave(Reason::ImageText, span),
                "automatic-styles" | "styles" => Frame::Styles,
                "change-info" | "scripts" | "settings" | "font-face-decls" | "event-listeners" => Frame::Ignored,
                _ => Frame::Block,
            },
            Namespace::OdfPresentation if name.local == "date-time-decl" => {
                // A date that is not computed is what somebody wrote.
                match self.scanner.value(Namespace::OdfPresentation, "source").as_deref() {
                    Some("fixed") => self.element(span),
                    _ => Frame::Ignored,
                }
            }
            Namespace::OdfForm => self.start_form(name),
            Namespace::DublinCore if self.is_meta && matches!(name.local, "title" | "subject" | "description") => {
                self.element(span)
            }
            Namespace::OdfMeta if name.local == "keyword" => self.element(span),
            _ => {
                if name.local == "series" {
                    self.series_name();
                }
                Frame::Block
            }
        }
    }

    /// The name of a chart's series that no cell holds, in quotation marks.
    fn series_name(&mut self) {
        let Some(attribute) = self.scanner.attribute(Namespace::LibreOffice, "label-string") else { return };
        let value = unescape(&self.text[attribute.value.clone()]);
        let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        // A quotation mark within is written twice.
        let Some(name) = quoted.filter(|name| !name.contains('"')) else { return };
        if let Some(Plain { span, segment, before, after }) = self.plain(name, attribute.value.into()) {
            let between = vec![format!("\"{before}").into(), format!("{after}\"").into()];
            self.found.slots.push(Slot::Value(Value { span, segments: vec![segment], quoted: true, between }));
        }
    }

    /// Controls: what is written on them, what they explain, and what a field for text begins with. What is sent when
    /// they are used stays.
    fn start_form(&mut self, name: Name<'a>) -> Frame {
        for local in ["label", "title"] {
            self.attribute(Namespace::OdfForm, local);
        }
        if matches!(name.local, "text" | "textarea" | "combobox") {
            for local in ["value", "current-value"] {
                self.attribute(Namespace::OdfForm, local);
            }
        }
        Frame::Block
    }

    fn start_text(&mut self, name: Name<'a>, span: Span) -> Frame {
        match name.local {
            "p" | "h" => self.start_paragraph(name, span),
            "tracked-changes" => Frame::Block,
            "deletion" => self.leave(Reason::DeletedText, span),
            "changed-region" => {
                let id = self.scanner.value(Namespace::Xml, "id");
                let id = match id {
                    Some(id) => Some(id),
                    None => self.scanner.value(Namespace::OdfText, "id"),
                };
                self.region = id.unwrap_or_default().into_owned();
                Frame::Block
            }
            "insertion" if !self.context.options.inserted_text => {
                let region = std::mem::take(&mut self.region);
                self.insertions.insert(region);
                Frame::Ignored
            }
            "insertion" | "format-change" => Frame::Ignored,
            "change-start" | "change-end" => {
                self.change(name.local == "change-start");
                Frame::Ignored
            }
            "user-field-decl" => self.declare_field(),
            "note-citation" => Frame::Ignored,
            "index-body" => {
                self.indexes += 1;
                Frame::Index
            }
            "index-title-template" => self.element(span),
            "section" if !self.context.options.hidden_text => {
                let display = self.scanner.value(Namespace::OdfText, "display");
                if display.is_some_and(|display| display == "none") {
                    self.leave(Reason::HiddenText, span)
                } else {
                    Frame::Block
                }
            }
            _ => Frame::Block,
        }
    }

    fn start_table(&mut self, name: Name<'a>, span: Span) -> Frame {
        let options = self.context.options;
        match name.local {
            "table-cell" | "covered-table-cell" => self.start_cell(),
            "tracked-changes" => Frame::Ignored,
            "table" if self.frames.len() == self.in_spreadsheet => self.start_sheet(span),
            "table" if !options.hidden_text => {
                let style = self.scanner.value(Namespace::OdfTable, "style-name").unwrap_or_default();
                if self.context.styles.hides(Family::Table, &style) {
                    self.leave(Reason::HiddenText, span)
                } else {
                    Frame::Block
                }
            }
            "table-row-group" => {
                self.row_groups += 1;
                Frame::RowGroup
            }
            "table-row" if !options.hidden_text && !self.context.sheet.is_filtered && self.row_groups == 0 => {
                let visibility = self.scanner.value(Namespace::OdfTable, "visibility");
                if visibility.is_some_and(|visibility| visibility == "collapse") {
                    self.leave(Reason::HiddenText, span)
                } else {
                    Frame::Block
                }
            }
            // What a filter looks for in cells, which say it in their new language.
            "filter-condition" | "filter-set-item" => {
                let value = self.scanner.value(Namespace::OdfTable, "value");
                let is_text = self.scanner.value(Namespace::OdfTable, "operator").is_none_or(|o| o == "=" || o == "!=");
                if is_text && !value.is_some_and(|value| self.context.sheet.compares(&value)) {
                    self.attribute(Namespace::OdfTable, "value");
                }
                Frame::Block
            }
            "content-validation" => {
                self.validation();
                Frame::Block
            }
            "data-pilot-field" => {
                let is_layout = self.scanner.value(Namespace::OdfTable, "is-data-layout-field");
                if is_layout.is_none_or(|is| is != "true") {
                    self.follow_cell("source-field-name");
                }
                Frame::Block
            }
            "data-pilot-field-reference" => {
                self.follow_cell("field-name");
                self.follow_cell("member-name");
                Frame::Block
            }
            "data-pilot-member" | "data-pilot-group-member" => {
                self.follow_cell("name");
                Frame::Block
            }
            "help-message" | "error-message" => {
                self.attribute(Namespace::OdfTable, "title");
                Frame::Block
            }
            "title" | "desc" if options.alt_text => self.element(span),
            "title" | "desc" => self.leave(Reason::AltTextOff, span),
            "scenario" if options.comments => {
                self.attribute(Namespace::OdfTable, "comment");
                Frame::Block
            }
            "scenario" => self.leave(Reason::CommentsOff, span),
            _ => Frame::Block,
        }
    }

    /// Whether the element whose start tag is `span` holds a document, such as a chart, rather than a formula or bytes.
    fn holds_document(&self, span: Span) -> bool {
        let inner = self.text[span.end..].trim_start();
        let name = inner.strip_prefix('<').and_then(|tag| tag.split([' ', '>', '/', '\n', '\r', '\t']).next());
        name.is_some_and(|name| name.ends_with(":document"))
    }

    /// Shapes. What stands in an empty placeholder says what is to be put there.
    pub(super) fn start_drawing(&mut self, name: Name<'a>, span: Span) -> Frame {
        if name.local == "object" {
            // In a package it is a part of its own, which is read there.
            return match self.is_flat {
                true if self.holds_document(span) => Frame::Block,
                true => self.leave(Reason::EmbeddedObject, span),
                false => Frame::Ignored,
            };
        }
        if name.local == "a" && self.context.options.alt_text {
            self.attribute(Namespace::OdfOffice, "title");
        }
        let is_prompt = self.scanner.value(Namespace::OdfPresentation, "placeholder").is_some_and(|is| is == "true");
        let class = self.scanner.value(Namespace::OdfPresentation, "class").unwrap_or_default();
        let is_outline = self.is_styles && matches!(&*class, "title" | "outline" | "subtitle" | "text" | "notes");
        let is_content = matches!(&*class, "header" | "footer" | "date-time" | "page-number");
        if is_outline || (is_prompt && !is_content) { Frame::Ignored } else { Frame::Block }
    }
}
