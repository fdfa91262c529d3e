//! What operators and the curious ask of the server.

mod health;
mod html;
mod landing;
mod metrics;
mod openapi;

pub(crate) use health::{alive, ready};
pub(crate) use landing::landing;
pub use metrics::install_metrics;
pub(crate) use metrics::{keep_metrics_small, metrics};
pub(crate) use openapi::{description, page};
