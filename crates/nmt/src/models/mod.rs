//! The model store: a folder with one folder for each pair of languages.
//!
//! `en-pt/` holds the publisher's files and our `model.json`, which says what they are and what their hashes must be.
//! A model appears in one step, by a rename: whoever looks sees all of it or nothing.

mod add;
mod catalogue;
mod digest;
mod error;
mod fetch;
mod install;
mod manifest;
mod pull;
#[cfg(test)]
mod testing;

use std::fs;
use std::path::{Path, PathBuf};

use terjuman_model::LanguagePair;

pub use catalogue::Catalogue;
pub use error::ModelsError;
pub use fetch::{Fetch, FetchError, Fetched, Progress};
pub use manifest::{Manifest, ModelFile, Role};

/// The name of the list of a model's files.
pub(crate) const MANIFEST: &str = "model.json";

/// No sane `model.json` is longer.
const MANIFEST_BYTES: u64 = 1 << 20;

/// A store of models.
#[derive(Debug, Clone)]
pub struct Models {
    folder: PathBuf,
    /// Sees whether a model that is to be added works.
    check: fn(&Models, &Manifest) -> Result<(), ModelsError>,
}

impl Models {
    /// The store in this folder, which need not exist yet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), check: crate::neural::try_load }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The models, ordered by pair. Folders without a usable `model.json` are passed over and logged.
    ///
    /// # Errors
    /// If the folder cannot be read; an absent one is empty.
    pub fn list(&self) -> Result<Vec<Manifest>, ModelsError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(ModelsError::io(&self.folder)(error)),
        };
        let mut models = Vec::new();
        for entry in entries {
            let folder = entry.map_err(ModelsError::io(&self.folder))?.path();
            let is_hidden = folder.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
            if is_hidden || !folder.is_dir() {
                continue;
            }
            match read_manifest(&folder) {
                // Models are found by their folder's name.
                Ok(Some(manifest)) if self.folder_of(&manifest.pair()) == folder => models.push(manifest),
                Ok(Some(_)) => {
                    tracing::warn!("passed over a model whose folder is not named after its languages: {folder:?}");
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "passed over a model that cannot be used: {error}"),
            }
        }
        models.sort_by_key(|model| model.pair().to_string());
        Ok(models)
    }

    /// The model of this pair.
    ///
    /// # Errors
    /// If there is none, or its `model.json` cannot be used.
    pub fn get(&self, pair: &LanguagePair) -> Result<Manifest, ModelsError> {
        match read_manifest(&self.folder_of(pair))? {
            Some(manifest) if manifest.pair() == *pair => Ok(manifest),
            Some(_) => Err(ModelsError::damaged(MANIFEST, format!("it is not the model {pair}"))),
            None => Err(ModelsError::Missing(pair.to_string())),
        }
    }

    /// Takes the model of this pair out of the store. A model in use stays usable until it is let go.
    ///
    /// # Errors
    /// If there is none, or it cannot be removed.
    pub fn remove(&self, pair: &LanguagePair) -> Result<(), ModelsError> {
        let folder = self.folder_of(pair);
        if !folder.join(MANIFEST).is_file() {
            return Err(ModelsError::Missing(pair.to_string()));
        }
        // First out of sight in one step: nobody sees half a model.
        let doomed = self.folder.join(format!(".removed-{pair}-{}", std::process::id()));
        fs::rename(&folder, &doomed).map_err(ModelsError::io(&folder))?;
        fs::remove_dir_all(&doomed).map_err(ModelsError::io(&doomed))
    }

    /// The file of this role, read; `None` if the model has none. Only its length was checked: see [`check`].
    pub(crate) fn read<'a>(
        &self,
        manifest: &'a Manifest,
        role: Role,
    ) -> Result<Option<(&'a ModelFile, Vec<u8>)>, ModelsError> {
        let Some(file) = manifest.file(role) else { return Ok(None) };
        let path = self.folder_of(&manifest.pair()).join(&file.name);
        let length = match fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) => return Err(ModelsError::damaged(&file.name, error.to_string())),
        };
        if length != file.size {
            return Err(ModelsError::damaged(&file.name, format!("it has {length} bytes, not {}", file.size)));
        }
        Ok(Some((file, fs::read(&path).map_err(ModelsError::io(&path))?)))
    }

    fn folder_of(&self, pair: &LanguagePair) -> PathBuf {
        self.folder.join(pair.to_string())
    }
}

/// Whether these bytes are the file of the manifest.
///
/// # Errors
/// If their hash is another.
pub(crate) fn check(file: &ModelFile, bytes: &[u8]) -> Result<(), ModelsError> {
    if digest::of_bytes(bytes) == file.sha256 {
        return Ok(());
    }
    Err(ModelsError::damaged(&file.name, "its SHA-256 is not the one in model.json"))
}

/// Parses `SRC-TRG`; both may hold hyphens themselves, as in `zh-Hans-en`.
///
/// # Errors
/// If no cut gives two known languages.
pub fn parse_pair(text: &str) -> Result<LanguagePair, ModelsError> {
    let cuts = text.match_indices('-').map(|(at, _)| (&text[..at], &text[at + 1..]));
    cuts.filter_map(|(source, target)| {
        Some(LanguagePair { source: source.parse().ok()?, target: target.parse().ok()? })
    })
    .find(|pair| pair.source != pair.target)
    .ok_or_else(|| ModelsError::NotAPair(text.to_owned()))
}

/// The `model.json` of a folder; `None` if there is none.
fn read_manifest(folder: &Path) -> Result<Option<Manifest>, ModelsError> {
    let path = folder.join(MANIFEST);
    match fs::metadata(&path) {
        Ok(metadata) if metadata.len() > MANIFEST_BYTES => {
            return Err(ModelsError::damaged(MANIFEST, format!("{} is too long", path.display())));
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ModelsError::io(&path)(error)),
    }
    let text = fs::read(&path).map_err(ModelsError::io(&path))?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| ModelsError::damaged(MANIFEST, format!("{}: {error}", path.display())))?;
    match manifest.flaw() {
        None => Ok(Some(manifest)),
        Some(flaw) => Err(ModelsError::damaged(MANIFEST, format!("{}: {flaw}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_parsed_also_with_scripts() {
        let shown = |text: &str| parse_pair(text).map(|pair| pair.to_string()).ok();
        assert_eq!(shown("en-pt").as_deref(), Some("en-pt"));
        assert_eq!(shown("zh-Hans-en").as_deref(), Some("zh-Hans-en"));
        assert_eq!(shown("zh-en").as_deref(), Some("zh-Hans-en"));
        assert_eq!(shown("en-pt-pt").as_deref(), Some("en-pt-pt"));
        assert_eq!(shown("en-en"), None);
        assert_eq!(shown("enpt"), None);
        assert_eq!(shown("../x-en"), None);
    }

    #[test]
    fn an_absent_store_is_empty_and_strange_folders_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let models = Models::new(folder.path().join("none"));
        assert!(models.list().unwrap().is_empty());
        let models = Models::new(folder.path());
        fs::create_dir(folder.path().join("en-pt")).unwrap();
        fs::create_dir(folder.path().join("en-de")).unwrap();
        fs::write(folder.path().join("en-de/model.json"), "{").unwrap();
        assert!(models.list().unwrap().is_empty());
        assert!(matches!(models.get(&parse_pair("en-pt").unwrap()), Err(ModelsError::Missing(_))));
        assert!(matches!(models.get(&parse_pair("en-de").unwrap()), Err(ModelsError::Damaged { .. })));
    }
}
