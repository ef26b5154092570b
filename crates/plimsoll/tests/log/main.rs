//! The log line, the context and the levels, as a service sees them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    missing_docs
)]

mod coexistence;
mod context;
mod levels;
mod line;
mod misbehaviour;
mod secrets;
mod sequences;
mod spans;
