//! Labels of references: `[text][label]`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The labels that the document defines: a number for each, as there may be one for each link. Two labels have one number
/// once in 2^64 times.
#[derive(Debug, Default)]
pub(super) struct Labels(HashSet<u64>);

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
        self.0.insert(number(label))
    }

    /// Whether all of them are among these.
    pub(super) fn are_all_in(&self, others: &Self) -> bool {
        self.0.is_subset(&others.0)
    }

    pub(super) fn contains(&self, label: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&number(label))
    }
}

/// Bytes of a label: it has at most 999 characters, and what stands in front of its lines.
const LONGEST: usize = 5000;

fn number(label: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    normalized(label).hash(&mut hasher);
    hasher.finish()
}

/// Case and white space do not tell labels apart.
fn normalized(label: &str) -> Cow<'_, str> {
    // Most are one word in small letters.
    if label.bytes().all(|b| matches!(b, b'!'..=b'~') && !b.is_ascii_uppercase()) {
        return label.into();
    }
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().into()
}
