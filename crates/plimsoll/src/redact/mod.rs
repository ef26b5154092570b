//! What must not be in a line is taken out.
//!
//! One seam, [`Redactor`]: a key is judged once ([`Redactor::key`]), a value each time ([`Redactor::value`]). A finding
//! is replaced by `[redacted:<pattern>]`, which never echoes a byte of it, and counted by pattern.

mod count;
mod redactor;
mod verdict;

pub use count::Counts;
pub use redactor::{RedactError, Redactor};
pub use verdict::KeyVerdict;
