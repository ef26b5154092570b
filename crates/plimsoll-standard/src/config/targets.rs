//! `[targets]`.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::targets;

/// `[targets]`: what the service is held to. The page, the alert rules and the dashboard are made from these.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, remote = "Self")]
pub struct Targets {
    /// Least share of jobs that succeed in the end, above 0 and below 1.
    pub job_success_rate: f64,
    /// Most jobs that may wait in one queue.
    pub job_queue_depth: u64,
    /// Least share of cache reads that hit, above 0 and below 1.
    pub cache_hit_rate: f64,
    /// Largest share of an endpoint's requests that may end with a 5xx status, above 0 and below 1.
    pub http_error_rate: f64,
    /// Seconds within which 95 of 100 requests are answered.
    pub http_p95_seconds: f64,
    /// Seconds within which 95 of 100 jobs run.
    pub job_p95_seconds: f64,
    /// Seconds within which 95 of 100 database operations are done.
    pub database_p95_seconds: f64,
    /// `[targets.alerts]`: when a missed target wakes somebody.
    pub alerts: Alerts,
}

/// `[targets.alerts]`: when a missed target wakes somebody.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// How many times the share of bad events that a target allows must be passed before its alert fires. 1 fires at
    /// the target itself.
    pub burn_factor: f64,
    /// Events in an alert's long window (an hour, or a day for the slow alert) below which it stays silent.
    /// Where a single bad event among so many would already miss the target, it takes more.
    pub minimum_events: u64,
    /// URL of the directory of the runbook pages, without a trailing slash.
    pub runbooks: String,
}

impl Default for Targets {
    fn default() -> Self {
        Self {
            job_success_rate: targets::JOB_SUCCESS_RATE,
            job_queue_depth: targets::JOB_QUEUE_DEPTH,
            cache_hit_rate: targets::CACHE_HIT_RATE,
            http_error_rate: targets::HTTP_ERROR_RATE,
            http_p95_seconds: targets::HTTP_P95_SECONDS,
            job_p95_seconds: targets::JOB_P95_SECONDS,
            database_p95_seconds: targets::DATABASE_P95_SECONDS,
            alerts: Alerts::default(),
        }
    }
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            burn_factor: 1.0,
            minimum_events: targets::MINIMUM_EVENTS,
            runbooks: targets::RUNBOOKS.to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let targets = Self::deserialize(deserializer)?;
        targets.check().map_err(D::Error::custom)?;
        Ok(targets)
    }
}

impl Targets {
    /// Share of bad jobs at which the alert fires.
    pub fn job_failure_threshold(&self) -> f64 {
        self.alerts.burn_factor * (1.0 - self.job_success_rate)
    }

    /// Share of missed cache reads at which the alert fires.
    pub fn cache_miss_threshold(&self) -> f64 {
        self.alerts.burn_factor * (1.0 - self.cache_hit_rate)
    }

    /// Share of failed requests of an endpoint at which the alert fires.
    pub fn http_error_threshold(&self) -> f64 {
        self.alerts.burn_factor * self.http_error_rate
    }

    fn check(&self) -> Result<(), String> {
        for (key, share) in [
            ("job_success_rate", self.job_success_rate),
            ("cache_hit_rate", self.cache_hit_rate),
            ("http_error_rate", self.http_error_rate),
        ] {
            if !(share > 0.0 && share < 1.0) {
                return Err(format!(
                    "targets.{key} is {share:?}; it is a share above 0 and below 1, such as 0.99"
                ));
            }
        }
        for (key, number) in [
            ("http_p95_seconds", self.http_p95_seconds),
            ("job_p95_seconds", self.job_p95_seconds),
            ("database_p95_seconds", self.database_p95_seconds),
            ("alerts.burn_factor", self.alerts.burn_factor),
        ] {
            if !(number > 0.0 && number.is_finite()) {
                return Err(format!(
                    "targets.{key} is {number:?}; it is a number above 0"
                ));
            }
        }
        for (key, threshold) in [
            ("job_success_rate", self.job_failure_threshold()),
            ("cache_hit_rate", self.cache_miss_threshold()),
            ("http_error_rate", self.http_error_threshold()),
        ] {
            if threshold >= 1.0 {
                return Err(format!(
                    "targets.alerts.burn_factor {:?} makes the alert on {key} unreachable: it would fire when {:.0} % of \
                     the events are bad; lower the factor or change the target",
                    self.alerts.burn_factor,
                    threshold * 100.0
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Config;

    fn refused(text: &str) -> String {
        Config::parse("plimsoll.toml", text, [])
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn an_empty_file_has_the_targets_of_the_standard() {
        let targets = Config::parse("plimsoll.toml", "", []).unwrap().targets;
        assert_eq!(targets, super::Targets::default());
        assert_eq!(
            (
                targets.job_success_rate,
                targets.job_queue_depth,
                targets.cache_hit_rate
            ),
            (0.99, 1000, 0.80)
        );
    }

    #[test]
    fn one_target_changes_alone_by_file_or_environment() {
        let text = "[targets]\njob_queue_depth = 50\n[targets.alerts]\nminimum_events = 5";
        let environment = [(
            "PLIMSOLL_TARGETS__CACHE_HIT_RATE".to_owned(),
            "0.5".to_owned(),
        )];
        let targets = Config::parse("plimsoll.toml", text, environment)
            .unwrap()
            .targets;
        assert_eq!(
            (targets.job_queue_depth, targets.alerts.minimum_events),
            (50, 5)
        );
        assert_eq!(
            (targets.cache_hit_rate, targets.job_success_rate),
            (0.5, 0.99)
        );
    }

    #[test]
    fn a_wrong_target_is_named() {
        for (text, word) in [
            ("job_success_rate = 99.0", "job_success_rate"),
            ("cache_hit_rate = 1.0", "cache_hit_rate"),
            ("http_error_rate = 0.0", "http_error_rate"),
            ("http_p95_seconds = -1.0", "http_p95_seconds"),
            ("http_p95_seconds = nan", "http_p95_seconds"),
            ("queue_depth = 1", "queue_depth"),
            ("job_queue_depth = -1", "job_queue_depth"),
            ("alerts = { burn = 2 }", "burn"),
        ] {
            let error = refused(&format!("[targets]\n{text}"));
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn an_alert_that_could_never_fire_is_refused() {
        // 14.4 is the usual fast-burn factor; at a target of 80 % it would ask for 288 % misses.
        let error = refused("[targets.alerts]\nburn_factor = 14.4");
        assert!(
            error.contains("cache_hit_rate") && error.contains("288 %"),
            "{error}"
        );
        let text = "[targets]\ncache_hit_rate = 0.95\n[targets.alerts]\nburn_factor = 14.4";
        assert!(Config::parse("plimsoll.toml", text, []).is_ok());
    }
}
