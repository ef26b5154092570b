//! One call: no redirects, no proxy, at most 64 KiB of the answer read.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use plimsoll::context::Context;
use plimsoll::job::JobError;
use serde_json::{Value, json};
use url::{Position, Url};

use super::Webhooks;
use super::dial::dial;
use crate::handlers::Work;
use crate::time::now_micros;

const MOST_READ: usize = 64 * 1024;

impl Webhooks {
    /// Sends the webhook; its result is the status and how much of the answer was read.
    pub(in crate::handlers) async fn send(
        &self,
        work: &Work,
        payload: &Value,
    ) -> Result<Value, JobError> {
        let url = self
            .target(payload)
            .map_err(|error| JobError::permanent(format!("{}: {}", error.field, error.detail)))?;
        let body = payload.get("body").unwrap_or(&Value::Null).to_string();
        let request = self
            .request(work, &url, body)
            .map_err(JobError::permanent)?;
        let stream = dial(&url, &self.allowed, &self.tls).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(JobError::failed)?;
        // The connection is driven here, not in a task of its own: when the job ends, so does the connection.
        let exchange = async {
            let response = sender
                .send_request(request)
                .await
                .map_err(JobError::failed)?;
            let status = response.status();
            let read = read_some(response.into_body()).await?;
            Ok::<_, JobError>((status, read))
        };
        tokio::pin!(connection);
        tokio::pin!(exchange);
        let (status, read) = tokio::select! {
            biased;
            done = &mut exchange => done?,
            ended = &mut connection => {
                ended.map_err(JobError::failed)?;
                exchange.await?
            }
        };
        judge(status)?;
        Ok(json!({ "status": status.as_u16(), "response_bytes": read }))
    }

    fn request(
        &self,
        work: &Work,
        url: &Url,
        body: String,
    ) -> Result<Request<Full<Bytes>>, http::Error> {
        let timestamp = now_micros() / 1_000_000;
        let signature = self.signer.sign(&work.job_id, timestamp, body.as_bytes());
        // Host and port as written, without a default port.
        let authority = &url[Position::BeforeHost..Position::AfterPort];
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header(header::HOST, authority)
            .header(
                header::USER_AGENT,
                concat!("plimsoll-jobs/", env!("CARGO_PKG_VERSION")),
            )
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONNECTION, "close")
            .header("webhook-id", &work.job_id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature);
        if let Some(trace) = Context::current()
            .and_then(|context| context.trace().map(plimsoll::context::TraceContext::child))
        {
            request = request.header("traceparent", trace.traceparent());
            if let Some(state) = trace
                .tracestate()
                .and_then(|state| HeaderValue::from_str(state).ok())
            {
                request = request.header("tracestate", state);
            }
        }
        request.body(Full::from(body))
    }
}

async fn read_some(mut body: hyper::body::Incoming) -> Result<usize, JobError> {
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(JobError::failed)?;
        read += frame.data_ref().map_or(0, Bytes::len);
        if read >= MOST_READ {
            return Ok(MOST_READ);
        }
    }
    Ok(read)
}

/// 2xx is success. A redirect is not followed and would be the same next time; 410 means "stop sending".
fn judge(status: StatusCode) -> Result<(), JobError> {
    if status.is_success() {
        Ok(())
    } else if status.is_redirection() || status == StatusCode::GONE {
        Err(JobError::permanent(format!(
            "the receiver answered {}",
            status.as_u16()
        )))
    } else {
        Err(JobError::failed(format!(
            "the receiver answered {}",
            status.as_u16()
        )))
    }
}
