//! What the hot paths ask of the allocator. A process of its own, because it counts every allocation of a thread.
#![allow(clippy::unwrap_used)]

mod lines;
mod metrics;
