//! `model.json`: what a model is and what its files must be.

use std::fmt;

use serde::{Deserialize, Serialize};
use terjuman_model::{LanguagePair, LanguageTag};

/// What `model.json` says of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The language it reads.
    pub source: LanguageTag,
    /// The language it writes.
    pub target: LanguageTag,
    /// The publisher's name for its size: `tiny`, `base`, `base-memory`.
    #[serde(default)]
    pub architecture: Option<String>,
    /// The publisher's version.
    #[serde(default)]
    pub version: Option<String>,
    /// Where it came from, for people.
    #[serde(default)]
    pub origin: Option<String>,
    /// The licence, if it is known.
    #[serde(default)]
    pub licence: Option<String>,
    /// Its files, each checked before it is used.
    pub files: Vec<ModelFile>,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    /// Its name within the model's folder; no path.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// What a file of a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The weights.
    Model,
    /// The vocabulary of both languages.
    Vocab,
    /// The vocabulary of the source language, where they differ.
    SourceVocab,
    /// The vocabulary of the target language, where they differ.
    TargetVocab,
    /// Likely translations of each token: narrows the output vocabulary.
    Shortlist,
}

impl Role {
    /// The role of a file of this name, after the publisher's habit; `None` if it belongs to no model.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let stem = name.split('.').next()?;
        match (stem, name.rsplit('.').next()?) {
            ("model", "bin") => Some(Self::Model),
            ("vocab", "spm") => Some(Self::Vocab),
            ("srcvocab", "spm") => Some(Self::SourceVocab),
            ("trgvocab", "spm") => Some(Self::TargetVocab),
            ("lex", "bin") => Some(Self::Shortlist),
            _ => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Model => "model.*.bin",
            Self::Vocab => "vocab.*.spm",
            Self::SourceVocab => "srcvocab.*.spm",
            Self::TargetVocab => "trgvocab.*.spm",
            Self::Shortlist => "lex.*.bin",
        })
    }
}

impl Manifest {
    /// From which language into which.
    #[must_use]
    pub fn pair(&self) -> LanguagePair {
        LanguagePair { source: self.source.clone(), target: self.target.clone() }
    }

    /// The bytes of all its files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// The file of this role.
    #[must_use]
    pub fn file(&self, role: Role) -> Option<&ModelFile> {
        self.files.iter().find(|file| file.role == role)
    }

    /// What the model's output depends on, as one string: the hashes of its files.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hashes: Vec<_> = self.files.iter().map(|file| file.sha256.as_str()).collect();
        hashes.sort_unstable();
        hashes.join("+")
    }

    /// Says what makes the list of files unusable.
    pub(crate) fn flaw(&self) -> Option<String> {
        for file in &self.files {
            // The name is joined to the store's folder: it must not lead out of it.
            let is_plain = !file.name.is_empty()
                && !file.name.starts_with('.')
                && !file.name.contains(['/', '\\', ':', '\0'])
                && file.name.len() <= 255;
            if !is_plain {
                return Some("a file name in model.json is not a plain name".to_owned());
            }
            let same_role = self.files.iter().filter(|other| other.role == file.role).count();
            if same_role > 1 {
                return Some(format!("model.json lists {} twice", file.role));
            }
        }
        if self.file(Role::Model).is_none() {
            return Some(format!("{} is missing", Role::Model));
        }
        let split = (self.file(Role::SourceVocab).is_some(), self.file(Role::TargetVocab).is_some());
        match (self.file(Role::Vocab).is_some(), split) {
            (true, _) | (false, (true, true)) => None,
            (false, _) => Some(format!("{} is missing", Role::Vocab)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        assert_eq!(Role::of_name("model.enpt.intgemm.alphas.bin"), Some(Role::Model));
        assert_eq!(Role::of_name("vocab.enpt.spm"), Some(Role::Vocab));
        assert_eq!(Role::of_name("lex.50.50.enpt.s2t.bin"), Some(Role::Shortlist));
        assert_eq!(Role::of_name("trgvocab.enja.spm"), Some(Role::TargetVocab));
        assert_eq!(Role::of_name("config.yml"), None);
        assert_eq!(Role::of_name("vocab"), None);
    }

    #[test]
    fn a_list_of_files_must_be_usable() {
        let file = |name: &str, role| ModelFile { name: name.into(), role, size: 1, sha256: String::new() };
        let manifest = |files| Manifest {
            source: "en".parse().unwrap(),
            target: "ja".parse().unwrap(),
            architecture: None,
            version: None,
            origin: None,
            licence: None,
            files,
        };
        let model = || file("model.bin", Role::Model);
        assert_eq!(manifest(vec![model(), file("v.spm", Role::Vocab)]).flaw(), None);
        let split = vec![model(), file("a.spm", Role::SourceVocab), file("b.spm", Role::TargetVocab)];
        assert_eq!(manifest(split).flaw(), None);
        assert!(manifest(vec![model(), file("a.spm", Role::SourceVocab)]).flaw().unwrap().contains("vocab"));
        assert!(manifest(vec![file("v.spm", Role::Vocab)]).flaw().unwrap().contains("model"));
        for name in ["../m.bin", "/m.bin", "", ".m", "a\\b"] {
            assert!(manifest(vec![file(name, Role::Model), file("v.spm", Role::Vocab)]).flaw().is_some(), "{name}");
        }
        assert!(manifest(vec![model(), model(), file("v.spm", Role::Vocab)]).flaw().unwrap().contains("twice"));
    }
}
