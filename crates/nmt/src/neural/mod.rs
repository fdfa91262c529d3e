//! The engine `neural`: Firefox Translations models, on this machine's processors.
//!
//! A call's texts go through [`stream`]: they are looked up in the cache; the rest is drafted ([`draft`]) with stand-ins
//! for what must not change ([`protect`]), computed side by side with everybody else's ([`pool`]), judged ([`guard`]),
//! put to the model in other words where it failed ([`work`]) or where it is a label ([`trial`]), repaired in small
//! things ([`repair`]), and put together again ([`restore`], [`piece`]). What computes a model hides behind
//! [`model::Model`].

mod abbreviations;
mod align;
#[cfg(test)]
mod any_text;
mod budget;
mod cache;
mod config;
mod draft;
mod edges;
mod extent;
mod guard;
mod label;
mod links;
mod loaded;
mod metrics;
mod model;
mod piece;
mod pool;
mod processor;
mod protect;
mod repair;
mod restore;
mod route;
mod spaced;
mod span_map;
mod split;
mod stored;
mod stream;
#[cfg(test)]
mod testing;
mod trial;
mod units;
mod work;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use terjuman_model::LanguagePair;

use crate::marian;
use crate::models::{Manifest, Models, ModelsError};
use crate::neural::cache::Cache;
use crate::neural::loaded::{Loaded, LoadedModels};
use crate::neural::pool::Pool;
use crate::neural::route::{Route, pairs, route};
use crate::neural::stored::StoredModel;
use crate::neural::stream::Stream;
use crate::translator::{Fixed, Link, Pairs, Source, TranslateError, Translated, Translator, Unit, Watch};

pub use config::{Kernel, NeuralConfig, StartError};

/// How many sources go through both models of a pivot before the next ones do: a bound on memory.
const WINDOW: usize = 512;

/// The engine `neural`: sentences, the pairs of the model store, and pairs of those by way of English.
pub struct Neural {
    models: Models,
    loaded: LoadedModels,
    pool: Pool,
    cache: Cache,
    listed: Mutex<Option<(SystemTime, Arc<[LanguagePair]>)>>,
}

impl Neural {
    /// Starts the compute threads; models are loaded when they are first needed.
    ///
    /// # Errors
    /// If the processor cannot run the kernel, or a thread cannot be started.
    pub fn new(models: Models, config: &NeuralConfig) -> Result<Self, StartError> {
        let kernel = config.kernel.pick()?;
        let threads = match config.threads {
            Some(threads) => threads.get(),
            None => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        };
        let pool = Pool::new(threads)?;
        let loaded = LoadedModels::new(config.memory_bytes, kernel);
        tracing::debug!(threads, kernel = kernel.name(), "started {threads} threads for the engine neural");
        Ok(Self { models, loaded, pool, cache: Cache::new(config.cache_bytes), listed: Mutex::default() })
    }

    /// How long the engine's threads had nothing to do and no caller was at work in their place, all added up, since the first
    /// call: for benches, and promised to nobody.
    #[cfg(feature = "measure")]
    #[doc(hidden)]
    pub fn idle(&self) -> std::time::Duration {
        self.pool.idle()
    }

    /// The pairs that have a model of their own. The store's folder tells when it changed: a new model needs no
    /// restart.
    fn installed(&self) -> Arc<[LanguagePair]> {
        let changed = std::fs::metadata(self.models.folder()).and_then(|folder| folder.modified()).ok();
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(changed), Some((then, pairs))) = (changed, &*listed)
            && changed == *then
        {
            return Arc::clone(pairs);
        }
        let pairs: Arc<[LanguagePair]> = match self.models.list() {
            Ok(models) => models.iter().map(|model| model.pair()).collect(),
            Err(error) => {
                tracing::error!(%error, "the model store cannot be read: {error}");
                Arc::new([])
            }
        };
        *listed = changed.map(|changed| (changed, Arc::clone(&pairs)));
        pairs
    }

    fn load(&self, pair: &LanguagePair) -> Result<Loaded, TranslateError> {
        self.loaded.get(&self.models, pair).map_err(|error| match error {
            ModelsError::Missing(_) => TranslateError::UnknownPair(pair.clone()),
            error => TranslateError::Model { pair: pair.clone(), reason: error.to_string() },
        })
    }

    /// Translates with one model.
    fn through(
        &self,
        loaded: &Loaded,
        sources: &[Source],
        watch: &dyn Watch,
        advanced: &dyn Fn(usize),
    ) -> Result<Vec<Translated>, TranslateError> {
        let done = |index: usize| advanced(sources[index].text.len());
        let mut stream = Stream::new(loaded, &self.cache, sources, &done);
        let run = self.pool.run(&loaded.model, &mut stream, &|| watch.is_cancelled());
        run.map_err(|_| TranslateError::Cancelled)?;
        Ok(stream.finish())
    }
}

