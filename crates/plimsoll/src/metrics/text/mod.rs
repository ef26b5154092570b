//! The text formats of `/metrics`.
//!
//! There are two because no single text passes every reader: OpenMetrics wants `# EOF`, `# UNIT` and a counter's
//! description under its name without `_total`; the classic format's checkers want none of these. Samples are the same
//! in both, `le` values included, so that a scraper's switch from one to the other starts no new series.

mod number;
#[cfg(test)]
pub(super) mod parse;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::family::{Core, Row};
use super::name::{self, Kind};
use super::registry::Member;

/// A text format for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format 0.0.4, read by everything.
    Classic,
    /// OpenMetrics text 1.0.0.
    OpenMetrics,
}

impl Format {
    /// The `Content-Type` of a response in this format.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// Sums of one family while it is written; kept between scrapes.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    counts: Vec<u64>,
    floats: Vec<f64>,
    bounds: Vec<String>,
}

pub(super) fn write_all(
    members: &[Member],
    format: Format,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) {
    for member in members {
        match member {
            Member::Family { .. } => {
                let mut described = false;
                for core in member.cores() {
                    described |= write_family(core, !described, format, scratch, out);
                }
            }
            Member::Source {
                name,
                help,
                kind,
                read,
            } => {
                // A value that cannot be read, or not be written, leaves the family out rather than the scrape.
                if let Some(value) = read_source(read, *kind) {
                    describe(name, help, *kind, format, out);
                    sample(out, name, "", "");
                    number::float(out, value);
                    out.push(b'\n');
                }
            }
        }
    }
    if format == Format::OpenMetrics {
        out.extend_from_slice(b"# EOF\n");
    }
}

/// A source's value; a counter's must be one that a counter can have.
pub(super) fn read_source(
    read: &Arc<dyn Fn() -> Option<f64> + Send + Sync>,
    kind: Kind,
) -> Option<f64> {
    let value = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read())).ok()??;
    (kind != Kind::Counter || (value >= 0.0 && value.is_finite())).then_some(value)
}

/// Writes a family's series, described first if `describes`; false if there are none.
fn write_family(
    core: &Core,
    describes: bool,
    format: Format,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) -> bool {
    let index = core.index();
    let written = core.written(&index);
    if written.is_empty() {
        return false;
    }
    if describes {
        describe(&core.name, &core.help, core.kind, format, out);
    }
    match core.kind {
        Kind::Counter => {
            refill(&mut scratch.counts, index.rows.len());
            core.sum_counts(&mut scratch.counts);
            for (row, count) in index.rows.iter().zip(&scratch.counts).skip(written.start) {
                sample(out, &core.name, "", &row.text);
                number::integer(out, *count);
                out.push(b'\n');
            }
        }
        Kind::Gauge => {
            refill(&mut scratch.floats, index.rows.len());
            core.sum_floats(&mut scratch.floats);
            for (row, value) in index.rows.iter().zip(&scratch.floats).skip(written.start) {
                sample(out, &core.name, "", &row.text);
                number::float(out, *value);
                out.push(b'\n');
            }
        }
        Kind::Histogram => write_histogram(core, &index.rows, written.start, scratch, out),
    }
    true
}

fn write_histogram(
    core: &Core,
    rows: &[Row],
    start: usize,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) {
    let Some(buckets) = &core.buckets else { return };
    let width = buckets.bounds().len() + 1;
    refill(&mut scratch.counts, rows.len() * width);
    refill(&mut scratch.floats, rows.len());
    let (counts, sums) = (&mut scratch.counts, &mut scratch.floats);
    core.each_cell(
        |row, cell, count| {
            if let Some(place) = counts.get_mut(row * width + buckets.bucket(cell)) {
                *place += count;
            }
        },
        |row, sum| {
            if let Some(place) = sums.get_mut(row) {
                *place += sum;
            }
        },
    );
    scratch.bounds.clear();
    for bound in buckets.bounds() {
        let mut text = Vec::new();
        number::float(&mut text, *bound);
        scratch
            .bounds
            .push(String::from_utf8(text).unwrap_or_default());
    }
    let all = rows.iter().zip(counts.chunks_exact(width)).zip(sums.iter());
    for ((row, counts), sum) in all.skip(start) {
        let mut total = 0;
        let bounds = scratch.bounds.iter().map(String::as_str).chain(["+Inf"]);
        for (count, bound) in counts.iter().zip(bounds) {
            total += count;
            out.extend_from_slice(core.name.as_bytes());
            out.extend_from_slice(b"_bucket{");
            out.extend_from_slice(row.text.as_bytes());
            if !row.text.is_empty() {
                out.push(b',');
            }
            out.extend_from_slice(b"le=\"");
            out.extend_from_slice(bound.as_bytes());
            out.extend_from_slice(b"\"} ");
            number::integer(out, total);
            out.push(b'\n');
        }
        sample(out, &core.name, "_sum", &row.text);
        number::float(out, *sum);
        out.push(b'\n');
        sample(out, &core.name, "_count", &row.text);
        number::integer(out, total);
        out.push(b'\n');
    }
}

fn describe(name: &str, help: &str, kind: Kind, format: Format, out: &mut Vec<u8>) {
    let family = match format {
        Format::Classic => name,
        Format::OpenMetrics => name::base(name, kind),
    };
    out.extend_from_slice(b"# HELP ");
    out.extend_from_slice(family.as_bytes());
    out.push(b' ');
    escape(help, format == Format::OpenMetrics, out);
    out.extend_from_slice(b"\n# TYPE ");
    out.extend_from_slice(family.as_bytes());
    out.push(b' ');
    out.extend_from_slice(kind.as_str().as_bytes());
    out.push(b'\n');
    if format == Format::OpenMetrics
        && let Some(unit) = name::unit(name, kind)
    {
        out.extend_from_slice(b"# UNIT ");
        out.extend_from_slice(family.as_bytes());
        out.push(b' ');
        out.extend_from_slice(unit.as_bytes());
        out.push(b'\n');
    }
}

fn sample(out: &mut Vec<u8>, name: &str, suffix: &str, labels: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(suffix.as_bytes());
    if !labels.is_empty() {
        out.push(b'{');
        out.extend_from_slice(labels.as_bytes());
        out.push(b'}');
    }
    out.push(b' ');
}

/// `name="value",...` with the values escaped, as both formats write it.
pub(super) fn labels(names: &[Box<str>], values: &[Box<str>]) -> Box<str> {
    let mut out = Vec::new();
    for (name, value) in names.iter().zip(values) {
        if !out.is_empty() {
            out.push(b',');
        }
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"=\"");
        escape(value, true, &mut out);
        out.push(b'"');
    }
    String::from_utf8(out).unwrap_or_default().into()
}

/// Backslash and line feed, and the double quote where the format asks for it (label values; help in OpenMetrics).
fn escape(text: &str, quotes: bool, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'"' if quotes => out.extend_from_slice(b"\\\""),
            _ => out.push(byte),
        }
    }
}

fn refill<T: Clone + Default>(values: &mut Vec<T>, length: usize) {
    values.clear();
    values.resize(length, T::default());
}
