//! The bearer token, compared in constant time.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::{Api, Problem};

pub(super) async fn require_token(
    State(api): State<Api>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(token) = &api.token {
        let given = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().split_at_checked(7))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"bearer "))
            .map(|(_, given)| given.trim_ascii());
        let right = given.is_some_and(|given| given.ct_eq(token.as_bytes()).into());
        if !right {
            let detail = "send the API token as Authorization: Bearer";
            return Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
        }
    }
    next.run(request).await
}
