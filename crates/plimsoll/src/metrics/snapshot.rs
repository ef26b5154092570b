//! Metrics as values, for pages, pushes and tests.

use super::buckets::Buckets;
use super::family::Core;
use super::name::{self, Kind};
use super::registry::Member;
use super::text::read_source;

/// All metrics of a registry at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// In the order of registration.
    pub families: Vec<FamilySnapshot>,
}

/// One metric.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilySnapshot {
    /// The full name, unit and `_total` included.
    pub name: String,
    /// What it means.
    pub help: String,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// The unit its name ends in: `seconds`, `bytes` or none.
    pub unit: Option<&'static str>,
    /// Label names.
    pub labels: Vec<String>,
    /// One per label set.
    pub series: Vec<Series>,
}

/// One label set of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Label values in the order of the family's label names.
    pub labels: Vec<String>,
    /// What it holds.
    pub value: Value,
}

/// What a series holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Of a counter. Whole numbers are exact to 2^53.
    Counter(f64),
    /// Of a gauge.
    Gauge(f64),
    /// Of a histogram.
    Histogram {
        /// Upper bound and number of values in that bucket alone; the last bound is infinite.
        buckets: Vec<(f64, u64)>,
        /// Sum of the values.
        sum: f64,
        /// Number of values.
        count: u64,
        /// The 0.5, 0.95 and 0.99 quantiles within 2 %; `None` without values.
        quantiles: Option<[f64; 3]>,
    },
}

impl Snapshot {
    pub(super) fn of(members: &[Member]) -> Self {
        let families = members.iter().flat_map(|member| {
            let families = member.cores().map(|core| family(core));
            families.chain(source(member))
        });
        Self {
            families: families.collect(),
        }
    }

    /// A metric by its full name.
    pub fn family(&self, name: &str) -> Option<&FamilySnapshot> {
        self.families.iter().find(|family| family.name == name)
    }

    /// The sum over the series of a metric that have all the label values in `labels`: the value of a counter or a gauge,
    /// the count of a histogram. `None` if no series has them.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut found = None;
        for family in self.families.iter().filter(|family| family.name == name) {
            for series in &family.series {
                let has = |(name, value): &(&str, &str)| {
                    let mut held = family.labels.iter().zip(&series.labels);
                    held.any(|(label, held)| label == name && held == value)
                };
                if labels.iter().all(has) {
                    *found.get_or_insert(0.0) += match &series.value {
                        Value::Counter(value) | Value::Gauge(value) => *value,
                        Value::Histogram { count, .. } => *count as f64,
                    };
                }
            }
        }
        found
    }
}

fn source(member: &Member) -> Option<FamilySnapshot> {
    let Member::Source {
        name,
        help,
        kind,
        read,
    } = member
    else {
        return None;
    };
    let value = plain(*kind, read_source(read, *kind)?);
    Some(FamilySnapshot {
        name: (**name).to_owned(),
        help: (**help).to_owned(),
        kind: *kind,
        unit: name::unit(name, *kind),
        labels: Vec::new(),
        series: vec![Series {
            labels: Vec::new(),
            value,
        }],
    })
}

fn plain(kind: Kind, value: f64) -> Value {
    if kind == Kind::Counter {
        Value::Counter(value)
    } else {
        Value::Gauge(value)
    }
}

fn family(core: &Core) -> FamilySnapshot {
    let index = core.index();
    let length = index.rows.len();
    let values: Vec<Value> = match &core.buckets {
        Some(buckets) => histograms(core, buckets, length),
        None if core.kind == Kind::Counter => {
            let mut totals = vec![0; length];
            core.sum_counts(&mut totals);
            totals
                .into_iter()
                .map(|total| Value::Counter(total as f64))
                .collect()
        }
        None => {
            let mut totals = vec![0.0; length];
            core.sum_floats(&mut totals);
            totals.into_iter().map(Value::Gauge).collect()
        }
    };
    let start = core.written(&index).start;
    let series = index
        .rows
        .iter()
        .zip(values)
        .skip(start)
        .map(|(row, value)| Series {
            labels: row
                .labels
                .iter()
                .take(core.labels.len())
                .map(ToString::to_string)
                .collect(),
            value,
        });
    FamilySnapshot {
        name: core.name.to_string(),
        help: core.help.to_string(),
        kind: core.kind,
        unit: name::unit(&core.name, core.kind),
        labels: core.labels.iter().map(ToString::to_string).collect(),
        series: series.collect(),
    }
}

fn histograms(core: &Core, buckets: &Buckets, length: usize) -> Vec<Value> {
    let mut cells = vec![Vec::new(); length];
    let mut sums = vec![0.0; length];
    core.each_cell(
        |row, cell, count| {
            if let Some(cells) = cells.get_mut(row) {
                cells.resize(buckets.cells(), 0);
                if let Some(place) = cells.get_mut(cell) {
                    *place += count;
                }
            }
        },
        |row, part| {
            if let Some(sum) = sums.get_mut(row) {
                *sum += part;
            }
        },
    );
    cells
        .iter()
        .zip(sums)
        .map(|(cells, sum)| {
            let bounds = buckets.bounds().iter().copied().chain([f64::INFINITY]);
            let mut counted: Vec<(f64, u64)> = bounds.map(|bound| (bound, 0)).collect();
            for (cell, count) in cells.iter().enumerate() {
                if let Some((_, total)) = counted.get_mut(buckets.bucket(cell)) {
                    *total += count;
                }
            }
            let quantile = |share| buckets.quantile(cells, share);
            let quantiles = match (quantile(0.5), quantile(0.95), quantile(0.99)) {
                (Some(half), Some(most), Some(nearly)) => Some([half, most, nearly]),
                _ => None,
            };
            Value::Histogram {
                count: counted.iter().map(|(_, count)| count).sum(),
                buckets: counted,
                sum,
                quantiles,
            }
        })
        .collect()
}
