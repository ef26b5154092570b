//! Requests that come in and requests that go out.
//!
//! [`HttpLayer`] is a plain tower layer: it opens a fresh [`Context`](crate::Context) for each request, answers the health
//! probes, turns a panic into a 500, puts `x-request-id` on every response, records the duration and logs one
//! `http.request` line when the response has been sent. [`ClientLayer`] and [`propagate`] send the context on.

mod body;
mod browser;
mod client;
mod exchange;
pub(crate) mod front;
mod future;
mod layer;
pub(crate) mod lobby;
mod method;
pub(crate) mod operator;
mod panic;
mod probe;
mod problem;
mod request_id;
mod route;
pub(crate) mod server;

pub use body::ObservedBody;
pub use browser::{has_local_host, is_cross_site};
pub use client::{ClientLayer, ClientService, propagate};
pub use future::ResponseFuture;
pub use layer::{HttpLayer, HttpService};
pub use problem::Problem;
pub use route::Route;

use http::HeaderName;

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(crate) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
