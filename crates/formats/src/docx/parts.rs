//! Which parts of a package hold text: found by relationships and content types, never by name.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::package::{ContentTypes, Package, relationships_of};
use crate::titles;
use crate::xml::XmlPart;
use crate::{FormatError, Limits, Options, Reason, Untranslated};

/// What kind of text a part has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// Text of the document.
    Story,
    Chart,
    /// What a diagram says.
    Diagram,
    /// The drawing that a diagram was last laid out as: it says the same.
    DiagramDrawing,
}

/// The parts that matter, in reading order.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Parts with text: the main document first.
    pub(super) texts: Vec<(String, TextKind)>,
    /// Charts, and the workbooks that their data is in.
    pub(super) workbooks: HashMap<String, String>,
    pub(super) styles: Option<String>,
    pub(super) settings: Option<String>,
    /// Custom XML, which content controls may show.
    pub(super) custom: Vec<String>,
    /// Documents in other formats that Word takes in when it opens the file, with their content types.
    pub(super) foreign: Vec<(String, String)>,
    /// Properties that repeat titles of the document.
    pub(super) titles: Option<String>,
    /// Parts that are left alone.
    pub(super) untranslated: Untranslated,
}

/// Content types of main documents: documents and templates, with and without macros.
pub(super) const MAIN: [&str; 4] = [
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "application/vnd.ms-word.document.macroenabled.main+xml",
    "application/vnd.ms-word.template.macroenabledtemplate.main+xml",
];

/// Follows the relationships from the package on, each part once.
///
/// # Errors
/// [`FormatError::Corrupt`] if the package has no main document or is none of Word.
pub(super) fn find(package: &mut Package, options: &Options, limits: &Limits) -> Result<Parts, FormatError> {
    let types = XmlPart::decode(ContentTypes::PART, package.require(ContentTypes::PART)?)?;
    let types = ContentTypes::read(&types, limits)?;
    let roots = relationships_of(package, "", limits)?;
    let main = roots.iter().find(|relationship| relationship.kind == "officeDocument");
    let main = main.and_then(|relationship| relationship.part.clone());
    let main = main.ok_or_else(|| FormatError::corrupt("the package names no main document", "", 0))?;
    if !package.contains(&main) {
        return Err(FormatError::corrupt("the main document is missing", &main, 0));
    }
    if !types.of(&main).is_some_and(|main| MAIN.contains(&main)) {
        return Err(FormatError::corrupt("a package, but not a word-processing document", &main, 0));
    }
    let mut parts = Parts::default();
    let mut last = Vec::new();
    let properties = roots.iter().filter(|relationship| relationship.kind == "core-properties");
    let properties = properties.filter_map(|relationship| relationship.part.clone());
    if options.properties {
        last.extend(properties);
    } else {
        properties.for_each(|part| parts.untranslated.add(Reason::PropertiesOff, &part, 0));
    }
    parts.titles =
        roots.iter().find(|root| titles::KINDS.contains(&root.kind.as_str())).and_then(|root| root.part.clone());
    let mut seen = HashSet::from([main.to_ascii_lowercase()]);
    let mut drawings = Vec::new();
    let mut queue = VecDeque::from([(main, TextKind::Story)]);
    while let Some((part, kind)) = queue.pop_front() {
        for relationship in relationships_of(package, &part, limits)? {
            let Some(target) = relationship.part else { continue };
            // A document has embedded workbooks too, which are none of its text.
            if relationship.kind == "package" && kind == TextKind::Chart && package.contains(&target) {
                parts.workbooks.insert(part.clone(), target);
                continue;
            }
            if !package.contains(&target) || !seen.insert(target.to_ascii_lowercase()) {
                continue;
            }
            match relationship.kind.as_str() {
                "header" | "footer" => queue.push_back((target, TextKind::Story)),
                "footnotes" | "endnotes" if options.notes => queue.push_back((target, TextKind::Story)),
                "comments" if options.comments => queue.push_back((target, TextKind::Story)),
                "footnotes" | "endnotes" => parts.untranslated.add(Reason::NotesOff, &target, 0),
                "comments" => parts.untranslated.add(Reason::CommentsOff, &target, 0),
                "glossaryDocument" => parts.untranslated.add(Reason::StoredText, &target, 0),
                "chart" | "chartEx" => queue.push_back((target, TextKind::Chart)),
                "chartUserShapes" => queue.push_back((target, TextKind::Story)),
                "diagramData" => queue.push_back((target, TextKind::Diagram)),
                // What a diagram says comes before what was drawn of it.
                "diagramDrawing" => drawings.push(target),
                "numbering" => last.push(target),
                "styles" => parts.styles = Some(target),
                "settings" => parts.settings = Some(target),
                "customXml" => parts.custom.push(target),
                "aFChunk" => {
                    let content_type = types.of(&target).unwrap_or_default().to_owned();
                    parts.foreign.push((target, content_type));
                }
                _ => {}
            }
        }
        parts.texts.push((part, kind));
    }
    parts.texts.extend(drawings.into_iter().map(|part| (part, TextKind::DiagramDrawing)));
    let last = last.into_iter().filter(|part| package.contains(part));
    parts.texts.extend(last.map(|part| (part, TextKind::Story)));
    Ok(parts)
}
