//! Who may read and who may change: the host, the origin, the token.

use super::Operated;
use crate::http::{Problem, has_local_host, is_cross_site};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The rules of the port. Reads need the right host; changes also need a token, or loopback if there is none.
pub(crate) struct Door {
    allowed_hosts: Vec<String>,
    token: Option<String>,
    loopback: bool,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door")
            .field("allowed_hosts", &self.allowed_hosts)
            .field("token", &self.token.is_some())
            .field("loopback", &self.loopback)
            .finish()
    }
}

impl Door {
    pub(crate) fn new(
        address: SocketAddr,
        allowed_hosts: Vec<String>,
        token: Option<String>,
    ) -> Self {
        Self {
            allowed_hosts,
            token: token.filter(|token| !token.is_empty()),
            loopback: address.ip().to_canonical().is_loopback(),
        }
    }

    /// A page on another name that resolves to this address must not get in: only addresses, `localhost` and the
    /// configured names are hosts of this port.
    fn host(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if has_local_host(headers, &self.allowed_hosts) {
            return Ok(());
        }
        Err(Problem::new(StatusCode::FORBIDDEN).detail(
            "this Host is not allowed: use an address or localhost, or add the name to allowed_hosts under [operator]",
        ))
    }

    fn change(&self, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
        if is_cross_site(headers) {
            return Err(Problem::new(StatusCode::FORBIDDEN).detail(
                "a page of another site asks: changes come from the command line or from this port",
            ));
        }
        match &self.token {
            Some(token) if !has_token(headers, token) => {
                return Err(Problem::new(StatusCode::UNAUTHORIZED)
                    .detail("send Authorization: Bearer with the value of OPERATOR_TOKEN")
                    .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
            }
            None if !self.loopback => {
                return Err(Problem::new(StatusCode::FORBIDDEN).detail(
                    "without a token changes are possible on loopback only: set OPERATOR_TOKEN",
                ));
            }
            _ => {}
        }
        // A `DELETE` has no body, and no page sends one across sites without asking first.
        if *method == Method::DELETE || is_json(headers) {
            return Ok(());
        }
        Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
            .detail("send Content-Type: application/json"))
    }
}

/// Lets a request in or refuses it.
pub(super) async fn check(
    State(operated): State<Arc<Operated>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let verdict = operated.door.host(headers).and_then(|()| {
        if reads {
            Ok(())
        } else {
            operated.door.change(request.method(), headers)
        }
    });
    match verdict {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Compares in a time that does not depend on how much of the token is right.
fn has_token(headers: &HeaderMap, token: &str) -> bool {
    headers
        .get(AUTHORIZATION)
        .map(HeaderValue::as_bytes)
        .and_then(|value| value.split_at_checked(7))
        .is_some_and(|(scheme, given)| {
            scheme.eq_ignore_ascii_case(b"bearer ") && bool::from(given.ct_eq(token.as_bytes()))
        })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    fn door(address: &str, token: Option<&str>) -> Door {
        Door::new(
            address.parse().unwrap(),
            vec!["orders.internal".to_owned()],
            token.map(str::to_owned),
        )
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect()
    }

    const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

    fn change(door: &Door, pairs: &[(&'static str, &str)]) -> u16 {
        door.change(&Method::PUT, &headers(pairs))
            .map_or_else(|problem| problem.status().as_u16(), |()| 200)
    }

    #[test]
    fn taking_a_change_back_needs_no_body() {
        let door = door("127.0.0.1:9464", None);
        assert!(door.change(&Method::DELETE, &headers(&[])).is_ok());
        assert_eq!(change(&door, &[]), 415);
        assert_eq!(change(&door, &[JSON]), 200);
    }

    #[test]
    fn only_known_hosts_are_let_in() {
        let door = door("127.0.0.1:9464", None);
        for host in [
            "127.0.0.1:9464",
            "10.1.2.3",
            "[::1]:9464",
            "localhost:9464",
            "LocalHost",
            "orders.internal:9464",
        ] {
            assert!(door.host(&headers(&[("host", host)])).is_ok(), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "",
            "localhost.evil.example:9464",
            "[::1",
        ] {
            let allowed = door.host(&headers(&[("host", host)])).is_ok();
            assert_eq!(allowed, host == "[::1", "{host}");
        }
        assert!(door.host(&HeaderMap::new()).is_err());
    }

    #[test]
    fn without_a_token_only_loopback_may_change() {
        assert_eq!(change(&door("127.0.0.1:9464", None), &[JSON]), 200);
        assert_eq!(change(&door("[::1]:9464", None), &[JSON]), 200);
        assert_eq!(change(&door("[::ffff:127.0.0.1]:9464", None), &[JSON]), 200);
        assert_eq!(change(&door("0.0.0.0:9464", None), &[JSON]), 403);
        assert_eq!(change(&door("0.0.0.0:9464", Some("")), &[JSON]), 403);
    }

    #[test]
    fn only_what_has_a_body_must_say_that_it_is_json() {
        let door = door("127.0.0.1:9464", None);
        assert!(door.change(&Method::DELETE, &headers(&[])).is_ok());
        assert!(door.change(&Method::PUT, &headers(&[])).is_err());
    }

    #[test]
    fn a_token_is_asked_for_wherever_there_is_one() {
        for address in ["127.0.0.1:9464", "0.0.0.0:9464"] {
            let door = door(address, Some("s3cret"));
            assert_eq!(change(&door, &[JSON]), 401);
            for wrong in [
                "Bearer s3cre",
                "Bearer s3cret2",
                "s3cret",
                "Basic s3cret",
                "Bearer ",
            ] {
                assert_eq!(
                    change(&door, &[JSON, ("authorization", wrong)]),
                    401,
                    "{wrong}"
                );
            }
            assert_eq!(
                change(&door, &[JSON, ("authorization", "bearer s3cret")]),
                200
            );
            assert!(!format!("{door:?}").contains("s3cret"));
        }
    }

    #[test]
    fn other_sites_and_other_types_are_refused() {
        let door = door("127.0.0.1:9464", None);
        let host = ("host", "127.0.0.1:9464");
        for site in ["cross-site", "same-site"] {
            assert_eq!(change(&door, &[JSON, host, ("sec-fetch-site", site)]), 403);
        }
        assert_eq!(
            change(&door, &[JSON, host, ("sec-fetch-site", "same-origin")]),
            200
        );
        assert_eq!(
            change(&door, &[JSON, host, ("origin", "http://127.0.0.1:9464")]),
            200
        );
        for origin in [
            "http://evil.example",
            "null",
            "http://127.0.0.1:8080",
            "file://127.0.0.1:9464",
        ] {
            assert_eq!(
                change(&door, &[JSON, host, ("origin", origin)]),
                403,
                "{origin}"
            );
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
        ] {
            assert_eq!(change(&door, &[("content-type", kind)]), 415);
        }
        assert_eq!(change(&door, &[]), 415);
    }
}
