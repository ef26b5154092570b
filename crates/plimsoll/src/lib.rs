//! Add one crate and your Rust service keeps the production logging and observability standard.

pub mod cache;
pub mod context;
pub mod db;
mod encode;
#[cfg(feature = "tokio")]
pub mod health;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "job")]
pub mod job;
pub mod log;
pub mod metrics;
pub mod redact;
#[cfg(feature = "tokio")]
mod rounded;
pub mod setup;
pub mod sink;
pub mod testing;

pub use context::{Context, InContext, Value, bind};
#[cfg(feature = "tokio")]
pub use context::{spawn, spawn_blocking};
pub use encode::{Json, json};
#[cfg(feature = "http")]
pub use setup::ServeError;
pub use setup::{Guard, SetupError, configure};

/// The examples of the documents, compiled.
#[cfg(all(doctest, feature = "http"))]
mod documents {
    #[doc = include_str!("../../../docs/health.md")]
    mod health {}
    #[doc = include_str!("../../../docs/http.md")]
    mod http {}
    #[doc = include_str!("../../../docs/log-sinks.md")]
    mod log_sinks {}
    #[doc = include_str!("../../../docs/logging.md")]
    mod logging {}
    #[cfg(feature = "derive")]
    #[doc = include_str!("../../../docs/redaction.md")]
    mod redaction {}
}
