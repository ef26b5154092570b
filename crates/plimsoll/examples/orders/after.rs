//! The order service of `before.rs` with Plimsoll: logging, context, health, metrics, operator port and graceful drain.
//!
//! ```sh
//! cargo run -p plimsoll --example orders
//! curl -i -d '{"article":"anchor","quantity":2}' -H 'content-type: application/json' http://127.0.0.1:3000/orders
//! curl -i http://127.0.0.1:3000/health/ready
//! curl http://127.0.0.1:9464/metrics
//! ```

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use tokio::net::TcpListener;

#[derive(Clone, Serialize, Deserialize)]
struct Order {
    article: String,
    quantity: u32,
}

#[derive(Clone, Default)]
struct Store(Arc<RwLock<BTreeMap<u64, Order>>>);

impl Store {
    fn insert(&self, order: Order) -> Option<u64> {
        let mut orders = self.0.write().ok()?;
        let id = orders.len() as u64 + 1;
        orders.insert(id, order);
        Some(id)
    }

    fn get(&self, id: u64) -> Option<Order> {
        self.0.read().ok()?.get(&id).cloned()
    }
}

async fn place(
    State(store): State<Store>,
    Json(order): Json<Order>,
) -> Result<(StatusCode, Json<u64>), StatusCode> {
    if order.quantity == 0 {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let quantity = order.quantity;
    let id = store.insert(order).ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    tracing::info!(order_id = id, quantity, "order.placed");
    Ok((StatusCode::CREATED, Json(id)))
}

async fn read(State(store): State<Store>, Path(id): Path<u64>) -> Result<Json<Order>, StatusCode> {
    store.get(id).map(Json).ok_or(StatusCode::NOT_FOUND)
}

// Visible in the crate so that the test of the adoption can run it.
#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let plimsoll = plimsoll::configure().service("orders").install()?;
    let store = Store::default();
    let router = Router::new()
        .route("/orders", post(place))
        .route("/orders/{id}", get(read))
        .with_state(store.clone());
    let readable = plimsoll::health::check("store", move || {
        let works = !store.0.is_poisoned();
        async move { works.then_some(()).ok_or("the store is poisoned") }
    });
    plimsoll.health().add(readable)?;
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    plimsoll.serve(listener, router).await?;
    Ok(())
}
