//! The cells of one histogram row: exact classic buckets and fine sub-buckets in one array.
//!
//! A value's cell is its binary exponent and the five highest bits of its mantissa (32 sub-buckets per octave, each
//! at most 3.2 % wide), then one comparison with the bucket bound inside that sub-bucket, if there is one. So each cell
//! lies in exactly one classic bucket, classic buckets are exact sums of cells, and a quantile read from the cells is
//! off by at most half a cell, 1.6 %.

use super::name::MetricError;

const SUB_BITS: u32 = 5;
const SUBS: u32 = 1 << SUB_BITS;
/// 2^-20 s is about a microsecond, 2^10 s about 17 minutes; wider bounds widen the range.
const LOWEST: i32 = -20;
const HIGHEST: i32 = 10;
/// Cells before the buckets in each block: the sum of the values.
pub(super) const HEAD: usize = 1;

/// How values map to cells, and cells to buckets; made once per histogram.
#[derive(Debug)]
pub(super) struct Buckets {
    bounds: Box<[f64]>,
    /// For each sub-bucket its first cell and the bound inside it.
    subs: Box<[Sub]>,
    /// For each cell the number of its classic bucket and the value that stands for it.
    cells: Box<[Cell]>,
    /// What `exponent and mantissa bits` the first sub-bucket has.
    offset: i64,
}

#[derive(Debug, Clone, Copy)]
struct Sub {
    bound: f64,
    first: u32,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    bucket: u32,
    middle: f64,
}

impl Buckets {
    /// Takes upper bounds, positive and rising, without `+Inf`.
    pub(super) fn new(name: &str, bounds: &[f64]) -> Result<Self, MetricError> {
        let refuse = |reason: String| MetricError::Buckets {
            name: name.to_owned(),
            reason,
        };
        if let Some(bound) = bounds
            .iter()
            .find(|bound| !bound.is_normal() || **bound < 0.0)
        {
            return Err(refuse(format!(
                "{bound:?} is not a positive number (+Inf is added by itself)"
            )));
        }
        if !bounds.is_sorted_by(|left, right| left < right) {
            return Err(refuse("the bounds do not rise".to_owned()));
        }
        let low = bounds
            .first()
            .map_or(LOWEST, |bound| exponent(*bound).min(LOWEST));
        let high = bounds
            .last()
            .map_or(HIGHEST, |bound| (exponent(*bound) + 1).max(HIGHEST));
        let mut subs = Vec::new();
        let mut cells = Vec::new();
        let mut rest = bounds.iter().copied().enumerate().peekable();
        let mut bucket = 0;
        // Everything below the range, zero included.
        subs.push(Sub {
            bound: f64::INFINITY,
            first: 0,
        });
        cells.push(Cell {
            bucket,
            middle: power(low) / 2.0,
        });
        for octave in low..high {
            for step in 0..SUBS {
                let from = power(octave) * (1.0 + f64::from(step) / f64::from(SUBS));
                let to = power(octave) * (1.0 + f64::from(step + 1) / f64::from(SUBS));
                let inside = rest.next_if(|(_, bound)| *bound < to);
                let first = cells.len() as u32;
                let split = inside.map_or(to, |(_, bound)| bound);
                cells.push(Cell {
                    bucket,
                    middle: f64::midpoint(from, split),
                });
                if let Some((number, bound)) = inside {
                    bucket = number as u32 + 1;
                    cells.push(Cell {
                        bucket,
                        middle: f64::midpoint(bound, to),
                    });
                    if let Some((_, next)) = rest.next_if(|(_, bound)| *bound < to) {
                        return Err(refuse(format!(
                            "{bound:?} and {next:?} are closer than 4 %; leave one of them out"
                        )));
                    }
                }
                subs.push(Sub {
                    bound: inside.map_or(f64::INFINITY, |(_, bound)| bound),
                    first,
                });
            }
        }
        subs.push(Sub {
            bound: f64::INFINITY,
            first: cells.len() as u32,
        });
        cells.push(Cell {
            bucket,
            middle: power(high),
        });
        Ok(Self {
            bounds: bounds.into(),
            subs: subs.into(),
            cells: cells.into(),
            offset: i64::from(low + 1023) << SUB_BITS,
        })
    }

    /// The cell of a value that is not negative and not NaN.
    #[inline]
    pub(super) fn cell(&self, value: f64) -> u32 {
        let place = (value.to_bits() >> (52 - SUB_BITS)) as i64 - self.offset + 1;
        let last = self.subs.len() - 1;
        let sub = usize::try_from(place).unwrap_or(0).min(last);
        self.subs
            .get(sub)
            .map_or(0, |sub| sub.first + u32::from(value > sub.bound))
    }

