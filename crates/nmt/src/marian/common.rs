//! Target tokens that are candidates of many sentences, as most of those that are frequent at all.
//!
//! Each slot has its candidates' rows of the output layer for itself, and they are read for one product of one row at each
//! step: nine hundred of them for a sentence of thirty tokens, so that those of all slots do not fit the caches near a
//! processor. The rows of these tokens stand once instead, and are multiplied for all slots together, whether a slot has the
//! token or not; the logits of those it has not are taken back. A quarter of all candidates are among them.

use super::kernels::{Floats, Kernel, Linear, PANEL};
use super::shortlist::Shortlist;
use super::weights::Weights;

/// Most of them: beyond that too few slots have them.
const MOST: usize = 512;

/// See [`Shortlist::prevalence`]: with this, two sentences of seven have the token.
const LEAST: f32 = 0.15;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Common {
    /// Sorted; whole panels of them.
    pub(super) ids: Vec<u32>,
    /// Their rows.
    pub(super) output: Linear,
}

impl Common {
    /// Those of a model's shortlist.
    pub(super) fn new(weights: &Weights, kernel: Kernel, shortlist: &Shortlist) -> Self {
        let prevalence = shortlist.prevalence(weights.config.target_vocabulary);
        let prevalence = |id: u32| prevalence[id as usize];
        let mut ids: Vec<u32> =
            (0..weights.config.target_vocabulary as u32).filter(|&id| prevalence(id) >= LEAST).collect();
        ids.sort_by(|&one, &other| prevalence(other).total_cmp(&prevalence(one)));
        ids.truncate(ids.len().min(MOST) / PANEL * PANEL);
        ids.sort_unstable();
        let mut output = Linear::default();
        weights.output.gather(kernel, &weights.target, &ids, &mut output);
        Self { ids, output }
    }

    /// Takes these tokens out of a slot's sorted candidates. What is added to their logits says which of them the slot has:
    /// nothing to those, and to the others so much that they are never chosen.
    pub(super) fn take_out(&self, candidates: &mut Vec<u32>, presence: &mut Floats) {
        presence.resize(self.ids.len());
        presence.fill(f32::NEG_INFINITY);
        let mut places = (0..).zip(&self.ids).peekable();
        candidates.retain(|id| {
            while places.next_if(|(_, common)| *common < id).is_some() {}
            let Some((place, _)) = places.next_if(|(_, common)| *common == id) else { return true };
            presence[place] = 0.0;
            false
        });
    }

    /// Bytes of memory held.
    pub(super) fn bytes(&self) -> usize {
        4 * self.ids.capacity() + self.output.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_common_is_taken_out_and_what_is_missing_never_chosen() {
        let common = Common { ids: vec![1, 3, 4, 9], output: Linear::default() };
        let (mut candidates, mut presence) = (vec![0, 1, 2, 4, 8], Floats::default());
        common.take_out(&mut candidates, &mut presence);
        assert_eq!(candidates, [0, 2, 8]);
        assert_eq!(presence[..], [0.0, f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY]);
        let (mut all, mut none) = (common.ids.clone(), Vec::new());
        common.take_out(&mut all, &mut presence);
        assert!(all.is_empty() && presence[..] == [0.0; 4]);
        common.take_out(&mut none, &mut presence);
        assert!(presence[..] == [f32::NEG_INFINITY; 4]);
    }
}
