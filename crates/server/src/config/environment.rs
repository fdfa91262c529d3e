//! The environment, read here and nowhere else.

use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};

/// Keys whose values are lists: comma-separated in the environment.
const LISTS: [&str; 10] = [
    "auth.keys",
    "auth.tokens",
    "secrets.old_keys",
    "storage.allow_hosts",
    "storage.only_hosts",
    "storage.file_roots",
    "limits.refused_formats",
    "options.front_matter_keys",
    "options.json_keys",
    "options.json_keys_excluded",
];

/// `TERJUMAN_SECTION__KEY` variables.
pub(crate) struct Variables(Vec<(String, String)>);

impl Variables {
    /// Those of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub(crate) fn of_process() -> Self {
        Self(
            std::env::vars_os()
                .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        )
    }
}

impl Provider for Variables {
    fn metadata(&self) -> Metadata {
        Metadata::named("the environment (TERJUMAN_*)")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut dict = Dict::new();
        for (name, text) in &self.0 {
            let Some(path) = name.strip_prefix("TERJUMAN_").map(|rest| rest.to_lowercase().replace("__", ".")) else {
                continue;
            };
            // Settings of the tests and the scripts share the prefix.
            if path.starts_with("test_") {
                continue;
            }
            let value = if LISTS.contains(&path.as_str()) {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::from(items.map(Value::from).collect::<Vec<_>>())
            } else if path.starts_with("storage.stores.") {
                // Names, addresses and keys: text, whatever it looks like.
                Value::from(text.as_str())
            } else {
                // The same reading of numbers and booleans as everywhere else.
                text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {})
            };
            insert(&mut dict, &path, value);
        }
        Ok(Profile::Default.collect(dict))
    }
}

fn insert(dict: &mut Dict, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            dict.insert(path.to_owned(), value);
        }
        Some((section, rest)) => {
            let entry = dict.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, inner) = entry {
                insert(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use figment::Figment;

    use super::*;
    use crate::config::Config;

    #[test]
    fn sections_numbers_and_lists_are_read() {
        let pairs = [
            ("TERJUMAN_WORKER__START_DELAY_MS", "100"),
            ("TERJUMAN_STORAGE__ALLOW_HOSTS", "127.0.0.1:10000, azurite"),
            ("TERJUMAN_ENGINE__DEFAULT", "pseudo"),
            ("TERJUMAN_STORAGE__STORES__MINIO__KIND", "s3"),
            ("TERJUMAN_STORAGE__STORES__MINIO__SECRET", "0123456789"),
            ("TERJUMAN_STORAGE__STORES__GOOGLE__KIND", "gcs"),
            ("TERJUMAN_STORAGE__STORES__GOOGLE__CREDENTIALS_FILE", "/run/secrets/google.json"),
            ("TERJUMAN_TEST_MODELS", "/somewhere"),
            ("PATH", "/bin"),
        ];
        let variables = Variables(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec());
        let config: Config = Figment::new().merge(variables).extract().unwrap();
        assert_eq!(config.worker.start_delay_ms, 100);
        assert_eq!(config.storage.allow_hosts, ["127.0.0.1:10000", "azurite"]);
        assert_eq!(config.engine.default, "pseudo");
        assert_eq!(config.storage.stores["minio"].secret.expose(), "0123456789");
        let file = config.storage.stores["google"].credentials_file.as_deref();
        assert_eq!(file, Some(std::path::Path::new("/run/secrets/google.json")));
    }
}
