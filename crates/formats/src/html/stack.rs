//! The open elements: as much of the tree construction rules (section 13.2.6 of the HTML standard) as tells what a text
//! is in. Optional end tags are supplied; what is nested too deep is taken as flat.

use super::elements::{Content, Element, Known, NameId, Role};

/// What language an element is of, as far as its text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Html,
    /// SVG outside its texts: nothing to read.
    Svg,
    /// `text` of SVG.
    SvgText,
    /// MathML: formulas are kept.
    Math,
    /// The elements of MathML that may hold HTML: kept as well.
    MathText,
}

/// How the text of an element is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    Flow,
    /// `pre`, `textarea`: line by line.
    Lines,
    /// `script`, `style`: not text.
    None,
}

/// An open element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) name: NameId,
    pub(super) known: Known,
    pub(super) role: Role,
    pub(super) content: Content,
    pub(super) context: Context,
    pub(super) text: TextKind,
    /// Not under `translate="no"`.
    pub(super) translate: bool,
    /// In `code` and its like.
    pub(super) code: bool,
}

impl Open {
    /// The document itself.
    pub(super) const ROOT: Self = Self {
        name: NameId::NONE,
        known: Known::Other,
        role: Role::Block,
        content: Content::Markup,
        context: Context::Html,
        text: TextKind::Flow,
        translate: true,
        code: false,
    };

    fn is_inline(&self) -> bool {
        !matches!(self.role, Role::Block | Role::Island)
    }

    /// SVG and MathML: end tags of HTML inside them close what is open around them, but for the places where they hold
    /// HTML.
    fn is_transparent(&self) -> bool {
        matches!(self.context, Context::Svg | Context::SvgText | Context::Math)
    }

    /// End tags do not reach out of these, and they keep a paragraph open inside them apart from one outside.
    fn is_barrier(&self) -> bool {
        self.role == Role::Island
            || matches!(
                self.known,
                Known::Table | Known::Cell | Known::Barrier | Known::Html | Known::ForeignObject | Known::Title
            )
    }
}

/// The stack of open elements.
#[derive(Debug)]
pub(super) struct Stack {
    open: Vec<Open>,
    limit: usize,
    /// Elements that were too deep to be put on the stack, and are still open.
    overflow: usize,
    paragraphs: usize,
}

impl Stack {
    pub(super) fn new(limit: usize) -> Self {
        Self { open: Vec::new(), limit, overflow: 0, paragraphs: 0 }
    }

    pub(super) fn top(&self) -> Open {
        self.open.last().copied().unwrap_or(Open::ROOT)
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn get(&self, index: usize) -> Open {
        self.open.get(index).copied().unwrap_or(Open::ROOT)
    }

    /// Opens an element. One whose content is read in another way has to be on top until it ends.
    pub(super) fn push(&mut self, open: Open) {
        if self.open.len() >= self.limit && open.content == Content::Markup {
            self.overflow += 1;
            return;
        }
        self.paragraphs += usize::from(open.known == Known::Paragraph);
        self.open.push(open);
    }

    /// Whether an end tag belongs to an element that was too deep.
    pub(super) fn pop_overflow(&mut self) -> bool {
        let overflowed = self.overflow > 0 && self.top().content == Content::Markup;
        self.overflow -= usize::from(overflowed);
        overflowed
    }

    /// Closes everything from `index` on.
    pub(super) fn truncate(&mut self, index: usize) {
        let paragraphs = self.open[index..].iter().filter(|open| open.known == Known::Paragraph).count();
        self.paragraphs -= paragraphs;
        self.open.truncate(index);
    }

    /// The element that an end tag closes.
    pub(super) fn find(&self, name: NameId, element: Element) -> Option<usize> {
        let inline = !matches!(element.role, Role::Block | Role::Island);
        for (index, open) in self.open.iter().enumerate().rev() {
            if open.name == name {
                return Some(index);
            }
            if open.is_transparent() {
                continue;
            }
            let stops = if inline {
                !open.is_inline()
            } else {
                match element.known {
                    Known::Table | Known::Html | Known::Body => open.role == Role::Island,
                    Known::TableSection | Known::Row | Known::Cell => {
                        open.known == Known::Table || open.role == Role::Island
                    }
                    _ => open.is_barrier() && element.role != Role::Island,
                }
            };
            if stops {
                return None;
            }
        }
        None
    }

    /// The outermost element that a start tag of this block closes.
    pub(super) fn implied_end(&self, element: Element) -> Option<usize> {
        let found = match element.known {
            Known::ListItem => self.nearest(|o| o.known == Known::ListItem, |o| o.known == Known::List),
            Known::Term => self.nearest(|o| o.known == Known::Term, |o| o.known == Known::List),
            Known::Option | Known::OptionGroup => {
                let closes = |o: &Open| {
                    o.known == Known::Option || (o.known == Known::OptionGroup && element.known == Known::OptionGroup)
                };
                self.furthest(closes, |o| o.role == Role::Island)
            }
            Known::Cell => self.furthest(|o| o.known == Known::Cell, in_table),
            Known::Row => self.furthest(|o| matches!(o.known, Known::Cell | Known::Row), in_table),
            Known::TableSection => {
                let closes = |o: &Open| matches!(o.known, Known::Cell | Known::Row | Known::TableSection);
                self.furthest(closes, in_table)
            }
            _ => None,
        };
        if found.is_some() || self.paragraphs == 0 {
            return found;
        }
        self.nearest(|o| o.known == Known::Paragraph, |_| false)
    }

    fn nearest(&self, wanted: impl Fn(&Open) -> bool, stop: impl Fn(&Open) -> bool) -> Option<usize> {
        for (index, open) in self.open.iter().enumerate().rev() {
            if wanted(open) {
                return Some(index);
            }
            if stop(open) || open.is_barrier() {
                return None;
            }
        }
        None
    }

    fn furthest(&self, wanted: impl Fn(&Open) -> bool, stop: impl Fn(&Open) -> bool) -> Option<usize> {
        let mut found = None;
        for (index, open) in self.open.iter().enumerate().rev() {
            if wanted(open) {
                found = Some(index);
            } else if stop(open) {
                break;
            }
        }
        found
    }

    /// The outermost element of SVG or MathML that is open above the last place for HTML.
    pub(super) fn foreign_root(&self) -> Option<usize> {
        let root = self.open.iter().rposition(|open| !open.is_transparent()).map_or(0, |index| index + 1);
        (root < self.open.len()).then_some(root)
    }
}

fn in_table(open: &Open) -> bool {
    open.known == Known::Table || open.role == Role::Island
}
