//! Recording and scraping: Plimsoll's typed families beside prometheus, prometheus-client and the `metrics`
//! facade with its exporter.
//!
//! A process a library; within a round the libraries take turns. Instructions by callgrind.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command as Process;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use bench_common::table::{Table, number};
use bench_common::{allocations, instructions, statistics};
use clap::Parser;

mod engines;
mod requests;

use engines::{Engine, Facade, Plimsoll, Prometheus, PrometheusClient};
use requests::{COUNT, Request};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const ENGINES: [&str; 4] = [
    Plimsoll::NAME,
    Prometheus::NAME,
    PrometheusClient::NAME,
    Facade::NAME,
];
const CASES: [Case; 5] = [
    Case::CounterHandle,
    Case::CounterLabels,
    Case::HistogramHandle,
    Case::HistogramLabels,
    Case::Scrape,
];
const TIME: Duration = Duration::from_millis(60);
const SERIES: usize = 10_000;

/// Recording and scraping.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Rounds of the timed cases; the median is reported
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Keep callgrind's profiles in this directory
    #[arg(long)]
    profile: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// One measurement
    #[command(hide = true)]
    Cell {
        engine: String,
        #[arg(value_enum)]
        case: Case,
        threads: usize,
        /// Only the region that callgrind counts
        #[arg(long)]
        region: bool,
    },
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
enum Case {
    CounterHandle,
    CounterLabels,
    HistogramHandle,
    HistogramLabels,
    Scrape,
}

impl Case {
    fn title(self) -> &'static str {
        match self {
            Self::CounterHandle => "a counter by its handle",
            Self::CounterLabels => "a counter by 3 labels",
            Self::HistogramHandle => "a histogram of 14 bounds by its handle",
            Self::HistogramLabels => "a histogram of 14 bounds by 3 labels",
            Self::Scrape => "a scrape of 10 000 counter series",
        }
    }
}

fn main() {
    let cli = Cli::parse();
    match &cli.command {
        Some(Command::Cell {
            engine,
            case,
            threads,
            region,
        }) => match engine.as_str() {
            Plimsoll::NAME => cell::<Plimsoll>(*case, *threads, *region),
            Prometheus::NAME => cell::<Prometheus>(*case, *threads, *region),
            PrometheusClient::NAME => cell::<PrometheusClient>(*case, *threads, *region),
            _ => cell::<Facade>(*case, *threads, *region),
        },
        None => compare(&cli),
    }
}

/// Prints nanoseconds and bytes allocated an operation.
fn cell<E: Engine>(case: Case, threads: usize, region: bool) {
    let engine = E::new();
    let requests = requests::prepare();
    if case == Case::Scrape {
        scrape(&engine, region);
        return;
    }
    let counter = engine.counter(&requests[0]);
    let histogram = engine.histogram(&requests[0]);
    let round = || match case {
        Case::CounterHandle => requests.iter().for_each(|_| E::count_by(&counter)),
        Case::CounterLabels => requests
            .iter()
            .for_each(|request: &Request| engine.count(request)),
        Case::HistogramHandle => {
            for request in &requests {
                E::observe_by(&histogram, request.seconds);
            }
        }
        _ => requests
            .iter()
            .for_each(|request: &Request| engine.observe(request)),
    };
    round();
    if region {
        instructions::bench_measured_region(&mut || (0..4).for_each(|_| round()));
        return;
    }
    let barrier = Barrier::new(threads);
    let thread = || {
        round();
        barrier.wait();
        let mut nanos = Vec::with_capacity(10_000);
        let begin = Instant::now();
        // Long enough for the threads to run side by side.
        while begin.elapsed() < TIME {
            let start = Instant::now();
            (0..8).for_each(|_| round());
            nanos.push(start.elapsed().as_nanos() as f64 / (8 * COUNT) as f64);
        }
        nanos
    };
    let nanos: Vec<f64> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(thread)).collect();
        all.into_iter()
            .flat_map(|thread| thread.join().expect("a thread"))
            .collect()
    });
    println!("{} 0", statistics::median(&nanos));
}

