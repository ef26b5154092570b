//! Health: is the process alive, and may it get traffic?
//!
//! Liveness never looks at a dependency. Readiness does, but a probe only ever reads the last result: each [`Check`]
//! runs in a task of its own beside the probes, with a timeout, and changes its verdict only after two results in a
//! row, so a slow or flapping dependency neither hangs a probe nor makes it flip.
//!
//! ```
//! # #[derive(Clone)] struct Database;
//! # impl Database { async fn ping(&self) -> Result<(), std::io::Error> { Ok(()) } }
//! # let database = Database;
//! let check = plimsoll::health::check("database", move || {
//!     let database = database.clone();
//!     async move { database.ping().await }
//! });
//! # let _ = check;
//! ```

mod check;
mod error;
mod judge;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
mod kept;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
mod report;
#[cfg(feature = "sqlite")]
mod sqlite;
mod state;
mod watch;
mod watched;

pub use check::{Check, check};
pub use error::HealthError;
#[cfg(feature = "postgres")]
pub use postgres::postgres;
#[cfg(feature = "redis")]
pub use redis::redis;
pub use report::{Flavour, Report, Status};
#[cfg(feature = "sqlite")]
pub use sqlite::sqlite;
pub use state::{Health, StartupGate};
