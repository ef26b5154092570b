//! What taking secrets out costs: a clean event, hostile values of 1 MB, and clean lines.

use std::time::Instant;

use bench_common::table::{Table, number};
use bench_common::{allocations, instructions, statistics};
use clap::Parser;
use plimsoll::redact::{KeyVerdict, Redactor};
use regex::RegexSet;
use serde_json::Value;

mod patterns;
mod texts;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const EVENTS: usize = 2_000;
const MEGABYTE: usize = 1_000_000;

/// What taking secrets out costs.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Rounds of the timed cases; the median is reported
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Keep callgrind's profile of Plimsoll's event in this file
    #[arg(long)]
    profile: Option<std::path::PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The region that callgrind counts
    #[command(hide = true)]
    Event { peer: String },
}

const PEERS: [&str; 4] = ["plimsoll", "redactkit", "trace-redact", "RegexSet"];

/// One way to redact.
enum Peer {
    Plimsoll {
        redactor: Redactor,
        /// Decided once a callsite.
        verdicts: Vec<KeyVerdict>,
        none: KeyVerdict,
    },
    Redactkit(redactkit::Redactor),
    TraceRedact(Value),
    RegexSet(RegexSet),
}

impl Peer {
    fn new(name: &str) -> Self {
        match name {
            "plimsoll" => {
                let redactor = Redactor::standard();
                let verdicts = texts::CLEAN.map(|(key, _)| redactor.key(key)).to_vec();
                let none = redactor.key("text");
                Self::Plimsoll {
                    redactor,
                    verdicts,
                    none,
                }
            }
            "redactkit" => {
                let mut builder = redactkit::Redactor::builder().fields([
                    "password",
                    "passwd",
                    "secret",
                    "token",
                    "access_token",
                    "refresh_token",
                    "api_key",
                    "apikey",
                    "authorization",
                    "private_key",
                    "client_secret",
                    "database_url",
                ]);
                for pattern in patterns::all() {
                    builder = builder
                        .value_pattern(&pattern, "[redacted]")
                        .expect("a valid pattern");
                }
                Self::Redactkit(builder.build())
            }
            "trace-redact" => {
                let fields = texts::CLEAN.map(|(key, value)| (key.to_owned(), Value::from(value)));
                Self::TraceRedact(Value::Object(fields.into_iter().collect()))
            }
            _ => Self::RegexSet(RegexSet::new(patterns::all()).expect("valid patterns")),
        }
    }

    /// Redacts the clean event once.
    fn event(&mut self) {
        match self {
            Self::Plimsoll {
                redactor, verdicts, ..
            } => {
                for (verdict, (_, value)) in verdicts.iter().zip(&texts::CLEAN) {
                    std::hint::black_box(redactor.value(*verdict, value));
                }
            }
            Self::Redactkit(redactor) => {
                for (key, value) in texts::CLEAN {
                    std::hint::black_box(redactor.redact_field(key, value));
                }
            }
            Self::TraceRedact(event) => trace_redact::redact(std::hint::black_box(event)),
            Self::RegexSet(set) => {
                for (_, value) in texts::CLEAN {
                    std::hint::black_box(set.is_match(value));
                }
            }
        }
    }

    /// Redacts one text by value.
    fn text(&self, text: &str) {
        match self {
            Self::Plimsoll { redactor, none, .. } => {
                std::hint::black_box(redactor.value(*none, text));
            }
            Self::Redactkit(redactor) => {
                std::hint::black_box(redactor.redact_field("text", text));
            }
            Self::TraceRedact(_) => {
                std::hint::black_box(trace_redact::looks_sensitive(text));
            }
            Self::RegexSet(set) => {
                std::hint::black_box(set.is_match(text));
            }
        }
    }
}

fn main() {
    let cli = Cli::parse();
    if let Some(Command::Event { peer }) = &cli.command {
        let mut peer = Peer::new(peer);
        (0..100).for_each(|_| peer.event());
        instructions::bench_measured_region(&mut || (0..EVENTS).for_each(|_| peer.event()));
        return;
    }
    clean_event(&cli);
    clean_text(&cli);
    hostile();
}

fn clean_event(cli: &Cli) {
    println!("### A clean event: 5 fields, 140 bytes of values\n");
    let mut peers = PEERS.map(Peer::new);
    let mut times = PEERS.map(|_| Vec::new());
    let mut counts = PEERS.map(|_| 0.0);
    for round in 0..cli.rounds.max(1) * 20 {
        for turn in 0..PEERS.len() {
            let index = (turn + round) % PEERS.len();
            let allocated = allocations::of_this_thread();
            let start = Instant::now();
            (0..200).for_each(|_| peers[index].event());
            times[index].push(start.elapsed().as_nanos() as f64 / 200.0);
            counts[index] = (allocations::of_this_thread() - allocated) as f64 / 200.0;
        }
    }
    let mut table = Table::new(&["redactor", "instructions", "ns", "allocations"]);
    for (index, name) in PEERS.iter().enumerate() {
        let profile = cli.profile.as_deref().filter(|_| index == 0);
        let arguments = ["event".to_owned(), (*name).to_owned()];
        let count =
            instructions::count(&arguments, profile).unwrap_or_else(|error| panic!("{error}"));
        table.row(&[
            (*name).to_owned(),
            number(count as f64 / EVENTS as f64),
            number(statistics::median(&times[index])),
            number(counts[index]),
        ]);
    }
    table.row(&["*target for plimsoll*", "700", "", "0.00"]);
    println!("{table}");
}

fn clean_text(cli: &Cli) {
    println!("### Clean lines, one after the other\n");
    let text = texts::clean_lines(2 * MEGABYTE);
    let peers = PEERS.map(Peer::new);
    let mut rates = PEERS.map(|_| Vec::new());
    for round in 0..cli.rounds.max(1) {
        for turn in 0..PEERS.len() {
            let index = (turn + round) % PEERS.len();
            let start = Instant::now();
            text.lines().for_each(|line| peers[index].text(line));
            rates[index].push(text.len() as f64 / start.elapsed().as_secs_f64() / 1e6);
        }
    }
    let mut table = Table::new(&["redactor", "MB/s", "plimsoll / it"]);
    let own = statistics::median(&rates[0]);
    for (index, name) in PEERS.iter().enumerate() {
        let rate = statistics::median(&rates[index]);
        table.row(&[(*name).to_owned(), number(rate), number(own / rate)]);
    }
    println!("{table}");
}

fn hostile() {
    println!("### Hostile values of 1 MB, ms; twice as long in twice the time\n");
    let peers = ["plimsoll", "redactkit", "RegexSet"].map(Peer::new);
    let mut table = Table::new(&[
        "value",
        "plimsoll",
        "of 2 MB / of 1 MB",
        "redactkit",
        "RegexSet",
    ]);
    let twice = texts::hostile(2 * MEGABYTE);
    for ((name, text), (_, long)) in texts::hostile(MEGABYTE).iter().zip(&twice) {
        let time = |peer: &Peer, text: &str| {
            let times: Vec<f64> = (0..3)
                .map(|_| {
                    let start = Instant::now();
                    peer.text(text);
                    start.elapsed().as_secs_f64() * 1000.0
                })
                .collect();
            statistics::least(&times)
        };
        let own = time(&peers[0], text);
        table.row(&[
            (*name).to_owned(),
            number(own),
            number(time(&peers[0], long) / own),
            number(time(&peers[1], text)),
            number(time(&peers[2], text)),
        ]);
    }
    println!("{table}");
}
