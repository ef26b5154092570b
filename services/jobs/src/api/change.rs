//! `DELETE /jobs/{id}` and `POST /jobs/{id}/retry`.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::read::job_id;
use super::{Api, Problem, problem};
use crate::job::Job;
use crate::store::{Cancelled, Retried};

/// 200 if it is cancelled now, 202 if its worker has been asked to stop it.
pub(super) async fn cancel(
    State(api): State<Api>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let id = job_id(path)?;
    let (status, job) = match api.store.cancel(&id).await? {
        Cancelled::Now(job) => {
            tracing::info!(job_id = job.id, job_type = job.job_type, "job.cancelled");
            (StatusCode::OK, job)
        }
        Cancelled::Requested(job) => {
            api.worker.cancel(&job.id);
            (StatusCode::ACCEPTED, job)
        }
        Cancelled::TooLate(job) => {
            return Err(conflict(
                &job,
                "only a job that has not ended can be cancelled",
            ));
        }
        Cancelled::Unknown => return Err(problem::unknown_job()),
    };
    api.cache.forget(&id).await;
    Ok(answer(status, &job))
}

/// Only dead jobs can be retried.
pub(super) async fn retry(
    State(api): State<Api>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let id = job_id(path)?;
    match api.store.retry(&id).await? {
        Retried::Queued(job) => {
            tracing::info!(job_id = job.id, job_type = job.job_type, "job.retried");
            api.cache.forget(&id).await;
            api.worker.wake(&job.job_type);
            Ok(answer(StatusCode::ACCEPTED, &job))
        }
        Retried::NotDead(job) => Err(conflict(&job, "only a dead job can be retried")),
        Retried::Unknown => Err(problem::unknown_job()),
    }
}

fn answer(status: StatusCode, job: &Job) -> Response {
    (
        status,
        Json(json!({ "job_id": job.id, "status": job.status() })),
    )
        .into_response()
}

fn conflict(job: &Job, rule: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT)
        .detail(format!("{rule}; this one is {}", job.status().as_str()))
}
