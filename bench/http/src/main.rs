//! What adopting a stack costs an axum service: instructions and allocations a request over the bare service,
//! throughput and latency.

use std::path::PathBuf;
use std::time::Duration;

use bench_common::table::{Table, number};
use bench_common::{allocations, instructions, statistics};
use clap::Parser;

mod exchange;
mod load;
mod service;

use exchange::{Connection, REQUESTS};
use service::Stack;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const STACKS: [Stack; 3] = [Stack::Bare, Stack::Plimsoll, Stack::Usual];
const WARM_UP: usize = 200;
const TIMES: usize = 500;

/// What adopting a stack costs an axum service.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Rounds under load; the median is reported
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of load a stack and round
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Keep callgrind's profiles in this directory
    #[arg(long)]
    profile: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The region that callgrind counts
    #[command(hide = true)]
    Instructions {
        #[arg(long, value_enum)]
        stack: Stack,
    },
    /// Prints the allocations of a request
    #[command(hide = true)]
    Allocations {
        #[arg(long, value_enum)]
        stack: Stack,
    },
    /// The service on a socket
    #[command(hide = true)]
    Serve {
        #[arg(long, value_enum)]
        stack: Stack,
        #[arg(long)]
        log: PathBuf,
    },
}

fn main() {
    let cli = Cli::parse();
    match &cli.command {
        Some(Command::Instructions { stack }) => {
            let mut connection = Connection::open(*stack);
            connection.exchange(WARM_UP);
            instructions::bench_measured_region(&mut || connection.exchange(TIMES));
        }
        Some(Command::Allocations { stack }) => {
            let mut connection = Connection::open(*stack);
            connection.exchange(WARM_UP);
            let before = allocations::of_this_thread();
            connection.exchange(TIMES);
            let count = allocations::of_this_thread() - before;
            println!("{}", count as f64 / (TIMES * REQUESTS.len()) as f64);
        }
        Some(Command::Serve { stack, log }) => load::serve(*stack, log),
        None => compare(&cli),
    }
}

fn compare(cli: &Cli) {
    let per_request = STACKS.map(|stack| {
        eprintln!("counting {stack:?}");
        (instructions_of(stack, cli), allocations_of(stack))
    });
    let mut loads = STACKS.map(|_| (Vec::new(), Vec::new(), Vec::new()));
    for round in 0..cli.rounds {
        for turn in 0..STACKS.len() {
            let index = (turn + round) % STACKS.len();
            eprintln!("round {} of {}: {:?}", round + 1, cli.rounds, STACKS[index]);
            let load = load::measure(STACKS[index], Duration::from_secs(cli.seconds));
            loads[index].0.push(load.per_second);
            loads[index].1.push(load.p50);
            loads[index].2.push(load.p99);
        }
    }
    let mut table = Table::new(&[
        "stack",
        "instructions a request",
        "over bare",
        "allocations a request",
        "over bare",
        "requests/s",
        "p50, us",
        "p99, us",
    ]);
    let bare = per_request[0];
    for (index, stack) in STACKS.iter().enumerate() {
        let (instructions, allocations) = per_request[index];
        let (rate, p50, p99) = &loads[index];
        table.row(&[
            format!("{stack:?}").to_lowercase(),
            number(instructions),
            number(instructions - bare.0),
            number(allocations),
            number(allocations - bare.1),
            number(statistics::median(rate)),
            number(statistics::median(p50)),
            number(statistics::median(p99)),
        ]);
    }
    println!("{table}");
    let cost = |of: &dyn Fn((f64, f64)) -> f64| {
        (of(per_request[1]) - of(bare)) / (of(per_request[2]) - of(bare))
    };
    println!(
        "Over bare, Plimsoll costs {:.2} of the usual stack's instructions and {:.2} of its allocations; the target is at most 0.33.",
        cost(&|(instructions, _)| instructions),
        cost(&|(_, allocations)| allocations)
    );
}

fn arguments(command: &str, stack: Stack) -> Vec<String> {
    vec![
        command.to_owned(),
        format!("--stack={stack:?}").to_lowercase(),
    ]
}

fn instructions_of(stack: Stack, cli: &Cli) -> f64 {
    let profile = cli.profile.as_ref().map(|directory| {
        std::fs::create_dir_all(directory).expect("the directory of the profiles");
        directory.join(format!("callgrind.out.http-{stack:?}").to_lowercase())
    });
    let count = instructions::count(&arguments("instructions", stack), profile.as_deref())
        .unwrap_or_else(|error| panic!("{error}"));
    count as f64 / (TIMES * REQUESTS.len()) as f64
}

fn allocations_of(stack: Stack) -> f64 {
    let output = std::process::Command::new(std::env::current_exe().expect("this program's path"))
        .args(arguments("allocations", stack))
        .output()
        .expect("this program starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().expect("a number")
}
