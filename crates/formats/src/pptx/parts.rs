//! Which parts of a presentation hold text, in reading order: found by relationships and content types, never by name.

use std::collections::HashSet;

use crate::package::{ContentTypes, Package, relationships_of};
use crate::titles;
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits, Options, Reason, Untranslated};

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    /// The list of slides, with the names of sections.
    Presentation,
    /// A slide, its notes, its comments: all text is text.
    Slide,
    /// A layout or a master: text in placeholders is a prompt that no slide shows.
    Master,
    Chart,
    /// What a diagram says.
    Diagram,
    /// The drawing that a diagram was last laid out as: it says the same.
    DiagramDrawing,
    /// The properties of the document.
    Properties,
}

/// A part with text.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) part: String,
    pub(super) kind: PartKind,
    /// The slide, layout or master it belongs to, by number: copies are looked for there.
    pub(super) slide: usize,
    /// For charts: the workbook that its data is in.
    pub(super) workbook: Option<String>,
}

/// Content types of presentations: presentations, templates and shows, with and without macros.
pub(super) const MAIN: [&str; 6] = [
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml",
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
    "application/vnd.ms-powerpoint.presentation.macroenabled.main+xml",
    "application/vnd.ms-powerpoint.template.macroenabled.main+xml",
    "application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml",
];

/// Follows the relationships from the package on, each part once. What the options switch off is counted.
///
/// Also names the part whose list of titles repeats those of the slides.
///
/// # Errors
/// [`FormatError::Corrupt`] if the package has no presentation.
pub(super) fn find(
    package: &mut Package,
    options: &Options,
    limits: &Limits,
) -> Result<(Vec<Part>, Option<String>, Untranslated), FormatError> {
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
        return Err(FormatError::corrupt("a package, but not a presentation", &main, 0));
    }
    let seen = HashSet::from([main.to_ascii_lowercase()]);
    let mut search = Search { package, options, limits, seen, slide: 0, untranslated: Untranslated::default() };
    let mut parts = vec![Part { part: main.clone(), kind: PartKind::Presentation, slide: 0, workbook: None }];
    let (slides, mut masters) = search.roots(&main)?;
    for slide in slides {
        search.take(slide, PartKind::Slide, &mut parts, &mut masters)?;
    }
    let mut at = 0;
    while let Some(master) = masters.get(at).cloned() {
        search.take(master, PartKind::Master, &mut parts, &mut masters)?;
        at += 1;
    }
    let mut untranslated = search.untranslated;
    let titles = roots.iter().find(|root| titles::KINDS.contains(&root.kind.as_str()));
    let titles = titles.and_then(|root| root.part.clone());
    let properties = roots.into_iter().filter(|relationship| relationship.kind == "core-properties");
    let properties = properties.filter_map(|relationship| relationship.part).filter(|part| package.contains(part));
    if !options.properties {
        properties.for_each(|part| untranslated.add(Reason::PropertiesOff, &part, 0));
    } else {
        parts.extend(properties.map(|part| Part { part, kind: PartKind::Properties, slide: 0, workbook: None }));
    }
    Ok((parts, titles, untranslated))
}

struct Search<'a> {
    package: &'a mut Package,
    options: &'a Options,
    limits: &'a Limits,
    seen: HashSet<String>,
    slide: usize,
    untranslated: Untranslated,
}

