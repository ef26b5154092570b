//! How much waits, read from the database so that every replica says the same.

use super::pool::Arg;
use super::sql::{Sql, sql};
use super::{Store, StoreError};
use crate::job::QUEUE;

/// What waits in the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct QueueState {
    /// Jobs that are due and not running.
    pub depth: i64,
    /// How long the oldest of them has been due, in microseconds.
    pub oldest_micros: i64,
    /// By how much the newest job lies in the future, in microseconds: if at all, the clock has been set back since.
    pub ahead_micros: i64,
    /// What the database's clock says.
    pub now_micros: i64,
}

impl Store {
    /// What waits right now. Counts the entries of one index, `jobs_waiting`, and reads no row.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn queue_state(&self) -> Result<QueueState, StoreError> {
        let mut rows = self
            .pool
            .read::<QueueState>("job.queue_state", STATE, &[Arg::Text(QUEUE)])
            .await?;
        Ok(rows.pop().unwrap_or_default())
    }
}

const STATE: Sql = sql!(
    "SELECT count(*) AS depth, COALESCE(" now " - min(run_at), 0) AS oldest_micros, \
     COALESCE((SELECT created_at FROM jobs ORDER BY id DESC LIMIT 1) - " now ", 0) AS ahead_micros, " now " AS now_micros FROM jobs \
     WHERE queue = $1 AND status IN ('queued', 'retrying') AND run_at <= " now
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pool::Pool;

    #[tokio::test]
    async fn the_depth_is_counted_on_its_index_alone() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("jobs.db").display());
        let store = Store::open(&url, 4).unwrap();
        store.migrate().await.unwrap();
        let Pool::Sqlite { read, .. } = &store.pool else {
            panic!("not SQLite")
        };
        let plan = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", STATE.sqlite));
        let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(plan)
            .bind(QUEUE)
            .fetch_all(read)
            .await
            .unwrap();
        let waiting = "USING COVERING INDEX jobs_waiting (queue=? AND run_at<?)";
        assert!(
            steps.iter().any(|step| step.3.contains(waiting)),
            "{steps:?}"
        );
    }
}
