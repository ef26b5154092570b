//! `sleep` {"seconds"}: waits, for trying the service out.

use std::time::Duration;

use plimsoll::job::JobError;
use serde_json::{Value, json};

use super::PayloadError;

const LONGEST: f64 = 3600.0;

fn seconds(payload: &Value) -> Option<f64> {
    payload
        .get("seconds")?
        .as_f64()
        .filter(|seconds| (0.0..=LONGEST).contains(seconds))
}

pub(super) fn check(payload: &Value) -> Result<(), PayloadError> {
    match seconds(payload) {
        Some(_) => Ok(()),
        None => Err(PayloadError::new(
            "seconds",
            "must be a number from 0 to 3600",
        )),
    }
}

pub(super) async fn run(payload: &Value) -> Result<Value, JobError> {
    let seconds = seconds(payload).unwrap_or_default();
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    Ok(json!({ "slept_seconds": seconds }))
}
