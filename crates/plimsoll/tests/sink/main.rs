//! The way of a line from `push` to its sink, over real files, pipes, signals and deaths.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::exit
)]

#[cfg(target_os = "linux")]
mod faults;
mod files;
mod flow;
#[cfg(target_os = "linux")]
mod fork;
#[cfg(target_os = "linux")]
mod kill;
mod overflow;
#[cfg(target_os = "linux")]
mod restart;
mod support;
