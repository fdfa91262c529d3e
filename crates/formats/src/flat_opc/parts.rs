//! The parts in a file, and where they stand.

use std::collections::HashSet;
use std::ops::Range;

use crate::table::Format;
use crate::xml::{Attribute, Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// One part.
#[derive(Debug)]
pub(super) struct FlatPart {
    /// Without the slash in front.
    pub(super) name: String,
    pub(super) content_type: String,
    /// `pkg:part`.
    pub(super) element: Range<usize>,
    /// What is in `pkg:xmlData` or `pkg:binaryData`.
    pub(super) content: Range<usize>,
    pub(super) is_binary: bool,
    /// Behind the name of the start tag of the content's root.
    pub(super) root: usize,
    /// What the elements around the content declare and its root does not: namespaces by prefix.
    pub(super) declarations: String,
}

/// All parts of a file.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) parts: Vec<FlatPart>,
}

/// Bytes of declarations that parts may be given in all, above the size of the file: each part gets those of the file.
const DECLARED: usize = 4 << 20;

/// `xmlns` attributes of the elements around contents, outermost first: depth, name, value as it is written.
type Declared<'a> = Vec<(usize, &'a str, &'a str)>;

impl Parts {
    /// Finds the parts.
    ///
    /// # Errors
    /// [`FormatError::Unsupported`] for XML of another kind, [`FormatError::Corrupt`] if the file is not well-formed or
    /// a part is not what it should be, [`FormatError::TooComplex`] past a limit.
    pub(super) fn read(file: &XmlPart, limits: &Limits) -> Result<Self, FormatError> {
        let mut scanner = Scanner::new(&file.text, &file.name, limits);
        let mut parts = Self::default();
        let mut declared: Declared<'_> = Vec::new();
        let mut open: Option<FlatPart> = None;
        // What is in the element of the content that is open, and its roots.
        let (mut inside, mut roots) = (false, 0usize);
        let mut added = 0usize;
        while let Some(event) = scanner.next()? {
            let depth = scanner.depth();
            match event.kind {
                Kind::Start { name, .. } if depth == 1 => {
                    if !name.is(Namespace::FlatPackage, "package") {
                        return Err(FormatError::Unsupported("XML that is no Office Open XML document".into()));
                    }
                    note(&mut declared, depth, &file.text, scanner.attributes());
                }
                Kind::Start { name, .. } if depth == 2 && name.is(Namespace::FlatPackage, "part") => {
                    note(&mut declared, depth, &file.text, scanner.attributes());
                    let name = scanner.value(Namespace::FlatPackage, "name").unwrap_or_default();
                    let content_type = scanner.value(Namespace::FlatPackage, "contentType").unwrap_or_default();
                    if parts.parts.len() >= limits.zip_entries {
                        let limit = limits.zip_entries as u64;
                        return Err(FormatError::TooComplex { limit, unit: "parts of one document" });
                    }
                    open = Some(FlatPart {
                        name: name.trim_start_matches('/').to_owned(),
                        content_type: content_type.into_owned(),
                        element: event.range,
                        content: 0..0,
                        is_binary: false,
                        root: 0,
                        declarations: String::new(),
                    });
                }
                Kind::Start { name, .. } if depth == 3 && name.namespace == Namespace::FlatPackage => {
                    let Some(part) = open.as_mut().filter(|_| matches!(name.local, "xmlData" | "binaryData")) else {
                        continue;
                    };
                    if inside || part.content.start != 0 {
                        return Err(scanner.corrupt("a part with two contents"));
                    }
                    note(&mut declared, depth, &file.text, scanner.attributes());
                    part.is_binary = name.local == "binaryData";
                    part.root = event.range.end;
                    part.content = event.range.end..event.range.end;
                    (inside, roots) = (true, 0);
                }
                Kind::Start { name, .. } if depth == 4 && inside => {
                    let Some(part) = open.as_mut() else { continue };
                    roots += 1;
                    if roots > 1 || part.is_binary {
                        return Err(scanner.corrupt("a part with more than one root"));
                    }
                    part.root = event.range.start + 1 + name.qualified.len();
                    part.declarations = missing(&declared, scanner.attributes());
                    added += part.declarations.len();
                    if added > file.text.len() + DECLARED {
                        let limit = (file.text.len() + DECLARED) as u64;
                        return Err(FormatError::TooComplex { limit, unit: "bytes of namespaces around parts" });
                    }
                }
                // The element that ends is no longer counted.
                Kind::End { .. } if depth < 3 => {
                    if depth == 2
                        && std::mem::take(&mut inside)
                        && let Some(part) = &mut open
                    {
                        part.content.end = event.range.start;
                    }
                    if depth == 1
                        && let Some(mut part) = open.take()
                    {
                        part.element.end = event.range.end;
                        parts.parts.push(part);
                    }
                    declared.retain(|(at, ..)| *at <= depth);
                }
                _ => {}
            }
        }
        Ok(parts)
    }

    /// The filter for what the main part says it is.
    ///
    /// # Errors
    /// [`FormatError::Unsupported`] if no part does.
    pub(super) fn kind(&self) -> Result<Format, FormatError> {
        let of = |content_type: &str| {
            let content_type = content_type.to_ascii_lowercase();
            let says = |names: [&str; 2]| names.iter().any(|name| content_type.contains(name));
            match () {
                () if !content_type.ends_with(".main+xml") && !content_type.ends_with("template.main+xml") => None,
                () if says(["wordprocessingml", "ms-word"]) => Some(Format::Docx),
                () if says(["presentationml", "ms-powerpoint"]) => Some(Format::Pptx),
                () if says(["spreadsheetml", "ms-excel"]) => Some(Format::Xlsx),
                () => None,
            }
        };
        let mut kinds = self.parts.iter().filter_map(|part| of(&part.content_type));
        kinds.next().ok_or_else(|| FormatError::Unsupported("a package without a document of Office".into()))
    }
}

fn note<'a>(declared: &mut Declared<'a>, depth: usize, text: &'a str, attributes: &[Attribute<'a>]) {
    for attribute in attributes.iter().filter(|attribute| is_declaration(attribute.qualified)) {
        declared.push((depth, attribute.qualified, &text[attribute.value.clone()]));
    }
}

fn is_declaration(qualified: &str) -> bool {
    qualified.strip_prefix("xmlns").is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// What is in force around an element and is not said by itself. The inner one of two declarations holds.
fn missing(declared: &Declared<'_>, own: &[Attribute<'_>]) -> String {
    let mut out = String::new();
    let mut seen: HashSet<&str> = own.iter().map(|attribute| attribute.qualified).collect();
    for (_, name, value) in declared.iter().rev() {
        if seen.insert(name) {
            let quote = if value.contains('"') { '\'' } else { '"' };
            out.push_str(&format!(" {name}={quote}{value}{quote}"));
        }
    }
    out
}
