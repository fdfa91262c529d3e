//! Texts that are copies of another: what was drawn of a diagram, names that a chart repeats. They are one segment, so that
//! they agree in translation.

use std::collections::HashMap;

use terjuman_model::Segment;

use super::parts::TextKind;
use super::walk::Found;

/// What the diagrams of the document say.
#[derive(Debug, Default)]
pub(super) struct Copies {
    diagrams: HashMap<Segment, usize>,
}

impl Copies {
    /// Takes in what was found in a part: its segments are those from `start` on.
    pub(super) fn settle(&mut self, kind: TextKind, start: usize, segments: &mut Vec<Segment>, found: &mut Found) {
        match kind {
            TextKind::Story => {}
            TextKind::Diagram => {
                for (index, segment) in segments.iter().enumerate().skip(start) {
                    self.diagrams.entry(segment.clone()).or_insert(index);
                }
            }
            TextKind::DiagramDrawing => renumber(&self.diagrams, false, start, segments, found),
            TextKind::Chart => renumber(&HashMap::new(), true, start, segments, found),
        }
    }
}

/// Leaves out segments that are known; `repeats` says whether the part may repeat its own.
fn renumber(
    known: &HashMap<Segment, usize>,
    repeats: bool,
    start: usize,
    segments: &mut Vec<Segment>,
    found: &mut Found,
) {
    let mut own: HashMap<Segment, usize> = HashMap::new();
    let numbers: Vec<usize> = segments
        .split_off(start)
        .into_iter()
        .map(|segment| match known.get(&segment).or_else(|| own.get(&segment)) {
            Some(index) => *index,
            None => {
                if repeats {
                    own.insert(segment.clone(), segments.len());
                }
                segments.push(segment);
                segments.len() - 1
            }
        })
        .collect();
    found.slots.iter_mut().for_each(|slot| slot.renumber(|index| numbers[index - start]));
}
