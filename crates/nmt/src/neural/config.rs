//! What of the engine can be set.

use std::fmt;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

/// How the engine `neural` uses the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeuralConfig {
    /// Compute threads; `None` is one for each processor. More than there are gains nothing.
    pub threads: Option<NonZeroUsize>,
    /// Which instructions compute. Recorded; the present engine chooses by itself.
    pub kernel: Kernel,
    /// Bytes of models kept in memory. One in use stays whatever it takes; too low means loading again and again.
    pub memory_bytes: usize,
    /// Bytes of translations kept for when the same sentence comes again.
    pub cache_bytes: usize,
}

impl Default for NeuralConfig {
    fn default() -> Self {
        Self { threads: None, kernel: Kernel::Auto, memory_bytes: 1 << 30, cache_bytes: 32 << 20 }
    }
}

/// Which instructions compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kernel {
    /// The best that the processor has.
    #[default]
    Auto,
    /// AVX-512 with VNNI.
    Avx512Vnni,
    /// AVX2.
    Avx2,
    /// NEON, on ARM.
    Neon,
    /// No special instructions: slow, everywhere.
    Portable,
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Avx512Vnni => "avx512vnni",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Portable => "portable",
        })
    }
}
