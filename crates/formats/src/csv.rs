//! csv

use crate::{Extracted, FormatError, Limits, Options};

pub(crate) fn extract_csv(_bytes: &[u8], _options: &Options, _limits: &Limits) -> Result<Extracted, FormatError> {
    Err(FormatError::Unsupported("csv".into()))
}

pub(crate) fn extract_tsv(_bytes: &[u8], _options: &Options, _limits: &Limits) -> Result<Extracted, FormatError> {
    Err(FormatError::Unsupported("tsv".into()))
}
