//! Where jobs live: SQLite or PostgreSQL behind one set of operations.
//!
//! Every operation is one statement, so it takes effect as a whole or not at all, and every statement is measured under
//! its operation's name, the commit included. Only `pool.rs` knows which database it is.

mod cancel;
mod depth;
mod finish;
mod lease;
mod list;
mod pool;
mod recover;
mod sql;
mod submit;
mod writer;

use std::path::PathBuf;
use std::time::Duration;

pub use cancel::{Cancelled, Retried};
pub use depth::QueueState;
pub use finish::Verdict;
pub use lease::Kept;
pub use recover::FORGET_BATCH;
pub use submit::Submitted;

use self::pool::Pool;

/// The store of jobs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pool: Pool,
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database URL cannot be read.
    #[error("database URL: {0}")]
    Url(#[source] sqlx::Error),
    /// The SQLite file cannot be written.
    #[error("{} cannot be opened for writing: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system gives no thread for the writing connection.
    #[error("the writing thread cannot be started: {0}")]
    Thread(#[source] std::io::Error),
    /// The schema could not be brought up to date.
    #[error("database migration: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A statement took longer than its deadline; whether it took effect is unknown.
    #[error("{0}: the database did not answer in time")]
    Timeout(&'static str),
    /// The database refused or the connection broke.
    #[error("{operation}: {source}")]
    Statement {
        /// The operation's name, as in the metric.
        operation: &'static str,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// The request names a cursor that no answer gave.
    #[error("the cursor is not one that this API gave")]
    Cursor,
}

impl StoreError {
    /// Whether trying again cannot help: the database understood and said no. An unreachable, full or locked one may say
    /// yes the next time.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        let Self::Statement { source, .. } = self else {
            return false;
        };
        match source {
            sqlx::Error::Database(error) => error.code().is_some_and(|code| refuses(&code)),
            sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::TypeNotFound { .. } => true,
            _ => false,
        }
    }

    fn statement(operation: &'static str, error: plimsoll::db::TimedError<sqlx::Error>) -> Self {
        match error {
            plimsoll::db::TimedError::Elapsed
            | plimsoll::db::TimedError::Failed(sqlx::Error::PoolTimedOut) => {
                Self::Timeout(operation)
            }
            plimsoll::db::TimedError::Failed(source) => Self::Statement { operation, source },
        }
    }
}

impl Store {
    /// Opens `sqlite:` or `postgres:` URLs; no server is dialled yet.
    ///
    /// # Errors
    /// [`StoreError::Url`] if the URL cannot be read, [`StoreError::File`] if the SQLite file cannot be written.
    pub fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        Ok(Self {
            pool: Pool::open(url, connections)?,
        })
    }

    /// `sqlite` or `postgresql`, the value of the label `db_system_name`.
    #[must_use]
    pub const fn system(&self) -> &'static str {
        self.pool.system()
    }

    /// The readiness check of this database.
    #[must_use]
    pub fn health_check(&self, name: &'static str) -> plimsoll::health::Check {
        self.pool.health_check(name)
    }

    /// Brings the schema up to date; replicas that start together wait for one another.
    ///
    /// # Errors
    /// [`StoreError::Migrate`] if the database does not answer or refuses.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.pool.migrate().await
    }

    /// Closes the connections once nothing uses them any more.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// PostgreSQL's classes for wrong data, broken constraints and statements that are not understood; of SQLite's codes
/// ERROR, TOOBIG, CONSTRAINT, MISMATCH and RANGE.
fn refuses(code: &str) -> bool {
    if code.len() == 5 {
        return ["0A", "22", "23", "42"]
            .iter()
            .any(|class| code.starts_with(class));
    }
    code.parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, 1 | 18 | 19 | 20 | 25))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_an_outage() {
        for code in [
            "23505", "22021", "42P01", "0A000", "1", "1299", "2067", "18",
        ] {
            assert!(refuses(code), "{code}");
        }
        // Connections, resources, locks; busy, locked, full, input and output.
        for code in [
            "08006", "53100", "55P03", "57P01", "40001", "5", "6", "13", "10", "266", "8",
        ] {
            assert!(!refuses(code), "{code}");
        }
        assert!(!StoreError::Timeout("job.finish").is_permanent());
        let closed = StoreError::Statement {
            operation: "job.finish",
            source: sqlx::Error::PoolClosed,
        };
        assert!(!closed.is_permanent());
    }
}
