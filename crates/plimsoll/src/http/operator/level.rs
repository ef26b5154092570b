//! `GET`, `PUT` and `DELETE /log/level`.

use super::Operated;
use crate::encode::line::level_name;
use crate::http::Problem;
use crate::log::parse_level;
use crate::redact::redacted;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The body of a change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    level: String,
    #[serde(default)]
    target: Option<String>,
    #[serde(default)]
    ttl_seconds: Option<u64>,
}

pub(super) async fn read(State(operated): State<Arc<Operated>>) -> Json<Value> {
    let report = operated.level.get();
    let targets: Map<String, Value> = report
        .targets
        .into_iter()
        .map(|(target, level)| (redacted(&target).into_owned(), level_name(level).into()))
        .collect();
    let overrides: Vec<Value> = report
        .overrides
        .into_iter()
        .map(|held| {
            json!({
                "level": level_name(held.level),
                "target": held.target.as_deref().map(redacted),
                "remaining_seconds": held.remaining.as_secs(),
            })
        })
        .collect();
    Json(json!({ "level": level_name(report.level), "targets": targets, "overrides": overrides }))
}

/// Which change to end; all of them if nothing is said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ended {
    #[serde(default)]
    target: Option<String>,
}

/// Ends what was set before its time, and answers with the levels that hold then.
pub(super) async fn end(
    State(operated): State<Arc<Operated>>,
    query: Result<Query<Ended>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(ended) = query.map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST).detail("only ?target=TARGET may stand in the query")
    })?;
    operated.level.end(ended.target.as_deref());
    Ok(read(State(operated)).await)
}

pub(super) async fn change(
    State(operated): State<Arc<Operated>>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let change: Change = serde_json::from_slice(&body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST).detail(format!(
            "{error}; send {{\"level\": \"debug\"}}, with \"target\" and \"ttl_seconds\" if wanted"
        ))
    })?;
    let refused = |field, message: String| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY).error(field, message)
    };
    let level = parse_level(&change.level).map_err(|error| refused("level", error.to_string()))?;
    let done = operated
        .level
        .set(
            level,
            change.target.as_deref(),
            change.ttl_seconds.map(Duration::from_secs),
        )
        .map_err(|error| {
            let field = match error {
                crate::log::LevelError::TimeToLive => "ttl_seconds",
                _ => "target",
            };
            refused(field, error.to_string())
        })?;
    Ok(Json(json!({
        "old": level_name(done.old),
        "new": level_name(done.new),
        "target": done.target.as_deref().map(redacted),
        "ttl_seconds": done.time_to_live.as_secs(),
    })))
}
