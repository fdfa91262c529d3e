//! Puts the configured parts together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use terjuman_nmt::{Engines, Identity, Pseudo, Translator};

use crate::config::{Config, EngineKind};

/// The engines that always exist, and the configured further names for them.
pub(crate) fn engines(config: &Config) -> anyhow::Result<Engines> {
    let of = |kind: EngineKind| match kind {
        EngineKind::Pseudo => {
            Arc::new(Pseudo::new(Duration::from_millis(config.engine.pseudo_delay_ms))) as Arc<dyn Translator>
        }
        EngineKind::Identity => Arc::new(Identity) as Arc<dyn Translator>,
    };
    let always = [("pseudo", EngineKind::Pseudo), ("identity", EngineKind::Identity)];
    let mut by_name: BTreeMap<_, _> = always.map(|(name, kind)| (name.to_owned(), of(kind))).into();
    by_name.extend(config.engines.iter().map(|(name, engine)| (name.clone(), of(engine.kind))));
    Ok(Engines::new(by_name, &config.engine.default)?)
}
