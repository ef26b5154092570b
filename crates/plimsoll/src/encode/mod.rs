//! JSON text and timestamps: the ground floor that `context`, `log` and `sink` stand on.

mod capture;
mod digits;
pub(crate) mod escape;
mod items;
pub(crate) mod line;
pub(crate) mod nested;
pub(crate) mod scan;
pub(crate) mod short;
pub(crate) mod timestamp;
pub(crate) mod value;
mod writer;

pub(crate) use capture::{CAPTURE_LIMIT, LOOKAHEAD, cut};
pub(crate) use line::Line;
pub use nested::{Json, json};
pub use value::Value;
