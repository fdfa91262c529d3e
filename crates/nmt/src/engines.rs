//! The engines of this installation, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Translator;

/// Engines by the names that `deploymentName` and `category` may give.
#[derive(Clone)]
pub struct Engines {
    by_name: BTreeMap<String, Arc<dyn Translator>>,
    default: String,
}

/// No engine of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no engine is named {name}; there are: {}", known.join(", "))]
pub struct EngineError {
    /// What was asked for.
    pub name: String,
    /// What there is.
    pub known: Vec<String>,
}

impl Engines {
    /// The engines and which of them serves requests that name none.
    ///
    /// # Errors
    /// If `default` is not among them.
    pub fn new(by_name: BTreeMap<String, Arc<dyn Translator>>, default: &str) -> Result<Self, EngineError> {
        let engines = Self { by_name, default: default.to_owned() };
        engines.by_name(default)?;
        Ok(engines)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The name of the engine that serves requests that name none.
    #[must_use]
    pub fn default_name(&self) -> &str {
        &self.default
    }

    /// The engine that serves requests that name none.
    #[must_use]
    pub fn default_engine(&self) -> Arc<dyn Translator> {
        self.by_name(&self.default).expect("the constructor checked the default")
    }

    /// The engine of this name, in any case.
    ///
    /// # Errors
    /// If there is none.
    pub fn by_name(&self, name: &str) -> Result<Arc<dyn Translator>, EngineError> {
        let found = self.by_name.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .map(|(_, engine)| Arc::clone(engine))
            .ok_or_else(|| EngineError { name: name.to_owned(), known: self.by_name.keys().cloned().collect() })
    }

    /// The engine for a request: a deployment must exist; an unknown category falls back to the default if it may.
    /// `general`, `generalnn` and the empty string name the default.
    ///
    /// # Errors
    /// If the deployment does not exist, or the category does not and `allow_fallback` is off.
    pub fn pick(
        &self,
        deployment: Option<&str>,
        category: Option<&str>,
        allow_fallback: bool,
    ) -> Result<Arc<dyn Translator>, EngineError> {
        let named = |name: Option<&str>| name.map(str::trim).filter(|name| !is_general(name)).map(str::to_owned);
        if let Some(deployment) = named(deployment) {
            return self.by_name(&deployment);
        }
        match named(category).map(|category| self.by_name(&category)) {
            Some(Err(error)) if !allow_fallback => Err(error),
            Some(Ok(engine)) => Ok(engine),
            Some(Err(_)) | None => Ok(self.default_engine()),
        }
    }
}

/// Whether the name stands for the standard engine (`api.md` section 15).
fn is_general(name: &str) -> bool {
    name.is_empty() || name.eq_ignore_ascii_case("general") || name.eq_ignore_ascii_case("generalnn")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Identity, Pseudo, Unit};

    #[test]
    fn deployments_must_exist_and_categories_may_fall_back() {
        let by_name: BTreeMap<String, Arc<dyn Translator>> = BTreeMap::from([
            ("pseudo".into(), Arc::new(Pseudo::default()) as _),
            ("identity".into(), Arc::new(Identity) as _),
        ]);
        let engines = Engines::new(by_name.clone(), "pseudo").unwrap();
        assert!(engines.pick(None, None, true).is_ok());
        assert!(engines.pick(Some("General"), Some(""), false).is_ok());
        assert!(engines.pick(Some("IDENTITY"), None, false).is_ok());
        assert!(engines.pick(Some("gpt"), None, true).is_err());
        assert!(engines.pick(None, Some("legal"), true).is_ok());
        let error = engines.pick(None, Some("legal"), false).err().unwrap();
        assert_eq!(error.to_string(), "no engine is named legal; there are: identity, pseudo");
        assert_eq!(engines.default_engine().unit(), Unit::Segment);
        assert!(Engines::new(by_name, "neural").is_err());
    }
}
