//! The command from outside, and what it makes, judged by the programs that read it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod check;
mod check_paths;
mod commands;
mod generated;
mod logs;
mod metrics_text;
mod tools;
