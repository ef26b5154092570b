//! All metrics of a process, and their way out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use plimsoll_standard::catalogue::HTTP_BUCKETS;
use plimsoll_standard::config::Metrics as Settings;

use super::buckets::Buckets;
use super::family::Core;
use super::name::{self, Kind, MetricError};
use super::shard::lock;
use super::snapshot::Snapshot;
use super::text::{self, Format, Scratch};
use super::{CounterFamily, GaugeFamily, HistogramFamily};

type Collector = Arc<dyn Fn(&Registry) + Send + Sync>;
type Source = Arc<dyn Fn() -> Option<f64> + Send + Sync>;

/// A set of metrics that is written together. Services use the one of [`registry`](super::registry).
#[derive(Default)]
pub struct Registry {
    families: RwLock<Vec<Member>>,
    collectors: RwLock<Vec<Collector>>,
    settings: RwLock<Settings>,
    scratch: Mutex<Vec<Scratch>>,
}

/// What a registry writes.
pub(super) enum Member {
    /// Callers of the facade need not agree on a metric's label names: each set of names has its own core.
    Family {
        first: Arc<Core>,
        others: Vec<Arc<Core>>,
    },
    /// A single value without labels, read at each scrape.
    Source {
        name: Box<str>,
        help: Box<str>,
        kind: Kind,
        read: Source,
    },
}

/// A metric's core and the row of one of its series.
#[cfg(feature = "metrics-facade")]
pub(super) type Series = (Arc<Core>, u32);

/// More sets of label names than a metric has any use for; later ones share the overflow series.
#[cfg(feature = "metrics-facade")]
const MOST_VARIANTS: usize = 31;

impl Member {
    /// The cores of a family.
    pub(super) fn cores(&self) -> impl Iterator<Item = &Arc<Core>> {
        let (first, others) = match self {
            Self::Family { first, others } => (Some(first), others.as_slice()),
            Self::Source { .. } => (None, [].as_slice()),
        };
        first.into_iter().chain(others)
    }

    fn name(&self) -> (&str, Kind) {
        match self {
            Self::Family { first, .. } => (&first.name, first.kind),
            Self::Source { name, kind, .. } => (name, *kind),
        }
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let families = self.members();
        let names: Vec<&str> = families.iter().map(|member| member.name().0).collect();
        formatter
            .debug_struct("Registry")
            .field("metrics", &names)
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// An empty registry, for tests and for metrics that are written apart from the service's.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a counter, or finds the one registered under the same name and labels.
    ///
    /// # Errors
    /// [`MetricError`] if the name or a label cannot be written, the name does not end in `_total`, or another
    /// metric writes under it.
    pub fn counter<const N: usize>(
        &self,
        name: &str,
        help: &str,
        labels: [&str; N],
    ) -> Result<CounterFamily<N>, MetricError> {
        Ok(CounterFamily {
            core: self.family(name, help, Kind::Counter, &labels, None)?,
        })
    }

    /// Registers a gauge, or finds the one registered under the same name and labels.
    ///
    /// # Errors
    /// [`MetricError`] if the name or a label cannot be written, the name ends in `_total`, or another metric writes
    /// under it.
    pub fn gauge<const N: usize>(
        &self,
        name: &str,
        help: &str,
        labels: [&str; N],
    ) -> Result<GaugeFamily<N>, MetricError> {
        Ok(GaugeFamily {
            core: self.family(name, help, Kind::Gauge, &labels, None)?,
        })
    }

    /// Registers a histogram with the bounds of HTTP durations (5 ms to 10 s), or finds the one registered under the
    /// same name and labels.
    ///
    /// # Errors
    /// As for [`Registry::histogram_with`].
    pub fn histogram<const N: usize>(
        &self,
        name: &str,
        help: &str,
        labels: [&str; N],
    ) -> Result<HistogramFamily<N>, MetricError> {
        self.histogram_with(name, help, labels, HTTP_BUCKETS)
    }

    /// Registers a histogram with its own upper bounds, positive and rising, without `+Inf`.
    ///
    /// # Errors
    /// [`MetricError`] if the name, a label or the bounds cannot be written, bounds are closer than 4 %, or another
    /// metric writes under the name.
    pub fn histogram_with<const N: usize>(
        &self,
        name: &str,
        help: &str,
        labels: [&str; N],
        bounds: &[f64],
    ) -> Result<HistogramFamily<N>, MetricError> {
        let buckets = Buckets::new(name, bounds)?;
        Ok(HistogramFamily {
            core: self.family(name, help, Kind::Histogram, &labels, Some(buckets))?,
        })
    }

    /// Registers a counter without labels whose total is read at each scrape; `None` leaves it out of that one.
    ///
    /// # Errors
    /// [`MetricError`] as for [`Registry::counter`]; also if the name is registered already.
    pub fn counter_source(
        &self,
        name: &str,
        help: &str,
        read: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) -> Result<(), MetricError> {
        self.source(name, help, Kind::Counter, Arc::new(read))
    }

    /// Registers a gauge without labels whose value is read at each scrape; `None` leaves it out of that one.
    ///
    /// # Errors
    /// [`MetricError`] as for [`Registry::gauge`]; also if the name is registered already.
    pub fn gauge_source(
        &self,
        name: &str,
        help: &str,
        read: impl Fn() -> Option<f64> + Send + Sync + 'static,
    ) -> Result<(), MetricError> {
        self.source(name, help, Kind::Gauge, Arc::new(read))
    }

    /// Runs `collect` before each render and snapshot, to bring gauges up to date. It may use the registry; it must
    /// not block. One that panics is left out of that scrape.
    pub fn on_scrape(&self, collect: impl Fn() + Send + Sync + 'static) {
        self.on_scrape_with(move |_| collect());
    }

    /// As `on_scrape`, for a collector that reads the registry it belongs to.
    pub(super) fn on_scrape_with(&self, collect: impl Fn(&Self) + Send + Sync + 'static) {
        let mut collectors = self
            .collectors
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        collectors.push(Arc::new(collect));
    }

    /// Applies `[metrics]` of the configuration to this registry's metrics, present and future.
    pub fn configure(&self, settings: &Settings) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = settings.clone();
        for member in self.members().iter() {
            for core in member.cores() {
                core.set_limit(settings.limit(&core.name));
            }
        }
    }

