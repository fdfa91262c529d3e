//! Puts a model into the store, whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use crate::models::{MANIFEST, Manifest, Models, ModelsError};

/// A folder inside the store where a model is got ready; gone when dropped.
pub(super) struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    pub(super) fn new(models: &Models, name: &str) -> Result<Self, ModelsError> {
        // Two processes must not share it; what one of the same number left behind is stale.
        let folder = models.folder().join(format!(".{name}-{}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(ModelsError::io(&folder))?;
        }
        fs::create_dir_all(&folder).map_err(ModelsError::io(&folder))?;
        Ok(Self { folder })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the files of a model go.
    pub(super) fn folder_of(&self, manifest_pair: &str) -> Result<PathBuf, ModelsError> {
        let folder = self.folder.join(manifest_pair);
        fs::create_dir_all(&folder).map_err(ModelsError::io(&folder))?;
        Ok(folder)
    }

    /// Checks the model whose files stand in [`Workshop::folder_of`] its pair, and moves it to its place. One that was
    /// there before is replaced.
    pub(super) fn install(&self, models: &Models, manifest: &Manifest) -> Result<(), ModelsError> {
        if let Some(flaw) = manifest.flaw() {
            return Err(ModelsError::damaged(MANIFEST, flaw));
        }
        let pair = manifest.pair();
        let here = Models { folder: self.folder.clone(), ..models.clone() };
        let ready = here.folder_of(&pair);
        let path = ready.join(MANIFEST);
        let text =
            serde_json::to_vec_pretty(manifest).map_err(|error| ModelsError::damaged(MANIFEST, error.to_string()))?;
        fs::write(&path, text).map_err(ModelsError::io(&path))?;
        (models.check)(&here, manifest)?;

        let place = models.folder_of(&pair);
        let old = self.folder.join(format!("old-{pair}"));
        let replaces = place.exists();
        if replaces {
            fs::rename(&place, &old).map_err(ModelsError::io(&place))?;
        }
        fs::rename(&ready, &place).map_err(|error| {
            // Better the old model than none.
            if replaces && let Err(error) = fs::rename(&old, &place) {
                tracing::error!(%error, "the model {pair} that was to be replaced could not be put back: {error}");
            }
            ModelsError::io(&place)(error)
        })
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "a temporary folder of the model store could not be removed: {error}");
        }
    }
}
