//! The properties of a message, each in a stream of its own, and the code page of its texts.

use std::collections::HashSet;

use super::properties::{self, IN_PART};
use super::{
    BINARY, BOOLEAN, CodePage, Compound, FormatError, HTML, IN_MESSAGE, INTERNET_CODE_PAGE, Kind, LONG, NATIVE_BODY,
    Properties, RICH_TEXT, RICH_TEXT_IN_SYNC, STRING_8, UNICODE,
};

/// The code page of texts that are not Unicode.
const MESSAGE_CODE_PAGE: u16 = 0x3ffd;
const STORE_SUPPORT: u16 = 0x340d;
/// That texts are Unicode.
const UNICODE_OK: u32 = 0x0004_0000;
const ATTACHMENT_TYPE: u16 = 0x370e;
const ROOT: usize = 0;

/// A text to write.
pub(super) struct Text {
    pub(super) id: u16,
    pub(super) text: String,
}

/// A message.
pub(super) struct Message {
    compound: Compound,
    pub(super) properties: Properties,
    list: usize,
    page: CodePage,
    /// Whether the code page of texts is only that of the HTML body.
    borrowed_page: bool,
}

/// The stream of a property.
fn stream(id: u16, kind: u16) -> String {
    format!("__substg1.0_{id:04X}{kind:04X}")
}

impl Message {
    /// A compound file as a message.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if it is something else.
    pub(super) fn new(compound: Compound) -> Result<Self, FormatError> {
        let list = compound.find(ROOT, properties::NAME).filter(|list| compound.entries[*list].kind == Kind::Stream);
        let Some(list) = list else {
            let encrypted = compound.find(ROOT, "EncryptedPackage").is_some();
            return Err(match encrypted {
                true => FormatError::Encrypted,
                false => FormatError::corrupt("a compound file, but no message", properties::NAME, 0),
            });
        };
        let properties = Properties::new(&compound.entries[list].data, IN_MESSAGE);
        let own = properties.number(MESSAGE_CODE_PAGE);
        let number = own.or_else(|| properties.number(INTERNET_CODE_PAGE)).unwrap_or(1252);
        let page = CodePage::of_number(i32::try_from(number).unwrap_or(1252));
        Ok(Self { compound, properties, list, page, borrowed_page: own.is_none() })
    }

    /// The bytes of a property of this type.
    pub(super) fn bytes(&self, id: u16, kind: u16) -> Option<&[u8]> {
        let entry = &self.compound.entries[self.compound.find(ROOT, &stream(id, kind))?];
        (entry.kind == Kind::Stream).then_some(entry.data.as_slice())
    }

    /// A property as text.
    pub(super) fn text(&self, id: u16) -> Option<String> {
        match self.bytes(id, UNICODE) {
            Some(bytes) => Some(utf_16(bytes)),
            None => self.bytes(id, STRING_8).map(|bytes| in_page(bytes, self.page)),
        }
    }

    /// The names of the storages of attachments.
    pub(super) fn attachments(&self) -> Vec<String> {
        let names = self.compound.entries[ROOT].children.iter().map(|child| &self.compound.entries[*child].name);
        let mut names: Vec<_> = names.filter(|name| name.starts_with("__attach_version1.0_")).cloned().collect();
        names.sort();
        names
    }

    /// Whether the message proper is an attachment that only its readers can open.
    pub(super) fn has_rights_managed_attachment(&self) -> bool {
        let compound = &self.compound;
        compound.entries[ROOT].children.iter().any(|part| {
            let types = [(UNICODE, true), (STRING_8, false)].into_iter().filter_map(|(kind, wide)| {
                let bytes = &compound.entries[compound.find(*part, &stream(ATTACHMENT_TYPE, kind))?].data;
                Some(if wide { utf_16(bytes) } else { in_page(bytes, self.page) })
            });
            types.into_iter().any(|name| name.to_ascii_lowercase().contains("rpmsg"))
        })
    }

    /// Puts bytes into a property that there is.
    pub(super) fn put(&mut self, id: u16, kind: u16, bytes: Vec<u8>) {
        let Some(entry) = self.compound.find(ROOT, &stream(id, kind)) else { return };
        self.properties.describe(id, id, kind, bytes.len());
        self.compound.entries[entry].data = bytes;
    }

