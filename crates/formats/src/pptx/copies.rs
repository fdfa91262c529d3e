//! Texts that are copies of another: what a diagram says and what was drawn of it, names that a chart repeats. They are
//! one segment, so that they agree in translation.

use std::collections::HashMap;

use terjuman_model::Segment;

use super::parts::PartKind;

/// All segments, and where copies are looked for.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// The segments of the document.
    pub(super) segments: Vec<Segment>,
    /// What the diagrams of the slide say.
    diagrams: HashMap<Segment, usize>,
    slide: usize,
}

impl Copies {
    /// Takes in the segments that were found in a part, and gives the number of each.
    pub(super) fn settle(&mut self, kind: PartKind, slide: usize, found: Vec<Segment>) -> Vec<usize> {
        if self.slide != slide {
            self.diagrams.clear();
            self.slide = slide;
        }
        match kind {
            PartKind::Chart => {
                let mut names: HashMap<Segment, usize> = HashMap::new();
                found
                    .into_iter()
                    .map(|segment| match names.get(&segment) {
                        Some(index) => *index,
                        None => {
                            names.insert(segment.clone(), self.segments.len());
                            self.add(segment)
                        }
                    })
                    .collect()
            }
            PartKind::Diagram => {
                let numbers: Vec<_> = found.into_iter().map(|segment| self.add(segment)).collect();
                for index in &numbers {
                    self.diagrams.entry(self.segments[*index].clone()).or_insert(*index);
                }
                numbers
            }
            PartKind::DiagramDrawing => found
                .into_iter()
                .map(|segment| match self.diagrams.get(&segment) {
                    Some(index) => *index,
                    None => self.add(segment),
                })
                .collect(),
            PartKind::Presentation | PartKind::Slide | PartKind::Master | PartKind::Properties => {
                found.into_iter().map(|segment| self.add(segment)).collect()
            }
        }
    }

    fn add(&mut self, segment: Segment) -> usize {
        self.segments.push(segment);
        self.segments.len() - 1
    }
}