fn scrape<E: Engine>(engine: &E, region: bool) {
    for index in 0..SERIES {
        engine.add_series(&format!("/api/v1/resource-{index}/{{id}}"));
    }
    let mut text = Vec::new();
    engine.scrape(&mut text);
    text.clear();
    if region {
        instructions::bench_measured_region(&mut || engine.scrape(&mut text));
        return;
    }
    let mut nanos = Vec::new();
    let mut bytes = Vec::new();
    for _ in 0..10 {
        text.clear();
        let before = allocations::bytes_of_this_thread();
        let start = Instant::now();
        engine.scrape(&mut text);
        nanos.push(start.elapsed().as_nanos() as f64);
        bytes.push((allocations::bytes_of_this_thread() - before) as f64);
    }
    let lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"requests_total{"));
    assert_eq!(
        lines.count(),
        SERIES,
        "{} does not show every series",
        E::NAME
    );
    println!(
        "{} {}",
        statistics::median(&nanos),
        statistics::median(&bytes)
    );
}

fn arguments(engine: &str, case: Case, threads: usize) -> Vec<String> {
    use clap::ValueEnum as _;
    let case = case
        .to_possible_value()
        .map(|value| value.get_name().to_owned());
    vec![
        "cell".to_owned(),
        engine.to_owned(),
        case.unwrap_or_default(),
        threads.to_string(),
    ]
}

fn compare(cli: &Cli) {
    let mut counts = BTreeMap::new();
    let mut times: BTreeMap<(&str, Case, usize), Vec<f64>> = BTreeMap::new();
    let mut bytes = BTreeMap::new();
    for engine in ENGINES {
        for case in CASES {
            eprintln!("counting {engine}, {}", case.title());
            let mut arguments = arguments(engine, case, 1);
            arguments.push("--region".to_owned());
            let profile = cli.profile.as_ref().map(|directory| {
                std::fs::create_dir_all(directory).expect("the directory of the profiles");
                directory.join(format!("callgrind.out.{engine}-{case:?}"))
            });
            let count = instructions::count(&arguments, profile.as_deref())
                .unwrap_or_else(|error| panic!("{error}"));
            let operations = if case == Case::Scrape {
                1.0
            } else {
                (4 * COUNT) as f64
            };
            counts.insert((engine, case), count as f64 / operations);
        }
    }
    for round in 0..cli.rounds {
        eprintln!("round {} of {}", round + 1, cli.rounds);
        for case in CASES {
            for threads in [1, 2] {
                if case == Case::Scrape && threads == 2 {
                    continue;
                }
                for turn in 0..ENGINES.len() {
                    let engine = ENGINES[(turn + round) % ENGINES.len()];
                    let output =
                        Process::new(std::env::current_exe().expect("this program's path"))
                            .args(arguments(engine, case, threads))
                            .output()
                            .expect("this program starts");
                    assert!(
                        output.status.success(),
                        "{}",
                        String::from_utf8_lossy(&output.stderr)
                    );
                    let text = String::from_utf8_lossy(&output.stdout);
                    let mut numbers = text
                        .split_whitespace()
                        .map(|word| word.parse().expect("a number"));
                    times
                        .entry((engine, case, threads))
                        .or_default()
                        .push(numbers.next().unwrap_or(f64::NAN));
                    bytes.insert((engine, case), numbers.next().unwrap_or(f64::NAN));
                }
            }
        }
    }
    for case in CASES {
        println!("### {}\n", case.title());
        let scrape = case == Case::Scrape;
        let heading = if scrape {
            [
                "library",
                "instructions",
                "us",
                "bytes allocated",
                "time / plimsoll",
            ]
        } else {
            [
                "library",
                "instructions",
                "ns, 1 thread",
                "ns, 2 threads",
                "time / plimsoll",
            ]
        };
        let mut table = Table::new(&heading);
        let median = |engine, threads| {
            statistics::median(
                times
                    .get(&(engine, case, threads))
                    .map_or(&[][..], Vec::as_slice),
            )
        };
        let scale = if scrape { 1000.0 } else { 1.0 };
        for engine in ENGINES {
            let last = if scrape {
                bytes[&(engine, case)]
            } else {
                median(engine, 2)
            };
            table.row(&[
                engine.to_owned(),
                number(counts[&(engine, case)]),
                number(median(engine, 1) / scale),
                number(last),
                number(median(engine, 1) / median(ENGINES[0], 1)),
            ]);
        }
        println!("{table}");
    }
}
