//! The service that the W3C trace-context test harness talks to.
//!
//! `POST /test` takes a JSON array of `{"url", "arguments"}`; for each element it posts `arguments` to `url`, with the
//! request's context sent on by the client middleware, and then answers 200.
//!
//! ```sh
//! cargo run -p plimsoll --example trace_context -- --listen 127.0.0.1:5000
//! SPEC_LEVEL=2 STRICT_LEVEL=2 python test.py http://127.0.0.1:5000/test   # in the harness' folder
//! ```

use axum::extract::State;
use axum::http::{Request, StatusCode, header::CONTENT_TYPE};
use axum::{Json, Router, body::Body, routing::post};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use plimsoll::http::{ClientLayer, ClientService, Problem};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::{Layer, Service, ServiceExt};

type Outgoing = ClientService<Client<HttpConnector, Body>>;

/// One call that the harness asks for.
#[derive(Deserialize)]
struct Call {
    url: String,
    arguments: Value,
}

async fn test(
    State(client): State<Outgoing>,
    Json(calls): Json<Vec<Call>>,
) -> Result<Json<Value>, Problem> {
    let failed = |error: String| Problem::new(StatusCode::BAD_GATEWAY).detail(error);
    for call in calls {
        let request = Request::post(&call.url)
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(call.arguments.to_string()))
            .map_err(|error| failed(error.to_string()))?;
        let mut client = client.clone();
        let client = client
            .ready()
            .await
            .map_err(|error| failed(error.to_string()))?;
        client
            .call(request)
            .await
            .map_err(|error| failed(error.to_string()))?;
    }
    Ok(Json(json!({ "called": true })))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => "127.0.0.1:5000".to_owned(),
        (Some("--listen"), Some(address)) => address,
        _ => return Err("usage: trace_context [--listen ADDRESS:PORT]".into()),
    };
    let plimsoll = plimsoll::configure().service("trace-context").install()?;
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let router = Router::new()
        .route("/test", post(test))
        .with_state(ClientLayer.layer(client));
    let listener = tokio::net::TcpListener::bind(address).await?;
    plimsoll.serve(listener, router).await?;
    Ok(())
}
