//! The body of a start request as it stands on the wire. Every member is optional here: `check` says what is missing,
//! by name.

use serde::Deserialize;
use utoipa::ToSchema;

/// What a job is asked to do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StartTranslationDetails)]
pub(crate) struct StartRequest {
    /// At least one.
    #[schema(required = true, nullable = false)]
    pub(crate) inputs: Option<Vec<BatchInput>>,
    pub(crate) options: Option<BatchOptions>,
    #[schema(ignore)]
    translate_text_within_image: Option<bool>,
    #[schema(ignore)]
    translate_within_image: Option<bool>,
}

/// One source and where it goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BatchRequest)]
pub(crate) struct BatchInput {
    #[schema(required = true, nullable = false)]
    pub(crate) source: Option<BatchSource>,
    /// At least one.
    #[schema(required = true, nullable = false)]
    pub(crate) targets: Option<Vec<BatchTarget>>,
    /// `Folder` (the default) or `File`.
    pub(crate) storage_type: Option<String>,
    #[schema(ignore)]
    translate_text_within_image: Option<bool>,
    #[schema(ignore)]
    translate_within_image: Option<bool>,
}

/// Where the documents are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SourceInput)]
pub(crate) struct BatchSource {
    /// A container or folder; one file if the storage type is `File`.
    #[schema(required = true, nullable = false)]
    pub(crate) source_url: Option<String>,
    pub(crate) filter: Option<BatchFilter>,
    /// Detected for each document if absent.
    pub(crate) language: Option<String>,
    /// `AzureBlob`.
    pub(crate) storage_source: Option<String>,
}

/// Which documents of a folder.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = DocumentFilter)]
pub(crate) struct BatchFilter {
    /// Names begin so, case-sensitive.
    pub(crate) prefix: Option<String>,
    /// Names end so, case-sensitive.
    pub(crate) suffix: Option<String>,
}

/// Where the translations go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TargetInput)]
pub(crate) struct BatchTarget {
    /// A container or folder; the whole name of the file if the storage type is `File`.
    #[schema(required = true, nullable = false)]
    pub(crate) target_url: Option<String>,
    #[schema(required = true, nullable = false)]
    pub(crate) language: Option<String>,
    /// An engine by its name; the standard one if there is none of that name.
    pub(crate) category: Option<String>,
    /// An engine by its name; documents fail if there is none of that name.
    pub(crate) deployment_name: Option<String>,
    pub(crate) glossaries: Option<Vec<BatchGlossary>>,
    /// `AzureBlob`.
    pub(crate) storage_source: Option<String>,
}

/// A glossary file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Glossary)]
pub(crate) struct BatchGlossary {
    #[schema(required = true, nullable = false)]
    pub(crate) glossary_url: Option<String>,
    /// `CSV`, `TSV` or `XLIFF`; told by the file's extension if absent.
    pub(crate) format: Option<String>,
    pub(crate) version: Option<String>,
    /// `AzureBlob`.
    pub(crate) storage_source: Option<String>,
}

/// Options of a job.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchOptions {
    /// Accepted; text within images stays as it is, every image counter is 0, and the report counts the images.
    translate_text_within_image: Option<bool>,
    #[schema(ignore)]
    translate_within_image: Option<bool>,
    /// Accepted and ignored.
    #[serde(rename = "experimental")]
    _experimental: Option<bool>,
}

/// Every member's name: others are ignored.
pub(crate) const MEMBERS: &[&str] = &[
    "inputs",
    "source",
    "sourceUrl",
    "filter",
    "prefix",
    "suffix",
    "language",
    "storageSource",
    "targets",
    "targetUrl",
    "category",
    "deploymentName",
    "glossaries",
    "glossaryUrl",
    "format",
    "version",
    "storageType",
    "options",
    "translateTextWithinImage",
    "translateWithinImage",
    "experimental",
];

impl StartRequest {
    /// Whether text within images is to be translated: two names at three places, any one will do.
    pub(crate) fn wants_images(&self) -> bool {
        let here = [self.translate_text_within_image, self.translate_within_image];
        let options = self.options.iter().flat_map(|o| [o.translate_text_within_image, o.translate_within_image]);
        let inputs =
            self.inputs.iter().flatten().flat_map(|i| [i.translate_text_within_image, i.translate_within_image]);
        here.into_iter().chain(options).chain(inputs).any(|flag| flag == Some(true))
    }
}
