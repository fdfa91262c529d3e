//! A Word document in a few lines, what is found in it, and what a translation makes of it.

use std::io::{Cursor, Write as _};

use terjuman_model::{Edge, LanguageTag, Piece, Segment, TagKind, TaggedText};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::engine::pseudo;
use crate::docx::skeleton::DocxSkeleton;
use crate::docx::take_apart;
use crate::extent::Extent;
use crate::package::Package;
use crate::{FormatError, Limits, Options, Target};

pub(super) const NOWHERE: Target = Target { source_language: None, language: None };

const SPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" \
    xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\" xmlns:v=\"urn:schemas-microsoft-com:vml\"";

/// A document that is being made.
pub(super) struct Document {
    parts: Vec<(String, Vec<u8>)>,
    relationships: String,
    types: String,
    roots: String,
    pub(super) options: Options,
}

impl Document {
    /// With this in its body.
    pub(super) fn new(body: &str) -> Self {
        let mut document = Self {
            parts: Vec::new(),
            relationships: String::new(),
            types: String::new(),
            roots: "<Relationship Id='r0' Type='http://x/officeDocument' Target='word/document.xml'/>".into(),
            options: Options::default(),
        };
        document
            .parts
            .push(("word/document.xml".into(), root("document", &format!("<w:body>{body}</w:body>")).into_bytes()));
        document.types =
            format!("<Override PartName='/word/document.xml' ContentType='{}'/>", super::super::parts::MAIN[0]);
        document
    }

    /// With another part, whose name is `word/KIND.xml`.
    pub(super) fn with(mut self, kind: &str, part: String) -> Self {
        let id = self.parts.len();
        self.relationships.push_str(&format!("<Relationship Id='r{id}' Type='http://x/{kind}' Target='{kind}.xml'/>"));
        self.parts.push((format!("word/{kind}.xml"), part.into_bytes()));
        self
    }

    /// With another part that the package names.
    pub(super) fn with_root(mut self, kind: &str, name: &str, part: &str) -> Self {
        self.roots.push_str(&format!("<Relationship Id='{kind}' Type='http://x/{kind}' Target='{name}'/>"));
        self.parts.push((name.into(), part.as_bytes().to_vec()));
        self
    }

    pub(super) fn with_type(mut self, content_type: &str) -> Self {
        self.types = format!("<Override PartName='/word/document.xml' ContentType='{content_type}'/>");
        self
    }

    pub(super) fn with_default(mut self, extension: &str, content_type: &str) -> Self {
        self.types.push_str(&format!("<Default Extension='{extension}' ContentType='{content_type}'/>"));
        self
    }

    pub(super) fn with_part(mut self, name: &str, part: &str) -> Self {
        self.parts.push((name.into(), part.as_bytes().to_vec()));
        self
    }

    pub(super) fn with_bytes(mut self, name: &str, part: Vec<u8>) -> Self {
        self.parts.push((name.into(), part));
        self
    }

    pub(super) fn with_relationship(mut self, kind: &str, target: &str) -> Self {
        self.relationships.push_str(&format!("<Relationship Id='x' Type='http://x/{kind}' Target='{target}'/>"));
        self
    }

    /// Whose main part is this.
    pub(super) fn raw(main: Vec<u8>) -> Self {
        let mut document = Self::new("");
        document.parts[0].1 = main;
        document
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.zipped(zip::CompressionMethod::Deflated)
    }

    /// Without compression, so that damage hits the text.
    pub(super) fn stored_bytes(&self) -> Vec<u8> {
        self.zipped(zip::CompressionMethod::Stored)
    }

    fn zipped(&self, method: zip::CompressionMethod) -> Vec<u8> {
        let relationships = |list: &str| {
            format!(
                "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{list}</Relationships>"
            )
        };
        let types = format!(
            "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>{}</Types>",
            self.types
        );
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, contents: &[u8]| {
            writer.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(contents).unwrap();
        };
        add("[Content_Types].xml", types.as_bytes());
        add("_rels/.rels", relationships(&self.roots).as_bytes());
        add("word/_rels/document.xml.rels", relationships(&self.relationships).as_bytes());
        for (name, contents) in &self.parts {
            add(name, contents);
        }
        writer.finish().unwrap().into_inner()
    }

    pub(super) fn read(&self) -> Result<(Vec<Segment>, DocxSkeleton), FormatError> {
        take_apart(&self.bytes(), &self.options, &Limits::default(), &mut Vec::new())
    }

    /// The segments in a notation: `{0:...}` is a pair, `{0}` a point, `{0/}` a line break.
    #[track_caller]
    pub(super) fn segments(&self) -> Vec<String> {
        self.read().unwrap().0.iter().map(notation).collect()
    }

    /// The body after a translation by `translate`.
    #[track_caller]
    pub(super) fn translated(&self, translate: impl Fn(&Segment) -> TaggedText) -> String {
        body(&part(&self.merged(translate, &NOWHERE), "word/document.xml"))
    }

    /// The document after a translation by `translate`.
    #[track_caller]
    pub(super) fn merged(&self, translate: impl Fn(&Segment) -> TaggedText, target: &Target) -> Vec<u8> {
        let (segments, skeleton) = self.read().unwrap();
        let translations: Vec<_> = segments.iter().map(translate).collect();
        skeleton.write(&translations, target, Extent::Changed).unwrap()
    }

    /// Checks what is found, that it comes back unharmed, and the body of a pseudo-translation.
    #[track_caller]
    pub(super) fn check(&self, segments: &[&str], pseudo_body: &str) {
        assert_eq!(self.segments(), segments);
        let (found, skeleton) = self.read().unwrap();
        let sources: Vec<_> = found.iter().map(|segment| segment.source.clone()).collect();
        assert!(skeleton.write(&sources, &NOWHERE, Extent::Changed).unwrap() == self.bytes(), "identity changed bytes");
        skeleton.write(&sources, &NOWHERE, Extent::All).unwrap();
        assert_eq!(self.translated(pseudo), pseudo_body);
    }
}

/// A part of WordprocessingML.
pub(super) fn root(name: &str, content: &str) -> String {
    format!("<w:{name} {SPACES}>{content}</w:{name}>")
}

/// A part of the written package.
pub(super) fn part(bytes: &[u8], name: &str) -> String {
    let mut package = Package::open(bytes, &Limits::default()).unwrap();
    String::from_utf8(package.require(name).unwrap()).unwrap()
}

/// What is in the body.
pub(super) fn body(document: &str) -> String {
    let start = document.find("<w:body>").unwrap() + "<w:body>".len();
    document[start..document.rfind("</w:body>").unwrap()].to_owned()
}

pub(super) fn to(language: &str) -> Target {
    Target {
        source_language: Some("en".parse::<LanguageTag>().unwrap()),
        language: Some(language.parse::<LanguageTag>().unwrap()),
    }
}

fn notation(segment: &Segment) -> String {
    let mut out = String::new();
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Edge::Open, tag) => out.push_str(&format!("{{{}{}:", tag.0, sign(segment.kind(tag)))),
            Piece::Mark(Edge::Close, _) => out.push('}'),
            Piece::Mark(Edge::Point, tag) => out.push_str(&format!("{{{}{}}}", tag.0, sign(segment.kind(tag)))),
        }
    }
    out
}

fn sign(kind: TagKind) -> &'static str {
    match kind {
        TagKind::Format | TagKind::Point => "",
        TagKind::Anchor => "^",
        TagKind::Whole => "=",
        TagKind::Protected => "!",
        TagKind::Break => "/",
        TagKind::Isolated => "?",
    }
}
