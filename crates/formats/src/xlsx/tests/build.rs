//! A workbook in a few lines, what is found in it, and what a translation makes of it.

use std::io::{Cursor, Write as _};

use terjuman_model::{Edge, Piece, Segment, TaggedText};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::docx::tests::engine::pseudo;
use crate::extent::Extent;
use crate::package::Package;
use crate::xlsx::parts::MAIN;
use crate::xlsx::skeleton::XlsxSkeleton;
use crate::xlsx::take_apart;
use crate::{FormatError, Limits, Options, Target};

pub(super) const NOWHERE: Target = Target { source_language: None, language: None };
pub(super) const MAIN_SPACE: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

/// A workbook that is being made.
pub(super) struct Workbook {
    /// Names and contents.
    parts: Vec<(String, String)>,
    /// For each part, what it leads to.
    relationships: Vec<(String, String)>,
    sheets: String,
    extra: String,
    strings: Vec<String>,
    pub(super) main_type: &'static str,
    pub(super) options: Options,
}

impl Workbook {
    /// With nothing in it.
    pub(super) fn new() -> Self {
        Self {
            parts: Vec::new(),
            relationships: Vec::new(),
            sheets: String::new(),
            extra: String::new(),
            strings: Vec::new(),
            main_type: MAIN[0],
            options: Options::default(),
        }
    }

    /// With a sheet whose cells, one below the other, have these shared strings.
    pub(super) fn of(strings: &[&str]) -> Self {
        let mut workbook = Self::new();
        let cells = strings.iter().map(|string| workbook.cell(&format!("<t>{string}</t>"))).collect::<String>();
        workbook.sheet("", &cells, "")
    }

    /// Adds a shared string, in XML; returns a row with a cell that has it.
    pub(super) fn cell(&mut self, string: &str) -> String {
        self.strings.push(string.to_owned());
        format!("<row><c t=\"s\"><v>{}</v></c></row>", self.strings.len() - 1)
    }

    /// With a sheet: attributes for the workbook, rows, and what stands behind the rows.
    pub(super) fn sheet(mut self, attributes: &str, rows: &str, behind: &str) -> Self {
        let number = self.sheet_count() + 1;
        self.sheets
            .push_str(&format!("<sheet name=\"S{number}\" sheetId=\"{number}\" {attributes} r:id=\"s{number}\"/>"));
        let name = format!("xl/worksheets/sheet{number}.xml");
        let sheet = format!(
            "<worksheet {MAIN_SPACE}><sheetViews><sheetView workbookViewId=\"0\"/></sheetViews><sheetData>{rows}</sheetData>{behind}</worksheet>"
        );
        self.relate("xl/workbook.xml", &format!("s{number}"), "worksheet", &format!("worksheets/sheet{number}.xml"));
        self.parts.push((name, sheet));
        self
    }

    /// Gives the sheets these names.
    pub(super) fn name_sheets(&mut self, names: &[&str]) {
        for (index, name) in names.iter().enumerate() {
            self.sheets = self.sheets.replace(&format!("name=\"S{}\"", index + 1), &format!("name=\"{name}\""));
        }
    }

    /// Names a part as a sheet, which the workbook leads to by this relationship.
    pub(super) fn add_sheet(&mut self, relationship: &str) {
        self.sheets.push_str(&format!("<sheet name=\"X\" sheetId=\"99\" r:id=\"{relationship}\"/>"));
    }

    fn sheet_count(&self) -> usize {
        self.parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/")).count()
    }

    /// With something more in the workbook's own part.
    pub(super) fn with_names(mut self, extra: &str) -> Self {
        self.extra.push_str(extra);
        self
    }

    /// With a part that `source` leads to; its name counts from `xl/`.
    pub(super) fn with(mut self, source: &str, kind: &str, name: &str, part: &str) -> Self {
        let id = format!("p{}", self.parts.len());
        self.relate(&format!("xl/{source}"), &id, kind, &format!("/xl/{name}"));
        self.parts.push((format!("xl/{name}"), part.to_owned()));
        self
    }

    /// With a part that the first sheet leads to.
    pub(super) fn with_on_sheet(self, kind: &str, part: &str) -> Self {
        let name = format!("{kind}{}.xml", self.parts.len());
        self.with("worksheets/sheet1.xml", kind, &name, part)
    }

