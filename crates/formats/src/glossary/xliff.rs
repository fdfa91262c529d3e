//! Terms in XLIFF 1.0 to 1.2 (`trans-unit`) and 2.x (`unit`, `segment`).

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use terjuman_model::LanguagePair;

use super::languages::fits;
use super::{Terms, not_text};
use crate::encoding::decode;
use crate::{FormatError, Limits};

pub(super) fn read(bytes: &[u8], pair: &LanguagePair, limits: &Limits) -> Result<Vec<(String, String)>, FormatError> {
    let text = text(bytes)?;
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk { pair, limits, open: Vec::new(), unit: Unit::default(), terms: Terms::new(limits) };
    let mut had_root = false;
    for _ in 0..limits.events {
        let place = reader.buffer_position();
        let fault = |what: &str| FormatError::Glossary(format!("{what} (at byte {place})"));
        match reader.read_event().map_err(|_| fault("it is not well-formed XML"))? {
            Event::Start(_) if had_root && walk.open.is_empty() => return Err(fault("it has more than one root")),
            Event::Start(element) => {
                had_root = true;
                walk.start(&element).map_err(|what| fault(&what))?;
            }
            Event::End(_) => walk.end()?,
            Event::Text(text) => walk.text(&text.xml10_content()),
            Event::CData(text) => walk.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|_| fault("it has a bad reference"))?;
                match (character, resolve_xml_entity(&reference)) {
                    (Some(character), _) => walk.text(character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => walk.text(text),
                    (None, None) => return Err(fault("it has a reference to an entity that is not declared")),
                }
            }
            Event::DocType(_) => return Err(fault("it has a document type, which is refused")),
            Event::Eof if had_root && walk.open.is_empty() => return Ok(walk.terms.terms),
            Event::Eof => return Err(fault("it ends before its last element does")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    Err(FormatError::Glossary(format!("it has more than {} markup events", limits.events)))
}

/// Decodes as XML says: by the mark, else as declared, else UTF-8; and, more leniently, any other way that fits.
fn text(bytes: &[u8]) -> Result<String, FormatError> {
    let declared = || {
        let head = &bytes[..bytes.len().min(200)];
        let head = String::from_utf8_lossy(head.strip_prefix(b"<?xml")?);
        let (_, value) = head.split_once("?>")?.0.split_once("encoding")?;
        let value = value.trim_start().strip_prefix('=')?.trim_start();
        let label = value.get(1..)?.split(value.chars().next()?).next()?;
        // Read as single bytes so far, it cannot be one of these.
        Encoding::for_label(label.as_bytes()).filter(|e| *e != UTF_16LE && *e != UTF_16BE)
    };
    if std::str::from_utf8(bytes).is_err()
        && let Some(text) = declared().and_then(|e| e.decode_without_bom_handling_and_without_replacement(bytes))
    {
        return Ok(text.into_owned());
    }
    Ok(decode(bytes).map_err(not_text)?.text)
}

/// An element that matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    /// Holds units; `false` if its languages do not fit, and so do not those of anything in it.
    Container(bool),
    /// A `trans-unit` or `segment`.
    Unit,
    /// `source` of a unit.
    Source,
    /// `target` of a unit.
    Target,
    /// Marks text inside a source or target.
    Inline,
    /// Its text does not count: codes of the original format, notes, alternatives.
    Other,
}

/// Where the reader is.
struct Walk<'a> {
    pair: &'a LanguagePair,
    limits: &'a Limits,
    open: Vec<Element>,
    unit: Unit,
    terms: Terms<'a>,
}

/// The unit that is open.
#[derive(Default)]
struct Unit {
    source: Option<String>,
    target: Option<String>,
}

