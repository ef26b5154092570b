//! The HTTP API: one file an endpoint, `problem.rs` for everything that goes wrong.

mod auth;
mod body;
mod change;
mod problem;
mod read;
mod submit;
mod validate;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::cache::Cache;
use crate::handlers::Handlers;
use crate::store::Store;
use crate::worker::Worker;

pub use auth::Access;
use plimsoll::http::Problem;

/// The longest request body, in bytes.
pub const BODY_LIMIT: usize = 64 * 1024;

/// What the endpoints share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Api {
    store: Store,
    cache: Cache,
    handlers: Handlers,
    worker: Worker,
    access: Arc<Access>,
}

impl Api {
    /// `worker` is told of new and of cancelled jobs.
    #[must_use]
    pub fn new(
        store: Store,
        cache: Cache,
        handlers: Handlers,
        worker: Worker,
        access: Access,
    ) -> Self {
        Self {
            store,
            cache,
            handlers,
            worker,
            access: Arc::new(access),
        }
    }

    /// The routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/jobs", post(submit::submit).get(read::list))
            .route("/jobs/{id}", get(read::get).delete(change::cancel))
            .route("/jobs/{id}/retry", post(change::retry))
            .route_layer(from_fn_with_state(self.clone(), auth::check))
            .fallback(async || {
                problem::of(StatusCode::NOT_FOUND, "nothing is here: jobs are at /jobs")
            })
            .method_not_allowed_fallback(async || {
                problem::of(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "this resource does not know that method",
                )
            })
            .with_state(self)
    }
}
