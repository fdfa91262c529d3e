//! Models from this machine: a folder, a zip archive, a Python wheel.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use terjuman_model::LanguagePair;

use crate::models::install::Workshop;
use crate::models::manifest::{Manifest, ModelFile, Role};
use crate::models::{MANIFEST, MANIFEST_BYTES, Models, ModelsError, digest, parse_pair};

/// Folders are searched this deep, and no more entries than this are looked at.
const DEPTH: usize = 8;
const ENTRIES: usize = 100_000;

/// No file of a model is longer: the largest published ones have 60 MB.
const FILE_BYTES: u64 = 1 << 30;

impl Models {
    /// Adds every model found in a folder or archive, and says which. Each is loaded once to see that it works.
    ///
    /// # Errors
    /// If there is none, its languages cannot be told, or a file is damaged. Models added before that stay.
    pub fn add(&self, from: &Path) -> Result<Vec<LanguagePair>, ModelsError> {
        let metadata = fs::metadata(from).map_err(ModelsError::io(from))?;
        let workshop = Workshop::new(self, "adding")?;
        let found = if metadata.is_dir() {
            in_folder(from)?
        } else {
            let unpacked = workshop.folder().join("unpacked");
            unpack(from, &unpacked)?;
            in_folder(&unpacked)?
        };
        if found.is_empty() {
            return Err(ModelsError::NoModel(from.to_owned()));
        }
        let mut added = Vec::with_capacity(found.len());
        for folder in found {
            let manifest = described(&folder, from)?;
            let pair = manifest.pair();
            let target = workshop.folder_of(&pair.to_string())?;
            for file in &manifest.files {
                let to = target.join(&file.name);
                fs::copy(folder.join(&file.name), &to).map_err(ModelsError::io(&to))?;
            }
            workshop.install(self, &manifest)?;
            added.push(pair);
        }
        Ok(added)
    }
}

/// The folders that hold a model, in order.
fn in_folder(root: &Path) -> Result<Vec<PathBuf>, ModelsError> {
    let mut found = Vec::new();
    let mut open = vec![(root.to_owned(), 0)];
    let mut seen = 0;
    while let Some((folder, depth)) = open.pop() {
        let mut is_model = false;
        for entry in fs::read_dir(&folder).map_err(ModelsError::io(&folder))? {
            let entry = entry.map_err(ModelsError::io(&folder))?;
            seen += 1;
            if seen > ENTRIES {
                return Err(ModelsError::NoModel(root.to_owned()));
            }
            // Links are not followed: they could lead round in a circle.
            let kind = entry.file_type().map_err(ModelsError::io(&folder))?;
            let name = entry.file_name();
            if kind.is_dir() && depth < DEPTH {
                open.push((entry.path(), depth + 1));
            } else if kind.is_file() {
                is_model |= Role::of_name(&name.to_string_lossy()) == Some(Role::Model);
            }
        }
        if is_model {
            found.push(folder);
        }
    }
    found.sort();
    Ok(found)
}

/// The manifest of a folder: its own, or one made from what is there.
fn described(folder: &Path, origin: &Path) -> Result<Manifest, ModelsError> {
    if let Some(manifest) = super::read_manifest(folder)? {
        return Ok(manifest);
    }
    let mut files = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder).map_err(ModelsError::io(folder))? {
        names.push(entry.map_err(ModelsError::io(folder))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    for name in &names {
        let Some(role) = Role::of_name(name) else { continue };
        let path = folder.join(name);
        let (size, sha256) = digest::of_file(&path).map_err(ModelsError::io(&path))?;
        files.push(ModelFile { name: name.clone(), role, size, sha256 });
    }
    let pair = languages_of(folder, &files).ok_or_else(|| ModelsError::NoLanguages(folder.to_owned()))?;
    let origin = origin.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Manifest {
        source: pair.source,
        target: pair.target,
        architecture: None,
        version: None,
        origin,
        licence: None,
        files,
    })
}

