//! The one table of formats, in the order in which the API lists them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::Extracted;
use crate::{
    FormatError, Limits, Options, csv, dita, docx, flat_opc, html, json, mail, markdown, msg, odf, pptx, rtf, txt,
    xliff, xlsx,
};

/// A document format that can be translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plain text.
    Txt,
    /// Office Open XML word-processing documents.
    Docx,
    /// Office Open XML presentations.
    Pptx,
    /// Office Open XML spreadsheets.
    Xlsx,
    /// OpenDocument texts.
    Odt,
    /// OpenDocument presentations.
    Odp,
    /// OpenDocument spreadsheets.
    Ods,
    /// Rich text.
    Rtf,
    /// Outlook messages.
    Msg,
    /// Internet messages.
    Eml,
    /// Office Open XML in one XML file, and packages that do not say which kind they are.
    OfficeOpenXml,
    /// HTML.
    Html,
    /// Markdown (CommonMark with the GitHub extensions and front matter).
    Markdown,
    /// Web archives: a page with its pictures as one message.
    Mhtml,
    /// Bilingual files of translators: XLIFF 1.0 to 2.2.
    Xliff,
    /// Topics and maps of the Darwin Information Typing Architecture.
    Dita,
    /// Tab-separated values.
    Tsv,
    /// Comma- (or semicolon-, or pipe-) separated values.
    Csv,
    /// JSON, and several JSON values in a row.
    Json,
}

/// One row of the table.
pub struct FormatEntry {
    /// Which format.
    pub format: Format,
    /// Its name in the API.
    pub name: &'static str,
    /// Lower case, with the dot; the first one is the usual one.
    pub extensions: &'static [&'static str],
    /// Media types; the first one is written on outputs, unless [`Self::content_type_of`] knows better.
    pub content_types: &'static [&'static str],
    /// Versions, for formats that have them.
    pub versions: &'static [&'static str],
    /// The version assumed, for formats that have them.
    pub default_version: Option<&'static str>,
    pub(crate) extract: fn(&[u8], &Options, &Limits) -> Result<Extracted, FormatError>,
}

const XLSX_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const DOCX_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const PPTX_TYPE: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