    /// Says in which code page the HTML body is.
    pub(super) fn set_internet_code_page(&mut self, number: u32) {
        // Texts in the old one must not be read in the new one.
        let has_narrow = |name: &str| name.starts_with("__substg1.0_") && name.ends_with("001E");
        let mut names = self.compound.entries.iter().filter(|e| e.kind == Kind::Stream).map(|e| e.name.as_str());
        if self.borrowed_page && names.any(has_narrow) {
            let old = self.properties.number(INTERNET_CODE_PAGE).unwrap_or(1252);
            self.properties.set(MESSAGE_CODE_PAGE, LONG, old);
            self.borrowed_page = false;
        }
        self.properties.set(INTERNET_CODE_PAGE, LONG, number);
    }

    /// Puts HTML in the place of the rich text that held it.
    pub(super) fn turn_into_html(&mut self, html: Vec<u8>) {
        let Some(entry) = self.compound.find(ROOT, &stream(RICH_TEXT, BINARY)) else { return };
        self.compound.rename(ROOT, entry, &stream(HTML, BINARY));
        self.properties.describe(RICH_TEXT, HTML, BINARY, html.len());
        self.compound.entries[entry].data = html;
        self.properties.set(RICH_TEXT_IN_SYNC, BOOLEAN, 0);
        self.properties.set(NATIVE_BODY, LONG, 3);
    }

    /// Takes the rich text out, which says what the message said before.
    pub(super) fn drop_rich_text(&mut self, has_html: bool) {
        let Some(entry) = self.compound.find(ROOT, &stream(RICH_TEXT, BINARY)) else { return };
        self.compound.remove(ROOT, entry);
        self.properties.remove(RICH_TEXT);
        self.properties.set(RICH_TEXT_IN_SYNC, BOOLEAN, 0);
        self.properties.set(NATIVE_BODY, LONG, if has_html { 3 } else { 1 });
    }

    /// Puts texts into properties that there are. If one does not fit the code page that the message states, all texts
    /// become Unicode: a message has only one kind.
    pub(super) fn write_texts(&mut self, texts: Vec<Text>) {
        let is_narrow = |text: &Text| self.bytes(text.id, UNICODE).is_none();
        // A code page that the message does not state for its texts is a guess, and another reader's may differ.
        let fits = |text: &str| encode(text, self.page).is_some() && (text.is_ascii() || !self.borrowed_page);
        if texts.iter().any(|text| is_narrow(text) && !fits(&text.text)) {
            self.make_unicode();
        }
        for Text { id, text } in texts {
            match self.bytes(id, UNICODE) {
                Some(_) => self.put(id, UNICODE, to_utf_16(&text)),
                None => {
                    let bytes = encode(&text, self.page).unwrap_or_default();
                    self.put(id, STRING_8, bytes);
                }
            }
        }
    }

    /// Turns the texts of the message, of its recipients and of its attachments into Unicode.
    fn make_unicode(&mut self) {
        let is_part = |name: &str| name.starts_with("__recip_version1.0_") || name.starts_with("__attach_version1.0_");
        let parts: Vec<usize> = self.compound.entries[ROOT]
            .children
            .iter()
            .copied()
            .filter(|part| is_part(&self.compound.entries[*part].name))
            .collect();
        for part in parts {
            let Some(list) = self.compound.find(part, properties::NAME) else { continue };
            let mut properties = Properties::new(&self.compound.entries[list].data, IN_PART);
            widen(&mut self.compound, part, &mut properties, self.page);
            self.compound.entries[list].data = properties.bytes;
        }
        widen(&mut self.compound, ROOT, &mut self.properties, self.page);
        let support = self.properties.number(STORE_SUPPORT).unwrap_or(0);
        self.properties.set(STORE_SUPPORT, LONG, support | UNICODE_OK);
    }

    /// The file.
    ///
    /// # Errors
    /// [`FormatError::TooComplex`] if it is too large.
    pub(super) fn write(mut self) -> Result<Vec<u8>, FormatError> {
        self.compound.entries[self.list].data = self.properties.bytes;
        self.compound.write()
    }
}

