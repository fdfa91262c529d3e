//! The place where translations go: whether it can be used, and what lies there already.

use std::collections::HashSet;
use std::sync::Arc;

use terjuman_blobs::{BlobError, Container, Location, Stores};
use terjuman_model::FailureCode;

use super::enumerate::{LISTING, Stop, first_look, in_time};
use crate::{JobTarget, StorageKind};

/// Files that are asked for one by one in a target that holds many others.
const FEW: usize = 16;

/// A target that was opened.
pub(super) struct Target<'a> {
    location: &'a Location,
    container: Arc<dyn Container>,
    /// The whole name, for a file.
    name: Option<String>,
}

impl<'a> Target<'a> {
    /// Opens it under the access policy; nothing is connected to yet.
    pub(super) fn open(stores: &Stores, kind: StorageKind, target: &'a JobTarget) -> Result<Self, Stop> {
        let location = &target.location;
        let (container, name) = match kind {
            StorageKind::Folder => (stores.folder(location).map_err(|error| unusable(&error))?, None),
            StorageKind::File => {
                let (container, name) = stores.file(location).map_err(|error| unusable(&error))?;
                (container, Some(name))
            }
        };
        Ok(Self { location, container, name })
    }

    /// What the translation of a source is called here.
    pub(super) fn name_for<'n>(&'n self, source: &'n str) -> &'n str {
        self.name.as_deref().unwrap_or(source)
    }

    /// The URL of a file here, without SAS.
    pub(super) fn public_url(&self, name: &str) -> String {
        self.container.public_url(name)
    }

    /// Whether one of the names is there already. With no names, only whether the place can be used.
    ///
    /// However many other files lie here, and however many names there are, this is a few listings, or a few names.
    pub(super) async fn taken(&self, names: &[String]) -> Result<bool, Stop> {
        let prefix = common_prefix(names);
        match first_look(&*self.container, prefix).await {
            Ok(entries) => Ok(any_of(names, entries.iter().map(|entry| entry.name.as_str()))),
            Err(BlobError::TooMany { .. }) if names.is_empty() => Ok(false),
            Err(BlobError::TooMany { .. }) if names.len() <= FEW => self.ask_each(names).await,
            Err(BlobError::TooMany { .. }) => match self.container.list(prefix, LISTING).await {
                Ok(entries) => Ok(any_of(names, entries.iter().map(|entry| entry.name.as_str()))),
                // More than anybody should list: the conditional write decides.
                Err(BlobError::TooMany { .. }) => Ok(false),
                Err(error) => Err(unusable(&error)),
            },
            // On disk, folders are made as they are needed.
            Err(BlobError::NotFound) if self.location.url().scheme() == "file" => Ok(false),
            // By its own words the key does not list: the conditional write decides. One file's key may tell of it.
            Err(BlobError::Forbidden) if !self.location.grants_listing() => match names {
                [only] => self.ask_each(std::slice::from_ref(only)).await,
                _ => Ok(false),
            },
            Err(error) => Err(unusable(&error)),
        }
    }

    async fn ask_each(&self, names: &[String]) -> Result<bool, Stop> {
        for name in names {
            match in_time(self.container.head(name)).await {
                Ok(_) => return Ok(true),
                Err(BlobError::NotFound | BlobError::Forbidden) => {}
                Err(error) => return Err(unusable(&error)),
            }
        }
        Ok(false)
    }
}

fn any_of<'e>(names: &[String], mut entries: impl Iterator<Item = &'e str>) -> bool {
    let names: HashSet<&str> = names.iter().map(String::as_str).collect();
    entries.any(|entry| names.contains(entry))
}

/// What all names start with: a listing need not go beyond it.
fn common_prefix(names: &[String]) -> &str {
    let Some((first, rest)) = names.split_first() else { return "" };
    let mut length = first.len();
    for name in rest {
        let equal = first.bytes().zip(name.bytes()).take(length).take_while(|(a, b)| a == b).count();
        length = equal;
    }
    while !first.is_char_boundary(length) {
        length -= 1;
    }
    &first[..length]
}

fn unusable(error: &BlobError) -> Stop {
    Stop::storage(error, FailureCode::InvalidTargetDocumentAccessLevel, "the target location", "write and list")
}

/// The answer to a target file that is there already.
pub(super) fn exists() -> Stop {
    let message = "a file that this job would write exists already; remove it or give another target";
    Stop::refused(FailureCode::TargetFileAlreadyExists, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &str) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(common_prefix(&names), expected);
    }

    #[test]
    fn listings_start_at_what_all_names_share() {
        check(&[], "");
        check(&["a/b.txt"], "a/b.txt");
        check(&["a/b.txt", "a/c.txt", "a/bc.txt"], "a/");
        check(&["a", "b"], "");
        check(&["é1", "è1"], "");
        check(&["ab", "a"], "a");
    }
}