static FORMATS: [FormatEntry; 19] = [
    FormatEntry {
        format: Format::Txt,
        name: "PlainText",
        extensions: &[".txt"],
        content_types: &["text/plain"],
        versions: &[],
        default_version: None,
        extract: txt::extract,
    },
    FormatEntry {
        format: Format::Rtf,
        name: "RichTextFormat",
        extensions: &[".rtf"],
        content_types: &["application/rtf", "text/rtf"],
        versions: &[],
        default_version: None,
        extract: rtf::extract,
    },
    FormatEntry {
        format: Format::Docx,
        name: "OpenXmlWord",
        extensions: &[".docx", ".docm", ".dotx", ".dotm"],
        content_types: &[
            DOCX_TYPE,
            "application/vnd.ms-word.document.macroEnabled.12",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
            "application/vnd.ms-word.template.macroEnabled.12",
        ],
        versions: &[],
        default_version: None,
        extract: docx::extract,
    },
    FormatEntry {
        format: Format::Pptx,
        name: "OpenXmlPresentation",
        extensions: &[".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm"],
        content_types: &[
            PPTX_TYPE,
            "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
            "application/vnd.openxmlformats-officedocument.presentationml.template",
            "application/vnd.ms-powerpoint.template.macroEnabled.12",
            "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
            "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
        ],
        versions: &[],
        default_version: None,
        extract: pptx::extract,
    },
    FormatEntry {
        format: Format::Xlsx,
        name: "OpenXmlSpreadsheet",
        extensions: &[".xlsx", ".xlsm", ".xltx", ".xltm"],
        content_types: &[
            XLSX_TYPE,
            "application/vnd.ms-excel.sheet.macroEnabled.12",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
            "application/vnd.ms-excel.template.macroEnabled.12",
        ],
        versions: &[],
        default_version: None,
        extract: xlsx::extract,
    },
    FormatEntry {
        format: Format::Odt,
        name: "OpenDocumentText",
        extensions: &[".odt", ".ott", ".fodt"],
        content_types: &[
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.text-template",
            "application/vnd.oasis.opendocument.text-flat-xml",
        ],
        versions: &[],
        default_version: None,
        extract: odf::extract,
    },
    FormatEntry {
        format: Format::Odp,
        name: "OpenDocumentPresentation",
        extensions: &[".odp", ".otp", ".fodp"],
        content_types: &[
            "application/vnd.oasis.opendocument.presentation",
            "application/vnd.oasis.opendocument.presentation-template",
            "application/vnd.oasis.opendocument.presentation-flat-xml",
        ],
        versions: &[],
        default_version: None,
        extract: odf::extract,
    },
    FormatEntry {
        format: Format::Ods,
        name: "OpenDocumentSpreadsheet",
        extensions: &[".ods", ".ots", ".fods"],
        content_types: &[
            "application/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.oasis.opendocument.spreadsheet-template",
            "application/vnd.oasis.opendocument.spreadsheet-flat-xml",
        ],
        versions: &[],
        default_version: None,
        extract: odf::extract,
    },
    FormatEntry {
        format: Format::Msg,
        name: "OutlookMailMessage",
        extensions: &[".msg"],
        content_types: &["application/vnd.ms-outlook"],
        versions: &[],
        default_version: None,
        extract: msg::extract,
    },
    FormatEntry {
        format: Format::Eml,
        name: "MailMessageEml",
        extensions: &[".eml"],
        content_types: &["message/rfc822"],
        versions: &[],
        default_version: None,
        extract: mail::extract,
    },
    FormatEntry {
        format: Format::OfficeOpenXml,
        name: "OfficeOpenXml",
        extensions: &[".xml", ".ooxml"],
        content_types: &["application/vnd.openxmlformats-officedocument"],
        versions: &[],
        default_version: None,
        extract: flat_opc::extract,
    },
    FormatEntry {
        format: Format::Html,
        name: "HtmlFile",
        extensions: &[".html", ".htm", ".xhtml", ".xht"],
        content_types: &["text/html", "application/xhtml+xml"],
        versions: &[],
        default_version: None,
        extract: html::extract,
    },
    FormatEntry {
        format: Format::Markdown,
        name: "Markdown",
        extensions: &[".markdown", ".mdown", ".mkdn", ".md", ".mkd", ".mdwn", ".mdtxt", ".mdtext", ".rmd", ".mdx"],
        content_types: &["text/markdown", "text/x-markdown", "text/plain"],
        versions: &[],
        default_version: None,
        extract: markdown::extract,
    },
    FormatEntry {
        format: Format::Mhtml,
        name: "Mhtml",
        extensions: &[".mhtml", ".mht"],
        content_types: &["message/rfc822", "application/x-mimearchive", "multipart/related"],
        versions: &[],
        default_version: None,
        extract: mail::extract,
    },
    FormatEntry {
        format: Format::Xliff,
        name: "XLIFF",
        extensions: &[".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff", ".txlf"],
        content_types: &["application/xliff+xml"],
        versions: &["1.0", "1.1", "1.2", "2.0", "2.1"],
        default_version: Some("2.1"),
        extract: xliff::extract,
    },
    FormatEntry {
        format: Format::Dita,
        name: "DITA",
        extensions: &[".dita", ".ditamap"],
        content_types: &["application/dita+xml"],
        versions: &["1.0", "1.1", "1.2", "1.3"],
        default_version: Some("1.3"),
        extract: dita::extract,
    },
    FormatEntry {
        format: Format::Tsv,
        name: "TSV",
        extensions: &[".tsv", ".tab"],
        content_types: &["text/tab-separated-values"],
        versions: &[],
        default_version: None,
        extract: csv::extract_tsv,
    },
    FormatEntry {
        format: Format::Csv,
        name: "CSV",
        extensions: &[".csv"],
        content_types: &["text/csv"],
        versions: &[],
        default_version: None,
        extract: csv::extract_csv,
    },
    FormatEntry {
        format: Format::Json,
        name: "StreamJSONFile",
        extensions: &[".json"],
        content_types: &["application/json"],
        versions: &[],
        default_version: None,
        extract: json::extract,
    },
];

/// Every format, in the API's order.
#[must_use]
pub fn formats() -> &'static [FormatEntry] {
    &FORMATS
}

