//! The keys that requests are sealed with in the database.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use terjuman_api::Secret;
use terjuman_jobs::{Sealer, SealingKey};
use zeroize::Zeroizing;

/// Where the keys are that seal the SAS of open jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SecretsConfig {
    /// The key that seals: 32 bytes in base64 (`openssl rand -base64 32`) or 64 hexadecimal digits. Default none: a file
    /// has it.
    pub(crate) key: Option<Secret>,
    /// A file with one key a line: the first one seals, the others are older ones that still open. It must not be open to
    /// others. Default: `secrets.key` in the data directory, made at the first start.
    pub(crate) key_file: Option<PathBuf>,
    /// Keys that sealed once and still open. Default none.
    pub(crate) old_keys: Vec<Secret>,
}

impl SecretsConfig {
    /// What types cannot say.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.key.is_none() || self.key_file.is_none(),
            "secrets.key and secrets.key_file: give one of them, not both"
        );
        parse(self.key.iter().map(Secret::expose)).context("secrets.key")?;
        parse(self.old_keys.iter().map(Secret::expose)).context("secrets.old_keys")?;
        Ok(())
    }

    /// The keys in force. The file in the data directory is made if it is the one to be used and is not there.
    pub(crate) fn sealer(&self, data_dir: &Path) -> anyhow::Result<Sealer> {
        let mut keys = match (&self.key, &self.key_file) {
            (Some(key), _) => parse(std::iter::once(key.expose())).context("secrets.key")?,
            (None, Some(path)) => read(path).with_context(|| format!("secrets.key_file: {}", path.display()))?,
            (None, None) => {
                let path = data_dir.join("secrets.key");
                make(&path).with_context(|| format!("the key file {} cannot be made", path.display()))?;
                read(&path).with_context(|| format!("the key file {}", path.display()))?
            }
        };
        keys.extend(parse(self.old_keys.iter().map(Secret::expose)).context("secrets.old_keys")?);
        let Some((current, older)) = keys.split_first() else { bail!("secrets: there is no key") };
        Ok(Sealer::new(current, older))
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<SealingKey>> {
    let mode = std::fs::metadata(path)?.permissions().mode();
    ensure!(mode & 0o007 == 0, "everybody on this machine can read it: chmod 600 {}", path.display());
    let text = Zeroizing::new(std::fs::read_to_string(path)?);
    let keys = parse(text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')))?;
    ensure!(!keys.is_empty(), "there is no key in it");
    Ok(keys)
}

/// The value of an entry is never repeated.
fn parse<'t>(entries: impl Iterator<Item = &'t str>) -> anyhow::Result<Vec<SealingKey>> {
    let parse = |(index, entry): (usize, &str)| {
        entry.parse::<SealingKey>().with_context(|| format!("key {} cannot be used", index + 1))
    };
    entries.enumerate().map(parse).collect()
}

/// Makes a file with a new key, unless it is there. Of processes that start at once one wins, and all read what it wrote.
fn make(path: &Path) -> anyhow::Result<()> {
    if path.try_exists()? {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".secrets-{}", std::process::id()));
    // One that an earlier process of this number left behind.
    drop(std::fs::remove_file(&draft));
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&draft)?;
    writeln!(file, "{}", SealingKey::random()?.expose().as_str())?;
    file.sync_all()?;
    // A link never replaces a file.
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
        // Jobs are sealed with it from now on: it must not be lost where they are kept.
        _ => File::open(folder)?.sync_all()?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/secrets.key");
        let config = SecretsConfig::default();
        let data_dir = path.parent().unwrap();
        let made = format!("{:?}", config.sealer(data_dir).unwrap());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(format!("{:?}", config.sealer(data_dir).unwrap()), made);
        assert_eq!(std::fs::read_dir(data_dir).unwrap().count(), 1);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = format!("{:#}", config.sealer(data_dir).unwrap_err());
        assert!(error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn what_is_no_key_is_named_by_its_place_and_not_repeated() {
        let secret = |text: &str| Secret::from(text.to_owned());
        let (good, bad) = ("a".repeat(64), "SECRET");
        let config = |key: &str, old: &[&str]| SecretsConfig {
            key: Some(secret(key)),
            key_file: None,
            old_keys: old.iter().map(|key| secret(key)).collect(),
        };
        config(&good, &[&good]).check().unwrap();
        for wrong in [config(bad, &[]), config(&good, &[bad])] {
            let error = format!("{:#}", wrong.check().unwrap_err());
            assert!(error.contains("key 1 cannot be used") && !error.contains("SECRET"), "{error}");
        }
        let both = SecretsConfig { key_file: Some("x".into()), ..config(&good, &[]) };
        assert!(both.check().is_err());
    }
}
