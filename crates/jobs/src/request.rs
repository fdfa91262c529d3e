//! What a job is asked to do, parsed and checked. Stored with the job row.

use serde::{Deserialize, Serialize};
use terjuman_blobs::Location;
use terjuman_model::LanguageTag;
use terjuman_pipeline::{Changes, GlossaryFormat};

/// The work of one job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRequest {
    /// At least one.
    pub inputs: Vec<JobInput>,
    /// What the request changes of the options that are set where it is worked on.
    #[serde(default, skip_serializing_if = "Changes::is_empty")]
    pub options: Changes,
}

/// One source and its targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobInput {
    /// What the URLs name.
    pub kind: StorageKind,
    /// From where.
    pub source: JobSource,
    /// To where; at least one.
    pub targets: Vec<JobTarget>,
}

/// What the URLs of an input name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageKind {
    /// Containers or folders.
    Folder,
    /// Single files.
    File,
}

/// Where the documents are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSource {
    /// Container, folder or file.
    pub location: Location,
    /// Names start with this (case-sensitive); empty for all. Folder jobs only.
    pub prefix: String,
    /// Names end with this (case-sensitive); empty for all. Folder jobs only.
    pub suffix: String,
    /// Their language; `None` detects it for each document.
    pub language: Option<LanguageTag>,
}

/// Where the translations go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTarget {
    /// Container, folder or file.
    pub location: Location,
    /// Into which language.
    pub language: LanguageTag,
    /// A custom engine, falls back to the default one.
    pub category: Option<String>,
    /// A named engine; documents fail if it does not exist. `general` is stored as `None`.
    pub deployment: Option<String>,
    /// Glossaries, the earlier wins.
    pub glossaries: Vec<GlossarySource>,
}

/// Where a glossary is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlossarySource {
    /// One file.
    pub location: Location,
    /// Its format.
    pub format: GlossaryFormat,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_the_time_before_options_is_read() {
        let old: JobRequest = serde_json::from_str(r#"{"inputs":[]}"#).unwrap();
        assert_eq!(old, JobRequest::default());
        assert_eq!(serde_json::to_string(&old).unwrap(), r#"{"inputs":[]}"#);
        let mut new = JobRequest::default();
        new.options.set("comments", "false").unwrap();
        let body = serde_json::to_string(&new).unwrap();
        assert_eq!(serde_json::from_str::<JobRequest>(&body).unwrap(), new);
    }
}
