//! `configure() ... install()`: the one call at start-up, and the guard it returns.

#[cfg(feature = "http")]
mod backstage;
mod builder;
#[cfg(feature = "http")]
mod drain;
mod error;
mod guard;
#[cfg(feature = "http")]
mod operator;
#[cfg(feature = "http")]
mod serve;
#[cfg(feature = "http")]
mod signals;
mod source;

pub use builder::{Builder, Layered, configure};
pub use error::SetupError;
pub use guard::Guard;
pub(crate) use guard::State;
#[cfg(feature = "http")]
pub use serve::ServeError;
