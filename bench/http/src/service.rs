//! The service: the same routes and handlers, three times.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Arc;

use axum::extract::Path as Segment;
use axum::http::Request;
use axum::routing::{get, post};
use axum::{Json, Router};
use axum_prometheus::PrometheusMetricLayer;
use serde::{Deserialize, Serialize};
use tower::ServiceBuilder;
use tower_http::request_id::{
    MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::trace::TraceLayer;
use tracing_subscriber::fmt::MakeWriter;

/// What stands around the handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Stack {
    /// Nothing
    Bare,
    /// Plimsoll's layer and its log pipeline, with its defaults
    Plimsoll,
    /// tower-http's request id and trace set to one info line a request, tracing-subscriber's JSON, axum-prometheus
    Usual,
}

#[derive(Debug, Deserialize, Serialize)]
struct Job {
    job_type: String,
    user_id: String,
}

#[derive(Debug, Serialize)]
struct Answer {
    job_id: String,
    status: &'static str,
}

fn routes() -> Router {
    Router::new()
        .route(
            "/jobs/{id}",
            get(|Segment(job_id): Segment<String>| async move {
                let status = "queued";
                Json(Answer { job_id, status })
            }),
        )
        .route(
            "/jobs",
            post(|Json(job): Json<Job>| async move { Json(job) }),
        )
}

/// Keeps a stack running until the end.
pub struct Running {
    pub router: Router,
    _plimsoll: Option<plimsoll::Guard>,
}

/// Sets the stack up inside a runtime, its lines going to `log`, or nowhere.
pub fn start(stack: Stack, log: Option<&Path>) -> Running {
    match stack {
        Stack::Bare => Running {
            router: routes(),
            _plimsoll: None,
        },
        Stack::Plimsoll => with_plimsoll(log),
        Stack::Usual => {
            match log {
                None => subscribe(std::io::sink),
                Some(path) => {
                    let file = OpenOptions::new().create(true).append(true).open(path);
                    subscribe(Arc::new(file.expect("the log file")));
                }
            }
            Running {
                router: usual(),
                _plimsoll: None,
            }
        }
    }
}

fn with_plimsoll(log: Option<&Path>) -> Running {
    let sink = log.map_or_else(
        || plimsoll::sink::Sink::writer("nowhere", std::io::sink()),
        plimsoll::sink::Sink::file,
    );
    // Every request is one line of one callsite: a limit that were reached would save work.
    let limit = "[log.limit]\nburst = 1_000_000_000\nper_second = 1_000_000_000";
    let config =
        plimsoll_standard::Config::parse("bench", limit, []).expect("a valid configuration");
    let guard = plimsoll::configure()
        .service("bench")
        .config(config)
        .sink(sink)
        .install()
        .expect("one stack a process");
    let layer = plimsoll::http::HttpLayer::new().health(guard.health());
    Running {
        router: routes().layer(layer),
        _plimsoll: Some(guard),
    }
}

fn subscribe<W>(writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::INFO)
        .with_writer(writer)
        .init();
}

fn usual() -> Router {
    // Its handle drains the histograms' queues in a task of its own.
    let (metrics, _) = PrometheusMetricLayer::pair();
    let trace = TraceLayer::new_for_http()
        .make_span_with(|request: &Request<_>| {
            let id = request.extensions().get::<RequestId>();
            let id = id
                .and_then(|id| id.header_value().to_str().ok())
                .unwrap_or_default();
            tracing::info_span!(
                "request",
                request_id = id,
                method = request.method().as_str(),
                path = request.uri().path()
            )
        })
        .on_request(())
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
        .on_response(
            |response: &axum::http::Response<_>,
             latency: std::time::Duration,
             _: &tracing::Span| {
                tracing::info!(
                    status = response.status().as_u16(),
                    duration_ms = latency.as_secs_f64() * 1000.0,
                    "http.request"
                );
            },
        );
    routes().layer(
        ServiceBuilder::new()
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(trace)
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(metrics),
    )
}
