//! What the elements of DITA are (OASIS DITA 1.3, the base, technical content, learning and hazard domains).

use terjuman_model::TagKind;

/// What an element does to the text around it and in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Its text is a text of its own.
    Block,
    /// A block whose lines are texts of their own.
    Lines,
    /// It stands in a sentence.
    Inline(TagKind),
    /// It stands in a sentence, and its words are kept.
    Protected,
    /// It stands in a sentence; what is in it is a text of its own.
    Flow,
    /// It is kept, and stands in a sentence.
    Thing,
    /// It is kept, and stands between sentences.
    Kept,
}

/// Only tells how letters look: a part of it may stand in two places.
const LOOKS: [&str; 8] = ["b", "i", "u", "tt", "sub", "sup", "line-through", "overline"];

const INLINE: [&str; 17] = [
    "ph",
    "term",
    "q",
    "cite",
    "xref",
    "keyword",
    "uicontrol",
    "wintitle",
    "shortcut",
    "text",
    "tm",
    "state",
    "boolean",
    "abbreviated-form",
    "strong",
    "em",
    "equation-number",
];

/// Code and names of things in computers.
const PROTECTED: [&str; 30] = [
    "codeph",
    "filepath",
    "cmdname",
    "apiname",
    "varname",
    "systemoutput",
    "userinput",
    "option",
    "parmname",
    "msgnum",
    "msgph",
    "synph",
    "kwd",
    "var",
    "oper",
    "delim",
    "sep",
    "repsep",
    "fragref",
    "synnoteref",
    "xmlelement",
    "xmlatt",
    "xmlnsname",
    "xmlpi",
    "numcharref",
    "parameterentity",
    "textentity",
    "markupname",
    "equation-inline",
    "coderef",
];

const FLOWS: [&str; 8] = ["fn", "indexterm", "image", "alt", "object", "hazardsymbol", "sort-as", "menucascade"];

const THINGS: [&str; 13] = [
    "data",
    "data-about",
    "draft-comment",
    "required-cleanup",
    "foreign",
    "unknown",
    "svg-container",
    "mathml",
    "param",
    "ditavalref",
    "anchor",
    "longdescref",
    "mathmlref",
];

const KEPT: [&str; 26] = [
    "codeblock",
    "screen",
    "msgblock",
    "syntaxdiagram",
    "author",
    "source",
    "publisher",
    "copyright",
    "critdates",
    "permissions",
    "audience",
    "category",
    "prodinfo",
    "othermeta",
    "resourceid",
    "colspec",
    "exportanchors",
    "bookid",
    "bookrights",
    "bookchangehistory",
    "publisherinformation",
    "authorinformation",
    "shape",
    "coords",
    "equation-block",
    "lcTime",
];

/// Attributes that hold text, and the element they do so on, if not on all.
pub(super) const ATTRIBUTES: [(&str, Option<&str>); 8] = [
    ("navtitle", None),
    ("alt", None),
    ("spectitle", None),
    ("searchtitle", None),
    ("reftitle", None),
    ("title", Some("map")),
    ("title", Some("reltable")),
    ("standby", Some("object")),
];

/// The role of an element by its name, and by what it specializes if it says so. Others are blocks.
pub(super) fn role(name: &str, class: Option<&str>, parent: &str) -> Role {
    let is = |names: &[&str]| names.contains(&name);
    match () {
        // Keywords of a topic are a list, those in its text are words of it.
        () if parent == "keywords" && name != "indexterm" => Role::Block,
        // The steps of a menu stand side by side without a blank, and each has a name of its own.
        () if parent == "menucascade" && name == "uicontrol" => Role::Block,
        // What a link shows when it is pointed at stands beside its words.
        () if name == "desc" && parent == "xref" => Role::Flow,
        () if is(&LOOKS) => Role::Inline(TagKind::Format),
        () if is(&INLINE) => Role::Inline(TagKind::Whole),
        () if is(&PROTECTED) => Role::Protected,
        () if is(&FLOWS) => Role::Flow,
        () if is(&THINGS) => Role::Thing,
        () if is(&KEPT) => Role::Kept,
        () if matches!(name, "pre" | "lines") => Role::Lines,
        () => class.map_or(Role::Block, by_class),
    }
}

/// `- topic/ph hi-d/x my-d/y `: what the nearest ancestor that is known is.
fn by_class(class: &str) -> Role {
    let ancestors = class.split_whitespace().rev().filter_map(|entry| entry.split_once('/'));
    for (_, name) in ancestors {
        let role = role(name, None, "");
        if role != Role::Block {
            return role;
        }
    }
    Role::Block
}
