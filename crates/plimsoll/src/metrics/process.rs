//! Metrics of this process under the names that Prometheus' client libraries share, read from `/proc` at scrape.
//!
//! Names and meanings: <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>. Where `/proc`
//! is missing or lacks a value, that metric is left out.

use std::fs;

use super::MetricError;
use super::registry::Registry;

/// Registers the process metrics.
pub(super) fn register(registry: &Registry) -> Result<(), MetricError> {
    registry.counter_source(
        "process_cpu_seconds_total",
        "Total user and system CPU time spent, in seconds.",
        || {
            let stat = Stat::read()?;
            Some((stat.field(14)? + stat.field(15)?) / ticks_per_second()?)
        },
    )?;
    registry.gauge_source(
        "process_resident_memory_bytes",
        "Resident memory size, in bytes.",
        || Some(Stat::read()?.field(24)? * page_size()?),
    )?;
    registry.gauge_source(
        "process_virtual_memory_bytes",
        "Virtual memory size, in bytes.",
        || Stat::read()?.field(23),
    )?;
    registry.gauge_source(
        "process_open_fds",
        "Number of open file descriptors.",
        || {
            // The directory itself is open while it is read.
            Some(
                fs::read_dir("/proc/self/fd")
                    .ok()?
                    .count()
                    .saturating_sub(1) as f64,
            )
        },
    )?;
    registry.gauge_source(
        "process_max_fds",
        "Maximum number of open file descriptors.",
        || soft_file_limit(&fs::read_to_string("/proc/self/limits").ok()?),
    )?;
    registry.gauge_source(
        "process_start_time_seconds",
        "Start time of the process since the Unix epoch, in seconds.",
        || {
            let booted = boot_time(&fs::read_to_string("/proc/stat").ok()?)?;
            Some(booted + Stat::read()?.field(22)? / ticks_per_second()?)
        },
    )?;
    registry.gauge_source("process_threads", "Number of threads.", || {
        Stat::read()?.field(20)
    })
}

/// `/proc/self/stat`.
struct Stat(String);

impl Stat {
    fn read() -> Option<Self> {
        fs::read_to_string("/proc/self/stat").ok().map(Self)
    }

    /// A field by its number in proc(5), from 3 on.
    fn field(&self, number: usize) -> Option<f64> {
        // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
        let (_, rest) = self.0.rsplit_once(')')?;
        rest.split_ascii_whitespace()
            .nth(number.checked_sub(3)?)?
            .parse()
            .ok()
    }
}

fn boot_time(stat: &str) -> Option<f64> {
    stat.lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()
}

/// `None` also stands for `unlimited`.
fn soft_file_limit(limits: &str) -> Option<f64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(target_os = "linux")]
fn ticks_per_second() -> Option<f64> {
    Some(rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(target_os = "linux")]
fn page_size() -> Option<f64> {
    Some(rustix::param::page_size() as f64)
}

#[cfg(not(target_os = "linux"))]
fn ticks_per_second() -> Option<f64> {
    None
}

#[cfg(not(target_os = "linux"))]
fn page_size() -> Option<f64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let stat = Stat("7 (a) b) (c) S 1 7 7 0 -1 4194304 90 0 0 0 12 34 0 0 20 0 5 0 888 1000000 250 18446744073709551615".to_owned());
        assert_eq!(stat.field(3), None, "the state is no number");
        assert_eq!(stat.field(14), Some(12.0));
        assert_eq!(stat.field(15), Some(34.0));
        assert_eq!(stat.field(20), Some(5.0));
        assert_eq!(stat.field(22), Some(888.0));
        assert_eq!(stat.field(23), Some(1_000_000.0));
        assert_eq!(stat.field(24), Some(250.0));
        assert_eq!(stat.field(99), None);
    }

    #[test]
    fn the_soft_limit_is_read() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n";
        assert_eq!(soft_file_limit(limits), Some(1024.0));
        assert_eq!(
            soft_file_limit("Max open files  unlimited  unlimited  files"),
            None
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_reads_true() {
        let registry = Registry::new();
        register(&registry).unwrap();
        let value = |name| registry.snapshot().value(name, &[]).unwrap();
        let before = value("process_open_fds");
        let held: Vec<_> = (0..5)
            .map(|_| fs::File::open("/proc/self/stat").unwrap())
            .collect();
        assert!(value("process_open_fds") >= before + 5.0);
        drop(held);
        assert!(value("process_max_fds") >= value("process_open_fds"));
        assert!(value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"));
        assert!(value("process_resident_memory_bytes") > 500_000.0);
        assert!(value("process_threads") >= 1.0);
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let age = now.as_secs_f64() - value("process_start_time_seconds");
        assert!((-2.0..600.0).contains(&age), "started {age} s ago");
        let busy = std::time::Instant::now();
        let cpu = value("process_cpu_seconds_total");
        while value("process_cpu_seconds_total") <= cpu {
            assert!(
                busy.elapsed().as_secs() < 30,
                "busy reading, but no CPU time"
            );
        }
    }
}
