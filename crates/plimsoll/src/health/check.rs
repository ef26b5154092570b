//! What one dependency check is: a name, an async function and three figures.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A probe of Kubernetes waits one second by default, so a check that takes longer is as good as failed.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(800);
/// With one repetition before the verdict changes, a failure shows within five seconds.
pub(crate) const INTERVAL: Duration = Duration::from_millis(1500);
/// A cause longer than this is cut: some drivers print whole statements.
const CAUSE_BYTES: usize = 1024;

type Outcome = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// A dependency check; made with [`check`].
pub struct Check {
    pub(crate) name: Cow<'static, str>,
    pub(crate) settings: Settings,
    pub(crate) run: Box<dyn Fn() -> Outcome + Send + Sync>,
}

/// What a check's code says and `plimsoll.toml` may overrule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) required: bool,
    pub(crate) timeout: Duration,
    pub(crate) interval: Duration,
}

/// A check called `name`: `run` is called again and again in the background and says by its result whether the
/// dependency is there.
///
/// `name` is the key under `checks` in the readiness body, the label of `health_check_up` and the key of
/// `[health.checks.<name>]` in `plimsoll.toml`: 1 to 64 letters, digits, `_`, `-` or `.`. An error's text goes to the log and the
/// operator port, redacted, and never into the public body.
pub fn check<F, Fut, E>(name: impl Into<Cow<'static, str>>, run: F) -> Check
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send + 'static,
    E: fmt::Display,
{
    Check {
        name: name.into(),
        settings: Settings {
            required: true,
            timeout: TIMEOUT,
            interval: INTERVAL,
        },
        run: Box::new(move || {
            let outcome = run();
            Box::pin(async move { outcome.await.map_err(|error| cause(&error)) })
        }),
    }
}

impl Check {
    /// Whether its failure makes the service unready (503, the default) or only `degraded` (200).
    #[must_use]
    pub fn required(mut self, required: bool) -> Self {
        self.settings.required = required;
        self
    }

    /// How long one run may take before it counts as failed. Default 800 ms.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Time between two runs while nothing changes. Default 1.5 s; the repetition after a surprise comes after at most
    /// one second.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.settings.interval = interval;
        self
    }

    /// The name given to [`check`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.name)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn cause(error: &impl fmt::Display) -> String {
    let mut text = error.to_string();
    if text.len() > CAUSE_BYTES {
        let mut end = CAUSE_BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_error_is_kept_as_text_of_bounded_length() {
        let check = check("database", || async {
            Err::<(), _>("ä".repeat(CAUSE_BYTES))
        });
        let cause = (check.run)().await.unwrap_err();
        assert_eq!(cause.len(), CAUSE_BYTES);
        assert!(format!("{check:?}").contains("database"));
    }

    #[test]
    fn the_defaults_show_a_hanging_dependency_within_five_seconds() {
        // The worst case: it hangs right after a good run; both waits are stretched by the jitter of a tenth.
        let repetition = INTERVAL.min(Duration::from_secs(1));
        let worst = INTERVAL.mul_f64(1.1) + TIMEOUT + repetition.mul_f64(1.1) + TIMEOUT;
        assert!(worst < Duration::from_secs(5), "{worst:?}");
    }
}
