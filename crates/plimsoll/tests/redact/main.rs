//! Redaction from outside: what holds for any input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(feature = "derive")]
mod derive;
mod hostile;
mod properties;
#[cfg(feature = "secrecy")]
mod secrecy;
