//! What must not be in a line is taken out.
//!
//! One seam, [`Redactor`]: a key is judged once ([`Redactor::key`]), a value each time ([`Redactor::value`]). A finding
//! is replaced by `[redacted:<pattern>]`, which never echoes a byte of it, and counted by pattern.

mod check;
mod count;
mod custom;
#[doc(hidden)]
pub mod derive;
mod email;
mod engine;
mod escapes;
mod hash;
mod hit;
mod json;
mod keys;
mod lanes;
mod markup;
mod names;
mod numbers;
mod pairs;
mod phone;
pub(crate) mod process;
mod prose;
mod redactor;
mod screen;
mod secret;
mod self_test;
mod sieve;
mod social;
mod tokens;
mod url;
mod verdict;
mod walk;

pub use count::Counts;
pub(crate) use hash::check_hash_key;
pub use hash::{HashKey, HashKeyError, hashed};
#[cfg(feature = "derive")]
pub use plimsoll_derive::Sensitive;
pub use process::redacted;
pub use redactor::{Finding, RedactError, Redactor};
pub use secret::{Pii, Secret};
pub use self_test::Survivor;
pub use verdict::KeyVerdict;
