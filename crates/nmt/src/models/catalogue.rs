//! Firefox's public catalogue of translation models: one record for each file.

use std::io::Read;

use serde::Deserialize;
use terjuman_model::LanguagePair;

use crate::models::fetch::{Fetch, FetchError};
use crate::models::manifest::Role;
use crate::models::{ModelsError, parse_pair};

/// Where the catalogue is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// The list of records.
    pub records_url: String,
    /// What the records' locations are relative to.
    pub attachments_url: String,
}

impl Default for Catalogue {
    fn default() -> Self {
        let records =
            "https://firefox.settings.services.mozilla.com/v1/buckets/main/collections/translations-models-v2/records";
        let attachments = "https://firefox-settings-attachments.cdn.mozilla.net/";
        Self { records_url: records.to_owned(), attachments_url: attachments.to_owned() }
    }
}

/// The list has a few hundred records of half a kilobyte.
const MOST_BYTES: u64 = 32 << 20;

/// The format of models that the engine reads.
const MAJOR: u64 = 3;

#[derive(Deserialize)]
struct Answer {
    data: Vec<serde_json::Value>,
}

/// A file of the catalogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pub(super) name: String,
    #[serde(default)]
    pub(super) version: String,
    file_type: String,
    #[serde(default)]
    pub(super) architecture: Option<String>,
    source_language: String,
    target_language: String,
    pub(super) decompressed_hash: String,
    pub(super) decompressed_size: u64,
    pub(super) attachment: Attachment,
}

/// The file as it lies on the server, compressed with zstd.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Attachment {
    pub(super) hash: String,
    pub(super) size: u64,
    pub(super) location: String,
}

/// The files of one model.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) architecture: Option<String>,
    pub(super) version: String,
    pub(super) files: Vec<(Role, Record)>,
}

impl Record {
    fn role(&self) -> Option<Role> {
        Some(match self.file_type.as_str() {
            "model" => Role::Model,
            "vocab" => Role::Vocab,
            "srcvocab" => Role::SourceVocab,
            "trgvocab" => Role::TargetVocab,
            "lex" => Role::Shortlist,
            _ => return None,
        })
    }

    fn pair(&self) -> Option<LanguagePair> {
        parse_pair(&format!("{}-{}", self.source_language, self.target_language)).ok()
    }

    /// Orders versions: numbers by size, a pre-release (`3.0a1`) before its release.
    fn rank(&self) -> (Vec<u64>, bool) {
        let is_release = self.version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let numbers = self.version.split('.').map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().unwrap_or(0)
        });
        (numbers.collect(), is_release)
    }
}

impl Catalogue {
    /// The pairs that it has a model for, in order.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn pairs(&self, fetch: &dyn Fetch) -> Result<Vec<LanguagePair>, ModelsError> {
        Ok(pairs(&self.records(fetch)?))
    }

    pub(super) fn records(&self, fetch: &dyn Fetch) -> Result<Vec<Record>, ModelsError> {
        let url = &self.records_url;
        let mut text = Vec::new();
        let body = fetch.get(url, 0).map_err(|error| failure(url, error))?.body;
        body.take(MOST_BYTES)
            .read_to_end(&mut text)
            .map_err(|error| failure(url, FetchError::Unreachable(error.to_string())))?;
        let answer: Answer = serde_json::from_slice(&text).map_err(|error| ModelsError::Catalogue {
            url: url.clone(),
            reason: format!("it is not a list of models: {error}"),
        })?;
        // Records of other shapes come and go; they are none of ours.
        let records = answer.data.into_iter().filter_map(|record| serde_json::from_value(record).ok());
        Ok(records.filter(|record: &Record| record.rank().0.first() == Some(&MAJOR)).collect())
    }

    pub(super) fn url_of(&self, attachment: &Attachment) -> String {
        let (base, location) =
            (self.attachments_url.trim_end_matches('/'), attachment.location.trim_start_matches('/'));
        format!("{base}/{location}")
    }
}

/// Turns a failed answer into words.
pub(super) fn failure(url: &str, error: FetchError) -> ModelsError {
    match error {
        FetchError::Unreachable(reason) => ModelsError::Offline { url: url.to_owned(), reason },
        error @ FetchError::Status(_) => ModelsError::Catalogue { url: url.to_owned(), reason: error.to_string() },
    }
}