/// Extensions whose files have a media type of their own.
const TYPES: [(&str, &str); 19] = [
    (".docm", "application/vnd.ms-word.document.macroEnabled.12"),
    (".dotx", "application/vnd.openxmlformats-officedocument.wordprocessingml.template"),
    (".dotm", "application/vnd.ms-word.template.macroEnabled.12"),
    (".pptm", "application/vnd.ms-powerpoint.presentation.macroEnabled.12"),
    (".potx", "application/vnd.openxmlformats-officedocument.presentationml.template"),
    (".potm", "application/vnd.ms-powerpoint.template.macroEnabled.12"),
    (".ppsx", "application/vnd.openxmlformats-officedocument.presentationml.slideshow"),
    (".ppsm", "application/vnd.ms-powerpoint.slideshow.macroEnabled.12"),
    (".xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    (".xltx", "application/vnd.openxmlformats-officedocument.spreadsheetml.template"),
    (".xltm", "application/vnd.ms-excel.template.macroEnabled.12"),
    (".ott", "application/vnd.oasis.opendocument.text-template"),
    (".otp", "application/vnd.oasis.opendocument.presentation-template"),
    (".ots", "application/vnd.oasis.opendocument.spreadsheet-template"),
    (".fodt", "application/vnd.oasis.opendocument.text-flat-xml"),
    (".fodp", "application/vnd.oasis.opendocument.presentation-flat-xml"),
    (".fods", "application/vnd.oasis.opendocument.spreadsheet-flat-xml"),
    (".xhtml", "application/xhtml+xml"),
    (".xht", "application/xhtml+xml"),
];

impl FormatEntry {
    /// The media type of a file of this name: that of its extension, if the format has several.
    #[must_use]
    pub fn content_type_of(&self, name: &str) -> &'static str {
        let extension = name.rfind('.').map(|dot| name[dot..].to_ascii_lowercase()).unwrap_or_default();
        let own = TYPES.iter().find(|(of, _)| *of == extension).map(|(_, content_type)| *content_type);
        own.filter(|content_type| self.content_types.contains(content_type)).unwrap_or(self.content_types[0])
    }
}

impl Format {
    /// The format's row.
    #[must_use]
    pub fn entry(self) -> &'static FormatEntry {
        FORMATS.iter().find(|entry| entry.format == self).expect("every format has a row: a test walks them")
    }

    /// The format of a file name, by its last extension, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let dot = name.rfind('.')?;
        let extension = name[dot..].to_ascii_lowercase();
        FORMATS.iter().find(|e| e.extensions.contains(&extension.as_str())).map(|e| e.format)
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.entry().name)
    }
}

impl<'de> Deserialize<'de> for Format {
    /// By its name in the API, in any case.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = FORMATS.iter().find(|entry| entry.name.eq_ignore_ascii_case(&name));
        found.map(|entry| entry.format).ok_or_else(|| {
            let names: Vec<&str> = FORMATS.iter().map(|entry| entry.name).collect();
            D::Error::custom(format!("no format has this name; there are {}", names.join(", ")))
        })
    }
}

/// A row of the list of glossary formats: name, extensions, content types, versions, default version.
pub struct GlossaryEntry {
    /// Its name in the API.
    pub name: &'static str,
    /// Lower case, with the dot.
    pub extensions: &'static [&'static str],
    /// Media types.
    pub content_types: &'static [&'static str],
    /// Versions, if it has any.
    pub versions: &'static [&'static str],
    /// The version assumed.
    pub default_version: Option<&'static str>,
}

static GLOSSARIES: [GlossaryEntry; 3] = [
    GlossaryEntry {
        name: "XLIFF",
        extensions: &[".xlf", ".xliff"],
        content_types: &["application/xliff+xml"],
        versions: &["1.0", "1.1", "1.2", "2.0", "2.1"],
        default_version: Some("1.2"),
    },
    GlossaryEntry {
        name: "TSV",
        extensions: &[".tsv", ".tab"],
        content_types: &["text/tab-separated-values"],
        versions: &[],
        default_version: None,
    },
    GlossaryEntry {
        name: "CSV",
        extensions: &[".csv"],
        content_types: &["text/csv"],
        versions: &[],
        default_version: None,
    },
];

/// Every glossary format, in the API's order.
#[must_use]
pub fn glossary_formats() -> &'static [GlossaryEntry] {
    &GLOSSARIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_follows_the_extension() {
        let of = |name: &str| Format::from_name(name).unwrap().entry().content_type_of(name);
        assert_eq!(of("a.b.DOCM"), "application/vnd.ms-word.document.macroEnabled.12");
        assert_eq!(of("a.docx"), DOCX_TYPE);
        assert_eq!(of("a.fods"), "application/vnd.oasis.opendocument.spreadsheet-flat-xml");
        assert_eq!(of("a.htm"), "text/html");
        // A document whose name says something else than what it is has the type of what it is.
        assert_eq!(Format::Docx.entry().content_type_of("a.xlsm"), DOCX_TYPE);
        assert_eq!(Format::Docx.entry().content_type_of("a"), DOCX_TYPE);
        for entry in &FORMATS {
            assert!(!entry.content_types.is_empty(), "{}", entry.name);
        }
        for (extension, content_type) in TYPES {
            assert_eq!(of(&format!("x{extension}")), content_type, "{extension}");
        }
    }
}
