//! Engines that bring their process down, for the tests of what becomes of it. No release has them.

use std::hint::black_box;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Pairs, Source, TranslateError, Translated, Translator, Unit, Watch};

/// An engine that ends its process.
pub(crate) enum Fault {
    /// By an abort.
    Abort,
    /// By a stack that overflows.
    Overflow,
}

impl Translator for Fault {
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
        match self {
            Self::Abort => std::process::abort(),
            Self::Overflow => {
                black_box(deeper(black_box(u64::MAX)));
                Ok(Vec::new())
            }
        }
    }
}

/// Never comes back: there is no stack for so many calls.
fn deeper(left: u64) -> u64 {
    if black_box(left) == 0 { 0 } else { black_box(deeper(left - 1)).wrapping_add(left) }
}
