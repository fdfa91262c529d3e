//! What each element means for translation: the default display of the HTML standard (section 15.3), and what of its
//! content is text.

use std::collections::HashMap;

use html5gum::State;

/// A tag name, interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NameId(u32);

impl NameId {
    /// The name of nothing.
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// How an element behaves in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Ends one unit of text and begins another.
    Block,
    /// Formatting: may be split over several ranges.
    Format,
    /// A thing: kept in one piece.
    Whole,
    /// Its text is kept as it is.
    Code,
    /// `br`
    Break,
    /// Void, stands in the text.
    Point,
    /// Void, shows nothing where it stands, not even between two letters: `wbr`.
    Anchor,
    /// Stands in the text as one thing, and holds units of its own: `select`, `svg`, `object`.
    Island,
    /// The small text above ruby characters.
    RubyText,
}

/// The elements that some rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Other,
    Html,
    Head,
    Body,
    Paragraph,
    ListItem,
    List,
    Term,
    Table,
    TableSection,
    Row,
    Cell,
    Option,
    OptionGroup,
    Pre,
    Meta,
    Input,
    Link,
    Svg,
    SvgText,
    SvgSpan,
    Title,
    Math,
    MathText,
    ForeignObject,
    Anchor,
    Button,
    Gauge,
    Label,
    Ruby,
    RubyBase,
    Font,
    Barrier,
}

/// How the tokenizer reads an element's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Text and markup.
    Markup,
    /// Text and character references: `title`, `textarea`.
    Text,
    /// Neither: `script`, `style`.
    Raw(State),
}

/// What is known about an element by its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) known: Known,
    pub(super) role: Role,
    pub(super) void: bool,
    pub(super) content: Content,
    /// A start tag of it ends an open `<svg>` or `<math>` (section 13.2.6.5).
    pub(super) breaks_out: bool,
    /// Names no element of HTML: a custom element, or one of another vocabulary.
    pub(super) unknown: bool,
}

impl Element {
    const fn new(known: Known, role: Role) -> Self {
        Self { known, role, void: false, content: Content::Markup, breaks_out: false, unknown: false }
    }

    const fn void(known: Known, role: Role) -> Self {
        Self { void: true, ..Self::new(known, role) }
    }

    const fn raw(state: State, role: Role) -> Self {
        Self { content: Content::Raw(state), ..Self::new(Known::Other, role) }
    }

    const fn breaking_out(self) -> Self {
        Self { breaks_out: true, ..self }
    }
}

/// The tag names of a document.
#[derive(Debug, Default)]
pub(super) struct Names {
    ids: HashMap<Box<[u8]>, NameId>,
    elements: Vec<Element>,
    lower: Vec<u8>,
}

impl Names {
    /// The number of a name, in any case.
    pub(super) fn intern(&mut self, name: &[u8]) -> NameId {
        self.lower.clear();
        self.lower.extend(name.iter().map(u8::to_ascii_lowercase));
        if let Some(id) = self.ids.get(self.lower.as_slice()) {
            return *id;
        }
        let id = NameId(u32::try_from(self.elements.len()).unwrap_or(u32::MAX));
        self.elements.push(element(&self.lower));
        self.ids.insert(self.lower.as_slice().into(), id);
        id
    }

    /// What is known about it.
    pub(super) fn element(&self, id: NameId) -> Element {
        self.elements[id.0 as usize]
    }
}

