//! Submitting a job: one `INSERT`, hence the row and its unique key in one transaction.

use super::pool::Arg;
use super::sql::sql;
use super::{Store, StoreError};
use crate::job::{Job, NewJob};

/// What became of a submission.
#[derive(Debug)]
pub enum Submitted {
    /// Stored and committed.
    New(Job),
    /// The same user sent the same key and body before: this is that job.
    Known(Job),
    /// The same user used this key for another body.
    Conflict,
}

impl Store {
    /// Stores a job; when it returns, the job is committed.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or refuses. After a timeout the outcome is unknown: send the
    /// same idempotency key again.
    pub async fn submit(&self, job: &NewJob) -> Result<Submitted, StoreError> {
        // Between a conflict and the look at the row that caused it, retention may delete that row: then try again.
        for _ in 0..3 {
            if let Some(job) = self.insert(job).await? {
                return Ok(Submitted::New(job));
            }
            let Some(key) = job.idempotency_key.as_deref() else {
                break;
            };
            if let Some(known) = self.by_key(&job.user_id, key).await? {
                return Ok(if known.body_hash == job.body_hash {
                    Submitted::Known(known)
                } else {
                    Submitted::Conflict
                });
            }
        }
        Err(StoreError::Statement {
            operation: "job.insert",
            source: sqlx::Error::RowNotFound,
        })
    }

    async fn insert(&self, job: &NewJob) -> Result<Option<Job>, StoreError> {
        let statement = sql!(
            "INSERT INTO jobs (id, queue, job_type, user_id, payload, status, max_attempts, request_id, traceparent, \
             tracestate, idempotency_key, body_hash, created_at, run_at) \
             VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9, $10, $11, " now ", \
             CASE WHEN $12 > " now " THEN $12 ELSE " now " END) \
             ON CONFLICT (user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING "
            job_columns
        );
        let args = [
            Arg::Text(&job.id),
            Arg::Text(crate::job::QUEUE),
            Arg::Text(&job.job_type),
            Arg::Text(&job.user_id),
            Arg::Text(&job.payload),
            Arg::Int(job.max_attempts),
            Arg::OptionalText(job.request_id.as_deref()),
            Arg::OptionalText(job.traceparent.as_deref()),
            Arg::OptionalText(job.tracestate.as_deref()),
            Arg::OptionalText(job.idempotency_key.as_deref()),
            Arg::Text(&job.body_hash),
            Arg::OptionalInt(job.run_at),
        ];
        Ok(self.pool.write("job.insert", statement, &args).await?.pop())
    }

    async fn by_key(&self, user_id: &str, key: &str) -> Result<Option<Job>, StoreError> {
        let statement =
            sql!("SELECT " job_columns " FROM jobs WHERE user_id = $1 AND idempotency_key = $2");
        Ok(self
            .pool
            .read(
                "job.by_key",
                statement,
                &[Arg::Text(user_id), Arg::Text(key)],
            )
            .await?
            .pop())
    }
}
