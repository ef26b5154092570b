//! What the measurements share.
//!
//! * [`allocations`]: a counting allocator,
//! * [`instructions`]: instructions in user space of a marked region, counted by callgrind,
//! * [`statistics`]: medians and percentiles,
//! * [`table`]: Markdown.

pub mod allocations;
pub mod instructions;
pub mod statistics;
pub mod table;
