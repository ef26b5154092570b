//! How much waits, read from the database so that every replica says the same.

use super::pool::Arg;
use super::sql::sql;
use super::{Store, StoreError};
use crate::job::QUEUE;

/// What waits in the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct QueueState {
    /// Jobs that are due and not running.
    pub depth: i64,
    /// How long the oldest of them has been due, in microseconds.
    pub oldest_micros: i64,
}

impl Store {
    /// What waits right now.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn queue_state(&self) -> Result<QueueState, StoreError> {
        let statement = sql!(
            "SELECT count(*) AS depth, COALESCE(" now " - min(run_at), 0) AS oldest_micros FROM jobs \
             WHERE queue = $1 AND status IN ('queued', 'retrying') AND run_at <= " now
        );
        let mut rows = self
            .pool
            .read::<QueueState>("job.queue_state", statement, &[Arg::Text(QUEUE)])
            .await?;
        Ok(rows.pop().unwrap_or_default())
    }
}
