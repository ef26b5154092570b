//! A small HTTP client for the commands that talk to a running service.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Talks plain HTTP to one service.
#[derive(Debug, Clone)]
pub(super) struct HttpClient {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    token: Option<String>,
}

/// Why there is no answer.
pub(super) type HttpError = Box<dyn std::error::Error + Send + Sync>;

impl HttpClient {
    pub(super) fn new(base: &str, token: Option<String>) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            base,
            token,
        }
    }

    pub(super) async fn get(
        &self,
        path: &str,
        limit: Duration,
    ) -> Result<(StatusCode, Bytes), HttpError> {
        self.send(self.request("GET", path)?.body(Full::default())?, limit)
            .await
    }

    pub(super) async fn post(
        &self,
        path: &str,
        body: String,
        limit: Duration,
    ) -> Result<(StatusCode, Bytes), HttpError> {
        let request = self
            .request("POST", path)?
            .header("content-type", "application/json");
        self.send(request.body(Full::from(body))?, limit).await
    }

    fn request(&self, method: &str, path: &str) -> Result<http::request::Builder, HttpError> {
        let uri: Uri = format!("{}{path}", self.base).parse()?;
        let request = Request::builder().method(method).uri(uri);
        Ok(match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        })
    }

    async fn send(
        &self,
        request: Request<Full<Bytes>>,
        limit: Duration,
    ) -> Result<(StatusCode, Bytes), HttpError> {
        tokio::time::timeout(limit, async {
            let response = self.client.request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LONGEST_ANSWER)
                .collect()
                .await?;
            Ok((status, body.to_bytes()))
        })
        .await?
    }
}

/// The innermost cause: "Connection refused" tells more than the client's "client error".
pub(super) fn root(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .last()
        .unwrap_or(error)
        .to_string()
}
