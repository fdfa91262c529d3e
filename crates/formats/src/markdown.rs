//! markdown

use crate::{Extracted, FormatError, Limits, Options};

pub(crate) fn extract(_bytes: &[u8], _options: &Options, _limits: &Limits) -> Result<Extracted, FormatError> {
    Err(FormatError::Unsupported("markdown".into()))
}
