//! The HTTP layer, the probes, the operator port and the end of a service, over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs
)]

mod adoption;
mod connections;
mod hostile;
mod layers;
mod lifecycle;
mod operator;
mod probes;
mod requests;
mod secrets;
mod support;
mod trace_context;
