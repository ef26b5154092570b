//! `fail` {"message"?, "times"?, "how"?, "seconds"?}: fails on purpose, for trying the service out.
//!
//! The first `times` attempts fail (all of them if absent), the next one succeeds. `how` is `error`, `permanent` or
//! `panic`; `seconds` is how long each attempt takes before that.

use std::time::Duration;

use plimsoll::job::JobError;
use serde_json::{Value, json};

use super::{PayloadError, Work};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Plan {
    message: Option<String>,
    times: Option<u32>,
    how: How,
    seconds: f64,
}

#[derive(Debug, Default, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum How {
    #[default]
    Error,
    Permanent,
    Panic,
}

fn plan(payload: &Value) -> Result<Plan, PayloadError> {
    let wrong = |detail: String| PayloadError {
        field: "payload".to_owned(),
        detail,
    };
    let plan: Plan =
        serde_json::from_value(payload.clone()).map_err(|error| wrong(error.to_string()))?;
    if !(0.0..=60.0).contains(&plan.seconds) {
        return Err(PayloadError::new(
            "seconds",
            "must be a number from 0 to 60",
        ));
    }
    Ok(plan)
}

pub(super) fn check(payload: &Value) -> Result<(), PayloadError> {
    plan(payload).map(drop)
}

pub(super) async fn run(work: &Work, payload: &Value) -> Result<Value, JobError> {
    let plan = plan(payload).map_err(|error| JobError::permanent(error.detail))?;
    if plan.seconds > 0.0 {
        tokio::time::sleep(Duration::from_secs_f64(plan.seconds)).await;
    }
    if plan
        .times
        .is_some_and(|times| work.attempt > i64::from(times))
    {
        return Ok(json!({ "failed_times": plan.times }));
    }
    let message = plan
        .message
        .unwrap_or_else(|| "failed on purpose".to_owned());
    match plan.how {
        How::Error => Err(JobError::failed(message)),
        How::Permanent => Err(JobError::permanent(message)),
        #[expect(
            clippy::panic,
            reason = "a job type whose purpose is to show that a panic is survived"
        )]
        How::Panic => panic!("{message}"),
    }
}
