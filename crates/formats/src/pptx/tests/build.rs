//! A presentation in a few lines, what is found in it, and what a translation makes of it.

use std::io::{Cursor, Write as _};

use terjuman_model::{Edge, LanguageTag, Piece, Segment, TagKind, TaggedText};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::extent::Extent;
use crate::package::Package;
use crate::pptx::parts::MAIN;
use crate::pptx::skeleton::DeckSkeleton;
use crate::pptx::take_apart;
use crate::{FormatError, Limits, Options, Target, Warning};

pub(super) const NOWHERE: Target = Target { source_language: None, language: None };
pub(super) const SLIDE: &str = "ppt/slides/slide1.xml";

const SPACES: &str = "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" \
    xmlns:p14=\"http://schemas.microsoft.com/office/powerpoint/2010/main\" \
    xmlns:p188=\"http://schemas.microsoft.com/office/powerpoint/2018/8/main\" \
    xmlns:dgm=\"http://schemas.openxmlformats.org/drawingml/2006/diagram\" \
    xmlns:dsp=\"http://schemas.microsoft.com/office/drawing/2008/diagram\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" \
    xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"";

/// A part whose root is this, with every namespace declared.
pub(super) fn root(name: &str, content: &str) -> String {
    format!("<{name} {SPACES}>{content}</{name}>")
}

/// A slide of these shapes.
pub(super) fn slide(shapes: &str) -> String {
    root("p:sld", &format!("<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"))
}

/// A shape with these paragraphs.
pub(super) fn shape(paragraphs: &str) -> String {
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Title 1\"/></p:nvSpPr><p:txBody><a:bodyPr/>{paragraphs}</p:txBody></p:sp>"
    )
}

/// A paragraph of one run.
pub(super) fn paragraph(text: &str) -> String {
    format!("<a:p><a:r><a:rPr lang=\"en-US\"/><a:t>{text}</a:t></a:r></a:p>")
}

/// A presentation that is being made.
pub(super) struct Deck {
    /// Name, contents, relationships.
    parts: Vec<(String, Vec<u8>, String)>,
    types: String,
    roots: String,
    pub(super) options: Options,
}

impl Deck {
    /// Of one slide with these shapes.
    pub(super) fn new(shapes: &str) -> Self {
        Self::raw(slide(shapes).into_bytes())
    }

    /// Of one slide, which is this.
    pub(super) fn raw(slide: Vec<u8>) -> Self {
        let main = root("p:presentation", "<p:sldIdLst><p:sldId id=\"256\" r:id=\"r1\"/></p:sldIdLst>");
        let related = "<Relationship Id='r1' Type='http://x/slide' Target='slides/slide1.xml'/>";
        Self {
            parts: vec![
                ("ppt/presentation.xml".into(), main.into_bytes(), related.into()),
                (SLIDE.into(), slide, String::new()),
            ],
            types: format!("<Override PartName='/ppt/presentation.xml' ContentType='{}'/>", MAIN[0]),
            roots: "<Relationship Id='r0' Type='http://x/officeDocument' Target='ppt/presentation.xml'/>".into(),
            options: Options::default(),
        }
    }

    pub(super) fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    pub(super) fn with_type(mut self, content_type: &str) -> Self {
        self.types = format!("<Override PartName='/ppt/presentation.xml' ContentType='{content_type}'/>");
        self
    }

    /// With another presentation part.
    pub(super) fn with_main(mut self, content: &str) -> Self {
        self.parts[0].1 = root("p:presentation", content).into_bytes();
        self
    }

    /// With another part, to which `source` has a relationship.
    pub(super) fn with(mut self, source: &str, kind: &str, name: &str, contents: impl Into<Vec<u8>>) -> Self {
        self.relate(source, kind, name);
        self.parts.push((name.into(), contents.into(), String::new()));
        self
    }

