//! An engine that waits until a test lets it go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Pairs, Pseudo, Source, TranslateError, Translated, Translator, Unit, Watch};
use tokio::sync::Semaphore;

/// `pseudo` behind a gate. Like every engine it asks often whether it shall stop.
pub(crate) struct Gate {
    open: AtomicBool,
    entered: Semaphore,
    /// Does not ask.
    deaf: bool,
}

impl Gate {
    pub(crate) fn closed() -> Arc<Self> {
        Arc::new(Self { open: AtomicBool::new(false), entered: Semaphore::new(0), deaf: false })
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
        self.entered.add_permits(1);
        while !self.open.load(Ordering::SeqCst) {
            if !self.deaf && watch.is_cancelled() {
                return Err(TranslateError::Cancelled);
            }
            std::thread::park_timeout(Duration::from_millis(1));
        }
        Pseudo::default().translate(pair, sources, watch)
    }
}