    fn relate(&mut self, source: &str, id: &str, kind: &str, target: &str) {
        let line = format!("<Relationship Id=\"{id}\" Type=\"http://x/{kind}\" Target=\"{target}\"/>");
        match self.relationships.iter_mut().find(|(name, _)| name == source) {
            Some((_, list)) => list.push_str(&line),
            None => self.relationships.push((source.to_owned(), line)),
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
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, contents: &str| {
            writer.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(contents.as_bytes()).unwrap();
        };
        let list = |list: &str| {
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{list}</Relationships>"
            )
        };
        add(
            "[Content_Types].xml",
            &format!(
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/xl/workbook.xml\" ContentType=\"{}\"/></Types>",
                self.main_type
            ),
        );
        add(
            "_rels/.rels",
            &list("<Relationship Id=\"r\" Type=\"http://x/officeDocument\" Target=\"xl/workbook.xml\"/>"),
        );
        let book = format!("<workbook {MAIN_SPACE}><sheets>{}</sheets>{}</workbook>", self.sheets, self.extra);
        add("xl/workbook.xml", &book);
        for (source, lines) in &self.relationships {
            let (folder, name) = source.rsplit_once('/').unwrap();
            let strings = "<Relationship Id=\"strings\" Type=\"http://x/sharedStrings\" Target=\"sharedStrings.xml\"/>";
            let strings = if source == "xl/workbook.xml" { strings } else { "" };
            add(&format!("{folder}/_rels/{name}.rels"), &list(&format!("{lines}{strings}")));
        }
        let items: String = self.strings.iter().map(|string| format!("<si>{string}</si>")).collect();
        add("xl/sharedStrings.xml", &format!("<sst {MAIN_SPACE} count=\"9\" uniqueCount=\"9\">{items}</sst>"));
        for (name, contents) in &self.parts {
            add(name, contents);
        }
        writer.finish().unwrap().into_inner()
    }

    pub(super) fn read(&self) -> Result<(Vec<Segment>, XlsxSkeleton), FormatError> {
        take_apart(&self.bytes(), &self.options, &Limits::default(), &mut Vec::new())
    }

    /// The segments in a notation: `{0:...}` is a pair, `{0}` a point.
    #[track_caller]
    pub(super) fn segments(&self) -> Vec<String> {
        self.read().unwrap().0.iter().map(notation).collect()
    }

    /// The workbook in a pseudo-translation, after a check that identity gives the bytes back and that everything can be
    /// written.
    #[track_caller]
    pub(super) fn translated(&self) -> Translation {
        self.translated_by(pseudo, &NOWHERE)
    }

    /// The workbook in a translation.
    #[track_caller]
    pub(super) fn translated_by(&self, translate: impl Fn(&Segment) -> TaggedText, target: &Target) -> Translation {
        let (segments, skeleton) = self.read().unwrap();
        let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
        assert!(skeleton.write(&sources, &NOWHERE, Extent::Changed).unwrap() == self.bytes(), "identity changed bytes");
        skeleton.write(&sources, &NOWHERE, Extent::All).unwrap();
        let translations: Vec<_> = segments.iter().map(translate).collect();
        Translation(skeleton.write(&translations, target, Extent::Changed).unwrap())
    }

    /// The shared strings after a pseudo-translation.
    #[track_caller]
    pub(super) fn translated_strings(&self) -> Vec<String> {
        self.translated().strings()
    }
}

/// A written workbook.
pub(super) struct Translation(pub(super) Vec<u8>);

impl Translation {
    /// A part; its name counts from `xl/`.
    pub(super) fn part(&self, name: &str) -> String {
        let mut package = Package::open(&self.0, &Limits::default()).unwrap();
        String::from_utf8(package.require(&format!("xl/{name}")).unwrap()).unwrap()
    }

    /// What is in the elements of the shared strings.
    pub(super) fn strings(&self) -> Vec<String> {
        let part = self.part("sharedStrings.xml");
        part.split("<si>").skip(1).map(|item| item.split("</si>").next().unwrap().to_owned()).collect()
    }
}

pub(super) fn notation(segment: &Segment) -> String {
    let mut out = String::new();
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Edge::Open, tag) => out.push_str(&format!("{{{}:", tag.0)),
            Piece::Mark(Edge::Close, _) => out.push('}'),
            Piece::Mark(Edge::Point, tag) => out.push_str(&format!("{{{}}}", tag.0)),
        }
    }
    out
}
