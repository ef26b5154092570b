//! Who may use the API.

use std::fmt;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use plimsoll::http::{has_local_host, is_cross_site};
use subtle::ConstantTimeEq;

use super::{Api, Problem, problem};

/// Who may use the API.
pub enum Access {
    /// Whoever knows the token. No browser sends it by itself.
    Token(String),
    /// Whoever is on this machine: pages in its browsers are kept out.
    Local,
    /// Everybody, under every name; still no page may change anything in its visitor's name.
    Anyone,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token",
            Self::Local => "Local",
            Self::Anyone => "Anyone",
        })
    }
}

impl Access {
    fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match self {
            Self::Token(token) if !has_token(headers, token) => Err(problem::of(
                StatusCode::UNAUTHORIZED,
                "send the API token as Authorization: Bearer",
            )
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Self::Local if !has_local_host(headers, &[]) => Err(problem::of(
                StatusCode::FORBIDDEN,
                "this Host is not allowed: use an address or localhost; for other names the service needs API_TOKEN or --allow-anonymous",
            )),
            Self::Local | Self::Anyone if !reads && is_cross_site(headers) => Err(problem::of(
                StatusCode::FORBIDDEN,
                "a page of another site asks: only a service with API_TOKEN answers those that know it",
            )),
            Self::Token(_) | Self::Local | Self::Anyone => Ok(()),
        }
    }
}

/// Lets a request in or refuses it.
pub(super) async fn check(State(api): State<Api>, request: Request, next: Next) -> Response {
    match api.access.check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Compares in a time that does not depend on how much of the token is right.
fn has_token(headers: &HeaderMap, token: &str) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.as_bytes().split_at_checked(7))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"bearer "))
        .is_some_and(|(_, given)| given.trim_ascii().ct_eq(token.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(access: &Access, method: &Method, pairs: &[(&'static str, &'static str)]) -> u16 {
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                let name = header::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            })
            .collect();
        access
            .check(method, &headers)
            .map_or_else(|problem| problem.status().as_u16(), |()| 200)
    }

    const HERE: (&str, &str) = ("host", "127.0.0.1:8080");
    const THERE: (&str, &str) = ("host", "jobs.example");
    const PAGE: (&str, &str) = ("origin", "https://evil.example");
    const FETCHED: (&str, &str) = ("sec-fetch-site", "cross-site");

    #[test]
    fn without_a_token_no_page_changes_anything() {
        for access in [Access::Local, Access::Anyone] {
            for method in [Method::POST, Method::DELETE] {
                assert_eq!(status(&access, &method, &[HERE]), 200);
                for sign in [PAGE, FETCHED, ("origin", "null")] {
                    assert_eq!(status(&access, &method, &[HERE, sign]), 403, "{sign:?}");
                }
                let own = ("origin", "http://127.0.0.1:8080");
                assert_eq!(status(&access, &method, &[HERE, own]), 200);
            }
        }
    }

    #[test]
    fn a_name_that_leads_to_loopback_is_refused() {
        for method in [Method::GET, Method::POST] {
            assert_eq!(status(&Access::Local, &method, &[THERE]), 403);
            assert_eq!(status(&Access::Local, &method, &[]), 403);
            assert_eq!(status(&Access::Anyone, &method, &[THERE]), 200);
            assert_eq!(
                status(&Access::Local, &method, &[("host", "localhost")]),
                200
            );
        }
    }

    #[test]
    fn a_token_is_enough() {
        let access = Access::Token("a-long-token".to_owned());
        let token = ("authorization", "Bearer a-long-token");
        assert_eq!(status(&access, &Method::POST, &[THERE, PAGE, token]), 200);
        assert_eq!(status(&access, &Method::GET, &[HERE]), 401);
        assert!(!format!("{access:?}").contains("long"));
    }
}