impl Walk<'_> {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() >= self.limits.depth {
            return Err(format!("its elements are nested deeper than {}", self.limits.depth));
        }
        let name = element.local_name();
        let name: &str = name.as_ref();
        let kind = match self.open.last() {
            None if name == "xliff" => {
                let attributes = Attributes::of(element, self.limits)?;
                if let Some(version) = attributes.version.as_deref().filter(|v| !is_known_version(v)) {
                    return Err(format!("its XLIFF version is not supported: {}", printable(version)));
                }
                Element::Container(self.fits(&attributes))
            }
            None => return Err("its root is not `xliff`".into()),
            Some(Element::Container(false)) => Element::Container(false),
            Some(Element::Container(true)) => match name {
                "file" => Element::Container(self.fits(&Attributes::of(element, self.limits)?)),
                "body" | "group" | "unit" => Element::Container(true),
                "trans-unit" | "segment" => {
                    self.unit = Unit::default();
                    Element::Unit
                }
                _ => Element::Other,
            },
            Some(Element::Unit) => {
                let fits = |wanted| {
                    let language = Attributes::of(element, self.limits)?.language;
                    Ok::<_, String>(language.is_none_or(|stated| fits(&stated, wanted)))
                };
                match name {
                    "source" if fits(&self.pair.source)? => {
                        self.unit.source = Some(String::new());
                        Element::Source
                    }
                    "target" if fits(&self.pair.target)? => {
                        self.unit.target = Some(String::new());
                        Element::Target
                    }
                    _ => Element::Other,
                }
            }
            Some(Element::Source | Element::Target | Element::Inline) => match name {
                "g" | "mrk" | "pc" => Element::Inline,
                _ => Element::Other,
            },
            Some(Element::Other) => Element::Other,
        };
        self.open.push(kind);
        Ok(())
    }

    /// Whether the languages stated fit, if any are.
    fn fits(&self, attributes: &Attributes) -> bool {
        let fits = |stated: &Option<String>, wanted| stated.as_deref().is_none_or(|stated| fits(stated, wanted));
        fits(&attributes.source, &self.pair.source) && fits(&attributes.target, &self.pair.target)
    }

    fn end(&mut self) -> Result<(), FormatError> {
        if self.open.pop() == Some(Element::Unit)
            && let Unit { source: Some(source), target: Some(target) } = std::mem::take(&mut self.unit)
        {
            self.terms.add(&folded(&source), &folded(&target))?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let innermost = self.open.iter().rev().find(|element| **element != Element::Inline);
        let place = match innermost {
            Some(Element::Source) => self.unit.source.as_mut(),
            Some(Element::Target) => self.unit.target.as_mut(),
            _ => None,
        };
        if let Some(place) = place {
            place.push_str(text);
        }
    }
}

/// White space in XML is layout: a term is matched in running text.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_known_version(version: &str) -> bool {
    matches!(version.trim(), "1.0" | "1.1" | "1.2" | "2.0" | "2.1" | "2.2")
}

/// A version as it may stand in a message.
fn printable(version: &str) -> String {
    version.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(10).collect()
}

/// The attributes that matter here.
#[derive(Default)]
struct Attributes {
    version: Option<String>,
    source: Option<String>,
    target: Option<String>,
    language: Option<String>,
}

