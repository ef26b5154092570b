//! The ring: where a line stands between the log call and the sinks, and after a crash until it is recovered.

mod claim;
#[cfg(target_os = "linux")]
pub(super) mod file;
pub(super) mod fork;
pub(super) mod header;
pub(super) mod layout;
mod look;
#[cfg(test)]
mod model;
pub(super) mod open;
pub(super) mod reader;
pub(super) mod segments;
pub(super) mod word;