impl Search<'_> {
    /// The slides in the order in which they are shown, with those at the end that are in no list; and the masters.
    fn roots(&mut self, main: &str) -> Result<(Vec<String>, Vec<String>), FormatError> {
        let mut related = relationships_of(self.package, main, self.limits)?;
        let part = XmlPart::decode(main, self.package.require(main)?)?;
        let order = slide_order(&part, self.limits)?;
        let place = |id: &str| order.get(id).copied().unwrap_or(usize::MAX);
        related.sort_by_key(|relationship| place(&relationship.id));
        let (mut slides, mut masters) = (Vec::new(), Vec::new());
        for relationship in related {
            let list = match relationship.kind.as_str() {
                "slide" => &mut slides,
                "slideMaster" | "notesMaster" | "handoutMaster" => &mut masters,
                _ => continue,
            };
            list.extend(relationship.part);
        }
        Ok((slides, masters))
    }

    fn is_new(&mut self, part: &str) -> bool {
        self.package.contains(part) && self.seen.insert(part.to_ascii_lowercase())
    }

    /// A slide or master with everything that hangs on it; masters and layouts it names are put off.
    fn take(
        &mut self,
        part: String,
        kind: PartKind,
        parts: &mut Vec<Part>,
        masters: &mut Vec<String>,
    ) -> Result<(), FormatError> {
        if !self.is_new(&part) {
            return Ok(());
        }
        self.slide += 1;
        let slide = self.slide;
        let related = relationships_of(self.package, &part, self.limits)?;
        parts.push(Part { part, kind, slide, workbook: None });
        let mut drawings = Vec::new();
        let mut notes = Vec::new();
        for relationship in related {
            let Some(target) = relationship.part else { continue };
            match relationship.kind.as_str() {
                "slideLayout" | "slideMaster" | "notesMaster" | "handoutMaster" => masters.push(target),
                "chart" | "chartEx" if self.is_new(&target) => self.chart(target, slide, parts)?,
                "diagramData" if self.is_new(&target) => {
                    parts.push(Part { part: target, kind: PartKind::Diagram, slide, workbook: None });
                }
                "diagramDrawing" => drawings.push(target),
                "notesSlide" if self.options.notes => notes.push(target),
                "comments" if self.options.comments => notes.push(target),
                "notesSlide" => self.untranslated.add(Reason::NotesOff, &target, 0),
                "comments" => self.untranslated.add(Reason::CommentsOff, &target, 0),
                _ => {}
            }
        }
        // What a diagram says comes before what was drawn of it.
        for drawing in drawings {
            if self.is_new(&drawing) {
                parts.push(Part { part: drawing, kind: PartKind::DiagramDrawing, slide, workbook: None });
            }
        }
        for note in notes {
            self.note(note, parts, masters)?;
        }
        Ok(())
    }

    /// Notes and comments: slides of their own, on which no further ones hang.
    fn note(&mut self, part: String, parts: &mut Vec<Part>, masters: &mut Vec<String>) -> Result<(), FormatError> {
        if !self.is_new(&part) {
            return Ok(());
        }
        self.slide += 1;
        let related = relationships_of(self.package, &part, self.limits)?;
        parts.push(Part { part, kind: PartKind::Slide, slide: self.slide, workbook: None });
        for relationship in related {
            let Some(target) = relationship.part else { continue };
            match relationship.kind.as_str() {
                "notesMaster" => masters.push(target),
                "chart" | "chartEx" if self.is_new(&target) => self.chart(target, self.slide, parts)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn chart(&mut self, part: String, slide: usize, parts: &mut Vec<Part>) -> Result<(), FormatError> {
        let mut workbook = None;
        let mut shapes = Vec::new();
        for relationship in relationships_of(self.package, &part, self.limits)? {
            let Some(target) = relationship.part else { continue };
            match relationship.kind.as_str() {
                "package" if self.package.contains(&target) => workbook = Some(target),
                "chartUserShapes" => shapes.push(target),
                _ => {}
            }
        }
        parts.push(Part { part, kind: PartKind::Chart, slide, workbook });
        for part in shapes {
            if self.is_new(&part) {
                parts.push(Part { part, kind: PartKind::Slide, slide, workbook: None });
            }
        }
        Ok(())
    }
}

/// The places of slides in the presentation, by the names of their relationships.
fn slide_order(part: &XmlPart, limits: &Limits) -> Result<std::collections::HashMap<String, usize>, FormatError> {
    let mut order = std::collections::HashMap::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    while let Some(event) = scanner.next()? {
        if let Kind::Start { name, .. } = event.kind
            && name.is(Namespace::Presentation, "sldId")
            && let Some(id) = scanner.value(Namespace::Relationships, "id")
        {
            let next = order.len();
            order.entry(id.into_owned()).or_insert(next);
        }
    }
    Ok(order)
}
