//! A document in a few lines, what is found in it, and what a translation makes of it.

use std::io::{Cursor, Write as _};

use terjuman_model::{Edge, LanguageTag, Piece, Segment, TagKind, TaggedText};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::engine::pseudo;
use crate::extent::Extent;
use crate::odf::skeleton::OdfSkeleton;
use crate::odf::take_apart;
use crate::package::Package;
use crate::{FormatError, Limits, Options, Target, Warning};

pub(super) const NOWHERE: Target = Target { source_language: None, language: None };

const SPACES: &str = "xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' \
    xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0' \
    xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' \
    xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0' \
    xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0' \
    xmlns:fo='urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0' \
    xmlns:svg='urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0' \
    xmlns:presentation='urn:oasis:names:tc:opendocument:xmlns:presentation:1.0' \
    xmlns:meta='urn:oasis:names:tc:opendocument:xmlns:meta:1.0' \
    xmlns:chart='urn:oasis:names:tc:opendocument:xmlns:chart:1.0' \
    xmlns:officeooo='http://openoffice.org/2009/office' \
    xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xlink='http://www.w3.org/1999/xlink'";

const FONTS: &str =
    "<office:font-face-decls><style:font-face style:name='F1' svg:font-family='Wingdings'/></office:font-face-decls>";

/// Styles of spans: `B` and `B2` are bold, `I` is italic, `R` says only when it was typed, `U` underlines, `H` hides,
/// `W` shows pictures in the place of letters.
const AUTOMATIC: &str = "<style:style style:name='B' style:family='text'><style:text-properties fo:font-weight='bold' \
    officeooo:rsid='1'/></style:style><style:style style:name='B2' style:family='text'><style:text-properties \
    officeooo:rsid='2' fo:font-weight='bold' fo:language='en'/></style:style><style:style style:name='I' \
    style:family='text'><style:text-properties fo:font-style='italic'/></style:style><style:style style:name='R' \
    style:family='text'><style:text-properties officeooo:rsid='3'/></style:style><style:style style:name='U' \
    style:family='text'><style:text-properties style:text-underline-style='solid'/></style:style><style:style \
    style:name='H' style:family='text'><style:text-properties text:display='none'/></style:style><style:style \
    style:name='W' style:family='text'><style:text-properties style:font-name='F1'/></style:style><style:style \
    style:name='T' style:family='table'><style:table-properties table:display='false'/></style:style>";

/// A document that is being made.
pub(super) struct Document {
    parts: Vec<(String, Vec<u8>)>,
    manifest: String,
    pub(super) options: Options,
}

impl Document {
    /// With this in its body.
    pub(super) fn new(body: &str) -> Self {
        let content = root(
            "document-content",
            &format!(
                "{FONTS}<office:automatic-styles>{AUTOMATIC}</office:automatic-styles><office:body>{body}</office:body>"
            ),
        );
        Self {
            parts: vec![("content.xml".into(), content.into_bytes())],
            manifest: String::new(),
            options: Options::default(),
        }
    }

    /// With this paragraph.
    pub(super) fn paragraph(content: &str) -> Self {
        Self::new(&format!("<text:p>{content}</text:p>"))
    }

    /// Whose content is this.
    pub(super) fn raw(content: &str) -> Self {
        Self {
            parts: vec![("content.xml".into(), content.as_bytes().to_vec())],
            manifest: String::new(),
            options: Options::default(),
        }
    }

