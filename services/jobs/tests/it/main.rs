//! The service over real sockets, in processes of its own, on SQLite and on PostgreSQL with Redis.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

mod support;

mod cached;
mod canary;
mod command;
mod context;
mod crash;
mod dependencies;
mod engine;
mod hostile;
mod leases;
mod lifecycle;
mod numbers;
mod recorder;
mod replicas;
mod shutdown;
mod webhook;
