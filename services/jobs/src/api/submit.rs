//! `POST /jobs`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plimsoll::context::Context;
use plimsoll::job::Submission;
use serde_json::json;

use super::body::read_json;
use super::validate::{Valid, idempotency_key, validate};
use super::{Api, Problem, problem};
use crate::job::{Job, NewJob, QUEUE};
use crate::store::Submitted;

/// 202 means committed.
pub(super) async fn submit(
    State(api): State<Api>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let valid = validate(&read_json(&headers, body).await?, &api.handlers)?;
    // In a task of its own: a caller that goes away takes this future along, but what is committed must still be told,
    // counted and started.
    plimsoll::spawn(commit(api, new_job(valid, key)))
        .await
        .map_err(|_| {
            problem::of(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the submission failed; send it again, with the same Idempotency-Key",
            )
        })?
}

async fn commit(api: Api, new: NewJob) -> Result<Response, Problem> {
    match api.store.submit(&new).await? {
        Submitted::New(job) => {
            plimsoll::job::submitted(&Submission {
                job_id: &job.id,
                job_type: &job.job_type,
                queue: QUEUE,
                user_id: &job.user_id,
                payload_size: new.payload.len(),
            });
            api.worker.wake(&job.job_type);
            Ok(accepted(&job, false))
        }
        Submitted::Known(job) => Ok(accepted(&job, true)),
        Submitted::Conflict => Err(problem::field(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Idempotency-Key",
            "was used by this user for another job",
        )),
    }
}

fn new_job(valid: Valid, idempotency_key: Option<String>) -> NewJob {
    let context = Context::current();
    let trace = context.as_ref().and_then(Context::trace);
    NewJob {
        id: uuid::Uuid::now_v7().to_string(),
        job_type: valid.job_type.as_str().to_owned(),
        user_id: valid.user_id,
        payload: valid.payload,
        max_attempts: valid.max_attempts,
        request_id: context
            .as_ref()
            .and_then(|context| context.request_id().map(str::to_owned)),
        traceparent: trace.map(plimsoll::context::TraceContext::traceparent),
        tracestate: trace.and_then(|trace| trace.tracestate().map(str::to_owned)),
        idempotency_key,
        body_hash: valid.body_hash,
        run_at: valid.run_at,
    }
}

fn accepted(job: &Job, replayed: bool) -> Response {
    let body = json!({ "job_id": job.id, "status": job.status() });
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(&format!("/jobs/{}", job.id)) {
        headers.insert(header::LOCATION, location);
    }
    if replayed {
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}
