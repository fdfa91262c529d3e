//! What operators ask of the server.

mod health;
mod metrics;

pub(crate) use health::{alive, ready};
pub use metrics::install_metrics;
pub(crate) use metrics::metrics;
