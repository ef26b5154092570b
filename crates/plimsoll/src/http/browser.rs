//! What a browser gives away about the page behind a request.
//!
//! A service on loopback is not out of reach of the web: any page that its user opens can send requests there, and a
//! page whose name is made to resolve to 127.0.0.1 can read the answers as well (DNS rebinding). Where no token guards a
//! service, these two questions do.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::net::IpAddr;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a browser says that a page of another site is behind the request: by `Sec-Fetch-Site`, and by an `Origin`
/// that is not the request's own `Host`. Clients that are no browsers send neither.
///
/// ```
/// use http::{HeaderMap, HeaderValue, header};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
/// assert!(!plimsoll::http::is_cross_site(&headers));
/// headers.insert(header::ORIGIN, HeaderValue::from_static("https://example.com"));
/// assert!(plimsoll::http::is_cross_site(&headers));
/// ```
#[must_use]
pub fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &HeaderValue| value.to_str().unwrap_or("?"))
    };
    if let Some(site) = text(SEC_FETCH_SITE)
        && !matches!(site, "same-origin" | "none")
    {
        return true;
    }
    match (text(ORIGIN), text(HOST)) {
        (None, _) => false,
        (Some(origin), Some(host)) => origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"))
            .is_none_or(|origin| !origin.eq_ignore_ascii_case(host)),
        (Some(_), None) => true,
    }
}

/// Whether the request's `Host` is an address, `localhost` or one of `allowed`. Any other name may belong to a page that
/// had itself resolved to this machine.
#[must_use]
pub fn has_local_host(headers: &HeaderMap, allowed: &[String]) -> bool {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = name_of(host);
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || allowed
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(name))
}

/// The name or address in a `Host` header, without port and brackets.
fn name_of(host: &str) -> &str {
    if let Some(bracketed) = host.strip_prefix('[') {
        return bracketed.split(']').next().unwrap_or_default();
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}
