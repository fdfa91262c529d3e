//! The HTTP side: routes, wire types, authentication, the error mapping, and the server's accept loop.
//!
//! **Invariants:** only this crate knows HTTP statuses and the outer error codes of the API, and of it only `error`;
//! a request is authenticated before anything of it is looked at; no body, header or query is echoed into a log.

mod admission;
mod app;
mod auth;
mod batches;
mod config;
mod error;
mod formats;
mod front;
mod languages;
mod list;
mod ops;
mod paths;
mod rates;
mod reply;
mod reports;
mod request;
mod router;
mod serve;
mod sync;

pub use app::{App, Parts};
pub use auth::{AuthConfig, DEVELOPMENT_KEY, Secret};
pub use config::{ConfigError, HttpConfig};
pub use ops::install_metrics;
pub use router::router;
pub use serve::{serve, serve_health, serve_tls};