impl Translator for Neural {
    fn name(&self) -> &str {
        "neural"
    }

    fn model(&self, pair: &LanguagePair) -> Option<String> {
        Some(match route(&self.installed(), pair)? {
            Route::Direct(pair) => pair.to_string(),
            Route::Pivot(first, second) => format!("{first} + {second}"),
        })
    }

    fn pairs(&self) -> Pairs {
        Pairs::Only(pairs(&self.installed()))
    }

    fn supports(&self, pair: &LanguagePair) -> bool {
        route(&self.installed(), pair).is_some()
    }

    fn unit(&self) -> Unit {
        Unit::Sentence
    }

    fn garbles_foreign_text(&self) -> bool {
        true
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        match route(&self.installed(), pair).ok_or_else(|| TranslateError::UnknownPair(pair.clone()))? {
            Route::Direct(direct) => {
                let model = self.load(&direct)?;
                self.through(&model, sources, watch, &|bytes| watch.advanced(bytes))
            }
            Route::Pivot(first, second) => {
                let (first, second) = (self.load(&first)?, self.load(&second)?);
                let mut out = Vec::with_capacity(sources.len());
                for window in sources.chunks(WINDOW) {
                    let middles = self.through(&first, window, watch, &|_| {})?;
                    let (bridges, orders): (Vec<_>, Vec<_>) =
                        window.iter().zip(&middles).map(|(source, middle)| bridge(source, middle)).unzip();
                    let ends = self.through(&second, &bridges, watch, &|_| {})?;
                    for (((source, middle), order), end) in window.iter().zip(middles).zip(orders).zip(ends) {
                        out.push(across(source, &middle, &order, end));
                        watch.advanced(source.text.len());
                    }
                }
                Ok(out)
            }
        }
    }
}

/// Loads a model and lets it go again, to see that it works.
pub(crate) fn try_load(models: &Models, manifest: &Manifest) -> Result<(), ModelsError> {
    StoredModel::load(models, manifest, marian::Kernel::detect()).map(drop)
}

/// What the second model gets of what the first one made, and the order of the fixed ranges in it.
fn bridge(source: &Source, middle: &Translated) -> (Source, Vec<usize>) {
    let mut order: Vec<usize> = (0..middle.fixed.len()).filter(|index| !middle.fixed[*index].is_empty()).collect();
    order.sort_by_key(|index| middle.fixed[*index].start);
    let fixed = order.iter().map(|index| {
        let range = middle.fixed[*index].clone();
        Fixed { text: middle.text[range.clone()].to_owned(), range }
    });
    (Source { text: middle.text.clone(), fixed: fixed.collect(), linked: source.linked }, order)
}

/// The translation from end to end.
fn across(source: &Source, middle: &Translated, order: &[usize], end: Translated) -> Translated {
    if middle.kept_as_source || end.kept_as_source {
        // Half a way leads nowhere: text in a third language is worse than the source.
        let kept = piece::join(source, std::iter::empty());
        return Translated { kept_as_source: true, ..kept };
    }
    let mut fixed = vec![0..0; source.fixed.len()];
    for (place, index) in order.iter().enumerate() {
        fixed[*index] = end.fixed[place].clone();
    }
    let mut links: Vec<Link> = Vec::new();
    // Both lists are ordered by target; the middle's target ranges overlap only when they are the same.
    for link in &end.links {
        let first = middle.links.partition_point(|earlier| earlier.target.end <= link.source.start);
        let reached = middle.links[first..].iter().take_while(|earlier| earlier.target.start < link.source.end);
        links.extend(reached.map(|earlier| Link { source: earlier.source.clone(), target: link.target.clone() }));
    }
    links.sort_by_key(|link| (link.target.start, link.source.start));
    links.dedup();
    let score = match (middle.score, end.score) {
        (Some(first), Some(second)) => Some(first.and(second)),
        (first, second) => first.or(second),
    };
    Translated { text: end.text, links, fixed, kept_as_source: false, score }
}
