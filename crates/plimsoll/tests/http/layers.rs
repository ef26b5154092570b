//! The layers by themselves: around a plain tower service, around a client, without health routes, under load.

use crate::support::Service;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use plimsoll::http::{ClientLayer, HttpLayer, Route, propagate};
use plimsoll::{Context, metrics};
use std::convert::Infallible;
use std::time::Duration;
use tower::{Layer, ServiceExt, service_fn};

async fn plain(request: Request<()>) -> Result<Response<Full<Bytes>>, std::io::Error> {
    match request.uri().path() {
        "/fails" => Err(std::io::Error::other("broken pipe")),
        "/panics" => panic!("in a plain service"),
        path => {
            let mut response = Response::new(Full::from(path.to_owned()));
            if path.starts_with("/orders/") {
                response.extensions_mut().insert(Route::new("/orders/{id}"));
            }
            Ok(response)
        }
    }
}

fn observed(route: &str, status: &str) -> u64 {
    metrics::catalogue()
        .http_server_request_duration
        .count(["GET", route, status])
}

#[tokio::test]
async fn a_plain_tower_service_gets_the_same() {
    let health = plimsoll::health::Health::new();
    let service = HttpLayer::new().health(health).layer(service_fn(plain));
    let ask = |path: &str| {
        let request = Request::get(path).body(()).unwrap();
        service.clone().oneshot(request)
    };
    let before = observed("/orders/{id}", "200");
    let response = ask("/orders/7").await.unwrap();
    assert_eq!(response.headers()["x-request-id"].len(), 36);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "/orders/7");
    assert_eq!(observed("/orders/{id}", "200"), before + 1);

    let response = ask("/health").await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, r#"{"status":"ok"}"#);

    let response = ask("/panics").await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );

    let before = observed("unmatched", "500");
    assert_eq!(ask("/fails").await.unwrap_err().to_string(), "broken pipe");
    assert_eq!(observed("unmatched", "500"), before + 1);
}

#[tokio::test]
async fn a_layer_without_health_routes_is_a_violation_told_once() {
    let violations = || metrics::catalogue().violations.get(["PL005"]);
    let before = violations();
    let quiet = HttpLayer::new().health_elsewhere().layer(service_fn(plain));
    let request = || Request::get("/orders/1").body(()).unwrap();
    quiet.oneshot(request()).await.unwrap();
    assert_eq!(violations(), before);
    let service = HttpLayer::new().layer(service_fn(plain));
    for _ in 0..3 {
        service.clone().oneshot(request()).await.unwrap();
    }
    assert_eq!(violations(), before + 1);
}

#[tokio::test]
async fn a_client_sends_the_context_on_with_a_span_per_call() {
    let echo =
        service_fn(
            |request: Request<()>| async move { Ok::<_, Infallible>(request.headers().clone()) },
        );
    let client = ClientLayer.layer(echo);
    let call = || client.clone().oneshot(Request::get("/").body(()).unwrap());
    assert!(call().await.unwrap().is_empty());

    let trace = plimsoll::context::TraceContext::from_headers(
        [&b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"[..]],
        [&b"vendor=1"[..]],
    );
    let context = Context::builder()
        .request_id("r-1")
        .trace(trace.clone())
        .build();
    let (first, second) = context
        .scope(async { (call().await.unwrap(), call().await.unwrap()) })
        .await;
    for headers in [&first, &second] {
        assert_eq!(headers["x-request-id"], "r-1");
        assert_eq!(headers["tracestate"], "vendor=1");
        let parent = headers["traceparent"].to_str().unwrap();
        assert!(parent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
        assert!(!parent.contains(trace.span_id()) && !parent.contains("00f067aa0ba902b7"));
    }
    assert_ne!(first["traceparent"], second["traceparent"]);

    // What a proxied request brought along gives way.
    let mut copied: HeaderMap = first;
    copied.insert("tracestate", "stale=1".parse().unwrap());
    let root = Context::builder()
        .request_id("r-2")
        .trace(plimsoll::context::TraceContext::root())
        .build();
    let entered = root.enter();
    propagate(&mut copied);
    drop(entered);
    assert_eq!(copied["x-request-id"], "r-2");
    assert_eq!(copied.get("tracestate"), None);
    assert!(!copied["traceparent"].to_str().unwrap().contains("4bf92f35"));
}

/// Each request spawns tasks that log under its id and bind what nobody else may see.
async fn busy(Path(id): Path<String>) -> String {
    plimsoll::bind("own", id.clone());
    let mut tasks = Vec::new();
    for step in 0..3 {
        tasks.push(plimsoll::spawn(async move {
            tokio::time::sleep(Duration::from_millis(step)).await;
            tracing::info!(step, "task.ran");
        }));
    }
    tasks.push(plimsoll::spawn(async {
        plimsoll::spawn_blocking(|| tracing::info!(step = 3, "task.ran"))
            .await
            .unwrap();
    }));
    for task in tasks {
        task.await.unwrap();
    }
    id
}

#[tokio::test]
async fn a_thousand_parallel_requests_never_mix_their_ids() {
    let service = Service::start(Router::new().route("/busy/{id}", get(busy))).await;
    let router = Router::new()
        .route("/busy/{id}", get(busy))
        .layer(service.guard.http_layer());
    let requests = (0..1000).map(|number| {
        let id = format!("id-{number}");
        let request = Request::get(format!("/busy/{id}"))
            .header("x-request-id", &id)
            .body(Body::empty())
            .unwrap();
        let router = router.clone();
        async move {
            let response = router.oneshot(request).await.unwrap();
            assert_eq!(response.headers()["x-request-id"], id.as_str());
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, id);
        }
    });
    futures_util::future::join_all(requests).await;
    // Blocking tasks run on other threads, which this test's subscriber does not reach.
    let tasks = service.lines_of("task.ran", 3000).await;
    let requests = service.lines_of("http.request", 1000).await;
    for line in tasks.iter().chain(&requests) {
        let id = line["request_id"].as_str().unwrap();
        assert_eq!(line["own"], id, "{line}");
        assert_eq!(line["path"], format!("/busy/{id}"));
    }
}
