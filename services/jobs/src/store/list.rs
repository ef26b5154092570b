//! Reading jobs for the API.

use super::pool::Arg;
use super::sql::sql;
use super::{Store, StoreError};
use crate::job::{Job, Status};

/// Sorts after every uuid, so a first page needs no statement of its own.
const NEWEST: &str = "g";

impl Store {
    /// One job, as committed.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn get(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let statement = sql!("SELECT " job_columns " FROM jobs WHERE id = $1");
        Ok(self
            .pool
            .read("job.get", statement, &[Arg::Text(id)])
            .await?
            .pop())
    }

    /// At most `limit` jobs, newest first, and the cursor of the next page if there may be one.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] if `cursor` did not come from here; else if the database does not answer.
    pub async fn list(
        &self,
        status: Option<Status>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Job>, Option<String>), StoreError> {
        let before = match cursor {
            None => NEWEST.to_owned(),
            Some(cursor) => uuid::Uuid::try_parse(cursor)
                .map_err(|_| StoreError::Cursor)?
                .to_string(),
        };
        // One more than asked for tells whether a next page exists.
        let wanted = i64::try_from(limit).unwrap_or(100) + 1;
        let mut jobs: Vec<Job> = match status {
            Some(status) => {
                let statement = sql!(
                    "SELECT " job_columns " FROM jobs WHERE status = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
                );
                let args = [
                    Arg::Text(status.as_str()),
                    Arg::Text(&before),
                    Arg::Int(wanted),
                ];
                self.pool.read("job.list", statement, &args).await?
            }
            None => {
                let statement = sql!("SELECT " job_columns " FROM jobs WHERE id < $1 ORDER BY id DESC LIMIT $2");
                self.pool
                    .read(
                        "job.list",
                        statement,
                        &[Arg::Text(&before), Arg::Int(wanted)],
                    )
                    .await?
            }
        };
        let more = jobs.len() > limit;
        jobs.truncate(limit);
        let next = jobs.last().filter(|_| more).map(|job| job.id.clone());
        Ok((jobs, next))
    }
}
