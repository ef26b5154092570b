//! The tower layer for servers.

use super::body::ObservedBody;
use super::exchange::Exchange;
use super::future::ResponseFuture;
use super::probe::Probe;
use super::route::Template;
use crate::health::Health;
use crate::metrics;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use plimsoll_standard::Rule;
use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Opens a context per request, answers the probes, and measures and logs what happened; one layer does it all.
///
/// On an axum router it belongs outermost, by `Router::layer`, where the matched route is known. `Guard::serve` does
/// that; around a plain tower or hyper service it works the same, with [`Route`](super::Route) for templates.
///
/// ```
/// # use axum::{Router, routing::get};
/// use plimsoll::{health::Health, http::HttpLayer};
///
/// let health = Health::new();
/// let router: Router = Router::new()
///     .route("/orders/{id}", get(|| async { "an order" }))
///     .layer(HttpLayer::new().health(health));
/// # let _ = router;
/// ```
#[derive(Debug, Clone)]
pub struct HttpLayer {
    shared: Arc<Shared>,
}

/// What all clones of a layer and its services share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) health: Option<Health>,
    /// The service has health routes of its own.
    elsewhere: bool,
    pub(super) trust_request_id: bool,
    pub(super) trust_trace: bool,
    /// Requests under way, probes included.
    pub(super) active: AtomicUsize,
    /// Requests finished, probes excluded.
    pub(super) served: AtomicU64,
    unhealthy: Once,
}

impl Default for HttpLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpLayer {
    /// A layer without health routes: call [`health`](Self::health), or
    /// [`health_elsewhere`](Self::health_elsewhere) if the service has its own.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                health: None,
                elsewhere: false,
                trust_request_id: true,
                trust_trace: true,
                active: AtomicUsize::new(0),
                served: AtomicU64::new(0),
                unhealthy: Once::new(),
            }),
        }
    }

    /// Answers `/health`, `/health/ready` and their aliases from this state, before any route of the service.
    #[must_use]
    pub fn health(self, health: Health) -> Self {
        self.with(|shared| shared.health = Some(health))
    }

    /// Says that the service answers health probes by routes of its own, so that their absence here is no violation
    /// of `PL005`.
    #[must_use]
    pub fn health_elsewhere(self) -> Self {
        self.with(|shared| shared.elsewhere = true)
    }

    /// Whether a well-formed `x-request-id` of the caller is kept. Default true.
    #[must_use]
    pub fn trust_request_id(self, trust: bool) -> Self {
        self.with(|shared| shared.trust_request_id = trust)
    }

    /// Whether a valid `traceparent` of the caller is continued. Default true; false restarts every trace here, as a
    /// public edge may want.
    #[must_use]
    pub fn trust_trace(self, trust: bool) -> Self {
        self.with(|shared| shared.trust_trace = trust)
    }

    /// Requests under way at this moment, probes included.
    #[must_use]
    pub fn active(&self) -> usize {
        self.shared
            .active
            .load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Requests that are over, probes excluded.
    #[must_use]
    pub fn served(&self) -> u64 {
        self.shared
            .served
            .load(std::sync::atomic::Ordering::Relaxed)
    }

    fn with(self, change: impl FnOnce(&mut Shared)) -> Self {
        let old = &*self.shared;
        let mut shared = Shared {
            health: old.health.clone(),
            elsewhere: old.elsewhere,
            trust_request_id: old.trust_request_id,
            trust_trace: old.trust_trace,
            active: AtomicUsize::new(0),
            served: AtomicU64::new(0),
            unhealthy: Once::new(),
        };
        change(&mut shared);
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl Shared {
    pub(super) fn is_draining(&self) -> bool {
        self.health.as_ref().is_some_and(Health::is_draining)
    }

    /// `PL005` at run time: requests are served, and nobody can ask whether the service is well.
    fn check_health_routes(&self) {
        if self.health.is_none() && !self.elsewhere {
            self.unhealthy.call_once(|| {
                metrics::catalogue()
                    .violations
                    .inc([Rule::NoHealthEndpoint.id()]);
                tracing::warn!(
                    rule = Rule::NoHealthEndpoint.id(),
                    remedy = "give HttpLayer a health state, or say health_elsewhere()",
                    "plimsoll.no_health_endpoint"
                );
            });
        }
    }
}

impl<S> Layer<S> for HttpLayer {
    type Service = HttpService<S>;

    fn layer(&self, inner: S) -> HttpService<S> {
        HttpService {
            inner,
            shared: Arc::clone(&self.shared),
        }
    }
}

/// The service that [`HttpLayer`] makes.
#[derive(Debug, Clone)]
pub struct HttpService<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for HttpService<S>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Body<Data = Bytes>,
{
    type Response = Response<ObservedBody<ResponseBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let version = request.version();
        if let Some(health) = &self.shared.health
            && let Some((probe, path)) = Probe::at(request.uri().path())
        {
            let exchange = Exchange::open(&self.shared, &request, Template::Probe(path));
            let response = probe.answer(health, request.method(), request.headers());
            return ResponseFuture::of_layer(response, exchange, version);
        }
        self.shared.check_health_routes();
        let template = Template::of_request(request.extensions());
        let exchange = Exchange::open(&self.shared, &request, template);
        let inner = &mut self.inner;
        ResponseFuture::of_service(move || inner.call(request), exchange, version)
    }
}
