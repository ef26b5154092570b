//! The reference job service: keeps the whole production logging and observability standard, for real.
//!
//! `api` accepts jobs, `store` keeps them, `worker` runs them with the `handlers`; `serve` puts it together.

pub mod api;
pub mod cache;
pub mod cli;
pub mod handlers;
pub mod job;
pub mod maintenance;
pub mod serve;
pub mod settings;
pub mod store;
pub mod time;
pub mod worker;
