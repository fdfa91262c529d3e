//! Elements in a line of text.

use std::borrow::Cow;

use super::Walker;
use super::frame::Frame;
use crate::runs::{Role, Span};
use crate::xml::{Name, Namespace, unescape};
use crate::{Reason, wording};

/// Spaces in a row that may be part of a sentence. More are the layout of somebody without tabs.
const SPACES: usize = 64;

impl<'a> Walker<'a> {
    pub(super) fn start_in_paragraph(&mut self, name: Name<'a>, span: Span) -> Frame {
        let options = self.context.options;
        let kept = |role: Role| Frame::Kept { start: span.start, role };
        let thing = Frame::Thing { start: span.start };
        match name.namespace {
            Namespace::OdfText => match name.local {
                "span" => self.start_span(name, span),
                "a" => {
                    if options.alt_text {
                        self.attribute(Namespace::OdfOffice, "title");
                    }
                    self.start_pair(span)
                }
                // Fields that show what people wrote.
                "placeholder" | "text-input" => {
                    self.attribute(Namespace::OdfText, "description");
                    self.start_pair(span)
                }
                "meta" | "meta-field" | "title" | "subject" | "keywords" | "description" | "execute-macro" => {
                    self.start_pair(span)
                }
                // What they show is translated where it stands.
                "sequence-ref" | "reference-ref" | "bookmark-ref" | "chapter" => self.start_pair(span),
                "s" => {
                    let count = self.scanner.value(Namespace::OdfText, "c").map_or(Ok(1), |count| count.parse());
                    Frame::Spaces { start: span.start, count: count.unwrap_or(usize::MAX) }
                }
                "tab" | "tab-stop" => kept(Role::Tab),
                "line-break" => kept(Role::Break),
                "soft-page-break" => kept(Role::Noise),
                "note" if options.notes => thing,
                "note" => {
                    self.leave(Reason::NotesOff, span);
                    kept(Role::Point)
                }
                "ruby" => {
                    self.buffer.clear();
                    Frame::Ruby { start: span.start }
                }
                "conditional-text" => self.start_conditional(span, &["string-value-if-true", "string-value-if-false"]),
                "page-continuation" => self.start_conditional(span, &["string-value"]),
                "hidden-text" if options.hidden_text => self.start_conditional(span, &["string-value"]),
                "user-field-get" | "user-field-input" => self.start_user_field(span),
                "drop-down" => self.start_drop_down(span),
                "change-start" | "change-end" => {
                    self.change(name.local == "change-start");
                    kept(Role::Point)
                }
                "alphabetical-index-mark" | "alphabetical-index-mark-start" | "toc-mark" | "user-index-mark" => {
                    for local in ["string-value", "key1", "key2"] {
                        self.attribute(Namespace::OdfText, local);
                    }
                    kept(Role::Point)
                }
                _ => kept(Role::Point),
            },
            Namespace::OdfOffice if name.local == "annotation" && options.comments => thing,
            Namespace::OdfOffice if name.local == "annotation" => {
                self.leave(Reason::CommentsOff, span);
                kept(Role::Point)
            }
            Namespace::OdfDraw => match self.start_drawing(name, span) {
                Frame::Ignored => kept(Role::Point),
                _ => thing,
            },
            Namespace::LibreOffice if name.local == "content-control" => self.start_control(span),
            Namespace::LibreOffice if name.local == "list-item" => {
                self.attribute(Namespace::LibreOffice, "display-text");
                kept(Role::Anchor)
            }
            Namespace::OdfDraw3d => thing,
            _ => kept(Role::Point),
        }
    }

    pub(super) fn start_in_ruby(name: Name<'a>) -> Frame {
        if name.namespace == Namespace::OdfText && matches!(name.local, "ruby-base" | "span" | "a" | "meta") {
            Frame::RubyBase
        } else {
            Frame::Ignored
        }
    }

    pub(super) fn end_spaces(&mut self, count: usize, span: Span) {
        match count {
            0 => self.thing(Role::Noise, span, ""),
            1..=SPACES => self.spelled(&" ".repeat(count), span),
            _ => self.thing(Role::Border, span, " "),
        }
    }

    /// The reading goes with the text that it is a reading of.
    pub(super) fn end_ruby(&mut self, span: Span) {
        let base = std::mem::take(&mut self.buffer);
        let words: Vec<_> = base.split_ascii_whitespace().collect();
        if words.is_empty() {
            self.thing(Role::Point, span, "");
        } else {
            self.spelled(&words.join(" "), span);
        }
    }

    pub(super) fn end_kept(&mut self, role: Role, span: Span) {
        if let Some(words) = field_words(&self.text[span.range()]).filter(|_| role == Role::Point) {
            if wording::has_words(&words) {
                self.found.untranslated.add(Reason::Field, "", span.start);
            }
            return self.field(&words, span);
        }
        let shown = match role {
            Role::Tab => "\t",
            Role::Break => "\n",
            _ if is_shown(&self.text[span.range()]) => "\u{fffc}",
            _ => "",
        };
        let role = if role == Role::Point && hangs(&self.text[span.range()]) { Role::Anchor } else { role };
        self.thing(role, span, shown);
    }
}

/// Whether something in a line takes room in it: marks do not, fields and pictures do.
fn is_shown(raw: &str) -> bool {
    let name = raw.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
    let local = name.rsplit(':').next().unwrap_or_default();
    let is_mark = ["bookmark", "reference-mark", "change", "index-mark", "toc-mark", "annotation", "soft-page-break"]
        .iter()
        .any(|mark| local.contains(mark) && !local.ends_with("-ref"));
    !is_mark
}

/// Whether nothing is seen where it stands: a mark, or a frame that is not set as a character.
fn hangs(raw: &str) -> bool {
    let head = &raw[..raw.find('>').unwrap_or(raw.len())];
    !is_shown(raw) || (head.contains("anchor-type=\"") && !head.contains("anchor-type=\"as-char\""))
}

/// What a field shows: an element of text with nothing else in it. Scripts and hidden texts show nothing.
fn field_words(raw: &str) -> Option<Cow<'_, str>> {
    let (tag, rest) = raw.split_once('>')?;
    let (words, end) = rest.split_once('<')?;
    let name = tag.strip_prefix('<')?.split_whitespace().next()?;
    let local = name.rsplit(':').next()?;
    let is_field = local != "script"
        && !local.starts_with("hidden-")
        && !tag.ends_with('/')
        && end.strip_prefix('/').is_some_and(|end| end.starts_with(name))
        && !end.contains('<');
    is_field.then(|| unescape(words)).filter(|words| !words.trim().is_empty())
}
