//! JSON text and timestamps: the ground floor that `context`, `log` and `sink` stand on.

mod capture;
pub(crate) mod escape;
pub(crate) mod line;
pub(crate) mod short;
pub(crate) mod timestamp;
pub(crate) mod value;

pub(crate) use capture::cut;
pub(crate) use line::Line;
pub use value::Value;
