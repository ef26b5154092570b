//! `configure() ... install()`: the one call at start-up, and the guard it returns.

mod builder;
mod error;
mod guard;
mod source;

pub use builder::{Builder, Layered, configure};
pub use error::SetupError;
pub use guard::Guard;
pub(crate) use guard::State;
