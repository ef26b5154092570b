//! Measured database access: the time a caller waited, under a name the caller chose, with how it ended.
//!
//! ```no_run
//! # async fn example(pool: sqlx::SqlitePool) -> Result<(), sqlx::Error> {
//! let row = plimsoll::db::time("sqlite", "order.get", async {
//!     sqlx::query("SELECT 1").fetch_one(&pool).await
//! })
//! .await?;
//! # Ok(()) }
//! ```
//!
//! The whole future is measured, so whatever the caller waits for counts: the wait for a connection, the statement,
//! the commit. An operation's name is a word of the program (`order.get`), never the statement's text. A future that is
//! dropped before its end counts as `cancelled`. Labels follow OpenTelemetry's database conventions
//! (`db.system.name`, `db.operation.name`).

mod outcome;
mod timer;

use std::future::Future;
#[cfg(feature = "tokio")]
use std::time::Duration;

pub use outcome::Outcome;
use timer::Timer;

/// Measures one database operation.
///
/// `system` is the database as OpenTelemetry names it (`sqlite`, `postgresql`); `operation` a low-cardinality name.
/// Lands in `db_client_operation_duration_seconds`, with the outcome `ok`, `error`, `timeout` or `cancelled`.
///
/// # Errors
/// What the future returns, unchanged.
pub async fn time<T, E: 'static>(
    system: &'static str,
    operation: &'static str,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let timer = Timer::start(system, operation);
    let result = future.await;
    timer.stop(match &result {
        Ok(_) => Outcome::Ok,
        Err(error) => Outcome::of_error(error),
    });
    result
}

/// Why [`time_within`] has no result.
#[derive(Debug, thiserror::Error)]
pub enum TimedError<E> {
    /// The deadline passed; whether the operation took effect is unknown.
    #[error("the database did not answer in time")]
    Elapsed,
    /// The operation itself failed.
    #[error(transparent)]
    Failed(E),
}

/// [`time`] with a deadline: past it the future is dropped and the operation counts as `timeout`.
///
/// # Errors
/// [`TimedError::Elapsed`] past the deadline, else the future's own error.
#[cfg(feature = "tokio")]
pub async fn time_within<T, E: 'static>(
    system: &'static str,
    operation: &'static str,
    deadline: Duration,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, TimedError<E>> {
    let timer = Timer::start(system, operation);
    match tokio::time::timeout(deadline, future).await {
        Err(_) => {
            timer.stop(Outcome::Timeout);
            Err(TimedError::Elapsed)
        }
        Ok(Err(error)) => {
            timer.stop(Outcome::of_error(&error));
            Err(TimedError::Failed(error))
        }
        Ok(Ok(value)) => {
            timer.stop(Outcome::Ok);
            Ok(value)
        }
    }
}

#[cfg(test)]
mod tests;
