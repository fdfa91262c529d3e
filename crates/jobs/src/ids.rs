//! The one source of identifiers.

use uuid::Uuid;

/// Makes identifiers. Tests hand in one that counts.
pub trait Ids: Send + Sync {
    /// An identifier that was never given before.
    fn next(&self) -> Uuid;
}

/// Random identifiers (version 4): nobody can guess another caller's.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn next(&self) -> Uuid {
        Uuid::new_v4()
    }
}
