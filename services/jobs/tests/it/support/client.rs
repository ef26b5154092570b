//! An HTTP client that says what it got.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Hyper;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Client {
    http: Hyper<HttpConnector, Full<Bytes>>,
    base: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn request_id(&self) -> &str {
        self.headers["x-request-id"].to_str().unwrap()
    }
}

impl Client {
    pub fn new(base: &str) -> Self {
        Self {
            http: Hyper::builder(TokioExecutor::new()).build_http(),
            base: base.to_owned(),
        }
    }

    /// `None` if the connection failed or nothing came within 30 s.
    pub async fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Option<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body.into())).unwrap();
        let exchange = async {
            let response = self.http.request(request).await.ok()?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.ok()?.to_bytes();
            Some(Answer {
                status: parts.status,
                headers: parts.headers,
                body,
            })
        };
        tokio::time::timeout(Duration::from_secs(30), exchange)
            .await
            .ok()?
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        self.try_send(method, path, headers, body)
            .await
            .unwrap_or_else(|| panic!("{method} {path}: no answer"))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(
            "POST",
            path,
            &[("content-type", "application/json")],
            body.to_string(),
        )
        .await
    }

    /// Submits a job and gives its id.
    pub async fn submit(&self, job_type: &str, payload: Value) -> String {
        self.submit_with(json!({ "job_type": job_type, "user_id": "ada", "payload": payload }))
            .await
    }

    pub async fn submit_with(&self, body: Value) -> String {
        let answer = self.post("/jobs", &body).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["job_id"].as_str().unwrap().to_owned()
    }

    pub async fn job(&self, id: &str) -> Value {
        let answer = self.get(&format!("/jobs/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Waits until the job has one of these statuses.
    pub async fn wait(&self, id: &str, statuses: &[&str], limit: Duration) -> Value {
        let end = std::time::Instant::now() + limit;
        loop {
            if let Some(answer) = self.try_send("GET", &format!("/jobs/{id}"), &[], "").await
                && answer.status == 200
            {
                let job = answer.json();
                if statuses.iter().any(|status| job["status"] == *status) {
                    return job;
                }
                assert!(
                    std::time::Instant::now() < end,
                    "not {statuses:?} within {limit:?}: {job}"
                );
            }
            assert!(
                std::time::Instant::now() < end,
                "not {statuses:?} within {limit:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// All jobs, page by page.
    pub async fn list(&self, query: &str) -> Vec<Value> {
        let mut jobs = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/jobs?limit=200&{query}{cursor}")).await;
            assert_eq!(page.status, 200, "{}", page.text());
            let page = page.json();
            jobs.extend(page["jobs"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return jobs,
            }
        }
    }
}
