//! Sending the context on with outgoing requests.

use super::{REQUEST_ID, TRACEPARENT, TRACESTATE};
use crate::Context;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use std::task::Poll;
use tower_layer::Layer;
use tower_service::Service;

/// Puts the current context into the headers of an outgoing request: `x-request-id`, `traceparent` (a span of its own
/// per call) and `tracestate`, in place of what a copied request may have brought. Without a context nothing happens.
///
/// ```
/// let context = plimsoll::Context::builder()
///     .request_id("7f3c")
///     .trace(plimsoll::context::TraceContext::root())
///     .build();
/// let mut headers = http::HeaderMap::new();
/// let _entered = context.enter();
/// plimsoll::http::propagate(&mut headers);
/// assert_eq!(headers["x-request-id"], "7f3c");
/// assert!(headers.contains_key("traceparent"));
/// ```
pub fn propagate(headers: &mut HeaderMap) {
    let Some(context) = Context::current() else {
        return;
    };
    if let Some(id) = context.request_id() {
        put(headers, REQUEST_ID, id);
    }
    let Some(trace) = context.trace() else {
        return;
    };
    let call = trace.child();
    put(headers, TRACEPARENT, call.as_traceparent());
    match call.tracestate() {
        Some(state) => put(headers, TRACESTATE, state),
        None => {
            headers.remove(TRACESTATE);
        }
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// A tower layer for clients that [`propagate`]s the context with every request.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClientLayer;

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> ClientService<S> {
        ClientService { inner }
    }
}

/// The client that [`ClientLayer`] makes.
#[derive(Debug, Clone)]
pub struct ClientService<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for ClientService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        propagate(request.headers_mut());
        self.inner.call(request)
    }
}
