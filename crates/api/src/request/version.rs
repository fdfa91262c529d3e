//! The `api-version` of a request.

use crate::error::{ApiError, Refusal};
use crate::request::query::Query;

/// The versions that are served, oldest first: what a version knows, the later ones know, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ApiVersion {
    V2024_05_01,
    V2024_11_01Preview,
    V2025_12_01Preview,
    V2026_03_01,
}

impl ApiVersion {
    pub(crate) const ALL: [Self; 4] =
        [Self::V2024_05_01, Self::V2024_11_01Preview, Self::V2025_12_01Preview, Self::V2026_03_01];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::V2024_05_01 => "2024-05-01",
            Self::V2024_11_01Preview => "2024-11-01-preview",
            Self::V2025_12_01Preview => "2025-12-01-preview",
            Self::V2026_03_01 => "2026-03-01",
        }
    }

    /// Whether image counters, deployments and the later formats are known. The previews behave as 2026-03-01.
    pub(crate) fn is_newer(self) -> bool {
        self > Self::V2024_05_01
    }

    /// # Errors
    /// If it is missing, none of ours, or given twice with different values.
    pub(crate) fn of(query: &Query) -> Result<Self, ApiError> {
        const NAME: &str = "api-version";
        let supported = || Self::ALL.map(Self::as_str).join(", ");
        let text = query.one(NAME)?.ok_or_else(|| {
            let message = format!("The query parameter api-version is required. Supported: {}.", supported());
            ApiError::new(Refusal::MissingApiVersion, message).at(NAME)
        })?;
        Self::ALL.into_iter().find(|version| version.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let message = format!("The api-version is not one of the supported versions: {}.", supported());
            ApiError::new(Refusal::UnsupportedApiVersion, message).at(NAME)
        })
    }
}