/// Turns the texts of one storage into Unicode.
fn widen(compound: &mut Compound, storage: usize, properties: &mut Properties, page: CodePage) {
    let children = compound.entries[storage].children.clone();
    // There may be as many as there are numbers of properties: nothing is looked for among them once for each.
    let mut names: HashSet<String> =
        children.iter().map(|child| compound.entries[*child].name.to_ascii_uppercase()).collect();
    let records = properties.records();
    for child in children {
        let entry = &compound.entries[child];
        let id = entry.name.strip_prefix("__substg1.0_").and_then(|tag| tag.strip_suffix("001E"));
        let Some(id) = id.filter(|id| id.len() == 4).and_then(|id| u16::from_str_radix(id, 16).ok()) else { continue };
        let wide = stream(id, UNICODE);
        if entry.kind != Kind::Stream || !names.insert(wide.to_ascii_uppercase()) {
            continue;
        }
        let data = to_utf_16(&in_page(&entry.data, page));
        if let Some(at) = records.get(&id) {
            properties.describe_at(*at, id, UNICODE, data.len());
        }
        compound.rename(storage, child, &wide);
        compound.entries[child].data = data;
    }
}

/// Texts are written without the zero at their end; some writers put one all the same.
fn utf_16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned()
}

fn to_utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn in_page(bytes: &[u8], page: CodePage) -> String {
    let text = page.decode(bytes).unwrap_or_else(|| encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned());
    text.trim_end_matches('\0').to_owned()
}

/// The bytes of a text, `None` if the code page lacks a character of it.
fn encode(text: &str, page: CodePage) -> Option<Vec<u8>> {
    match page {
        _ if text.is_ascii() => Some(text.as_bytes().to_vec()),
        CodePage::Known(encoding) if encoding.output_encoding() == encoding => {
            let (bytes, _, lacks) = encoding.encode(text);
            (!lacks).then(|| bytes.into_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::compound::Entry;
    use super::*;

    fn entry(name: String, kind: Kind, data: &[u8]) -> Entry {
        Entry { raw: vec![0; 128], name, kind, children: Vec::new(), changed: false, data: data.to_vec() }
    }

    /// A storage of narrow texts under so many numbers of properties, one of which is there as Unicode, too.
    fn narrow(count: u16) -> (Compound, Properties) {
        let mut entries = vec![entry("Root Entry".into(), Kind::Storage, b"")];
        entries.extend((0..count).map(|id| entry(stream(id, STRING_8), Kind::Stream, b"\xe0")));
        entries.push(entry(stream(7, UNICODE), Kind::Stream, b"w\0"));
        entries[ROOT].children = (1..entries.len()).collect();
        let mut list = vec![0; IN_PART];
        for id in 0..count {
            list.extend(
                [u32::from(id) << 16 | u32::from(STRING_8), 6, 2, 0].iter().flat_map(|word| word.to_le_bytes()),
            );
        }
        (Compound { header: Vec::new(), sector: 512, entries }, Properties::new(&list, IN_PART))
    }

    #[test]
    fn as_many_texts_as_there_can_be_become_unicode_in_linear_time() {
        let begun = std::time::Instant::now();
        let (mut compound, mut properties) = narrow(u16::MAX);
        widen(&mut compound, ROOT, &mut properties, CodePage::of_number(1251));
        for (id, entry) in (0..u16::MAX).zip(&compound.entries[1..]) {
            // Two streams of one name are no sound file.
            let (kind, data): (_, &[u8]) = if id == 7 { (STRING_8, b"\xe0") } else { (UNICODE, &[0x30, 0x04]) };
            assert_eq!((entry.name.as_str(), entry.data.as_slice()), (stream(id, kind).as_str(), data));
            let record = &properties.bytes[IN_PART + usize::from(id) * 16..][..12];
            let length = if kind == UNICODE { 4 } else { 2 };
            let words = [u32::from(id) << 16 | u32::from(kind), 6, length].map(u32::to_le_bytes);
            assert_eq!(record, words.concat());
        }
        // Far more than it takes, far less than a look at all names for each of them would.
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}
