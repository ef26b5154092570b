use std::sync::{Arc, Mutex};
use std::time::Duration;

use tower::{Layer, Service, ServiceExt, service_fn};

use super::*;
use crate::context::{Context, TraceContext};
use crate::metrics::catalogue;

struct Email {
    job_type: &'static str,
    attempt: u32,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Succeed,
    Fail,
    FailForGood,
    Panic,
    PanicEarly,
    Hang,
    Stop,
    GoAway,
    LoseIt,
}

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

impl JobRequest for Email {
    fn job(&self) -> JobInfo<'_> {
        JobInfo::new("job-1", self.job_type)
            .queue("mail")
            .attempt(self.attempt, 3)
            .request_id(Some("req-1"))
            .trace(TraceContext::parse(PARENT.as_bytes()))
            .waited(Some(Duration::from_millis(20)))
            .timeout(Some(Duration::from_millis(50)))
    }
}

async fn run(job_type: &'static str, attempt: u32, what: What) -> Result<&'static str, JobError> {
    let handler = service_fn(|email: Email| {
        assert!(
            !matches!(email.what, What::PanicEarly),
            "before the first await"
        );
        async move {
            match email.what {
                What::Succeed => Ok("sent"),
                What::Fail => Err(JobError::failed("mailbox full")),
                What::FailForGood => Err(JobError::permanent("no such user")),
                What::Panic | What::PanicEarly => panic!("oh"),
                What::Hang => std::future::pending().await,
                What::Stop => Err(JobError::cancelled()),
                What::GoAway => Err(JobError::released()),
                What::LoseIt => Err(JobError::lost()),
            }
        }
    });
    JobLayer::new()
        .layer(handler)
        .oneshot(Email {
            job_type,
            attempt,
            what,
        })
        .await
}

fn attempts(job_type: &str, outcome: &str) -> u64 {
    catalogue().job_attempts.get(["mail", job_type, outcome])
}

fn ended(job_type: &str, outcome: &str) -> u64 {
    catalogue().job_duration.count(["mail", job_type, outcome])
}

#[tokio::test]
async fn an_attempt_sees_its_own_context() {
    let seen = Arc::new(Mutex::new(None));
    let store = Arc::clone(&seen);
    let mut service = JobLayer::new().layer(service_fn(move |_: Email| {
        let store = Arc::clone(&store);
        async move {
            *store.lock().unwrap() = Context::current();
            Ok::<_, BoxError>(())
        }
    }));
    let request = Email {
        job_type: "context",
        attempt: 1,
        what: What::Succeed,
    };
    service.ready().await.unwrap().call(request).await.unwrap();
    let context = seen.lock().unwrap().take().unwrap();
    assert_eq!(context.request_id(), Some("req-1"));
    let trace = context.trace().unwrap();
    assert_eq!(trace.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(trace.parent_span_id(), Some("00f067aa0ba902b7"));
    assert!(Context::current().is_none(), "it does not stay behind");
}

#[tokio::test]
async fn success_is_counted_once() {
    assert_eq!(run("success", 1, What::Succeed).await.unwrap(), "sent");
    assert_eq!(
        (
            attempts("success", "succeeded"),
            ended("success", "succeeded")
        ),
        (1, 1)
    );
    assert_eq!(catalogue().job_wait.count(["mail", "success"]), 1);
}

#[tokio::test]
async fn only_the_last_failure_ends_the_job() {
    for attempt in 1..=3 {
        let error = run("failure", attempt, What::Fail).await.unwrap_err();
        assert_eq!(error.to_string(), "mailbox full");
        assert_eq!(error.will_retry(attempt, 3), attempt < 3);
    }
    assert_eq!(
        (attempts("failure", "failed"), ended("failure", "dead")),
        (3, 1)
    );
}

#[tokio::test]
async fn a_permanent_failure_ends_the_job_at_once() {
    let error = run("permanent", 1, What::FailForGood).await.unwrap_err();
    assert!(!error.will_retry(1, 3));
    assert_eq!(
        (attempts("permanent", "failed"), ended("permanent", "dead")),
        (1, 1)
    );
}

#[tokio::test]
async fn a_panic_is_an_outcome() {
    for what in [What::Panic, What::PanicEarly] {
        let error = run("panic", 3, what).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Panicked);
        assert!(error.to_string().starts_with("panicked: "), "{error}");
    }
    assert_eq!(
        (attempts("panic", "panicked"), ended("panic", "dead")),
        (2, 2)
    );
}

#[tokio::test]
async fn a_hanging_handler_is_dropped_at_its_timeout() {
    let error = run("hang", 1, What::Hang).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!((attempts("hang", "timeout"), ended("hang", "dead")), (1, 0));
}

#[tokio::test]
async fn cancelled_and_released_are_neither_success_nor_failure() {
    run("neither", 1, What::Stop).await.unwrap_err();
    run("neither", 1, What::GoAway).await.unwrap_err();
    run("neither", 1, What::LoseIt).await.unwrap_err();
    for outcome in ["succeeded", "failed", "timeout", "panicked"] {
        assert_eq!(attempts("neither", outcome), 0, "{outcome}");
    }
    assert_eq!(
        (ended("neither", "cancelled"), ended("neither", "dead")),
        (1, 0)
    );
}

#[test]
fn a_lost_attempt_counts_and_the_last_one_ends_the_job() {
    let info = |attempt| {
        JobInfo::new("job-1", "lost")
            .queue("mail")
            .attempt(attempt, 2)
    };
    lost(&info(1), Duration::from_secs(1));
    assert_eq!((attempts("lost", "lost"), ended("lost", "dead")), (1, 0));
    lost(&info(2), Duration::from_secs(1));
    assert_eq!((attempts("lost", "lost"), ended("lost", "dead")), (2, 1));
}

#[test]
fn a_submission_is_counted() {
    let submission = Submission {
        job_id: "1",
        job_type: "submission",
        queue: "mail",
        user_id: "ada",
        payload_size: 7,
    };
    submitted(&submission);
    assert_eq!(catalogue().jobs_submitted.get(["mail", "submission"]), 1);
    queue_state("mail", 12, Duration::from_millis(1500));
    assert!((catalogue().job_queue_depth.get(["mail"]) - 12.0).abs() < f64::EPSILON);
    assert!((catalogue().job_queue_oldest.get(["mail"]) - 1.5).abs() < f64::EPSILON);
}
