//! Which `file://` URLs lie below a root.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use url::{Host, Url};

use super::{Folder, LocalContainer, names};
use crate::{BlobError, ConfigError};

const OUTSIDE: BlobError = BlobError::Refused("it does not lie below any of storage.file_roots");

/// The directories that `file://` URLs may name, resolved once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roots(Vec<Root>);

#[derive(Debug, Clone)]
struct Root {
    /// As configured: how callers spell it.
    spelled: PathBuf,
    /// Without links: what is opened.
    real: PathBuf,
}

impl Roots {
    pub(crate) fn new(directories: &[PathBuf]) -> Result<Self, ConfigError> {
        let root = |path: &PathBuf| {
            let bad = || ConfigError::FileRoot { path: path.clone() };
            let spelled = std::path::absolute(path).map_err(|_| bad())?;
            let real = path.canonicalize().map_err(|_| bad())?;
            if !real.is_dir() {
                return Err(bad());
            }
            Ok(Root { spelled, real })
        };
        directories.iter().map(root).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn real(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|root| root.real.as_path())
    }

    /// The folder that a URL names.
    pub(crate) fn folder(&self, url: &Url) -> Result<LocalContainer, BlobError> {
        let folder = self.place(url)?;
        Ok(LocalContainer { folder: Arc::new(folder), url: bare(url) })
    }

    /// The folder that holds the file that a URL names, and the file's name.
    pub(crate) fn file(&self, url: &Url) -> Result<(LocalContainer, String), BlobError> {
        if url.path().ends_with('/') {
            return Err(BlobError::BadName("the URL names no file"));
        }
        let mut folder = self.place(url)?;
        let name = folder.below.pop().ok_or(BlobError::BadName("the URL names no file"))?;
        let mut parent = bare(url);
        if let Ok(mut segments) = parent.path_segments_mut() {
            segments.pop();
        }
        Ok((LocalContainer { folder: Arc::new(folder), url: parent }, name))
    }

    fn place(&self, url: &Url) -> Result<Folder, BlobError> {
        if !matches!(url.host(), None | Some(Host::Domain("localhost"))) {
            return Err(BlobError::Refused("a file URL may not name a host"));
        }
        let mut local = bare(url);
        // `file://localhost/` is the same place; without the host the path is taken as it stands.
        local.set_host(None).map_err(|_| OUTSIDE)?;
        let path = local.to_file_path().map_err(|()| OUTSIDE)?;
        // The URL's own dots are resolved already; those that were encoded (`..%2F`) show only now.
        if path.components().any(|part| matches!(part, Component::ParentDir | Component::CurDir)) {
            return Err(OUTSIDE);
        }
        let below = |base: &Path| path.strip_prefix(base).ok().map(Path::to_owned);
        let found = self.0.iter().find_map(|root| {
            let rest = below(&root.spelled).or_else(|| below(&root.real))?;
            Some((root, rest))
        });
        let (root, rest) = found.ok_or(OUTSIDE)?;
        let parts = rest
            .components()
            .map(|part| {
                let text = part.as_os_str().to_str().ok_or(BlobError::BadName("the URL's path is not UTF-8"))?;
                names::component(text).map(str::to_owned)
            })
            .collect::<Result<_, _>>()?;
        Ok(Folder { root: root.real.clone(), below: parts })
    }
}

fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_below_and_beside_a_root() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        std::fs::create_dir(&root).unwrap();
        let roots = Roots::new(std::slice::from_ref(&root)).unwrap();
        let base = Url::from_directory_path(&root).unwrap();
        let below = |text: &str| -> Result<Vec<String>, String> {
            let url = Url::parse(&text.replace("ROOT/", base.as_str())).unwrap();
            roots.place(&url).map(|folder| folder.below).map_err(|error| error.to_string())
        };
        assert_eq!(below("ROOT/").unwrap(), Vec::<String>::new());
        assert_eq!(below("ROOT/a%20b/c/?x=1#y").unwrap(), ["a b", "c"]);
        assert_eq!(below("ROOT/a/../b").unwrap(), ["b"]);
        assert_eq!(below("ROOT/a%2Fb").unwrap(), ["a", "b"]);
        for outside in [
            "ROOT/../x",
            "ROOT/..",
            "ROOT/%2e%2e/x",
            "ROOT/..%2Fx",
            "ROOT/a%2F..%2F..%2Fx",
            "ROOT/a%5C..%5Cb",
            "ROOT/a%00b",
            "ROOT/%ff",
            "file:///etc/passwd",
            "file:///",
            "file://host/share/x",
        ] {
            assert!(below(outside).is_err(), "{outside}");
        }
        // A sibling whose name starts with the root's is not below it.
        assert!(roots.place(&Url::from_directory_path(directory.path().join("rootling")).unwrap()).is_err());
        assert!(Roots::default().place(&base).is_err());
        let local = base.as_str().replace("file:///", "file://localhost/");
        assert_eq!(below(&local).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn roots_must_exist() {
        assert!(Roots::new(&[PathBuf::from("/nonexistent-terjuman-root")]).is_err());
    }
}
