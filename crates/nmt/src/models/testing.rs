//! Models for tests of the store: files that nobody loads.

use std::fs;
use std::path::Path;

use crate::models::Models;

/// A store that takes files as they are.
pub(crate) fn unchecked(folder: &Path) -> Models {
    Models { folder: folder.to_owned(), check: |_, _| Ok(()) }
}

pub(crate) fn write_model(folder: &Path, infix: &str) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(format!("model.{infix}.bin")), "weights").unwrap();
    fs::write(folder.join(format!("vocab.{infix}.spm")), "vocabulary").unwrap();
    fs::write(folder.join("config.yml"), "nobody reads this").unwrap();
}