fn pairs(records: &[Record]) -> Vec<LanguagePair> {
    let mut pairs: Vec<_> =
        records.iter().filter(|record| record.role() == Some(Role::Model)).filter_map(Record::pair).collect();
    pairs.sort_by_key(ToString::to_string);
    pairs.dedup();
    pairs
}

/// The files of the newest model of a pair: all of one version and architecture, since others do not fit together.
pub(super) fn find(records: &[Record], pair: &LanguagePair) -> Result<Found, ModelsError> {
    let of_pair: Vec<_> = records.iter().filter(|record| record.pair().as_ref() == Some(pair)).collect();
    let mut models: Vec<_> = of_pair.iter().filter(|record| record.role() == Some(Role::Model)).collect();
    let size = |architecture: Option<&str>| match architecture {
        Some("tiny") => 0,
        Some("base") => 1,
        _ => 2,
    };
    // The newest last; of one version the largest, which translates best.
    models.sort_by_key(|record| (record.rank(), size(record.architecture.as_deref())));
    for model in models.into_iter().rev() {
        let fits = |record: &&&Record| record.version == model.version && record.architecture == model.architecture;
        let mut files: Vec<(Role, Record)> = Vec::new();
        for record in of_pair.iter().filter(fits) {
            if let Some(role) = record.role()
                && !files.iter().any(|(known, _)| *known == role)
            {
                files.push((role, (*record).clone()));
            }
        }
        let has = |role| files.iter().any(|(known, _)| *known == role);
        if has(Role::Vocab) || (has(Role::SourceVocab) && has(Role::TargetVocab)) {
            return Ok(Found { architecture: model.architecture.clone(), version: model.version.clone(), files });
        }
    }
    let touches = |other: &LanguagePair| {
        let languages = [other.source.primary(), other.target.primary()];
        let wanted = [pair.source.primary(), pair.target.primary()];
        wanted.iter().any(|language| *language != "en" && languages.contains(language))
    };
    let similar = pairs(records).iter().filter(|other| touches(other)).map(ToString::to_string).collect();
    Err(ModelsError::NotInCatalogue { pair: pair.to_string(), similar })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(file: &str, pair: (&str, &str), version: &str, architecture: &str) -> Record {
        let json = serde_json::json!({
            "name": format!("{file}.{version}.{architecture}"), "version": version, "fileType": file,
            "architecture": architecture, "sourceLanguage": pair.0, "targetLanguage": pair.1,
            "decompressedHash": "00", "decompressedSize": 1,
            "attachment": {"hash": "00", "size": 1, "location": "a/b.zst", "mimetype": "application/zstd"},
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn files_of_one_version_and_architecture_are_found_together() {
        let pair = ("en", "pt");
        let records = [
            record("model", pair, "3.0", "tiny"),
            record("vocab", pair, "3.0", "tiny"),
            record("model", pair, "3.1a1", "base"),
            record("vocab", pair, "3.1a1", "base"),
            record("model", pair, "3.1", "base"),
            record("vocab", pair, "3.1", "base"),
            record("lex", pair, "3.1", "base"),
            record("model", pair, "3.2", "base"),
            record("vocab", pair, "3.2", "tiny"),
        ];
        let found = find(&records, &parse_pair("en-pt").unwrap()).unwrap();
        let names: Vec<_> = found.files.iter().map(|(_, record)| record.name.as_str()).collect();
        assert_eq!(names, ["model.3.1.base", "vocab.3.1.base", "lex.3.1.base"]);
        let error = find(&records, &parse_pair("pt-en").unwrap()).unwrap_err().to_string();
        assert_eq!(error, "the catalogue has no model pt-en; it has en-pt");
        assert_eq!(
            find(&records, &parse_pair("en-fr").unwrap()).unwrap_err().to_string(),
            "the catalogue has no model en-fr"
        );
    }

    #[test]
    fn locations_join_to_the_base() {
        let catalogue = Catalogue { records_url: String::new(), attachments_url: "http://h/x/".into() };
        let record = record("model", ("en", "pt"), "3.0", "tiny");
        assert_eq!(catalogue.url_of(&record.attachment), "http://h/x/a/b.zst");
    }
}
