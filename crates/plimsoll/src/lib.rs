//! Add one crate and your Rust service keeps the production logging and observability standard.

pub mod context;
pub mod encode;
#[cfg(feature = "tokio")]
pub mod health;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "job")]
pub mod job;
pub mod log;
pub mod metrics;
pub mod redact;
pub mod setup;
pub mod sink;
