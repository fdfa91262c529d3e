//! Engines that a test has in hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Pairs, Pseudo, Source, TranslateError, Translated, Translator, Unit, Watch};
use tokio::sync::Semaphore;

/// `pseudo` behind a gate. Like every engine it asks often whether it shall stop.
pub(crate) struct Gate {
    open: AtomicBool,
    entered: Semaphore,
    left: Semaphore,
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl Gate {
    pub(crate) fn closed() -> Arc<Self> {
        Arc::new(Self {
            open: AtomicBool::new(false),
            entered: Semaphore::new(0),
            left: Semaphore::new(0),
            inside: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }

    pub(crate) fn opened() -> Arc<Self> {
        let gate = Self::closed();
        gate.open();
        gate
    }

    pub(crate) fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
    }

    /// Waits until one more document is at the gate.
    pub(crate) async fn entered(&self) {
        self.entered.acquire().await.unwrap().forget();
    }

    /// Waits until one more document is gone, through the gate or stopped before it.
    pub(crate) async fn left(&self) {
        self.left.acquire().await.unwrap().forget();
    }

    /// The most documents that were here at a time.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    fn wait(&self, watch: &dyn Watch) -> Result<(), TranslateError> {
        while !self.open.load(Ordering::SeqCst) {
            if watch.is_cancelled() {
                return Err(TranslateError::Cancelled);
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Translator for Gate {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> Unit {
        Unit::Segment
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        self.most.fetch_max(self.inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        self.entered.add_permits(1);
        let result = self.wait(watch).and_then(|()| Pseudo::default().translate(pair, sources, watch));
        self.inside.fetch_sub(1, Ordering::SeqCst);
        self.left.add_permits(1);
        result
    }
}

/// An engine with a bug.
pub(crate) struct Panics;

impl Translator for Panics {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> Unit {
        Unit::Segment
    }

    fn translate(
        &self,
        _pair: &LanguagePair,
        _sources: &[Source],
        _watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        panic!("an engine with a bug");
    }
}
