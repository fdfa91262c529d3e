//! Labels of references: `[text][label]`.

use std::borrow::Cow;
use std::collections::HashSet;

/// The labels that the document defines.
#[derive(Debug, Default)]
pub(super) struct Labels(HashSet<String>);

impl Labels {
    /// What could be the label of a definition, in code or wherever else it is none.
    pub(super) fn possible(text: &str) -> Self {
        let mut labels = Self::default();
        let mut done = 0;
        for (end, _) in text.match_indices("]:") {
            let start = text.floor_char_boundary(end.saturating_sub(LONGEST)).max(done);
            if !text[..end].ends_with('\\') {
                done = end;
            }
            // A label holds no bracket but escaped ones.
            let is_open = |(at, _): &(usize, &str)| !text[..start + at].ends_with('\\');
            if let Some((at, _)) = text[start..end].rmatch_indices('[').find(is_open) {
                labels.insert(&text[start + at + 1..end]);
            }
        }
        labels
    }

    /// Whether it was not there before.
    pub(super) fn insert(&mut self, label: &str) -> bool {
        self.0.insert(normalized(label).into_owned())
    }

    /// Whether something holds for all of them.
    pub(super) fn all(&self, holds: impl Fn(&str) -> bool) -> bool {
        self.0.iter().all(|label| holds(label))
    }

    pub(super) fn contains(&self, label: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&*normalized(label))
    }
}

/// Bytes of a label: it has at most 999 characters, and what stands in front of its lines.
const LONGEST: usize = 5000;

/// Case and white space do not tell labels apart.
fn normalized(label: &str) -> Cow<'_, str> {
    // Most are one word in small letters.
    if label.bytes().all(|b| matches!(b, b'!'..=b'~') && !b.is_ascii_uppercase()) {
        return label.into();
    }
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().into()
}
