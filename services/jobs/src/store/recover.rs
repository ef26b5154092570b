//! Jobs whose worker is gone, and jobs nobody needs any more.

use std::time::Duration;

use super::pool::Arg;
use super::sql::sql;
use super::{Store, StoreError, micros};
use crate::job::{Job, QUEUE};

/// The error of an attempt whose worker disappeared.
const LOST: &str = "worker lost: the process that ran this attempt stopped keeping its lease";

/// The most jobs that one call of [`Store::forget`] deletes.
pub const FORGET_BATCH: usize = 500;

impl Store {
    /// Questions at most 100 leases that have run out: their owners have `grace` to keep them. One that ends further ahead
    /// than any lease of `lease` can is from before the clock was set back, and has run out as well.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn question(&self, lease: Duration, grace: Duration) -> Result<usize, StoreError> {
        let statement = sql!(
            "WITH silent (silent_id) AS MATERIALIZED (SELECT id FROM jobs WHERE status = 'running' \
             AND (lease_until < " now " OR lease_until > " now " + $1) AND lease_owner NOT LIKE '?%' LIMIT 100" skip_locked ") \
             UPDATE jobs SET lease_owner = '?' || lease_owner, lease_until = " now " + $2 \
             FROM silent WHERE id = silent_id RETURNING id"
        );
        let args = [Arg::Int(micros(lease * 2)), Arg::Int(micros(grace))];
        let silent: Vec<(String,)> = self.pool.write("job.question", statement, &args).await?;
        Ok(silent.len())
    }

    /// Takes back at most 100 jobs whose questioned lease has run out; they are `retrying`, `dead` or `cancelled` now.
    /// The lost start counted as an attempt, so a job that kills its worker every time ends `dead` like any other failing
    /// one.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn recover(&self, lease: Duration) -> Result<Vec<Job>, StoreError> {
        let statement = sql!(
            "WITH lost (lost_id) AS MATERIALIZED (SELECT id FROM jobs WHERE status = 'running' \
             AND (lease_until < " now " OR lease_until > " now " + $2) AND (lease_owner IS NULL OR lease_owner LIKE '?%') \
             LIMIT 100" skip_locked ") \
             UPDATE jobs SET status = CASE WHEN cancel_requested = 1 THEN 'cancelled' \
             WHEN attempt >= max_attempts THEN 'dead' ELSE 'retrying' END, \
             finished_at = CASE WHEN cancel_requested = 1 OR attempt >= max_attempts THEN " now " END, \
             error = $1, run_at = " now ", lease_owner = NULL, lease_until = NULL \
             FROM lost WHERE id = lost_id RETURNING " job_columns
        );
        let args = [Arg::Text(LOST), Arg::Int(micros(lease * 2))];
        self.pool.write("job.recover", statement, &args).await
    }

    /// Makes due what was due before the database's clock was set back: a job that was to run at once, and one whose
    /// next attempt lies further ahead than `longest_delay`. How many it was.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn due_again(&self, longest_delay: Duration) -> Result<usize, StoreError> {
        let statement = sql!(
            "UPDATE jobs SET run_at = " now " WHERE queue = $1 AND status IN ('queued', 'retrying') AND run_at > " now
            " AND (run_at <= created_at OR (status = 'retrying' AND run_at > " now " + $2)) RETURNING id"
        );
        let args = [Arg::Text(QUEUE), Arg::Int(micros(longest_delay))];
        let due: Vec<(String,)> = self.pool.write("job.due_again", statement, &args).await?;
        Ok(due.len())
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
