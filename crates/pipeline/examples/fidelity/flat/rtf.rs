//! What rich text shows (RTF specification 1.9.1), and the control words that are no look of characters.

use std::collections::HashSet;

use super::Seen;

/// What stands for a character beyond ASCII, or for several in a row: code pages do not matter here.
const OTHER: char = '\u{fffd}';

/// Destinations that show nothing, besides those that begin with `\*`.
const SILENT: &[&str] = &[
    "colortbl",
    "stylesheet",
    "pict",
    "listtext",
    "pntext",
    "pntxta",
    "pntxtb",
    "nonesttables",
    "nonshppict",
    "xe",
    "tc",
    "tcn",
    "rxe",
    "txe",
    "sp",
    "objdata",
    "objclass",
    "objname",
    "mmath",
    "template",
    "author",
    "operator",
    "keywords",
    "comment",
    "doccomm",
    "company",
    "manager",
    "category",
    "hlinkbase",
    "creatim",
    "revtim",
    "printim",
    "buptim",
    "filetbl",
    "listtable",
    "datafield",
    "private",
    "ftnsep",
    "ftnsepc",
    "ftncn",
    "aftnsep",
    "aftnsepc",
    "aftncn",
    "atntime",
    "upr",
];

/// Destinations that begin with `\*` and hold text all the same.
const STARRED: &[&str] = &["shpinst", "do", "annotation", "fldinst"];

/// Destinations with text of their own.
const STORIES: &[&str] = &[
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "footnote",
    "annotation",
    "shptxt",
    "dptxbxtext",
    "title",
    "subject",
    "result",
];

const CONTAINERS: &[&str] = &["info", "shp", "shpinst", "shpgrp", "shprslt", "do", "object", "field"];

/// Words that a translation must keep.
const KEPT: &[&str] = &[
    "par",
    "cell",
    "row",
    "trowd",
    "nestcell",
    "nestrow",
    "sect",
    "page",
    "column",
    "pict",
    "object",
    "field",
    "fldinst",
    "footnote",
    "annotation",
    "header",
    "footer",
    "headerl",
    "headerr",
    "headerf",
    "footerl",
    "footerr",
    "footerf",
    "shp",
    "shptxt",
    "bkmkstart",
    "bkmkend",
    "listtext",
    "pntext",
    "cellx",
    "chftn",
    "chpgn",
    "sectd",
    "pard",
    "intbl",
];

/// Fields whose results are prose.
const PROSE: &[&str] =
    &["HYPERLINK", "TOC", "FORMTEXT", "QUOTE", "TITLE", "SUBJECT", "FILLIN", "INCLUDETEXT", "TA", "TOA"];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Container,
    Silent,
    Fonts,
    Instruction,
}

#[derive(Clone, Copy)]
struct Group {
    kind: Kind,
    fresh: bool,
    starred: bool,
    /// It has a text, or a field, of its own.
    story: bool,
    field: bool,
    hidden: bool,
    deleted: bool,
    font: i32,
    stand_ins: usize,
}

struct Walk<'a> {
    seen: &'a mut Seen,
    groups: Vec<Group>,
    stories: Vec<String>,
    /// The instructions of the fields that are open.
    fields: Vec<String>,
    symbols: HashSet<i32>,
    font: i32,
    skip: usize,
    /// Whether characters beyond ASCII are read as what they are.
    exact: bool,
}

/// Reads a document; characters beyond ASCII as what they are, as far as they are of Unicode or Latin-1, or one for all.
pub(super) fn read(bytes: &[u8], exact: bool, seen: &mut Seen) {
    let mut walk = Walk {
        exact,
        seen,
        groups: Vec::new(),
        stories: vec![String::new()],
        fields: Vec::new(),
        symbols: HashSet::new(),
        font: 0,
        skip: 0,
    };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' => walk.open(),
            b'}' => {
                walk.close();
                if walk.groups.is_empty() {
                    break;
                }
            }
            b'\r' | b'\n' | 0 => {}
            b'\\' => at = walk.control(bytes, at),
            _ => walk.character(char::from(byte)),
        }
    }
    walk.paragraph();
}

