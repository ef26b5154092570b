//! The state that checks write and probes read.

use super::check::Check;
use super::error::HealthError;
use super::judge::Verdict;
use super::report::{Entry, Report, Status};
use super::watched::Watched;
use plimsoll_standard::config;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// A runtime that runs nothing for this long will not recover by itself.
const STUCK: Duration = Duration::from_secs(60);

/// A handle on the service's health; clones share one state.
#[derive(Clone, Default)]
pub struct Health {
    pub(super) inner: Arc<Inner>,
}

#[derive(Default)]
pub(super) struct Inner {
    checks: RwLock<Vec<Arc<Watched>>>,
    /// `[health]`, kept for checks that are added later.
    config: RwLock<config::Health>,
    gates: AtomicUsize,
    draining: AtomicBool,
    /// When the runtime last ran the task that does nothing else.
    pub(super) beat: Mutex<Option<Instant>>,
    pub(super) runtime: std::sync::OnceLock<tokio::runtime::Handle>,
}

/// Holds readiness at `starting` until it is dropped; made with [`Health::startup_gate`].
#[must_use = "readiness leaves `starting` when the gate is dropped"]
pub struct StartupGate {
    inner: Arc<Inner>,
}

impl Health {
    /// A state without checks; ready at once.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check. Before [`start`](Self::start) it waits for it, afterwards it runs at once.
    ///
    /// # Errors
    /// [`HealthError::Duplicate`] or [`HealthError::Name`].
    pub fn add(&self, check: Check) -> Result<(), HealthError> {
        let valid = (1..=64).contains(&check.name.len())
            && check
                .name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        if !valid {
            return Err(HealthError::Name(check.name.into_owned()));
        }
        let watched = Arc::new(Watched::new(check));
        {
            let mut checks = self
                .inner
                .checks
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            if checks
                .iter()
                .any(|known| known.check.name == watched.check.name)
            {
                return Err(HealthError::Duplicate(
                    watched.check.name.clone().into_owned(),
                ));
            }
            self.inner.overrule(&watched);
            checks.push(Arc::clone(&watched));
        }
        if self.inner.runtime.get().is_some() {
            super::watch::spawn(&self.inner, watched);
        }
        Ok(())
    }

    /// Lays `[health]` over what the code says, for checks added before and after. A running check follows from its
    /// next run on.
    pub fn configure(&self, config: &config::Health) {
        config.clone_into(
            &mut self
                .inner
                .config
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for watched in self.watched() {
            self.inner.overrule(&watched);
        }
    }

    /// Starts every check in the background of the current tokio runtime. A second call does nothing.
    ///
    /// # Errors
    /// [`HealthError::Unknown`] if the configuration names a check that does not exist; [`HealthError::NoRuntime`]
    /// outside a tokio runtime.
    pub fn start(&self) -> Result<(), HealthError> {
        let handle = tokio::runtime::Handle::try_current().map_err(|_| HealthError::NoRuntime)?;
        self.inner.all_known()?;
        if self.inner.runtime.set(handle).is_ok() {
            super::watch::beat(&self.inner);
            for watched in self.watched() {
                super::watch::spawn(&self.inner, watched);
            }
        }
        Ok(())
    }

    /// Readiness says `starting` (503) until the gate is dropped, for work such as migrations that runs while the
    /// probes are already answered.
    pub fn startup_gate(&self) -> StartupGate {
        self.inner.gates.fetch_add(1, Ordering::AcqRel);
        StartupGate {
            inner: Arc::clone(&self.inner),
        }
    }

    /// From now on readiness says `draining` (503). There is no way back.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Release);
    }

    /// Whether [`drain`](Self::drain) was called.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Acquire)
    }

    /// Whether the runtime is stuck: for a minute it has run nothing, though it was started. Then liveness fails too,
    /// because a restart is what helps.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        let beat = *self
            .inner
            .beat
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        beat.is_some_and(|beat| beat.elapsed() > STUCK)
    }

    /// Whether the service may get traffic: what `/health/ready` answers 200 for.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.report().is_ready()
    }

    /// What is known now. Reads the last results, never a dependency.
    #[must_use]
    pub fn report(&self) -> Report {
        let now = Instant::now();
        let checks: Vec<Entry> = self
            .watched()
            .iter()
            .map(|watched| watched.entry(now))
            .collect();
        let down = |required| {
            checks
                .iter()
                .any(|entry| entry.required == required && entry.verdict != Verdict::Up)
        };
        let starting = self.inner.gates.load(Ordering::Acquire) > 0
            || checks
                .iter()
                .any(|entry| entry.required && entry.verdict == Verdict::Unknown && !entry.stale);
        let status = if self.is_draining() {
            Status::Draining
        } else if starting {
            Status::Starting
        } else if down(true) {
            Status::Unready
        } else if down(false) {
            Status::Degraded
        } else {
            Status::Ok
        };
        Report { status, checks }
    }

    fn watched(&self) -> Vec<Arc<Watched>> {
        self.inner
            .checks
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Inner {
    fn overrule(&self, watched: &Watched) {
        let config = self.config.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(wanted) = config.checks.get(watched.check.name()) {
            let settings = &mut watched.known().settings;
            settings.required = wanted.required.unwrap_or(settings.required);
            settings.timeout = wanted.timeout.unwrap_or(settings.timeout);
            settings.interval = wanted.interval.unwrap_or(settings.interval);
        }
    }

    fn all_known(&self) -> Result<(), HealthError> {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner);
        let config = self.config.read().unwrap_or_else(PoisonError::into_inner);
        let known = |name: &String| checks.iter().any(|known| known.check.name == **name);
        match config.checks.keys().find(|name| !known(name)) {
            Some(name) => Err(HealthError::unknown(name, &checks)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Health").field(&self.report()).finish()
    }
}

impl fmt::Debug for StartupGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartupGate").finish_non_exhaustive()
    }
}

