//! Labels of references: `[text][label]`.

use std::collections::HashSet;

/// The labels that the document defines.
#[derive(Debug, Default)]
pub(super) struct Labels(HashSet<String>);

impl Labels {
    pub(super) fn insert(&mut self, label: &str) {
        self.0.insert(normalized(label));
    }

    pub(super) fn contains(&self, label: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&normalized(label))
    }
}

/// Case and white space do not tell labels apart.
fn normalized(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