/// The languages as the folder's name tells them (`en-pt`, `enpt-1693087644`, `en-pt.tiny`), or the model's
/// (`model.enpt.intgemm.bin`).
fn languages_of(folder: &Path, files: &[ModelFile]) -> Option<LanguagePair> {
    let name = folder.file_name()?.to_string_lossy().into_owned();
    let stem = |text: &str| text.split(['.', '_']).next().unwrap_or_default().to_owned();
    let joined = |text: &str| {
        let text: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
        let (source, target) = (text.len() == 4).then(|| text.split_at(2))?;
        parse_pair(&format!("{source}-{target}")).ok()
    };
    let model = files.iter().find(|file| file.role == Role::Model)?;
    parse_pair(&stem(&name)).ok().or_else(|| joined(&name)).or_else(|| model.name.split('.').nth(1).and_then(joined))
}

/// Unpacks what belongs to models, each folder of the archive into one of its own. Nothing else is written, and no
/// path of the archive is used as one.
fn unpack(archive: &Path, into: &Path) -> Result<(), ModelsError> {
    let bad = |reason: String| ModelsError::damaged(&archive.display().to_string(), reason);
    let file = File::open(archive).map_err(ModelsError::io(archive))?;
    let mut zip = zip::ZipArchive::new(file)
        .map_err(|error| bad(format!("it is neither a folder nor a zip archive or wheel: {error}")))?;
    if zip.len() > ENTRIES {
        return Err(bad("it has too many entries".to_owned()));
    }
    let mut folders: BTreeMap<String, PathBuf> = BTreeMap::new();
    for index in 0..zip.len() {
        let entry = zip.by_index(index).map_err(|error| bad(error.to_string()))?;
        let path = entry.name().map_err(|error| bad(error.to_string()))?.into_owned();
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let most = if name == MANIFEST { MANIFEST_BYTES } else { FILE_BYTES };
        let is_wanted = name == MANIFEST || Role::of_name(name).is_some();
        if !entry.is_file() || !is_wanted || name.contains(['\\', ':', '\0']) {
            continue;
        }
        // The last part of the folder's name may tell the languages; only its plain letters are kept.
        let label: String = parent
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let count = folders.len();
        let folder = folders.entry(parent.to_owned()).or_insert_with(|| into.join(count.to_string()).join(label));
        fs::create_dir_all(&*folder).map_err(ModelsError::io(into))?;
        let to = folder.join(name);
        let mut out = File::create(&to).map_err(ModelsError::io(&to))?;
        let written = io::copy(&mut entry.take(most + 1), &mut out).map_err(|error| bad(format!("{name}: {error}")))?;
        if written > most {
            return Err(bad(format!("{name} is too long")));
        }
    }
    fs::create_dir_all(into).map_err(ModelsError::io(into))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::models::check;
    use crate::models::testing::{unchecked, write_model};

    fn checked(models: &Models, manifest: &Manifest, role: Role) -> Result<Option<Vec<u8>>, ModelsError> {
        let Some((file, bytes)) = models.read(manifest, role)? else { return Ok(None) };
        check(file, &bytes)?;
        Ok(Some(bytes))
    }

    #[test]
    fn a_folder_is_found_however_it_is_named_and_added_whole() {
        let work = tempfile::tempdir().unwrap();
        let models = unchecked(&work.path().join("store"));
        for (folder, prefix) in [("a/en-pt", "x"), ("a/enfr-16930", "x"), ("a/some/model", "ende"), ("zh-Hans-en", "x")]
        {
            write_model(&work.path().join("in").join(folder), prefix);
        }
        let added = models.add(&work.path().join("in")).unwrap();
        let mut shown: Vec<_> = added.iter().map(ToString::to_string).collect();
        shown.sort();
        assert_eq!(shown, ["en-de", "en-fr", "en-pt", "zh-Hans-en"]);
        assert_eq!(models.list().unwrap().len(), 4);
        let manifest = models.get(&parse_pair("en-pt").unwrap()).unwrap();
        assert_eq!(checked(&models, &manifest, Role::Vocab).unwrap().unwrap(), b"vocabulary");
        // Again replaces, and nothing is left lying about.
        models.add(&work.path().join("in/a/en-pt")).unwrap();
        models.remove(&parse_pair("en-fr").unwrap()).unwrap();
        let mut left: Vec<_> = fs::read_dir(models.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["en-de", "en-pt", "zh-Hans-en"]);
        assert!(matches!(models.remove(&parse_pair("en-fr").unwrap()), Err(ModelsError::Missing(_))));
    }

    #[test]
    fn what_is_no_model_is_refused_and_says_why() {
        let work = tempfile::tempdir().unwrap();
        let models = unchecked(&work.path().join("store"));
        let folder = work.path().join("in");
        fs::create_dir_all(&folder).unwrap();
        assert!(matches!(models.add(&folder), Err(ModelsError::NoModel(_))));
        assert!(matches!(models.add(&work.path().join("none")), Err(ModelsError::Io { .. })));
        fs::write(folder.join("file"), "text").unwrap();
        let error = models.add(&folder.join("file")).unwrap_err().to_string();
        assert!(error.contains("zip archive or wheel"), "{error}");
        write_model(&folder.join("nameless"), "x");
        assert!(matches!(models.add(&folder), Err(ModelsError::NoLanguages(_))));
        fs::remove_file(folder.join("nameless/vocab.x.spm")).unwrap();
        fs::rename(folder.join("nameless"), folder.join("en-pt")).unwrap();
        let error = models.add(&folder).unwrap_err().to_string();
        assert!(error.contains("vocab.*.spm is missing"), "{error}");
        assert!(models.list().unwrap().is_empty());
    }

    #[test]
    fn an_archive_gives_its_models_and_writes_nowhere_else() {
        let work = tempfile::tempdir().unwrap();
        let models = unchecked(&work.path().join("store"));
        let path = work.path().join("pack.whl");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        for (name, content) in [
            ("pack/models/enpt-1/model.enpt.intgemm.alphas.bin", "weights"),
            ("pack/models/enpt-1/vocab.enpt.spm", "vocabulary"),
            ("pack/models/../../../../model.evil.bin", "weights"),
            ("pack/code.py", "import os"),
        ] {
            zip.start_file(name, options).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        // The stray model has no languages: the archive is refused at it, after the good one was added.
        assert!(matches!(models.add(&path), Err(ModelsError::NoLanguages(_))));
        assert!(!work.path().join("model.evil.bin").exists() && !work.path().join("store/model.evil.bin").exists());
        assert_eq!(models.list().unwrap()[0].pair().to_string(), "en-pt");
    }

    #[test]
    fn a_changed_file_is_noticed() {
        let work = tempfile::tempdir().unwrap();
        let models = unchecked(&work.path().join("store"));
        write_model(&work.path().join("in/en-pt"), "enpt");
        models.add(&work.path().join("in")).unwrap();
        let manifest = models.list().unwrap().remove(0);
        let file = models.folder().join("en-pt").join(&manifest.file(Role::Model).unwrap().name);
        let mut bytes = fs::read(&file).unwrap();
        bytes[0] ^= 1;
        fs::write(&file, &bytes).unwrap();
        let error = checked(&models, &manifest, Role::Model).unwrap_err().to_string();
        assert_eq!(error, "model.enpt.bin: its SHA-256 is not the one in model.json");
        fs::write(&file, "x").unwrap();
        let error = checked(&models, &manifest, Role::Model).unwrap_err().to_string();
        assert_eq!(error, "model.enpt.bin: it has 1 bytes, not 7");
        fs::remove_file(&file).unwrap();
        assert!(checked(&models, &manifest, Role::Model).unwrap_err().to_string().starts_with("model.enpt.bin: "));
    }
}
