//! A plain hyper service without axum: the same layer, with route templates of its own.
//!
//! ```sh
//! cargo run -p plimsoll --example hyper
//! curl -i http://127.0.0.1:3000/orders/42
//! curl -i http://127.0.0.1:3000/health/ready
//! ```

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use plimsoll::http::Route;
use std::convert::Infallible;
use tokio::net::TcpListener;
use tower::{Layer, service_fn};

/// The service's own routing; it says which template a path matched.
async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::default());
    if let Some(id) = request.uri().path().strip_prefix("/orders/") {
        tracing::info!(order_id = id, "order.read");
        *response.body_mut() = format!("order {id}\n").into();
        response.extensions_mut().insert(Route::new("/orders/{id}"));
    } else {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let plimsoll = plimsoll::configure().service("orders").install()?;
    plimsoll.health().start()?;
    let service = plimsoll.http_layer().layer(service_fn(answer));

    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:3000")).await?;
    tracing::info!(listen = %listener.local_addr()?, "service.started");
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            if let Err(error) = connection
                .serve_connection(TokioIo::new(stream), service)
                .await
            {
                tracing::debug!(error = %error, "connection.failed");
            }
        });
    }
}
