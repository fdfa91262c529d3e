//! Models in memory: loaded at their first use, shared by everybody, the least used let go under a budget.

use std::sync::{Arc, Mutex, PoisonError};

use terjuman_model::LanguagePair;

use crate::marian::Kernel;
use crate::models::{Models, ModelsError};
use crate::neural::model::Model;
use crate::neural::stored::StoredModel;

/// A model in memory, and what its output depends on.
#[derive(Clone)]
pub(crate) struct Loaded {
    pub(crate) model: Arc<dyn Model>,
    pub(crate) fingerprint: Arc<str>,
    /// Whether it translates from English.
    pub(crate) is_english: bool,
}

pub(crate) struct LoadedModels {
    budget: usize,
    kernel: Kernel,
    /// The least recently used first.
    loaded: Mutex<Vec<(LanguagePair, Loaded)>>,
}

impl LoadedModels {
    pub(crate) fn new(budget: usize, kernel: Kernel) -> Self {
        Self { budget, kernel, loaded: Mutex::default() }
    }

    /// The model of a pair. A second caller waits for the first one's loading; so do callers for other pairs, for a
    /// tenth of a second or so.
    ///
    /// # Errors
    /// If it is not in the store, or damaged.
    pub(crate) fn get(&self, models: &Models, pair: &LanguagePair) -> Result<Loaded, ModelsError> {
        // A model that was replaced in the store is not the loaded one any more.
        let manifest = models.get(pair)?;
        let fingerprint = manifest.fingerprint();
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = loaded.iter().position(|(known, _)| known == pair) {
            let entry = loaded.remove(index);
            if *entry.1.fingerprint == *fingerprint {
                let found = entry.1.clone();
                loaded.push(entry);
                return Ok(found);
            }
        }
        let model: Arc<dyn Model> = Arc::new(StoredModel::load(models, &manifest, self.kernel)?);
        let held = |loaded: &[(LanguagePair, Loaded)]| -> usize {
            loaded.iter().map(|(_, loaded)| loaded.model.bytes()).fold(0, usize::saturating_add)
        };
        // Callers in the middle of a translation keep what they hold; it is freed after them.
        while !loaded.is_empty() && held(&loaded).saturating_add(model.bytes()) > self.budget {
            let (pair, _) = loaded.remove(0);
            tracing::info!(model = %pair, "let go of the model {pair}");
        }
        tracing::info!(model = %pair, bytes = model.bytes(), "loaded the model {pair}");
        let found = Loaded { model, fingerprint: fingerprint.into(), is_english: pair.source.primary() == "en" };
        loaded.push((pair.clone(), found.clone()));
        Ok(found)
    }
}