    pub(super) fn cells(&self) -> usize {
        self.cells.len()
    }

    /// Upper bounds without `+Inf`.
    pub(super) fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// The classic bucket of a cell; the last one is `+Inf`.
    pub(super) fn bucket(&self, cell: usize) -> usize {
        self.cells
            .get(cell)
            .map_or(self.bounds.len(), |cell| cell.bucket as usize)
    }

    /// The value below which the share `quantile` (0 to 1) of the counted values lies; `None` without values.
    pub(super) fn quantile(&self, counts: &[u64], quantile: f64) -> Option<f64> {
        let total: u64 = counts.iter().sum();
        if total == 0 {
            return None;
        }
        let rank = ((quantile.clamp(0.0, 1.0) * total as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (count, cell) in counts.iter().zip(&self.cells) {
            seen += count;
            if seen >= rank {
                return Some(cell.middle);
            }
        }
        self.cells.last().map(|cell| cell.middle)
    }
}

fn exponent(value: f64) -> i32 {
    ((value.to_bits() >> 52) & 0x7ff) as i32 - 1023
}

fn power(exponent: i32) -> f64 {
    2.0_f64.powi(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_standard::catalogue::{ALL, HTTP_BUCKETS, JOB_BUCKETS};
    use proptest::prelude::*;

    fn classic(bounds: &[f64], value: f64) -> usize {
        bounds
            .iter()
            .position(|bound| value <= *bound)
            .unwrap_or(bounds.len())
    }

    #[test]
    fn every_catalogue_histogram_has_a_layout() {
        for entry in ALL {
            Buckets::new(entry.name, entry.buckets).unwrap();
        }
    }

    #[test]
    fn a_value_on_a_bound_belongs_to_it() {
        let buckets = Buckets::new("t", JOB_BUCKETS).unwrap();
        for (number, bound) in JOB_BUCKETS.iter().enumerate() {
            assert_eq!(buckets.bucket(buckets.cell(*bound) as usize), number);
            assert_eq!(
                buckets.bucket(buckets.cell(bound.next_up()) as usize),
                number + 1
            );
        }
    }

    #[test]
    fn the_ends_are_caught() {
        let buckets = Buckets::new("t", HTTP_BUCKETS).unwrap();
        for value in [0.0, f64::MIN_POSITIVE, 5e-324, 1e-9] {
            assert_eq!(buckets.cell(value), 0, "{value}");
        }
        for value in [1024.0, 1e300, f64::INFINITY] {
            assert_eq!(buckets.cell(value) as usize, buckets.cells() - 1, "{value}");
        }
    }

    #[test]
    fn bounds_of_any_size_are_taken() {
        let bytes = [1024.0, 1_048_576.0, 1e9, 1e12];
        let buckets = Buckets::new("t", &bytes).unwrap();
        for value in [1.0, 1024.0, 1025.0, 1e9, 1e11, 1e13] {
            assert_eq!(
                buckets.bucket(buckets.cell(value) as usize),
                classic(&bytes, value)
            );
        }
    }

    #[test]
    fn bad_bounds_are_refused_with_the_reason() {
        for (bounds, word) in [
            (&[1.0, 0.5][..], "rise"),
            (&[1.0, f64::INFINITY], "positive"),
            (&[f64::NAN], "positive"),
            (&[-1.0], "positive"),
            (&[1.0, 1.01, 1.02], "closer"),
        ] {
            let error = Buckets::new("job_seconds", bounds).unwrap_err().to_string();
            assert!(
                error.contains(word) && error.contains("job_seconds"),
                "{error}"
            );
        }
    }

    proptest! {
        #[test]
        fn each_cell_lies_in_its_classic_bucket(value in prop_oneof![0.0..700.0_f64, 0.0..0.1_f64, 1e-7..1e-3_f64]) {
            let buckets = Buckets::new("t", JOB_BUCKETS).unwrap();
            prop_assert_eq!(buckets.bucket(buckets.cell(value) as usize), classic(JOB_BUCKETS, value));
        }

        #[test]
        fn a_cell_stands_for_its_values_within_two_percent(value in prop_oneof![1e-6..1e-3_f64, 1e-3..1.0_f64, 1.0..1000.0_f64]) {
            let buckets = Buckets::new("t", HTTP_BUCKETS).unwrap();
            let mut counts = vec![0; buckets.cells()];
            counts[buckets.cell(value) as usize] = 1;
            let read = buckets.quantile(&counts, 0.95).unwrap();
            prop_assert!((read - value).abs() / value <= 0.016, "{} read as {}", value, read);
        }
    }
}