    /// Appends all metrics to `out` in the given text format.
    pub fn render(&self, format: Format, out: &mut Vec<u8>) {
        self.collect();
        let mut scratch = lock(&self.scratch).pop().unwrap_or_default();
        text::write_all(&self.members(), format, &mut scratch, out);
        lock(&self.scratch).push(scratch);
    }

    /// All metrics as values, for pages, pushes and tests.
    pub fn snapshot(&self) -> Snapshot {
        self.collect();
        Snapshot::of(&self.members())
    }

    fn collect(&self) {
        let collectors = self
            .collectors
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for collect in collectors {
            let _ = catch_unwind(AssertUnwindSafe(|| collect(self)));
        }
    }

    fn members(&self) -> RwLockReadGuard<'_, Vec<Member>> {
        self.families.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn family(
        &self,
        name: &str,
        help: &str,
        kind: Kind,
        labels: &[&str],
        buckets: Option<Buckets>,
    ) -> Result<Arc<Core>, MetricError> {
        name::check(name, kind, labels)?;
        let mut families = self
            .families
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for member in families.iter() {
            if let Member::Family { first: core, .. } = member
                && *core.name == *name
                && core.kind == kind
                && core.has_labels(labels)
                && core.buckets.as_ref().map(Buckets::bounds)
                    == buckets.as_ref().map(Buckets::bounds)
            {
                return Ok(Arc::clone(core));
            }
        }
        free(&families, name, kind)?;
        let core = Core::new(name, help, kind, labels, buckets, self.limit(name));
        families.push(Member::Family {
            first: Arc::clone(&core),
            others: Vec::new(),
        });
        Ok(core)
    }

    fn limit(&self, name: &str) -> usize {
        self.settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .limit(name)
    }

    /// One series of a metric that may be registered with other label names already.
    #[cfg(feature = "metrics-facade")]
    pub(super) fn variant(
        &self,
        name: &str,
        help: &str,
        kind: Kind,
        (labels, values): (&[&str], &[&str]),
        buckets: Option<Buckets>,
    ) -> Result<Series, MetricError> {
        name::check(name, kind, labels)?;
        let mut families = self
            .families
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let taken = families
            .iter_mut()
            .find(|member| member.name() == (name, kind));
        let core = if let Some(Member::Family { first, others }) = taken {
            let mut cores = std::iter::once(&*first).chain(others.iter());
            if let Some(core) = cores.find(|core| core.has_labels(labels)) {
                Arc::clone(core)
            } else if others.len() < MOST_VARIANTS {
                // All of one metric's series have the same buckets.
                let buckets = first
                    .buckets
                    .as_ref()
                    .and_then(|buckets| Buckets::new(name, buckets.bounds()).ok());
                let core = Core::new(name, help, kind, labels, buckets, self.limit(name));
                others.push(Arc::clone(&core));
                core
            } else {
                return Ok((Arc::clone(first), super::family::OVERFLOW));
            }
        } else {
            free(&families, name, kind)?;
            let core = Core::new(name, help, kind, labels, buckets, self.limit(name));
            families.push(Member::Family {
                first: Arc::clone(&core),
                others: Vec::new(),
            });
            core
        };
        let (row, _) = core.row(values);
        Ok((core, row))
    }

    fn source(&self, name: &str, help: &str, kind: Kind, read: Source) -> Result<(), MetricError> {
        name::check(name, kind, &[])?;
        let mut families = self
            .families
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        free(&families, name, kind)?;
        families.push(Member::Source {
            name: name.into(),
            help: help.into(),
            kind,
            read,
        });
        Ok(())
    }

    /// The recordings of each family with labels that went to its overflow series.
    pub(super) fn overflows(&self) -> Vec<(Box<str>, u64)> {
        self.members()
            .iter()
            .filter_map(|member| match member {
                Member::Family { first, others }
                    if !(first.labels.is_empty() && others.is_empty()) =>
                {
                    let all = member.cores().map(|core| core.overflowed()).sum();
                    Some((first.name.clone(), all))
                }
                _ => None,
            })
            .collect()
    }
}

fn free(families: &[Member], name: &str, kind: Kind) -> Result<(), MetricError> {
    match families
        .iter()
        .map(Member::name)
        .find(|taken| name::collide(*taken, (name, kind)))
    {
        None => Ok(()),
        Some((by, of)) => Err(MetricError::Taken {
            name: name.to_owned(),
            taken: name::base(name, kind).to_owned(),
            by: format!("the {} {by}", of.as_str()),
        }),
    }
}
