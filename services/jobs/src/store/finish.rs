//! Ending an attempt. Only the lease's owner can, and only for the very start it made.

use std::time::Duration;

use super::pool::Arg;
use super::sql::sql;
use super::{Store, StoreError, micros};
use crate::job::Job;

/// How an attempt ended, as the job's row has to say it.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Final: the result as compact JSON.
    Succeeded(String),
    /// Another attempt after the delay.
    Retry {
        /// What the handler said.
        error: String,
        /// From now, by the database's clock.
        delay: Duration,
    },
    /// Final: no attempt left, or one that can not succeed.
    Dead(String),
    /// Final: the handler stopped because it was asked to.
    Cancelled,
    /// Back to the queue, and the attempt does not count: the worker is going away.
    Released,
}

impl Store {
    /// Stores the verdict. `None`: the lease was lost meanwhile, someone else answers for the job now.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; the verdict may be sent again.
    pub async fn finish(
        &self,
        owner: &str,
        job: &Job,
        verdict: &Verdict,
    ) -> Result<Option<Job>, StoreError> {
        let statement = sql!(
            "UPDATE jobs SET \
             status = CASE WHEN $4 IN ('retrying', 'queued') AND cancel_requested = 1 THEN 'cancelled' ELSE $4 END, \
             attempt = CASE WHEN $4 = 'queued' THEN attempt - 1 ELSE attempt END, \
             result = $5, error = $6, \
             run_at = CASE WHEN $4 = 'retrying' THEN " now " + $7 ELSE run_at END, \
             finished_at = CASE WHEN $4 IN ('retrying', 'queued') AND cancel_requested = 0 THEN NULL ELSE " now " END, \
             lease_owner = NULL, lease_until = NULL \
             WHERE id = $1 AND lease_owner IN ($2, '?' || $2) AND attempt = $3 AND started_at = $8 AND status = 'running' RETURNING " job_columns
        );
        let (status, result, error, delay) = match verdict {
            Verdict::Succeeded(result) => ("succeeded", Some(result.as_str()), None, 0),
            Verdict::Retry { error, delay } => {
                ("retrying", None, Some(error.as_str()), micros(*delay))
            }
            Verdict::Dead(error) => ("dead", None, Some(error.as_str()), 0),
            Verdict::Cancelled => ("cancelled", None, None, 0),
            Verdict::Released => ("queued", None, None, 0),
        };
        let args = [
            Arg::Text(&job.id),
            Arg::Text(owner),
            Arg::Int(job.attempt),
            Arg::Text(status),
            Arg::OptionalText(result),
            Arg::OptionalText(error),
            Arg::Int(delay),
            Arg::OptionalInt(job.started_at),
        ];
        Ok(self.pool.write("job.finish", statement, &args).await?.pop())
    }
}
