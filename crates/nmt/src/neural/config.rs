//! What of the engine can be set.

use std::fmt;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use crate::marian;

/// How the engine `neural` uses the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeuralConfig {
    /// Compute threads; `None` is one for each processor. More than there are gains nothing. No more than these work at a
    /// time, whoever prepares and judges sentences included.
    pub threads: Option<NonZeroUsize>,
    /// Which instructions compute. The translations are the same with all of them.
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
    /// AVX2 with VNNI.
    AvxVnni,
    /// AVX2.
    Avx2,
    /// NEON with products of matrices, on ARM.
    NeonI8mm,
    /// NEON with dot products, on ARM.
    NeonDot,
    /// NEON, on every 64-bit ARM.
    Neon,
    /// No special instructions: slow, everywhere.
    Portable,
}

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The processor, or this build, lacks what was asked for.
    #[error("the kernel {wanted} cannot run here; {best} is the best that can, and what auto takes")]
    Kernel {
        /// What was asked for.
        wanted: Kernel,
        /// What there is.
        best: &'static str,
    },
    /// The system gives no threads.
    #[error("the compute threads cannot be started")]
    Threads(#[from] std::io::Error),
}

impl Kernel {
    /// What the engine is to run on.
    pub(crate) fn pick(self) -> Result<marian::Kernel, StartError> {
        let best = marian::Kernel::detect();
        let wanted = match self {
            Self::Auto => Some(best),
            Self::Avx512Vnni => Some(marian::Kernel::Avx512Vnni),
            Self::AvxVnni => Some(marian::Kernel::AvxVnni),
            Self::Avx2 => Some(marian::Kernel::Avx2),
            Self::NeonI8mm => Some(marian::Kernel::NeonI8mm),
            Self::NeonDot => Some(marian::Kernel::NeonDot),
            Self::Neon => Some(marian::Kernel::Neon),
            Self::Portable => Some(marian::Kernel::Portable),
        };
        let available = wanted.filter(|kernel| kernel.is_available());
        available.ok_or_else(|| StartError::Kernel { wanted: self, best: best.name() })
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Avx512Vnni => "avx512vnni",
            Self::AvxVnni => "avxvnni",
            Self::Avx2 => "avx2",
            Self::NeonI8mm => "neoni8mm",
            Self::NeonDot => "neondot",
            Self::Neon => "neon",
            Self::Portable => "portable",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_what_it_says_or_an_error() {
        assert_eq!(Kernel::Auto.pick().unwrap(), marian::Kernel::detect());
        assert_eq!(Kernel::Portable.pick().unwrap(), marian::Kernel::Portable);
        for kernel in
            [Kernel::Avx512Vnni, Kernel::AvxVnni, Kernel::Avx2, Kernel::NeonI8mm, Kernel::NeonDot, Kernel::Neon]
        {
            match kernel.pick() {
                Ok(picked) => assert!(picked.is_available() && picked.name() == kernel.to_string()),
                Err(error) => assert!(error.to_string().contains(&kernel.to_string()), "{error}"),
            }
        }
    }
}