    pub(super) fn with(mut self, name: &str, part: impl Into<Vec<u8>>) -> Self {
        self.parts.push((name.into(), part.into()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.parts.retain(|(part, _)| part != name);
        self
    }

    /// With this in its manifest.
    pub(super) fn with_manifest(mut self, entries: &str) -> Self {
        self.manifest.push_str(entries);
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.zipped(zip::CompressionMethod::Deflated)
    }

    /// Without compression, so that damage hits the text.
    pub(super) fn stored_bytes(&self) -> Vec<u8> {
        self.zipped(zip::CompressionMethod::Stored)
    }

    fn zipped(&self, method: zip::CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, contents: &[u8], method| {
            writer.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(contents).unwrap();
        };
        add("mimetype", b"application/vnd.oasis.opendocument.text", zip::CompressionMethod::Stored);
        for (name, contents) in &self.parts {
            add(name, contents, method);
        }
        if !self.manifest.is_empty() {
            let manifest = format!(
                "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'>{}\
                 </manifest:manifest>",
                self.manifest
            );
            add("META-INF/manifest.xml", manifest.as_bytes(), method);
        }
        writer.finish().unwrap().into_inner()
    }

    pub(super) fn read(&self) -> Result<(Vec<Segment>, OdfSkeleton), FormatError> {
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

    /// The document after a translation by `translate`.
    #[track_caller]
    pub(super) fn merged(&self, translate: impl Fn(&Segment) -> TaggedText, target: &Target) -> Vec<u8> {
        let (segments, skeleton) = self.read().unwrap();
        let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
        assert!(skeleton.write(&sources, &NOWHERE, Extent::Changed).unwrap() == self.bytes(), "identity");
        let translations: Vec<_> = segments.iter().map(translate).collect();
        skeleton.write(&translations, target, Extent::Changed).unwrap()
    }

    /// What a part is after a pseudo-translation.
    #[track_caller]
    pub(super) fn pseudo_part(&self, name: &str) -> String {
        part(&self.merged(pseudo, &NOWHERE), name)
    }

    /// The body after a pseudo-translation.
    #[track_caller]
    pub(super) fn pseudo(&self) -> String {
        body(&self.pseudo_part("content.xml"))
    }

    /// The body after `translate` has made another text of each segment's.
    #[track_caller]
    pub(super) fn translated(&self, translate: impl Fn(&Segment) -> TaggedText) -> String {
        body(&part(&self.merged(translate, &NOWHERE), "content.xml"))
    }

    /// A part after a pseudo-translation from English.
    #[track_caller]
    pub(super) fn retargeted(&self, target: &str, name: &str) -> String {
        let target = Target { source_language: language("en"), language: language(target) };
        part(&self.merged(pseudo, &target), name)
    }
}

fn language(code: &str) -> Option<LanguageTag> {
    Some(code.parse().unwrap())
}

/// A part with this root element.
pub(super) fn root(name: &str, content: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:{name} {SPACES}>{content}</office:{name}>")
}

/// The text of an entry.
#[track_caller]
pub(super) fn part(bytes: &[u8], name: &str) -> String {
    let mut package = Package::open(bytes, &Limits::default()).unwrap();
    String::from_utf8(package.require(name).unwrap()).unwrap()
}

fn body(content: &str) -> String {
    let start = content.find("<office:body>").unwrap() + "<office:body>".len();
    content[start..content.find("</office:body>").unwrap()].to_owned()
}

fn notation(segment: &Segment) -> String {
    let mut out = String::new();
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Edge::Open, tag) if segment.kind(tag) == TagKind::Whole => {
                out.push_str(&format!("{{{}!", tag.0));
            }
            Piece::Mark(Edge::Open, tag) if segment.kind(tag) == TagKind::Protected => {
                out.push_str(&format!("{{{}=", tag.0));
            }
            Piece::Mark(Edge::Open, tag) => out.push_str(&format!("{{{}:", tag.0)),
            Piece::Mark(Edge::Close, _) => out.push('}'),
            Piece::Mark(Edge::Point, tag) if segment.kind(tag) == TagKind::Break => {
                out.push_str(&format!("{{{}/}}", tag.0));
            }
            Piece::Mark(Edge::Point, tag) => {
                let sign = if segment.kind(tag) == TagKind::Anchor { "^" } else { "" };
                out.push_str(&format!("{{{}{sign}}}", tag.0));
            }
        }
    }
    out
}