impl Drop for StartupGate {
    fn drop(&mut self) {
        self.inner.gates.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::check;

    fn never() -> Check {
        check("database", || async { Ok::<(), String>(()) })
    }

    fn parsed(text: &str) -> config::Health {
        config::Config::parse("plimsoll.toml", text, [])
            .unwrap()
            .health
    }

    #[test]
    fn a_name_is_unique_and_harmless() {
        let health = Health::new();
        health.add(never()).unwrap();
        assert_eq!(
            health.add(never()),
            Err(HealthError::Duplicate("database".to_owned()))
        );
        for name in ["", "a\"b", "a b", "ä"] {
            let bad = check(name, || async { Ok::<(), String>(()) });
            assert!(
                matches!(health.add(bad), Err(HealthError::Name(_))),
                "{name}"
            );
        }
    }

    #[tokio::test]
    async fn configuration_overrides_the_code_and_must_name_a_check() {
        for before in [true, false] {
            let health = Health::new();
            let config = parsed("[health.checks.database]\nrequired = false\ntimeout = \"50ms\"");
            if before {
                health.configure(&config);
            }
            health.add(never()).unwrap();
            health.configure(&config);
            let settings = health.watched()[0].known().settings;
            assert!(!settings.required);
            assert_eq!(settings.timeout, Duration::from_millis(50));
            assert_eq!(settings.interval, check::INTERVAL);
            health.start().unwrap();
        }
        let health = Health::new();
        health.configure(&parsed("[health.checks.databse]\nrequired = false"));
        health.add(never()).unwrap();
        assert_eq!(
            health.start().unwrap_err().to_string(),
            "[health.checks.databse] names no check of this service; its checks are: database"
        );
    }

    #[tokio::test]
    async fn a_runtime_that_ran_nothing_for_a_minute_is_stuck() {
        let health = Health::new();
        assert!(!health.is_stuck());
        health.start().unwrap();
        *health.inner.beat.lock().unwrap() = Instant::now().checked_sub(STUCK * 2);
        assert!(health.is_stuck());
        tokio::time::timeout(Duration::from_secs(10), async {
            while health.is_stuck() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .unwrap();
    }

    #[test]
    fn checks_need_a_runtime() {
        assert_eq!(Health::new().start(), Err(HealthError::NoRuntime));
    }

    #[test]
    fn starting_then_ok_then_degraded_then_draining() {
        let health = Health::new();
        assert_eq!(health.report().status(), Status::Ok);
        let gate = health.startup_gate();
        assert_eq!(health.report().status(), Status::Starting);
        drop(gate);
        health.add(never()).unwrap();
        assert_eq!(health.report().status(), Status::Starting);
        let watched = &health.watched()[0];
        let now = Instant::now();
        watched.record(now, Duration::ZERO, Ok(()));
        assert_eq!(health.report().status(), Status::Ok);
        for _ in 0..2 {
            watched.record(now, Duration::ZERO, Err("refused".to_owned()));
        }
        assert_eq!(health.report().status(), Status::Unready);
        assert!(!health.is_ready());
        watched.known().settings.required = false;
        assert_eq!(health.report().status(), Status::Degraded);
        assert!(health.is_ready());
        health.drain();
        assert_eq!(health.report().status(), Status::Draining);
    }

    #[test]
    fn a_check_that_went_silent_is_down() {
        let health = Health::new();
        health.add(never()).unwrap();
        let watched = &health.watched()[0];
        let long_ago = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        watched.record(long_ago, Duration::ZERO, Ok(()));
        assert_eq!(health.report().status(), Status::Unready);
        watched.record(Instant::now(), Duration::ZERO, Ok(()));
        assert_eq!(health.report().status(), Status::Ok);
    }
}
