//! `GET /jobs/{id}` and `GET /jobs`.

use std::time::Instant;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{Api, Problem, problem};
use crate::job::{Job, JobView, Status};

const PAGE: usize = 50;
const LONGEST_PAGE: usize = 200;

/// The id in canonical form; anything else names no job, and is not looked for.
pub(super) fn job_id(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    let Ok(Path(text)) = path else {
        return Err(problem::unknown_job());
    };
    uuid::Uuid::try_parse(&text)
        .map(|id| id.to_string())
        .map_err(|_| problem::unknown_job())
}

pub(super) async fn get(
    State(api): State<Api>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let id = job_id(path)?;
    let body = match api.cache.get(&id).await {
        Some(body) => body,
        None => {
            // The age of what the cache will hold counts from before the database was asked.
            let read_at = Instant::now();
            let job = api.store.get(&id).await?.ok_or_else(problem::unknown_job)?;
            api.cache.put(&job, read_at).await
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    status: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// A struct, so that jobs have their keys in the order in which `GET /jobs/{id}` gives them.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    jobs: Vec<JobView>,
    next_cursor: Option<String>,
}

pub(super) async fn list(
    State(api): State<Api>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(query) = query.map_err(|_| {
        problem::field(
            StatusCode::BAD_REQUEST,
            "query",
            "may hold status, cursor and limit (1 to 200)",
        )
    })?;
    // Left empty is left out.
    let said = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
    let (status, cursor) = (said(&query.status), said(&query.cursor));
    let status = match status.as_deref() {
        None => None,
        Some(word) => Some(Status::parse(word).ok_or_else(|| {
            let words = Status::ALL.map(Status::as_str).join(", ");
            problem::field(
                StatusCode::BAD_REQUEST,
                "status",
                &format!("must be one of {words}"),
            )
        })?),
    };
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(problem::field(
            StatusCode::BAD_REQUEST,
            "limit",
            "must be from 1 to 200",
        ));
    }
    let (jobs, next_cursor) = api.store.list(status, cursor.as_deref(), limit).await?;
    let jobs = jobs.iter().map(Job::view).collect();
    Ok(Json(Page { jobs, next_cursor }))
}
