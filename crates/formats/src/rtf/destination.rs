//! Destinations: groups that are not text of the paragraph around them (RTF specification 1.9.1, appendix B).

use crate::runs::Role;
use crate::{Options, Reason};

/// What a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// Text of its own.
    Story,
    /// Not text, nor anything in it.
    Skip(Role),
    /// Not text, with texts in it.
    Container,
    /// The fonts.
    Fonts,
    /// A field, its instruction, its result.
    Field,
    FieldInstruction,
    FieldResult,
}

/// What the first control word of a group says. `starred` groups may be ignored by who does not know them.
pub(super) fn destination(name: &str, starred: bool, options: &Options) -> Option<Destination> {
    use Destination as D;
    Some(match name {
        "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" | "shptxt"
        | "dptxbxtext" | "result" => D::Story,
        "footnote" if options.notes => D::Story,
        "annotation" if options.comments => D::Story,
        "title" | "subject" if options.properties => D::Story,
        "fonttbl" => D::Fonts,
        "field" => D::Field,
        "fldinst" => D::FieldInstruction,
        "fldrslt" => D::FieldResult,
        "info" | "shp" | "shpinst" | "shpgrp" | "shprslt" | "do" | "object" => D::Container,
        // Numbers and bullets that the list makes.
        "listtext" | "pntext" => D::Skip(Role::Border),
        _ if SKIPPED.contains(&name) || name == "shppict" => D::Skip(Role::Point),
        _ if starred => D::Skip(Role::Anchor),
        _ => return None,
    })
}

/// Why the content of a group stays as it is, if people read it.
pub(super) fn reason(name: &str, options: &Options) -> Option<Reason> {
    match name {
        "footnote" if !options.notes => Some(Reason::NotesOff),
        "annotation" if !options.comments => Some(Reason::CommentsOff),
        "title" | "subject" if !options.properties => Some(Reason::PropertiesOff),
        "pict" => Some(Reason::ImageText),
        "object" => Some(Reason::EmbeddedObject),
        "mmath" => Some(Reason::Equation),
        _ => None,
    }
}

/// Groups that every reader knows, and that are not text.
const SKIPPED: &[&str] = &[
    "aftncn",
    "aftnsep",
    "aftnsepc",
    "annotation",
    "atntime",
    "author",
    "buptim",
    "category",
    "colortbl",
    "comment",
    "company",
    "creatim",
    "datafield",
    "doccomm",
    "filetbl",
    "footnote",
    "ftncn",
    "ftnsep",
    "ftnsepc",
    "hlinkbase",
    "keywords",
    "listtable",
    "manager",
    "mmath",
    "moMath",
    "moMathPara",
    "nonesttables",
    "nonshppict",
    "operator",
    "pict",
    "pntxta",
    "pntxtb",
    "printim",
    "private",
    "revtim",
    "rxe",
    "sn",
    "sp",
    "stylesheet",
    "subject",
    "sv",
    "tc",
    "tcn",
    "template",
    "title",
    "txe",
    "upr",
    "xe",
];
