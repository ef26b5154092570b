//! What a user may do to a job: cancel it, or retry a dead one.

use super::pool::Arg;
use super::sql::sql;
use super::{Store, StoreError};
use crate::job::{Job, Status};

/// What became of a request to cancel.
#[derive(Debug)]
pub enum Cancelled {
    /// It had not started: it is final now.
    Now(Job),
    /// It runs: its worker has been asked to stop.
    Requested(Job),
    /// It is final already.
    TooLate(Job),
    /// No such job.
    Unknown,
}

/// What became of a request to retry.
#[derive(Debug)]
pub enum Retried {
    /// Queued again with all its attempts.
    Queued(Job),
    /// Only dead jobs can be retried.
    NotDead(Job),
    /// No such job.
    Unknown,
}

impl Store {
    /// Cancels a waiting job at once and asks a running one to stop.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn cancel(&self, id: &str) -> Result<Cancelled, StoreError> {
        let statement = sql!(
            "UPDATE jobs SET cancel_requested = 1, \
             status = CASE WHEN status = 'running' THEN status ELSE 'cancelled' END, \
             finished_at = CASE WHEN status = 'running' THEN finished_at ELSE " now " END \
             WHERE id = $1 AND status IN ('queued', 'retrying', 'running') RETURNING " job_columns
        );
        match self
            .pool
            .write::<Job>("job.cancel", statement, &[Arg::Text(id)])
            .await?
            .pop()
        {
            Some(job) if job.status() == Status::Cancelled => Ok(Cancelled::Now(job)),
            Some(job) => Ok(Cancelled::Requested(job)),
            None => Ok(self
                .get(id)
                .await?
                .map_or(Cancelled::Unknown, Cancelled::TooLate)),
        }
    }

    /// Queues a dead job again; its attempts count from the start.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn retry(&self, id: &str) -> Result<Retried, StoreError> {
        let statement = sql!(
            "UPDATE jobs SET status = 'queued', attempt = 0, error = NULL, result = NULL, run_at = " now ", \
             started_at = NULL, finished_at = NULL, cancel_requested = 0 \
             WHERE id = $1 AND status = 'dead' RETURNING " job_columns
        );
        match self
            .pool
            .write("job.retry", statement, &[Arg::Text(id)])
            .await?
            .pop()
        {
            Some(job) => Ok(Retried::Queued(job)),
            None => Ok(self
                .get(id)
                .await?
                .map_or(Retried::Unknown, Retried::NotDead)),
        }
    }
}
