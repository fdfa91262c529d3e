//! Folders on disk, below the roots that the operator names in `storage.file_roots`.
//!
//! Every path is walked component by component from its root, each step relative to the open directory before it and
//! refusing symbolic links ([`walk`]): there is no moment at which a name is resolved as a whole, so none at which it
//! can be made to lead outside. The work is done on blocking threads.

mod list;
mod names;
mod read;
mod replace;
mod roots;
mod stamp;
mod sweep;
mod walk;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use rustix::io::Errno;
use url::Url;

pub(crate) use self::roots::Roots;
pub(crate) use self::sweep::sweep;
use crate::{BlobEntry, BlobError, Container, Created, Stamp};

/// What our unfinished files start with: skipped in listings, removed by [`sweep`].
const TEMPORARY_PREFIX: &str = ".terjuman-";

/// A folder below a root.
pub(crate) struct LocalContainer {
    folder: Arc<Folder>,
    /// The folder as the caller spelled it.
    url: Url,
}

/// Where a folder lies: its root, resolved once, and the way down from it.
#[derive(Debug, Clone)]
struct Folder {
    root: PathBuf,
    below: Vec<String>,
}

impl LocalContainer {
    async fn blocking<T, Work>(&self, work: Work) -> Result<T, BlobError>
    where
        T: Send + 'static,
        Work: FnOnce(&Folder) -> Result<T, BlobError> + Send + 'static,
    {
        let folder = Arc::clone(&self.folder);
        blocking(move || work(&folder)).await
    }
}

/// Runs disk work where it may block.
async fn blocking<T, Work>(work: Work) -> Result<T, BlobError>
where
    T: Send + 'static,
    Work: FnOnce() -> Result<T, BlobError> + Send + 'static,
{
    // The task is never aborted and must not panic; if the runtime is going down, there is nobody to answer.
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(BlobError::Unreachable))
}

#[async_trait]
impl Container for LocalContainer {
    async fn list(&self, prefix: &str, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
        let prefix = prefix.to_owned();
        self.blocking(move |folder| list::list(folder, &prefix, limit)).await
    }

    async fn head(&self, name: &str) -> Result<BlobEntry, BlobError> {
        let name = name.to_owned();
        self.blocking(move |folder| read::head(folder, &name)).await
    }

    async fn read(&self, name: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, BlobError> {
        let (name, etag) = (name.to_owned(), etag.map(str::to_owned));
        self.blocking(move |folder| read::read(folder, &name, etag.as_deref(), limit)).await
    }

    async fn create(
        &self,
        name: &str,
        content: Bytes,
        _content_type: &str,
        stamp: &Stamp,
    ) -> Result<Created, BlobError> {
        let (name, stamp) = (name.to_owned(), stamp.clone());
        self.blocking(move |folder| write::create(folder, &name, &content, &stamp)).await
    }

    async fn stamp(&self, name: &str) -> Result<Option<Stamp>, BlobError> {
        let name = name.to_owned();
        self.blocking(move |folder| stamp::at(folder, &name)).await
    }

    fn public_url(&self, name: &str) -> String {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(name.split('/'));
        }
        url.into()
    }
}

/// What the system's refusal means for a name below a root.
fn from_errno(errno: Errno) -> BlobError {
    match errno {
        Errno::NOENT | Errno::NOTDIR => BlobError::NotFound,
        // With links refused at each step, a link shows as either of these.
        Errno::LOOP | Errno::MLINK => BlobError::Refused("symbolic links are not followed"),
        Errno::ACCESS | Errno::PERM | Errno::ROFS => BlobError::Forbidden,
        Errno::NAMETOOLONG | Errno::INVAL | Errno::ILSEQ => BlobError::BadName("the file system does not take it"),
        Errno::EXIST => BlobError::Exists,
        Errno::NOSPC | Errno::DQUOT => BlobError::Full,
        _ => BlobError::Unreachable,
    }
}

fn from_io(error: &std::io::Error) -> BlobError {
    error.raw_os_error().map_or(BlobError::Unreachable, |code| from_errno(Errno::from_raw_os_error(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_is_full_and_not_away() {
        for errno in [Errno::NOSPC, Errno::DQUOT] {
            let error = from_io(&std::io::Error::from_raw_os_error(errno.raw_os_error()));
            assert!(matches!(error, BlobError::Full) && error.is_transient(), "{error}");
        }
    }
}
