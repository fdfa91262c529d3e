//! The list operations' parameters, pages and links (`api.md` section 9).

mod listing;
mod token;

use serde::Serialize;

pub(crate) use listing::Listing;

/// One page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageBody<T> {
    pub(crate) value: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_link: Option<String>,
}

impl<T> Default for PageBody<T> {
    fn default() -> Self {
        Self { value: Vec::new(), next_link: None }
    }
}