impl Walk<'_> {
    fn open(&mut self) {
        self.skip = 0;
        let outer = self.groups.last_mut().map(|outer| {
            outer.fresh = false;
            *outer
        });
        let outer = outer.unwrap_or(Group {
            kind: Kind::Text,
            fresh: true,
            starred: false,
            story: false,
            field: false,
            hidden: false,
            deleted: false,
            font: 0,
            stand_ins: 1,
        });
        self.groups.push(Group { fresh: true, starred: false, story: false, field: false, ..outer });
    }

    fn close(&mut self) {
        self.skip = 0;
        let Some(group) = self.groups.pop() else { return };
        if group.story {
            self.paragraph();
            self.stories.pop();
        }
        if group.field {
            self.fields.pop();
        }
    }

    fn paragraph(&mut self) {
        if let Some(text) = self.stories.last_mut() {
            self.seen.end(text);
        }
    }

    /// What follows a backslash; returns where it ends.
    fn control(&mut self, bytes: &[u8], mut at: usize) -> usize {
        let Some(&first) = bytes.get(at) else { return at };
        if !first.is_ascii_alphabetic() {
            at += 1;
            match first {
                b'*' => {
                    if let Some(group) = self.groups.last_mut().filter(|group| group.fresh) {
                        group.starred = true;
                    }
                }
                b'\'' => {
                    let digits = bytes.get(at..at + 2).and_then(|digits| std::str::from_utf8(digits).ok());
                    if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                        self.character(char::from(byte));
                        at += 2;
                    }
                }
                b'\\' | b'{' | b'}' => self.character(char::from(first)),
                b'~' => self.character(' '),
                b'_' => self.character('\u{2011}'),
                b'\r' | b'\n' => self.paragraph(),
                _ => {}
            }
            return at;
        }
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            at += 1;
        }
        let name = String::from_utf8_lossy(&bytes[start..at]).into_owned();
        let start = at;
        if bytes.get(at) == Some(&b'-') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        let number = String::from_utf8_lossy(&bytes[start..at]).parse().ok();
        if bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        if name == "bin" {
            return at.saturating_add(number.unwrap_or(0).max(0) as usize);
        }
        self.word(&name, number);
        at
    }

    fn word(&mut self, name: &str, number: Option<i32>) {
        let Some(group) = self.groups.last_mut() else { return };
        let fresh = std::mem::replace(&mut group.fresh, false);
        if group.kind != Kind::Silent && KEPT.contains(&name) {
            self.seen.element(name.to_owned());
        }
        if fresh && self.destination(name) {
            return;
        }
        let Some(group) = self.groups.last_mut() else { return };
        let is_on = number != Some(0);
        match name {
            "f" if group.kind == Kind::Fonts => self.font = number.unwrap_or(0),
            "fcharset" if number == Some(2) => drop(self.symbols.insert(self.font)),
            "f" => group.font = number.unwrap_or(0),
            "v" => group.hidden = is_on,
            "deleted" => group.deleted = is_on,
            "plain" => (group.hidden, group.deleted, group.font) = (false, false, 0),
            "uc" => group.stand_ins = number.unwrap_or(1).max(0) as usize,
            "u" => {
                let stand_ins = group.stand_ins;
                let unit = (number.unwrap_or(0) & 0xffff) as u32;
                self.skip = 0;
                self.character(char::from_u32(unit).unwrap_or(OTHER));
                self.skip = stand_ins;
            }
            "par" | "cell" | "nestcell" | "row" | "nestrow" | "sect" => self.paragraph(),
            "line" | "tab" | "page" | "column" | "lbr" | "emspace" | "enspace" | "qmspace" => self.character(' '),
            "emdash" | "endash" | "bullet" | "lquote" | "rquote" | "ldblquote" | "rdblquote" => self.character(OTHER),
            _ => {}
        }
    }

    /// Whether the word says what the group is.
    fn destination(&mut self, name: &str) -> bool {
        let field = self.fields.last().cloned();
        let Some(group) = self.groups.last_mut() else { return false };
        if group.kind == Kind::Silent {
            return true;
        }
        match name {
            "fonttbl" => group.kind = Kind::Fonts,
            "fldinst" => group.kind = Kind::Instruction,
            "fldrslt" => {
                let word = field.unwrap_or_default();
                let word = word.split(|c: char| c.is_whitespace() || c == '"').find(|word| !word.is_empty());
                let is_prose = word.is_some_and(|word| PROSE.iter().any(|prose| word.eq_ignore_ascii_case(prose)));
                group.kind = if is_prose { Kind::Text } else { Kind::Silent };
            }
            _ if SILENT.contains(&name) || (group.starred && !STARRED.contains(&name)) => group.kind = Kind::Silent,
            _ if STORIES.contains(&name) => {
                group.kind = Kind::Text;
                group.story = true;
                self.stories.push(String::new());
            }
            _ if CONTAINERS.contains(&name) => {
                group.kind = Kind::Container;
                if name == "field" {
                    group.field = true;
                    self.fields.push(String::new());
                }
            }
            _ => return false,
        }
        true
    }

    fn character(&mut self, character: char) {
        let Some(group) = self.groups.last_mut() else { return };
        group.fresh = false;
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        if group.kind == Kind::Instruction
            && let Some(instruction) = self.fields.last_mut()
        {
            instruction.push(character);
        }
        if group.kind != Kind::Text || group.hidden || group.deleted || self.symbols.contains(&group.font) {
            return;
        }
        let Some(text) = self.stories.last_mut() else { return };
        if character == '\u{a0}' {
            text.push(' ');
        } else if character.is_ascii() || self.exact {
            text.push(character);
        } else if !text.ends_with(OTHER) {
            text.push(OTHER);
        }
    }
}
