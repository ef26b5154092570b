//! Which cells are measured, in which order.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::Command;

use bench_common::{instructions, statistics};
use serde_json::Value;

use crate::cell::{self, Measure, Target, Work};
use crate::{lines, report};

/// Peers in the order of the tables.
pub const PEERS: &[&str] = &[
    "floor",
    "floor-tracing",
    "plimsoll",
    "slog-json",
    "emit",
    "logforth",
    "json-subscriber",
    "tracing-json",
];

/// And those that only differ in what a full queue does.
pub const NON_BLOCKING: &[&str] = &[
    "floor",
    "floor-tracing",
    "plimsoll",
    "plimsoll-lossless",
    "slog-json",
    "emit",
    "logforth",
    "json-subscriber",
    "tracing-json",
    "tracing-json-lossless",
];

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Rounds of the timed cells; the median is reported
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only these peers
    #[arg(long, value_delimiter = ',')]
    peers: Vec<String>,
    /// Only these parts
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Keep callgrind's profiles in this directory
    #[arg(long)]
    profile: Option<PathBuf>,
}

/// A part of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    Instructions,
    Time,
    NonBlocking,
}

/// What one kind of cell gave: the medians over the rounds, by name, for each peer.
pub type Results = BTreeMap<(Key, String), BTreeMap<String, f64>>;

/// A cell without its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub measure: u8,
    pub target: u8,
    pub work: u8,
    pub threads: usize,
}

/// The key of a cell.
pub const fn key(measure: Measure, target: Target, work: Work, threads: usize) -> Key {
    Key {
        measure: measure as u8,
        target: target as u8,
        work: work as u8,
        threads,
    }
}

pub fn run(args: &Args) {
    let chosen = |part| args.parts.is_empty() || args.parts.contains(&part);
    let mut results = Results::new();
    let form = compare(args);
    if chosen(Part::Instructions) {
        count(args, &mut results);
    }
    if chosen(Part::Time) {
        let mut cells = Vec::new();
        for work in [Work::W1, Work::W2, Work::W3, Work::W4, Work::W5] {
            cells.push((Measure::Time, Target::Nowhere, work, 1));
        }
        cells.push((Measure::Time, Target::Nowhere, Work::W1, 2));
        for work in [Work::W1, Work::W2, Work::W3] {
            cells.push((Measure::Time, Target::File, work, 1));
        }
        cells.push((Measure::Time, Target::File, Work::W1, 2));
        rounds(args, PEERS, &cells, &mut results);
    }
    if chosen(Part::NonBlocking) {
        let burst = (Measure::Burst, Target::NonBlocking);
        let paced = (Measure::Paced, Target::NonBlocking);
        let cells = [
            (burst.0, burst.1, Work::W1, 1),
            (burst.0, burst.1, Work::W2, 1),
            (burst.0, burst.1, Work::W3, 1),
            (burst.0, burst.1, Work::W1, 2),
            (paced.0, paced.1, Work::W1, 1),
            (paced.0, paced.1, Work::W1, 2),
        ];
        rounds(args, NON_BLOCKING, &cells, &mut results);
    }
    report::print(&results, &form);
}

fn peers<'a>(args: &Args, of: &'a [&'a str]) -> Vec<&'a str> {
    of.iter()
        .copied()
        .filter(|peer| args.peers.is_empty() || args.peers.iter().any(|name| name == peer))
        .collect()
}

/// Compares every peer's lines, to a file and non-blocking; a peer that lies is not measured.
fn compare(args: &Args) -> BTreeMap<String, Vec<String>> {
    let mut form = BTreeMap::new();
    for peer in peers(args, PEERS) {
        for target in [Target::File, Target::NonBlocking] {
            for work in [Work::W1, Work::W2, Work::W3, Work::W5] {
                note(&format!("comparing the lines of {peer}"));
                let directory = tempfile::tempdir().expect("a directory for the lines");
                start(peer, (Measure::Lines, target, work, 1), directory.path());
                let found = lines::compare(&directory.path().join("lines"), work)
                    .unwrap_or_else(|error| panic!("{peer}, {work:?}, {target:?}: {error}"));
                form.entry(peer.to_owned())
                    .or_insert_with(Vec::new)
                    .extend(found);
            }
        }
    }
    for notes in form.values_mut() {
        notes.sort();
        notes.dedup();
    }
    form
}

fn count(args: &Args, results: &mut Results) {
    for peer in peers(args, PEERS) {
        for work in [Work::W1, Work::W2, Work::W3, Work::W4, Work::W5] {
            note(&format!("counting the instructions of {peer}, {work:?}"));
            let directory = tempfile::tempdir().expect("a directory for the lines");
            let what = (Measure::Instructions, Target::Nowhere, work, 1);
            let arguments = arguments(peer, what, directory.path());
            let profile = args.profile.as_ref().map(|directory| {
                std::fs::create_dir_all(directory).expect("the directory of the profiles");
                directory.join(format!("callgrind.out.{peer}-{work:?}"))
            });
            let count = instructions::count(&arguments, profile.as_deref())
                .unwrap_or_else(|error| panic!("{error}"));
            let per_event = count as f64 / cell::IN_REGION;
            results
                .entry((key(what.0, what.1, what.2, what.3), peer.to_owned()))
                .or_default()
                .insert("instructions".to_owned(), per_event);
        }
    }
}

type What = (Measure, Target, Work, usize);

fn rounds(args: &Args, of: &[&str], cells: &[What], results: &mut Results) {
    let peers = peers(args, of);
    let mut all: BTreeMap<(Key, String), BTreeMap<String, Vec<f64>>> = BTreeMap::new();
    for round in 0..args.rounds {
        for (index, what) in cells.iter().enumerate() {
            note(&format!(
                "round {} of {}, cell {} of {}",
                round + 1,
                args.rounds,
                index + 1,
                cells.len()
            ));
            for turn in 0..peers.len() {
                let peer = peers[(turn + round + index) % peers.len()];
                let directory = tempfile::tempdir().expect("a directory for the lines");
                let value = start(peer, *what, directory.path());
                let names = all
                    .entry((key(what.0, what.1, what.2, what.3), peer.to_owned()))
                    .or_default();
                for (name, number) in value.as_object().into_iter().flatten() {
                    names
                        .entry(name.clone())
                        .or_default()
                        .push(number.as_f64().unwrap_or(f64::NAN));
                }
            }
        }
    }
    for (cell, names) in all {
        let entry = results.entry(cell).or_default();
        for (name, values) in names {
            let value = if name == "least" {
                statistics::least(&values)
            } else {
                statistics::median(&values)
            };
            entry.insert(name, value);
        }
    }
}

fn arguments(peer: &str, what: What, directory: &std::path::Path) -> Vec<String> {
    vec![
        "cell".to_owned(),
        format!("--peer={peer}"),
        format!("--work={}", value_name(&what.2)),
        format!("--target={}", value_name(&what.1)),
        format!("--measure={}", value_name(&what.0)),
        format!("--threads={}", what.3),
        format!("--directory={}", directory.display()),
    ]
}

fn value_name(value: &impl clap::ValueEnum) -> String {
    value
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

fn start(peer: &str, what: What, directory: &std::path::Path) -> Value {
    let program = std::env::current_exe().expect("this program's path");
    let output = Command::new(program)
        .args(arguments(peer, what, directory))
        .output()
        .expect("this program starts");
    assert!(
        output.status.success(),
        "{peer} {what:?} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().next_back().unwrap_or("null")).expect("a cell prints JSON")
}

/// Progress, for whoever waits.
fn note(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{text}");
    } else {
        eprintln!("{text}");
    }
}
