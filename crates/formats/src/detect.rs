//! Which format a document is in.

use crate::table::{Format, formats};
use crate::{FormatError, refused};

/// Decides the format: by a known extension of `name`, then by `content_type`, then by the bytes themselves
/// (`api.md` section 13.2). Office programs open a file of their kind whatever its extension: what was saved in another
/// format of the kind that the extension says is read as what it is.
///
/// # Errors
/// [`FormatError::Unsupported`], naming what the document seems to be.
pub fn detect(name: Option<&str>, content_type: Option<&str>, bytes: &[u8]) -> Result<Format, FormatError> {
    let extension = name.and_then(|n| n.rsplit_once('.')).map(|(_, e)| e);
    if let Some(format) = name.and_then(Format::from_name) {
        return Ok(of_the_kind(format, bytes).unwrap_or(format));
    }
    if let Some(format) = content_type.and_then(from_content_type) {
        return Ok(format);
    }
    if let Some((extension, advice)) = extension.and_then(|extension| Some((extension, refused::advice(extension)?))) {
        return Err(FormatError::Refused { extension: extension.to_ascii_lowercase(), advice });
    }
    if let Some(extension) = extension.filter(|e| is_plausible_extension(e)) {
        return Err(FormatError::Unsupported(format!(".{}", extension.to_ascii_lowercase())));
    }
    sniff(bytes)
}

/// The format that the bytes are plainly in, if it is another one for the same kind of document.
fn of_the_kind(format: Format, bytes: &[u8]) -> Option<Format> {
    let kinds =
        [&[Format::Docx, Format::Odt, Format::Rtf][..], &[Format::Xlsx, Format::Ods], &[Format::Pptx, Format::Odp]];
    let kind = kinds.iter().find(|kind| kind.contains(&format))?;
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    // The first entry of a package of OpenDocument is its type.
    let is_open_document = begins(b"PK\x03\x04") && bytes.get(30..38) == Some(b"mimetype");
    let is_plain = match format {
        Format::Docx | Format::Xlsx | Format::Pptx => is_open_document || begins(b"{\\rtf"),
        Format::Odt | Format::Ods | Format::Odp => {
            begins(b"PK\x03\x04") && bytes.get(30..49) == Some(b"[Content_Types].xml") || begins(b"{\\rtf")
        }
        _ => begins(b"PK\x03\x04"),
    };
    let found = if is_plain { sniff(bytes).ok() } else { None };
    found.filter(|found| *found != format && kind.contains(found))
}

/// `document`, `glossary` and names with odd dots are what clients send for bare bytes: those are sniffed instead.
fn is_plausible_extension(extension: &str) -> bool {
    (1..=8).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn from_content_type(content_type: &str) -> Option<Format> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    formats()
        .iter()
        .find(|entry| entry.content_types.iter().any(|known| known.eq_ignore_ascii_case(&essence)))
        .map(|entry| entry.format)
}

