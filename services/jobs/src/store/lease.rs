//! Leases: a worker owns a running job for as long as it keeps its lease alive.
//!
//! A lease that has run out is not taken away at once. It is *questioned* first (`recover.rs`): a mark before the owner's
//! name, which the owner wipes off when it keeps its leases the next time. So neither an outage of the database nor a
//! step of its clock, which let all leases run out together, costs a healthy worker its jobs.

use std::time::Duration;

use super::pool::Arg;
use super::sql::sql;
use super::{Store, StoreError, micros};
use crate::job::{Job, QUEUE};

/// A running job whose lease was kept.
#[derive(Debug, sqlx::FromRow)]
pub struct Kept {
    /// The job.
    pub id: String,
    /// Which of its attempts; an older one of the same owner is not meant.
    pub attempt: i64,
    /// Not 0 once someone asked to cancel it.
    pub cancel_requested: i64,
}

impl Store {
    /// Takes at most `limit` due jobs of one type, oldest first. Each start counts as an attempt at this moment, in
    /// the same statement, so a crash can not hide it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn lease(
        &self,
        owner: &str,
        job_type: &str,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<Job>, StoreError> {
        let statement = sql!(
            "WITH due (due_id) AS MATERIALIZED (SELECT id FROM jobs WHERE queue = $1 AND job_type = $2 \
             AND status IN ('queued', 'retrying') AND run_at <= " now " ORDER BY run_at, id LIMIT $3" skip_locked ") \
             UPDATE jobs SET status = 'running', attempt = attempt + 1, started_at = " now ", lease_owner = $4, \
             lease_until = " now " + $5 FROM due WHERE id = due_id RETURNING " job_columns
        );
        let args = [
            Arg::Text(QUEUE),
            Arg::Text(job_type),
            Arg::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
            Arg::Text(owner),
            Arg::Int(micros(lease)),
        ];
        let mut jobs: Vec<Job> = self.pool.write("job.lease", statement, &args).await?;
        jobs.sort_by(|a, b| (a.run_at, &a.id).cmp(&(b.run_at, &b.id)));
        Ok(jobs)
    }

    /// Extends all leases of `owner`; a job missing in the answer is not ours any more.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn keep(&self, owner: &str, lease: Duration) -> Result<Vec<Kept>, StoreError> {
        let statement = sql!(
            "UPDATE jobs SET lease_until = " now " + $2, lease_owner = $1 \
             WHERE status = 'running' AND lease_owner IN ($1, '?' || $1) RETURNING id, attempt, cancel_requested"
        );
        self.pool
            .write(
                "job.keep_lease",
                statement,
                &[Arg::Text(owner), Arg::Int(micros(lease))],
            )
            .await
    }

    /// Gives back a job that `owner` holds without knowing it: the answer to a lease got lost on its way. The attempt
    /// never began, so it does not count.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn give_back(&self, owner: &str, kept: &Kept) -> Result<(), StoreError> {
        let statement = sql!(
            "UPDATE jobs SET status = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'queued' END, \
             finished_at = CASE WHEN cancel_requested = 1 THEN " now " END, \
             attempt = attempt - 1, lease_owner = NULL, lease_until = NULL \
             WHERE id = $1 AND lease_owner IN ($2, '?' || $2) AND attempt = $3 AND status = 'running' RETURNING id"
        );
        let args = [
            Arg::Text(&kept.id),
            Arg::Text(owner),
            Arg::Int(kept.attempt),
        ];
        self.pool
            .write::<(String,)>("job.give_back", statement, &args)
            .await
            .map(drop)
    }

    /// Lets go of a job whose end cannot be stored: its lease is kept no longer, and when it has run out the attempt
    /// counts as lost.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn disown(&self, owner: &str, job: &Job) -> Result<(), StoreError> {
        let statement = sql!(
            "UPDATE jobs SET lease_owner = NULL \
             WHERE id = $1 AND lease_owner IN ($2, '?' || $2) AND attempt = $3 AND status = 'running' RETURNING id"
        );
        let args = [Arg::Text(&job.id), Arg::Text(owner), Arg::Int(job.attempt)];
        self.pool
            .write::<(String,)>("job.disown", statement, &args)
            .await
            .map(drop)
    }
}
