//! The way of a line from the log call to where it is read: a ring in memory that survives the process, and a thread
//! for each sink.
//!
//! ```text
//! push ──> this thread's segment ──┐                ┌──> gather ──> shape ──> delivery ──> outlet (stdout)
//! push ──> this thread's segment ──┼── the ring ────┤
//! push ──> this thread's segment ──┘                └──> gather ──> shape ──> delivery ──> outlet (file)
//! ```
//!
//! - `push` is the caller's side: a compare-and-swap, a copy, two stores. Why segments and not one queue: there.
//! - `ring/segments` is the commit protocol with all `unsafe`; `ring/model` checks it; `ring/file` is the file and its lock.
//! - `writer` is a sink's thread: `gather` finds lines and their order, `delivery` sees a batch through an `outlet`'s failures.
//! - `lag` keeps a stopped sink from taking the ring from the others; `drops` counts and tells what was lost.
//! - `rescue` reads a dead process's ring, `backlog` writes it out. `shared` says how a sleeping sink is woken.
//!
//! What survives, what is dropped first and how to read the figures: `docs/log-sinks.md`.

#[cfg(target_os = "linux")]
mod backlog;
mod builder;
mod delivery;
mod drops;
mod figures;
mod gather;
mod lag;
mod level;
#[cfg(target_os = "linux")]
mod mark;
mod options;
mod order;
mod outlet;
mod pipeline;
mod push;
mod read;
mod report;
#[cfg(target_os = "linux")]
mod rescue;
mod ring;
mod shape;
mod shared;
mod shutdown;
mod writer;

#[cfg(target_os = "linux")]
pub use backlog::{Recovery, recover};
pub use builder::{Format, Sink};
pub use options::RingOptions;
pub use pipeline::{Pipeline, StartError};
pub use read::{level_of, readable};
pub use report::{Counts, ShutdownReport, SinkCounts};

/// The longest line a sink is ever given, newline not included: container runtimes cut at 16 KiB.
pub const LINE_MAX: usize = 16_384;

/// How much of [`LINE_MAX`] a renderer leaves free, so that recovery can mark a line and end it with a newline.
pub const LINE_ROOM: usize = 32;
