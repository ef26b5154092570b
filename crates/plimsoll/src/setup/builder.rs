//! The builder behind `configure()`.

use super::{Guard, SetupError, State, source};
use crate::context::render::Rendered;
use crate::log::{Levels, LogFilter, LogLayer, Logging, Output};
use crate::redact::Redactor;
use crate::sink::{Pipeline, RingOptions, Sink};
use plimsoll_standard::Config;
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

    /// Adds a place that lines go to; the first one takes the place of standard output.
    pub fn sink(mut self, sink: Sink) -> Self {
        self.sinks.push(sink);
        self
    }

    /// How large the ring between the log calls and the sinks is, and what happens when it is full.
    pub fn ring(mut self, options: RingOptions) -> Self {
        self.ring = Some(options);
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
        Ok(guard)
    }

    /// Sets everything up and returns the layer, for a service that has a subscriber of its own.
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
        crate::context::redactor::set(Arc::clone(&redactor));
        #[cfg(feature = "tokio")]
        let health = crate::health::Health::new();
        #[cfg(feature = "tokio")]
        {
            for check in self.checks {
                health.add(check)?;
            }
            health.configure(&config.health);
        }
        let sinks = if self.sinks.is_empty() {
            vec![Sink::stdout()]
        } else {
            self.sinks
        };
        let ring = self
            .ring
            .or_else(|| service.clone().map(RingOptions::for_service))
            .unwrap_or_default();
        let pipeline = Pipeline::start(sinks, ring)?;
        let logging = Arc::new(Logging::new(
            Levels::new(source::directives()?, None),
            Arc::clone(&redactor),
            of_service(service.as_deref(), version.as_deref()),
            Output::Pipeline(pipeline),
        ));
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

/// The fields of every line.
fn of_service(service: Option<&str>, version: Option<&str>) -> Rendered {
    let mut fields = Rendered::new();
    for (key, value) in [("service", service), ("version", version)] {
        if let Some(value) = value {
            let mut json = Vec::new();
            crate::encode::escape::string(&mut json, value);
            fields.set(key, &json);
        }
    }
    fields
}
