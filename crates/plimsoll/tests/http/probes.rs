//! The probes as a load balancer sees them.

use crate::support::{Service, config, request};
use axum::Router;
use axum::routing::get;
use plimsoll::health::check;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A dependency that works, fails or hangs as told.
#[derive(Clone, Default)]
struct Dependency {
    down: Arc<AtomicBool>,
    hanging: Arc<AtomicBool>,
}

impl Dependency {
    async fn ping(self) -> Result<(), String> {
        if self.hanging.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if self.down.load(Ordering::SeqCst) {
            return Err("postgres://plimsoll:hunter2@db.internal refused".to_owned());
        }
        Ok(())
    }

    fn check(&self, name: &'static str) -> plimsoll::health::Check {
        let this = self.clone();
        check(name, move || this.clone().ping())
            .interval(Duration::from_millis(20))
            .timeout(Duration::from_millis(100))
    }
}

async fn until(service: &Service, status: u16, word: &str) -> serde_json::Value {
    let started = Instant::now();
    loop {
        let asked = Instant::now();
        let answer = service.get("/health/ready", &[]).await;
        assert!(
            asked.elapsed() < Duration::from_millis(100),
            "a probe waited"
        );
        if answer.status == status && answer.json()["status"] == word {
            return answer.json();
        }
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "still {answer:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn liveness_says_ok_whatever_the_dependencies_do() {
    let dependency = Dependency::default();
    dependency.hanging.store(true, Ordering::SeqCst);
    let database = dependency.check("database");
    let service = Service::start_with(Router::new(), config(""), |guard| {
        guard.health().add(database).unwrap();
    })
    .await;
    until(&service, 503, "degraded").await;
    for path in ["/health", "/healthz", "/livez", "/health/live"] {
        let answer = service.get(path, &[]).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, r#"{"status":"ok"}"#)
        );
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.id().len(), 36);
    }
    let answer = request(service.address, "HEAD", "/health", &[], "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.headers["content-length"], "15");
}

#[tokio::test]
async fn readiness_follows_its_checks_and_tells_each_transition_once() {
    let dependency = Dependency::default();
    let (database, redis) = (
        dependency.check("database"),
        Dependency::default().check("redis"),
    );
    let service = Service::start_with(Router::new(), config(""), |guard| {
        guard.health().add(database).unwrap();
        guard.health().add(redis).unwrap();
    })
    .await;
    until(&service, 200, "ok").await;
    let answer = service.get("/readyz", &[]).await;
    assert_eq!(
        answer.body,
        r#"{"status":"ok","checks":{"database":true,"redis":true}}"#
    );

    dependency.down.store(true, Ordering::SeqCst);
    let body = until(&service, 503, "degraded").await;
    assert_eq!(body["checks"]["database"], false);
    assert_eq!(body["checks"]["redis"], true);
    let answer = service
        .get("/health/ready", &[("accept", "application/health+json")])
        .await;
    assert_eq!(answer.headers["content-type"], "application/health+json");
    assert_eq!(answer.json()["status"], "fail");
    assert!(!answer.body.contains("refused"));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let line = service.line("health.check_failed").await;
    assert_eq!(line["check"], "database");
    assert_eq!(line["level"], "error");
    assert_eq!(line["required"], true);

    let details = request(service.operator(), "GET", "/health/checks", &[], "")
        .await
        .json();
    assert_eq!(details["checks"]["database"]["state"], "down");
    assert!(!details.to_string().contains("hunter2"), "{details}");
    assert!(!service.lines.text().contains("hunter2"));
    assert!(
        details["checks"]["database"]["error"]
            .as_str()
            .unwrap()
            .contains("refused")
    );

    dependency.down.store(false, Ordering::SeqCst);
    until(&service, 200, "ok").await;
    let line = service.line("health.check_recovered").await;
    assert!(line["held_seconds"].as_f64().unwrap() > 0.1);
    let metrics = request(service.operator(), "GET", "/metrics", &[], "")
        .await
        .body;
    assert!(
        metrics.contains(r#"health_check_up{check="database"} 1"#),
        "{metrics}"
    );
    assert!(metrics.contains(r#"health_check_duration_seconds_count{check="redis"}"#));
}

#[tokio::test]
async fn an_optional_check_degrades_without_taking_the_service_out() {
    let dependency = Dependency::default();
    dependency.down.store(true, Ordering::SeqCst);
    let redis = dependency.check("redis");
    let config = config("[health.checks.redis]\nrequired = false\n");
    let service = Service::start_with(Router::new(), config, |guard| {
        guard.health().add(redis).unwrap();
    })
    .await;
    let body = until(&service, 200, "degraded").await;
    assert_eq!(body["checks"]["redis"], false);
    let line = service.line("health.check_failed").await;
    assert_eq!(line["level"], "warning");
    let answer = service
        .get("/readyz", &[("accept", "application/health+json")])
        .await;
    assert_eq!(
        (answer.status, answer.json()["status"].as_str()),
        (200, Some("warn"))
    );
}

#[tokio::test]
async fn a_thousand_probes_cost_one_check_and_no_line() {
    let dependency = Dependency::default();
    dependency.hanging.store(true, Ordering::SeqCst);
    let redis = dependency.check("redis");
    let router = Router::new().route("/orders", get(|| async { "orders" }));
    let service = Service::start_with(router, config(""), |guard| {
        guard.health().add(redis).unwrap();
    })
    .await;
    until(&service, 503, "degraded").await;
    let started = Instant::now();
    let probes = (0..1000).map(|at| {
        let path = if at % 2 == 0 {
            "/health/ready"
        } else {
            "/health"
        };
        request(service.address, "GET", path, &[], "")
    });
    let answers = futures_util::future::join_all(probes).await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status, 200 | 503))
    );
    service.get("/orders", &[]).await;
    let line = service.line("http.request").await;
    assert_eq!(line["path"], "/orders");
    let metrics = request(service.operator(), "GET", "/metrics", &[], "")
        .await
        .body;
    assert!(!metrics.contains(r#"http_route="/health"#), "{metrics}");
}

#[tokio::test]
async fn starting_is_not_ready_but_alive() {
    let service = Service::start(Router::new()).await;
    let gate = service.guard.health().startup_gate();
    until(&service, 503, "starting").await;
    assert_eq!(service.get("/health", &[]).await.status, 200);
    drop(gate);
    until(&service, 200, "ok").await;
}

#[tokio::test]
async fn a_check_that_the_configuration_misspells_stops_the_start() {
    let (_, guard) = plimsoll::configure()
        .config(config("[health.checks.databse]\nrequired = false\n"))
        .sink(plimsoll::sink::Sink::writer("test", std::io::sink()))
        .build::<tracing_subscriber::Registry>()
        .unwrap();
    guard
        .health()
        .add(Dependency::default().check("database"))
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = guard.serve(listener, Router::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "[health.checks.databse] names no check of this service; its checks are: database"
    );
}
