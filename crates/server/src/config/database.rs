//! Where jobs are kept.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde::{Deserialize, Serialize, Serializer};

/// Where jobs are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DatabaseConfig {
    /// `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST:PORT/DATABASE` for several processes. Default empty: the file
    /// `jobs.db` in the data directory.
    pub(crate) url: DatabaseUrl,
    /// Connections of this process to PostgreSQL for requests; up to seven more are for work, heartbeats and
    /// notifications. Too low: requests wait for each other; too high: all processes together pass the server's own
    /// limit. Default 10.
    pub(crate) max_connections: u32,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: DatabaseUrl::default(), max_connections: 10 }
    }
}

impl DatabaseConfig {
    /// The database that is meant.
    pub(crate) fn place(&self, data_dir: &Path) -> anyhow::Result<Place> {
        let url = self.url.0.as_str();
        if url.is_empty() {
            return Ok(Place::Sqlite(data_dir.join("jobs.db")));
        }
        if self.url.is_postgres() {
            return Ok(Place::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:").map(|rest| rest.trim_start_matches("//")).filter(|path| !path.is_empty()) {
            Some(path) => Ok(Place::Sqlite(PathBuf::from(path))),
            // The value may hold a password, so it is not repeated.
            None => bail!("database.url: neither sqlite:PATH nor postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        }
    }
}

/// A kind of database, and where it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A URL with a password in it.
    Postgres(String),
}

/// The address of a database. Only that of a file is ever shown: any other holds a password, or may.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    fn is_postgres(&self) -> bool {
        ["postgres://", "postgresql://"].iter().any(|scheme| self.0.starts_with(scheme))
    }

    fn shown(&self) -> &str {
        if self.0.is_empty() || self.0.starts_with("sqlite:") { &self.0 } else { "(hidden)" }
    }
}

impl From<&str> for DatabaseUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> anyhow::Result<Place> {
        DatabaseConfig { url: url.into(), ..DatabaseConfig::default() }.place(Path::new("data"))
    }

    #[test]
    fn a_file_is_shown_and_a_password_is_not() {
        assert!(place("").unwrap() == Place::Sqlite("data/jobs.db".into()));
        assert!(place("sqlite://x/y.db").unwrap() == Place::Sqlite("x/y.db".into()));
        for url in ["postgres://u:SECRET@h/d", "postgresql://u:SECRET@h/d", "mysql://u:SECRET@h/d", "SECRET"] {
            let config = DatabaseConfig { url: url.into(), ..DatabaseConfig::default() };
            assert!(!format!("{config:?}").contains("SECRET"), "{url}");
            assert!(!serde_json::to_string(&config).unwrap().contains("SECRET"), "{url}");
            match place(url) {
                Ok(place) => assert!(place == Place::Postgres(url.to_owned())),
                Err(error) => assert!(!format!("{error:#}").contains("SECRET"), "{url}"),
            }
        }
    }
}
