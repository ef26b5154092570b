//! What callers send does not come back, nor into a line, if it is a secret.

use crate::support::{Service, request};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use plimsoll::http::Problem;

fn core() -> String {
    ["Kx7Qm2Vt9L", "p4Zw8Rb5Nd"].concat()
}

fn router() -> Router {
    Router::new()
        .route("/orders/{id}", get(|| async { "an order" }))
        .fallback(async || {
            Problem::new(StatusCode::NOT_FOUND)
                .detail(format!("tried postgres://app:{}@db/app", core()))
                .error(format!("token={}", core()), format!("password={}", core()))
        })
}

#[tokio::test]
async fn neither_lines_nor_bodies_hold_what_callers_sent() {
    let service = Service::start(router()).await;
    let token = format!("AKIA{}", "QYLPMN5HFIQR7XYA");
    let bearer = format!("Bearer {}", core());
    let headers = [
        ("x-request-id", token.as_str()),
        ("user-agent", bearer.as_str()),
        ("authorization", bearer.as_str()),
        ("cookie", bearer.as_str()),
    ];
    for path in [
        format!("/orders/{token}?password={}", core()),
        format!("/none/token={}", core()),
    ] {
        let answer = request(service.address, "GET", &path, &headers, "").await;
        assert!(!answer.body.contains(&core()), "{}", answer.body);
        assert!(
            !answer.headers.values().any(|value| value.contains(&token)),
            "a token is no request id"
        );
        assert_eq!(answer.id().len(), 36);
    }
    let requests = service.lines_of("http.request", 2).await;
    assert_eq!(requests[0]["path"], "/orders/[redacted:aws_access_key_id]");
    assert_eq!(requests[1]["path"], "/none/token=[redacted:token]");
    let text = service.lines.text();
    assert!(!text.contains(&core()) && !text.contains(&token), "{text}");
}
