//! Instruments, the registry and the text formats.
//!
//! A typed family takes its label values at each recording, in the order of its label names; a handle from `with`
//! keeps them looked up:
//!
//! ```
//! # fn main() -> Result<(), plimsoll::metrics::MetricError> {
//! use plimsoll::metrics;
//!
//! let orders = metrics::registry().counter("orders_placed_total", "Orders placed, by country.", ["country"])?;
//! orders.inc(["no"]);
//! let norway = orders.with(["no"]);
//! norway.inc();
//! assert_eq!(orders.get(["no"]), 2);
//! # Ok(())
//! # }
//! ```
//!
//! A recording goes to cells that belong to the calling thread: no lock, no allocation, no cache line shared with
//! another core. A scrape sums over threads. See `docs/metrics.md` for the catalogue.

mod buckets;
mod catalogue;
mod counter;
#[cfg(feature = "metrics-facade")]
pub mod facade;
mod family;
mod gauge;
mod histogram;
mod key;
mod local;
mod name;
mod negotiate;
mod process;
mod registry;
mod shard;
mod snapshot;
#[cfg(test)]
mod tests;
mod text;

use std::sync::LazyLock;

pub use catalogue::{Catalogue, catalogue};
pub use counter::{Counter, CounterFamily};
pub use gauge::{Gauge, GaugeFamily};
pub use histogram::{Histogram, HistogramFamily};
pub use name::MetricError;
pub use negotiate::negotiate;
pub use plimsoll_standard::catalogue::Kind;
pub use registry::Registry;
pub use snapshot::{FamilySnapshot, Series, Snapshot, Value};
pub use text::Format;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::new);

/// The process's metrics: what `/metrics` writes.
pub fn registry() -> &'static Registry {
    &REGISTRY
}

/// Applies `[metrics]` and makes the standard's metrics appear at the first scrape, recorded or not.
pub(crate) fn prepare(settings: &plimsoll_standard::config::Metrics) {
    registry().configure(settings);
    catalogue();
    // A process that has a recorder of its own keeps it.
    #[cfg(feature = "metrics-facade")]
    let _ = facade::install(registry());
}

/// The examples of the guide, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/metrics.md")]
struct Guide;