fn sniff(bytes: &[u8]) -> Result<Format, FormatError> {
    let head = &bytes[..bytes.len().min(1024)];
    if head.starts_with(b"PK\x03\x04") {
        // OpenDocument: the first entry is `mimetype`, and holds the media type as it is.
        let extra = head.get(28..30).map_or(0, |length| usize::from(u16::from_le_bytes([length[0], length[1]])));
        let media_type =
            head.get(30..).filter(|rest| rest.starts_with(b"mimetype")).and_then(|rest| rest.get(8 + extra..));
        let types = [
            (&b"application/vnd.oasis.opendocument.text"[..], Format::Odt),
            (b"application/vnd.oasis.opendocument.presentation", Format::Odp),
            (b"application/vnd.oasis.opendocument.spreadsheet", Format::Ods),
        ];
        if let Some((_, format)) = types.iter().find(|(name, _)| media_type.is_some_and(|t| t.starts_with(name))) {
            return Ok(*format);
        }
        // The main part's name stands in a local header and in the central directory.
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        return match () {
            () if has(b"word/document") => Ok(Format::Docx),
            () if has(b"ppt/presentation") => Ok(Format::Pptx),
            () if has(b"xl/workbook") => Ok(Format::Xlsx),
            () => Err(FormatError::Unsupported("zip".into())),
        };
    }
    if head.starts_with(b"%PDF") {
        return Err(FormatError::Unsupported("PDF".into()));
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0") {
        let list: Vec<u8> = "__properties_version1.0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        if bytes.windows(list.len()).any(|window| window == list) {
            return Ok(Format::Msg);
        }
        return Err(FormatError::Unsupported("compound file (doc, xls, ppt, msg, or an encrypted document)".into()));
    }
    if head.trim_ascii_start().starts_with(b"{\\rtf") {
        return Ok(Format::Rtf);
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    if text.contains("schemas.microsoft.com/office/2006/xmlpackage") {
        return Ok(Format::OfficeOpenXml);
    }
    if text.contains("urn:oasis:names:tc:opendocument:xmlns:office:1.0") {
        let types = [("text", Format::Odt), ("presentation", Format::Odp), ("spreadsheet", Format::Ods)];
        let says = |kind: &str| {
            let kind = format!("\"application/vnd.oasis.opendocument.{kind}");
            bytes.windows(kind.len()).any(|window| window == kind.as_bytes())
        };
        if let Some((_, format)) = types.into_iter().find(|(kind, _)| says(kind)) {
            return Ok(format);
        }
    }
    // Before HTML: they have elements of the same names.
    if ["<xliff ", "<xliff>", ":xliff "].iter().any(|root| text.contains(root)) {
        return Ok(Format::Xliff);
    }
    if text.contains("-//oasis//dtd dita ") {
        return Ok(Format::Dita);
    }
    if ["<!doctype html", "<html", "<head", "<body"].iter().any(|marker| text.contains(marker)) {
        return Ok(Format::Html);
    }
    // A message begins with header fields, and says that it is MIME or where it has been.
    let fields = ["mime-version:", "received:", "return-path:", "message-id:", "content-type:"];
    let is_header =
        |line: &str| line.starts_with([' ', '\t']) || line.split_once(':').is_some_and(|(n, _)| !n.contains(' '));
    if text.lines().next().is_some_and(is_header)
        && text
            .lines()
            .take_while(|line| is_header(line))
            .any(|line| fields.iter().any(|field| line.starts_with(field)))
    {
        return Ok(Format::Eml);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Format::Txt),
        _ => Err(FormatError::Unsupported("unknown binary".into())),
    }
}

