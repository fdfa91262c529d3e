//! What of a document is to be translated, where people disagree.

use serde::{Deserialize, Serialize};

/// Extraction options; the defaults are what most people expect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Comments in office documents. Default on.
    pub comments: bool,
    /// Footnotes and endnotes. Default on.
    pub notes: bool,
    /// Hidden text. Default off.
    pub hidden_text: bool,
    /// Alternative texts of pictures. Default on.
    pub alt_text: bool,
    /// Title, subject, description and keywords in the document's properties. Default on.
    pub properties: bool,
    /// Smaller text where a translation is longer than the slide has room for. Default on.
    pub fit_text: bool,
    /// Keys of a Markdown front matter whose text values are translated.
    pub front_matter_keys: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        let keys = ["title", "description", "summary", "excerpt", "subtitle", "tagline"];
        Self {
            comments: true,
            notes: true,
            hidden_text: false,
            alt_text: true,
            properties: true,
            fit_text: true,
            front_matter_keys: keys.map(str::to_owned).to_vec(),
        }
    }
}
