//! The health routes, answered by the layer itself: no router, no handler, no dependency.

use crate::health::{Flavour, Health};
use bytes::Bytes;
use http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

/// What a probe asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Probe {
    /// Is the process alive?
    Live,
    /// May it get traffic?
    Ready,
}

impl Probe {
    /// The probe at this path, with its path as a constant.
    pub(super) fn at(path: &str) -> Option<(Self, &'static str)> {
        Some(match path {
            "/health" => (Self::Live, "/health"),
            "/healthz" => (Self::Live, "/healthz"),
            "/livez" => (Self::Live, "/livez"),
            "/health/live" => (Self::Live, "/health/live"),
            "/health/ready" => (Self::Ready, "/health/ready"),
            "/readyz" => (Self::Ready, "/readyz"),
            _ => return None,
        })
    }

    /// The answer. A body is given for `HEAD` too; servers leave it out and keep its length.
    pub(super) fn answer(
        self,
        health: &Health,
        method: &Method,
        headers: &HeaderMap,
    ) -> Response<Bytes> {
        if method != Method::GET && method != Method::HEAD {
            return respond(
                StatusCode::METHOD_NOT_ALLOWED,
                (ALLOW, HeaderValue::from_static("GET, HEAD")),
                Bytes::new(),
            );
        }
        let flavour = headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .map_or(Flavour::Standard, Flavour::of_accept);
        let (status, body) = match self {
            Self::Live if health.is_stuck() => (
                StatusCode::SERVICE_UNAVAILABLE,
                Bytes::from_static(flavour.stuck().as_bytes()),
            ),
            Self::Live => (
                StatusCode::OK,
                Bytes::from_static(flavour.alive().as_bytes()),
            ),
            Self::Ready => {
                let report = health.report();
                let status = StatusCode::from_u16(report.status().code())
                    .unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                (status, report.body(flavour).into())
            }
        };
        let content_type = HeaderValue::from_static(flavour.content_type());
        respond(status, (CONTENT_TYPE, content_type), body)
    }
}

fn respond(
    status: StatusCode,
    header: (http::HeaderName, HeaderValue),
    body: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header.0, header.1);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(path: &str, method: &Method, accept: &str) -> Response<Bytes> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        let (probe, _) = Probe::at(path).unwrap();
        probe.answer(&Health::new(), method, &headers)
    }

    #[test]
    fn every_alias_answers_uncached() {
        for path in ["/health", "/healthz", "/livez", "/health/live"] {
            let response = ask(path, &Method::GET, "*/*");
            assert_eq!(response.status(), 200);
            assert_eq!(response.body(), r#"{"status":"ok"}"#);
            assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        }
        for path in ["/health/ready", "/readyz"] {
            let response = ask(path, &Method::HEAD, "application/health+json");
            assert_eq!(response.body(), r#"{"status":"pass","checks":{}}"#);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/health+json");
        }
        assert_eq!(Probe::at("/health/"), None);
    }

    #[test]
    fn a_probe_is_only_read() {
        let response = ask("/health", &Method::POST, "*/*");
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()[ALLOW], "GET, HEAD");
    }
}
