//! The task beside each check: run, judge, tell, wait.

use super::judge::Verdict;
use super::state::Inner;
use super::watched::Watched;
use crate::context::entropy;
use crate::rounded::seconds;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Between two signs of life of the runtime.
const BEAT: Duration = Duration::from_secs(1);

/// Starts the task of one check. It ends when the last handle on the health state is gone.
pub(super) fn spawn(inner: &Arc<Inner>, watched: Arc<Watched>) {
    let Some(runtime) = inner.runtime.get() else {
        return;
    };
    runtime.spawn(watch(Arc::downgrade(inner), watched));
}

/// Notes every second that the runtime runs.
pub(super) fn beat(inner: &Arc<Inner>) {
    let Some(runtime) = inner.runtime.get() else {
        return;
    };
    let inner = Arc::downgrade(inner);
    runtime.spawn(async move {
        while let Some(inner) = inner.upgrade() {
            *inner.beat.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            drop(inner);
            tokio::time::sleep(BEAT).await;
        }
    });
}

async fn watch(inner: Weak<Inner>, watched: Arc<Watched>) {
    while inner.strong_count() > 0 {
        let (took, result) = run(&watched).await;
        let failed = result.as_ref().err().cloned();
        if let Some((verdict, held)) = watched.record(Instant::now(), took, result) {
            tell(
                &watched,
                verdict,
                held,
                failed.as_deref().unwrap_or_default(),
            );
        }
        measure(&watched, took);
        let wait = {
            let known = watched.known();
            known.judge.wait(known.settings.interval)
        };
        tokio::time::sleep(jittered(wait)).await;
    }
}

/// One run under its timeout. A panic is a failure like any other.
async fn run(watched: &Watched) -> (Duration, Result<(), String>) {
    let timeout = watched.known().settings.timeout;
    let started = Instant::now();
    let guarded = AssertUnwindSafe(async { (watched.check.run)().await }).catch_unwind();
    let result = match tokio::time::timeout(timeout, guarded).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err("the check panicked".to_owned()),
        Err(_) => Err(format!("no answer within {} ms", timeout.as_millis())),
    };
    (started.elapsed(), result)
}

/// One line per transition, never one per run.
fn tell(watched: &Watched, verdict: Verdict, held: Duration, cause: &str) {
    let check = watched.check.name();
    let (required, first) = {
        let known = watched.known();
        (known.settings.required, known.history.len() == 1)
    };
    let held_seconds = seconds(held);
    match verdict {
        Verdict::Down if required => {
            tracing::error!(
                check,
                required,
                error = cause,
                held_seconds,
                "health.check_failed"
            );
        }
        Verdict::Down => {
            tracing::warn!(
                check,
                required,
                error = cause,
                held_seconds,
                "health.check_failed"
            );
        }
        Verdict::Up if first => tracing::debug!(check, required, "health.check_passed"),
        Verdict::Up | Verdict::Unknown => {
            tracing::info!(check, required, held_seconds, "health.check_recovered");
        }
    }
}

fn measure(watched: &Watched, took: Duration) {
    let check = watched.check.name();
    let up = watched.known().judge.verdict == Verdict::Up;
    let catalogue = crate::metrics::catalogue();
    catalogue
        .health_check_up
        .set([check], f64::from(u8::from(up)));
    catalogue
        .health_check_duration
        .observe([check], took.as_secs_f64());
}

/// Up to a tenth shorter or longer, so that replicas do not strike a dependency at once.
fn jittered(wait: Duration) -> Duration {
    let [byte] = entropy::random::<1>();
    wait.mul_f64(0.9 + f64::from(byte) / 255.0 * 0.2)
}

#[cfg(test)]
mod tests {
    use crate::health::{Health, Status, check};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    async fn until(health: &Health, status: Status) -> Duration {
        let started = Instant::now();
        while health.report().status() != status {
            assert!(
                started.elapsed() < Duration::from_secs(5),
                "{health:?} never became {status:?}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        started.elapsed()
    }

    #[tokio::test]
    async fn a_hanging_check_is_never_run_twice_at_once_and_holds_up_nobody() {
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let health = Health::new();
        let (inside, peak) = (Arc::clone(&running), Arc::clone(&most));
        health
            .add(
                check("redis", move || {
                    struct Leave(Arc<AtomicUsize>);
                    impl Drop for Leave {
                        fn drop(&mut self) {
                            self.0.fetch_sub(1, Ordering::SeqCst);
                        }
                    }
                    let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                    peak.fetch_max(now, Ordering::SeqCst);
                    let leave = Leave(Arc::clone(&inside));
                    async move {
                        std::future::pending::<()>().await;
                        drop(leave);
                        Ok::<(), String>(())
                    }
                })
                .timeout(Duration::from_millis(20))
                .interval(Duration::from_millis(10)),
            )
            .unwrap();
        health
            .add(check("database", || async { Ok::<(), String>(()) }))
            .unwrap();
        assert!(health.start().is_ok());
        until(&health, Status::Unready).await;
        let started = Instant::now();
        for _ in 0..1000 {
            assert!(!health.is_ready());
        }
        assert!(started.elapsed() < Duration::from_secs(1));
        assert_eq!(most.load(Ordering::SeqCst), 1);
        let checks: Vec<(String, bool)> = health
            .report()
            .checks()
            .map(|(name, up)| (name.to_owned(), up))
            .collect();
        assert_eq!(
            checks,
            [("redis".to_owned(), false), ("database".to_owned(), true)]
        );
    }

    #[tokio::test]
    async fn a_panicking_check_fails_and_may_recover() {
        let calls = Arc::new(AtomicUsize::new(0));
        let health = Health::new();
        health.start().unwrap();
        // Added after the start, so it runs at once.
        let counted = Arc::clone(&calls);
        health
            .add(
                check("queue", move || {
                    let call = counted.fetch_add(1, Ordering::SeqCst);
                    async move {
                        assert!(call > 3, "not yet");
                        Ok::<(), String>(())
                    }
                })
                .interval(Duration::from_millis(5)),
            )
            .unwrap();
        until(&health, Status::Unready).await;
        assert!(
            health
                .report()
                .details(str::to_owned)
                .contains("the check panicked")
        );
        until(&health, Status::Ok).await;
        assert!(calls.load(Ordering::SeqCst) >= 6);
    }
}