impl Attributes {
    fn of(element: &BytesStart<'_>, limits: &Limits) -> Result<Self, String> {
        let mut found = Self::default();
        // Looking for doubles compares each name with all others; a second value wins nothing here.
        for (index, attribute) in element.attributes().with_checks(false).enumerate() {
            if index >= limits.attributes {
                return Err(format!("an element has more than {} attributes", limits.attributes));
            }
            let attribute = attribute.map_err(|_| "it has a malformed attribute".to_owned())?;
            let key: &str = attribute.key.as_ref();
            let place = match key {
                "version" => &mut found.version,
                "source-language" | "srcLang" => &mut found.source,
                "target-language" | "trgLang" => &mut found.target,
                "xml:lang" => &mut found.language,
                _ => continue,
            };
            let value: &str = attribute.value.as_ref();
            if !value.trim().is_empty() {
                *place = Some(value.to_owned());
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(xliff: &str) -> Result<Vec<(String, String)>, FormatError> {
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        read(xliff.as_bytes(), &pair, &Limits { depth: 50, glossary_terms: 3, ..Limits::default() })
    }

    #[track_caller]
    fn check(xliff: &str, expected: &[(&str, &str)]) {
        let terms = terms(xliff).unwrap();
        let terms: Vec<_> = terms.iter().map(|(source, target)| (source.as_str(), target.as_str())).collect();
        assert_eq!(terms, expected);
    }

    #[track_caller]
    fn refused(xliff: &str, expected: &str) {
        match terms(xliff) {
            Err(FormatError::Glossary(what)) => assert!(what.contains(expected), "{what}"),
            other => panic!("{other:?}"),
        }
    }

    fn old(file: &str, units: &str) -> String {
        format!(
            "<?xml version='1.0'?><xliff version=\"1.2\" xmlns=\"urn:oasis:names:tc:xliff:document:1.2\"><file {file}>\
             <header><note>n</note></header><body>{units}</body></file></xliff>"
        )
    }

    fn unit(source: &str, target: &str) -> String {
        format!("<trans-unit id=\"1\"><source>{source}</source><target>{target}</target></trans-unit>")
    }

    #[test]
    fn units_of_version_1_are_pairs_without_their_markup() {
        check(
            &old("source-language='en-US' target-language='pt-BR'", &unit(" a\n <g id='1'>b</g> ", "x &amp; y")),
            &[("a b", "x & y")],
        );
        check(
            &old("", &unit("a<ph id='1'>&lt;b><sub>s</sub></ph><x id='2'/>c", "<![CDATA[<d>]]>&#233;")),
            &[("ac", "<d>é")],
        );
        let others = "<group><trans-unit id='1'><source>a</source><alt-trans><source>o</source><target>p</target>\
                      </alt-trans><target>b</target></trans-unit></group><trans-unit><source>c</source></trans-unit>";
        check(&old("", others), &[("a", "b")]);
        check(&old("", &unit("", "x")), &[]);
    }

    #[test]
    fn segments_of_version_2_are_pairs() {
        check(
            "<xliff xmlns='urn:oasis:names:tc:xliff:document:2.0' version='2.0' srcLang='en' trgLang='pt'><file id='f'>\
             <unit id='1'><mtc:matches xmlns:mtc='urn:m'><mtc:match><source>o</source><target>p</target></mtc:match>\
             </mtc:matches><segment><source>a <pc id='1'>b</pc></source><target>x<cp hex='0001'/></target></segment>\
             <ignorable><source> </source></ignorable><segment><source>c</source><target>y</target></segment></unit>\
             </file></xliff>",
            &[("a b", "x"), ("c", "y")],
        );
    }

    #[test]
    fn other_languages_have_no_terms() {
        check(&old("source-language='en' target-language='es'", &unit("a", "b")), &[]);
        check(&old("source-language='de'", &unit("a", "b")), &[]);
        check("<xliff version='2.1' srcLang='en' trgLang='ja'><file/></xliff>", &[]);
        check(&old("", &unit("a", "b").replace("<target", "<target xml:lang='fr'")), &[]);
    }

    #[test]
    fn what_is_no_xliff_is_refused() {
        refused("", "ends before");
        refused("plain", "ends before");
        refused("<html/>", "not `xliff`");
        refused("<xliff version='9.9'/>", "version is not supported: 9.9");
        refused("<!DOCTYPE xliff [<!ENTITY a 'b'>]><xliff/>", "document type");
        refused("<xliff><file>", "ends before");
        refused("<xliff></file>", "well-formed");
        refused("<xliff>&a;</xliff>", "not declared");
        refused("<xliff>&#0;</xliff>", "bad reference");
        refused("<xliff/><xliff/>", "more than one root");
        refused(&format!("<xliff>{}", "<a>".repeat(60)), "nested deeper than 50");
        refused(&old("", &unit("a", "b").repeat(4)), "more than 3 terms");
        refused(&format!("<xliff {}/>", "a='b' ".repeat(2000)), "more than 1000 attributes");
    }

    #[test]
    fn encodings_are_the_declared_ones() {
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "ru".parse().unwrap() };
        let xliff = old("", &unit("yes", "да")).replace("'1.0'", "'1.0' encoding='windows-1251'");
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(&xliff);
        assert_eq!(read(&bytes, &pair, &Limits::default()).unwrap(), [("yes".into(), "да".into())]);
        let utf16: Vec<u8> = format!("\u{feff}{xliff}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16, &pair, &Limits::default()).unwrap(), [("yes".into(), "да".into())]);
    }
}