fn element(name: &[u8]) -> Element {
    use Known as K;
    use Role::{Anchor, Block, Break, Code, Format, Island, Point, RubyText, Whole};
    match name {
        b"html" => Element::new(K::Html, Block),
        b"head" => Element::new(K::Head, Block).breaking_out(),
        b"body" => Element::new(K::Body, Block).breaking_out(),
        b"p" => Element::new(K::Paragraph, Block).breaking_out(),
        b"li" => Element::new(K::ListItem, Block).breaking_out(),
        b"dd" | b"dt" => Element::new(K::Term, Block).breaking_out(),
        b"ul" | b"ol" | b"menu" | b"dl" => Element::new(K::List, Block).breaking_out(),
        b"dir" => Element::new(K::List, Block),
        b"table" => Element::new(K::Table, Block).breaking_out(),
        b"tbody" | b"thead" | b"tfoot" => Element::new(K::TableSection, Block),
        b"tr" => Element::new(K::Row, Block),
        b"td" | b"th" | b"caption" => Element::new(K::Cell, Block),
        b"option" => Element::new(K::Option, Block),
        b"optgroup" => Element::new(K::OptionGroup, Block),
        b"pre" | b"listing" => Element::new(K::Pre, Block).breaking_out(),
        b"blockquote" | b"center" | b"div" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => {
            Element::new(K::Other, Block).breaking_out()
        }
        b"address" | b"article" | b"aside" | b"colgroup" | b"details" | b"dialog" | b"fieldset" | b"figcaption"
        | b"figure" | b"footer" | b"form" | b"frameset" | b"header" | b"hgroup" | b"legend" | b"main" | b"nav"
        | b"noframes" | b"search" | b"section" | b"summary" => Element::new(K::Other, Block),
        b"marquee" => Element::new(K::Barrier, Block),
        b"hr" => Element::void(K::Other, Block).breaking_out(),
        b"frame" | b"col" => Element::void(K::Other, Block),
        b"title" => Element { content: Content::Text, ..Element::new(K::Title, Block) },
        b"desc" => Element { unknown: true, ..Element::new(K::Title, Whole) },
        b"text" => Element { unknown: true, ..Element::new(K::SvgText, Whole) },
        b"tspan" | b"textpath" => Element { unknown: true, ..Element::new(K::SvgSpan, Whole) },
        b"mi" | b"mo" | b"mn" | b"ms" | b"mtext" | b"annotation-xml" => {
            Element { unknown: true, ..Element::new(K::MathText, Whole) }
        }
        b"foreignobject" => Element { unknown: true, ..Element::new(K::ForeignObject, Whole) },

        b"b" | b"big" | b"em" | b"i" | b"nobr" | b"s" | b"small" | b"span" | b"strike" | b"strong" | b"sub"
        | b"sup" | b"u" => Element::new(K::Other, Format).breaking_out(),
        b"font" => Element::new(K::Font, Format).breaking_out(),
        b"bdi" | b"bdo" | b"blink" | b"cite" | b"del" | b"ins" | b"mark" => Element::new(K::Other, Format),
        b"rb" => Element::new(K::RubyBase, Format),
        b"a" => Element::new(K::Anchor, Whole),
        b"button" => Element::new(K::Button, Whole),
        b"meter" | b"progress" => Element::new(K::Gauge, Whole),
        b"label" => Element::new(K::Label, Whole),
        b"ruby" => Element::new(K::Ruby, Whole).breaking_out(),
        b"abbr" | b"acronym" | b"data" | b"dfn" | b"map" | b"output" | b"q" | b"slot" | b"time" => {
            Element::new(K::Other, Whole)
        }
        b"code" | b"tt" | b"var" => Element::new(K::Other, Code).breaking_out(),
        b"kbd" | b"samp" => Element::new(K::Other, Code),
        b"rt" | b"rp" | b"rtc" => Element::new(K::Other, RubyText),

        b"br" => Element::void(K::Other, Break).breaking_out(),
        b"img" | b"embed" => Element::void(K::Other, Point).breaking_out(),
        b"meta" => Element::void(K::Meta, Point).breaking_out(),
        b"input" => Element::void(K::Input, Point),
        b"link" => Element::void(K::Link, Point),
        b"area" | b"base" | b"basefont" | b"bgsound" | b"keygen" | b"param" | b"source" | b"track" => {
            Element::void(K::Other, Point)
        }
        b"wbr" => Element::void(K::Other, Anchor),

        b"script" => Element::raw(State::ScriptData, Island),
        b"style" | b"iframe" | b"noembed" => Element::raw(State::RawText, Island),
        b"xmp" => Element::raw(State::RawText, Block),
        b"plaintext" => Element::raw(State::PlainText, Block),
        b"textarea" => Element { content: Content::Text, ..Element::new(K::Barrier, Island) },
        b"svg" => Element::new(K::Svg, Island),
        b"math" => Element::new(K::Math, Island),
        b"applet" | b"audio" | b"canvas" | b"datalist" | b"noscript" | b"object" | b"select" | b"template"
        | b"video" => Element::new(K::Barrier, Island),
        _ => Element { unknown: true, ..Element::new(K::Other, Whole) },
    }
}
