//! The builder behind `configure()`.

use super::{Guard, SetupError, State, source};
use crate::context::render::Rendered;
use crate::encode;
use crate::log::{self, LogFilter, LogLayer, Logging, Options, Output, Rate};
use crate::redact::Redactor;
use crate::sink::{Pipeline, RingOptions, Sink};
use plimsoll_standard::config::{self, Config};
use std::collections::BTreeMap;
use std::sync::Arc;
use tracing::Subscriber;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

/// The layer that [`Builder::build`] returns: Plimsoll's lines behind Plimsoll's levels, which silence no other layer.
pub type Layered<S> = Filtered<LogLayer, LogFilter, S>;

/// Starts the one call at start-up.
///
/// ```
/// # fn main() -> Result<(), plimsoll::SetupError> {
/// let plimsoll = plimsoll::configure().service("orders").version("1.2.3").install()?;
/// tracing::info!(port = 8080, "service.started");
/// # drop(plimsoll);
/// # Ok(())
/// # }
/// ```
pub fn configure() -> Builder {
    Builder::default()
}

/// What [`configure`] returns: every setting is optional.
#[derive(Debug, Default)]
#[must_use = "nothing is set up before `install` or `build`"]
pub struct Builder {
    service: Option<String>,
    version: Option<String>,
    config: Option<Config>,
    sinks: Vec<Sink>,
    ring: Option<RingOptions>,
    flight_recorder: bool,
    #[cfg(feature = "tokio")]
    checks: Vec<crate::health::Check>,
    #[cfg(feature = "http")]
    operator: super::operator::OperatorSettings,
}

impl Builder {
    /// The service's name, `service` on every line. The configuration's `service.name` wins.
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.service = Some(name.into());
        self
    }

    /// The running version, `version` on every line. The configuration's `service.version` wins.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Uses this configuration instead of reading `PLIMSOLL_CONFIG` or `./plimsoll.toml` and the environment.
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// Adds a place that lines go to; the first one takes the place of standard output. The configuration's `[log.file]`
    /// comes on top.
    pub fn sink(mut self, sink: Sink) -> Self {
        self.sinks.push(sink);
        self
    }

    /// How large the ring between the log calls and the sinks is, and what happens when it is full. The configuration's
    /// `[log.ring]` wins.
    pub fn ring(mut self, options: RingOptions) -> Self {
        self.ring = Some(options);
        self
    }

    /// Turns the flight recorder on or off where the configuration (`[log.recorder] enabled`) says nothing; off unless
    /// said.
    pub fn flight_recorder(mut self, on: bool) -> Self {
        self.flight_recorder = on;
        self
    }

    /// Adds a check that readiness depends on.
    #[cfg(feature = "tokio")]
    pub fn check(mut self, check: crate::health::Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Where the operator port listens, over `OPERATOR_LISTEN` and the configuration.
    #[cfg(feature = "http")]
    pub fn operator_listen(mut self, address: impl Into<String>) -> Self {
        self.operator.listen = Some(address.into());
        self
    }

    /// The token that changes on the operator port need, over `OPERATOR_TOKEN`.
    #[cfg(feature = "http")]
    pub fn operator_token(mut self, token: impl Into<String>) -> Self {
        self.operator.token = Some(token.into());
        self
    }

    /// Sets everything up and becomes the process's global subscriber.
    ///
    /// # Errors
    /// [`SetupError`] names the setting that is wrong; [`SetupError::AlreadyInstalled`] if the process has a global
    /// subscriber.
    pub fn install(self) -> Result<Guard, SetupError> {
        if tracing::dispatcher::has_been_set() {
            return Err(SetupError::AlreadyInstalled);
        }
        let (layer, guard) = self.build::<Registry>()?;
        tracing::subscriber::set_global_default(Registry::default().with(layer))
            .map_err(|_| SetupError::AlreadyInstalled)?;
        log::install(&guard.state.logging);
        Ok(guard)
    }

    /// Sets everything up and returns the layer, for a service that has a subscriber of its own.
    ///
    /// The panic hook and the `log` crate's logger are the process's, like the subscriber: they are left to the service.
    ///
    /// # Errors
    /// [`SetupError`] names the setting that is wrong.
    pub fn build<S>(self) -> Result<(Layered<S>, Guard), SetupError>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let config = match self.config {
            Some(config) => config,
            None => source::config()?,
        };
        #[cfg(feature = "http")]
        let (config, token) = self.operator.over(config);
        crate::metrics::prepare(&config.metrics);
        let service = config.service.name.clone().or(self.service);
        let version = config.service.version.clone().or(self.version);
        let redactor = Arc::new(Redactor::from_config(&config.redact)?);
        crate::redact::check_hash_key()?;
        crate::redact::process::set(Arc::clone(&redactor));
        #[cfg(feature = "tokio")]
        let health = crate::health::Health::new();
        #[cfg(feature = "tokio")]
        {
            for check in self.checks {
                health.add(check)?;
            }
            health.configure(&config.health);
        }
        let mut sinks = if self.sinks.is_empty() {
            vec![Sink::stdout().format(source::format(&config.log)?)]
        } else {
            self.sinks
        };
        sinks.extend(source::file(&config.log)?);
        let fields = of_every_line(service.as_deref(), version.as_deref(), &config.log.fields);
        let start = source::directives(&config.log)?;
        let recorder = source::recorder(
            &config.log.recorder,
            self.flight_recorder,
            service.as_deref(),
        )?;
        let (rate, error_rate) = rates(&config.log.limit);
        let ring = self
            .ring
            .or_else(|| service.map(RingOptions::for_service))
            .unwrap_or_default();
        let ring = source::ring(ring, &config.log.ring).fields(fields.bytes());
        let logging = Logging::new(Options {
            start,
            redactor: Arc::clone(&redactor),
            fields,
            rate,
            error_rate,
            recorder,
            output: Output::Pipeline(Box::new(Pipeline::start(sinks, ring)?)),
        });
        if let Some(line) = redactor.survivors_line() {
            logging.own_line(tracing::Level::ERROR, line);
        }
        let layer =
            LogLayer::new(Arc::clone(&logging)).with_filter(LogFilter::new(Arc::clone(&logging)));
        let state = State {
            config,
            redactor,
            logging,
            #[cfg(feature = "tokio")]
            health,
            #[cfg(feature = "http")]
            serving: super::serve::Serving::new(token),
        };
        Ok((
            layer,
            Guard {
                state: Arc::new(state),
            },
        ))
    }
}

/// The service's name and version, and what `[log.fields]` says.
fn of_every_line(
    service: Option<&str>,
    version: Option<&str>,
    further: &BTreeMap<String, String>,
) -> Rendered {
    let mut fields = Rendered::new();
    let own = [("service", service), ("version", version)];
    let own = own
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    for (key, value) in further
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .chain(own)
    {
        let mut json = Vec::new();
        encode::escape::string(&mut json, &crate::redact::redacted(value));
        fields.set(key, &json);
    }
    fields
}

/// The limits of callsites below error and at error.
fn rates(limit: &config::LogLimit) -> (Rate, Rate) {
    if !limit.enabled {
        return (Rate::UNLIMITED, Rate::UNLIMITED);
    }
    // Zero a second would never let a callsite write again.
    (
        Rate {
            burst: limit.burst,
            per_second: limit.per_second.max(1),
        },
        Rate {
            burst: limit.error_burst,
            per_second: limit.error_per_second.max(1),
        },
    )
}