/// PDF is the one binary format whose bytes pass for text.
pub(crate) fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// What is wrong with a document that could not be read as `format`, if all that is wrong is its name. Only what begins as no
/// text does, or should have, is told for sure: a damaged page looks much like a damaged web archive.
pub(crate) fn misnamed(format: Format, bytes: &[u8]) -> Option<FormatError> {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    let is_sure = begins(b"PK\x03\x04") || begins(b"\xd0\xcf\x11\xe0") || begins(b"{\\rtf") || is_pdf(bytes);
    let should_be = [Format::Docx, Format::Pptx, Format::Xlsx, Format::Msg].contains(&format);
    let is = match sniff(bytes) {
        // Any text is plain text.
        Ok(Format::Txt) => return None,
        // They are read as what they are.
        Ok(Format::Odt | Format::Odp | Format::Ods) if [Format::Odt, Format::Odp, Format::Ods].contains(&format) => {
            return None;
        }
        Ok(found) if found != format && (is_sure || should_be) => found.entry().extensions[0],
        Err(_) if is_pdf(bytes) => ".pdf",
        _ => return None,
    };
    Some(FormatError::Misnamed { is, says: format.entry().extensions[0] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extension_wins_over_type_and_type_over_content() {
        assert_eq!(detect(Some("a.TXT"), Some("text/html"), b"<html>").ok(), Some(Format::Txt));
        assert_eq!(detect(Some("document"), Some("text/html; charset=utf-8"), b"x").ok(), Some(Format::Html));
        assert_eq!(detect(Some("document"), Some("application/octet-stream"), b"<html>").ok(), Some(Format::Html));
        assert_eq!(detect(None, None, b"<xliff version='1.2'><file><body>").ok(), Some(Format::Xliff));
        let topic = b"<!DOCTYPE topic PUBLIC '-//OASIS//DTD DITA Topic//EN' 'topic.dtd'><topic><body>";
        assert_eq!(detect(None, None, topic).ok(), Some(Format::Dita));
        assert_eq!(detect(None, None, b"plain words").ok(), Some(Format::Txt));
        assert_eq!(detect(None, None, b"{\\rtf1 x}").ok(), Some(Format::Rtf));
        assert_eq!(detect(None, None, b"From: a\r\nMIME-Version: 1.0\r\n\r\nx").ok(), Some(Format::Eml));
        assert_eq!(detect(None, None, b"Note: x\n\nReceived: y").ok(), Some(Format::Txt));
    }

    #[test]
    fn templates_and_documents_with_macros_are_their_format() {
        let by_type = |content_type: &str| detect(None, Some(content_type), b"").ok();
        assert_eq!(by_type("application/vnd.ms-word.document.macroEnabled.12"), Some(Format::Docx));
        assert_eq!(by_type("application/vnd.ms-excel.template.macroenabled.12"), Some(Format::Xlsx));
        assert_eq!(by_type("application/vnd.oasis.opendocument.text-template"), Some(Format::Odt));
        assert_eq!(by_type("application/vnd.ms-outlook"), Some(Format::Msg));
        for (name, format) in [
            ("a.docm", Format::Docx),
            ("a.DOTX", Format::Docx),
            ("a.ppsm", Format::Pptx),
            ("a.potx", Format::Pptx),
            ("a.xltm", Format::Xlsx),
            ("a.ots", Format::Ods),
            ("a.msg", Format::Msg),
        ] {
            assert_eq!(Format::from_name(name), Some(format), "{name}");
        }
    }

    #[test]
    fn the_rest_is_refused_by_name() {
        let refused = |name: &str, bytes: &[u8]| detect(Some(name), None, bytes).unwrap_err().to_string();
        assert_eq!(refused("a.jpg", b""), "the format .jpg is not supported");
        // Whatever their bytes look like, and also where the extension is a long one.
        let converted = "is not supported: convert its messages to XLIFF (.xlf), translate them, and convert them back";
        assert_eq!(refused("a.PO", b"msgid"), format!("the format .po {converted}"));
        assert_eq!(refused("a.properties", b"title = Words"), format!("the format .properties {converted}"));
        assert_eq!(refused("x", b"%PDF-1.7"), "the format PDF is not supported");
        assert_eq!(refused("x", b"\xff\x00\x01"), "the format unknown binary is not supported");
    }

    #[test]
    fn a_document_that_is_another_is_told_by_its_bytes() {
        let message = |format: Format, bytes: &[u8]| {
            let read = crate::extract(format, bytes, &crate::Options::default(), &crate::Limits::default());
            read.unwrap_err().to_string()
        };
        let says = |is: &str, not: &str| format!("the document is not what its name says: it is {is}, not {not}");
        let text = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x27\0\0\0\x27\0\0\0\x08\0\0\0\
            mimetypeapplication/vnd.oasis.opendocument.text";
        assert_eq!(message(Format::Docx, text), says(".odt", ".docx"));
        assert_eq!(message(Format::Docx, b"{\\rtf1 words}"), says(".rtf", ".docx"));
        assert_eq!(message(Format::Xlsx, b"<html><table><tr><td>words"), says(".html", ".xlsx"));
        assert_eq!(message(Format::Docx, b"%PDF-1.7"), says(".pdf", ".docx"));
        assert_eq!(message(Format::Html, b"%PDF-1.7\n<html>"), says(".pdf", ".html"));
        assert!(message(Format::Docx, b"words").starts_with("the document is damaged"));
        assert!(message(Format::Odt, text).starts_with("the document is damaged"));
    }

    #[test]
    fn a_document_of_the_same_kind_is_read_as_what_it_is() {
        let text = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x27\0\0\0\x27\0\0\0\x08\0\0\0\
            mimetypeapplication/vnd.oasis.opendocument.text";
        let word = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x27\0\0\0\x27\0\0\0\x13\0\0\0\
            [Content_Types].xml word/document.xml";
        let format = |name: &str, bytes: &[u8]| detect(Some(name), None, bytes).unwrap();
        assert_eq!(format("a.docx", text), Format::Odt);
        assert_eq!(format("a.rtf", text), Format::Odt);
        assert_eq!(format("a.odt", word), Format::Docx);
        assert_eq!(format("a.DOCX", b"{\\rtf1 words}"), Format::Rtf);
        assert_eq!(format("a.xlsx", text), Format::Xlsx);
        assert_eq!(format("a.pptx", b"{\\rtf1 words}"), Format::Pptx);
        assert_eq!(format("a.txt", b"{\\rtf1 words}"), Format::Txt);
    }

    #[test]
    fn every_format_has_its_row() {
        for entry in formats() {
            assert_eq!(entry.format.entry().name, entry.name);
            assert!(entry.extensions.iter().all(|e| e.starts_with('.') && *e == e.to_ascii_lowercase()));
        }
    }
}
