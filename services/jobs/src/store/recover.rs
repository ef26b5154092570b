//! Jobs whose worker is gone, and jobs nobody needs any more.

use std::time::Duration;

use super::pool::Arg;
use super::sql::sql;
use super::{Store, StoreError, micros};
use crate::job::Job;

/// The error of an attempt whose worker disappeared.
const LOST: &str = "worker lost: the process that ran this attempt stopped keeping its lease";

/// The most jobs that one call of [`Store::forget`] deletes.
pub const FORGET_BATCH: usize = 500;

impl Store {
    /// Takes back at most 100 jobs whose lease has run out; they are `retrying`, `dead` or `cancelled` now. The lost start counted as an attempt, so a job that kills
    /// its worker every time ends `dead` like any other failing one.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn recover(&self) -> Result<Vec<Job>, StoreError> {
        let statement = sql!(
            "WITH lost (lost_id) AS MATERIALIZED (SELECT id FROM jobs WHERE status = 'running' AND lease_until < " now
            " ORDER BY lease_until LIMIT 100" skip_locked ") \
             UPDATE jobs SET status = CASE WHEN cancel_requested = 1 THEN 'cancelled' \
             WHEN attempt >= max_attempts THEN 'dead' ELSE 'retrying' END, \
             finished_at = CASE WHEN cancel_requested = 1 OR attempt >= max_attempts THEN " now " END, \
             error = $1, run_at = " now ", lease_owner = NULL, lease_until = NULL \
             FROM lost WHERE id = lost_id RETURNING " job_columns
        );
        self.pool
            .write("job.recover", statement, &[Arg::Text(LOST)])
            .await
    }

    /// Deletes at most [`FORGET_BATCH`] jobs that ended longer than `age` ago; how many it was.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn forget(&self, age: Duration) -> Result<usize, StoreError> {
        let statement = sql!(
            "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at IS NOT NULL AND finished_at < " now
            " - $1 ORDER BY finished_at LIMIT $2) RETURNING id"
        );
        let args = [
            Arg::Int(micros(age)),
            Arg::Int(i64::try_from(FORGET_BATCH).unwrap_or(i64::MAX)),
        ];
        let gone: Vec<(String,)> = self.pool.write("job.forget", statement, &args).await?;
        Ok(gone.len())
    }
}
