//! Measured cache access: every read counts as a hit, a miss or an error, and no cache can hurt the service.
//!
//! The hit rate is `hit / (hit + miss)`; an error is neither. [`Counted`] counts any cache at the call site; with the
//! features `moka` and `redis`, [`Memory`] and [`Remote`] are ready-made caches that count by themselves.

mod breaker;
mod counted;
#[cfg(feature = "moka")]
mod memory;
#[cfg(feature = "redis")]
mod remote;

pub use breaker::Breaker;
pub use counted::Counted;
#[cfg(feature = "moka")]
pub use memory::Memory;
#[cfg(feature = "redis")]
pub use remote::{Remote, RemoteError};

#[cfg(test)]
mod tests;