    /// With a relationship to a part.
    pub(super) fn relate(&mut self, source: &str, kind: &str, name: &str) {
        let id = self.parts.len() + 1;
        let relationship = format!("<Relationship Id='r{id}' Type='http://x/{kind}' Target='/{name}'/>");
        match self.parts.iter_mut().find(|(part, ..)| part == source) {
            Some((_, _, related)) => related.push_str(&relationship),
            None => self.roots.push_str(&relationship),
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.zipped(zip::CompressionMethod::Deflated)
    }

    /// Without compression, so that damage hits the text.
    pub(super) fn stored_bytes(&self) -> Vec<u8> {
        self.zipped(zip::CompressionMethod::Stored)
    }

    fn zipped(&self, method: zip::CompressionMethod) -> Vec<u8> {
        let types = format!(
            "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>{}</Types>",
            self.types
        );
        let mut entries =
            vec![("[Content_Types].xml".to_owned(), types), ("_rels/.rels".to_owned(), relationships(&self.roots))];
        for (name, _, related) in &self.parts {
            let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
            entries.push((format!("{folder}/_rels/{file}.rels"), relationships(related)));
        }
        let entries = entries.iter().map(|(name, text)| (name, text.as_bytes()));
        let parts = self.parts.iter().map(|(name, contents, _)| (name, contents.as_slice()));
        zipped(entries.chain(parts), method)
    }

    pub(super) fn read(&self) -> Result<(Vec<Segment>, DeckSkeleton), FormatError> {
        take_apart(&self.bytes(), &self.options, &Limits::default(), &mut Vec::new())
    }

    pub(super) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        take_apart(&self.bytes(), &self.options, &Limits::default(), &mut warnings).unwrap();
        warnings
    }

    /// The segments in a notation: `{0:...}` is a pair, `{0}` a point, `{0/}` a line break.
    #[track_caller]
    pub(super) fn segments(&self) -> Vec<String> {
        self.read().unwrap().0.iter().map(notation).collect()
    }

    /// The presentation after a translation by `translate`.
    #[track_caller]
    pub(super) fn merged(&self, translate: impl Fn(&Segment) -> TaggedText, target: &Target) -> Vec<u8> {
        let (segments, skeleton) = self.read().unwrap();
        let translations: Vec<_> = segments.iter().map(translate).collect();
        skeleton.write(&translations, target, Extent::Changed).unwrap()
    }

    /// Checks what is found, that it comes back unharmed, and what a pseudo-translation makes of the part `name`:
    /// `replaced` is old and new.
    #[track_caller]
    pub(super) fn check(&self, segments: &[&str], name: &str, replaced: &[(&str, &str)]) {
        assert_eq!(self.segments(), segments);
        let (found, skeleton) = self.read().unwrap();
        let sources: Vec<_> = found.iter().map(|segment| segment.source.clone()).collect();
        assert!(skeleton.write(&sources, &NOWHERE, Extent::Changed).unwrap() == self.bytes(), "identity changed bytes");
        skeleton.write(&sources, &NOWHERE, Extent::All).unwrap();
        let merged = self.merged(pseudo, &NOWHERE);
        let mut expected = part(&self.bytes(), name);
        for (old, new) in replaced {
            assert!(expected.contains(old), "{old} is not in the part");
            expected = expected.replace(old, new);
        }
        assert_eq!(part(&merged, name), expected);
        let (again, _) = take_apart(&merged, &self.options, &Limits::default(), &mut Vec::new()).unwrap();
        let again: Vec<_> = again.into_iter().map(|segment| segment.source).collect();
        assert_eq!(again, found.iter().map(pseudo).collect::<Vec<_>>());
    }
}

/// A part that lists relationships.
pub(super) fn relationships(list: &str) -> String {
    format!(
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{list}</Relationships>"
    )
}

/// A container of these entries.
pub(super) fn zipped<'a>(
    entries: impl Iterator<Item = (&'a String, &'a [u8])>,
    method: zip::CompressionMethod,
) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in entries {
        writer.start_file(name.as_str(), SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(contents).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A part of a written package.
pub(super) fn part(bytes: &[u8], name: &str) -> String {
    let mut package = Package::open(bytes, &Limits::default()).unwrap();
    String::from_utf8(package.require(name).unwrap()).unwrap()
}

pub(super) fn to(language: &str) -> Target {
    Target {
        source_language: Some("en".parse::<LanguageTag>().unwrap()),
        language: Some(language.parse::<LanguageTag>().unwrap()),
    }
}

/// Small letters become capitals.
pub(super) fn pseudo(segment: &Segment) -> TaggedText {
    each_text(segment, |text| text.to_ascii_uppercase())
}

/// Every text is said twice.
pub(super) fn twice(segment: &Segment) -> TaggedText {
    each_text(segment, |text| format!("{text} {text}"))
}

fn each_text(segment: &Segment, new: impl Fn(&str) -> String) -> TaggedText {
    let mut out = TaggedText::new();
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(&new(text)),
            Piece::Mark(edge, tag) => out.mark(edge, tag),
        }
    }
    out
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
