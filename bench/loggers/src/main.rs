//! One JSON line an event: what Plimsoll and its peers cost the caller.
//!
//! A process a cell (peer x workload x sink x threads), rounds over all cells with the peers in rotating
//! order, medians over the rounds. Every peer's lines are compared with what was logged first.

use clap::Parser;

mod cell;
mod events;
mod lines;
mod peers;
mod plan;
mod report;

#[global_allocator]
static ALLOCATOR: bench_common::allocations::Counting = bench_common::allocations::Counting;

/// `bench-loggers`
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    plan: plan::Args,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// One measurement; what the comparison starts for each
    #[command(hide = true)]
    Cell(cell::Cell),
}

fn main() {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Cell(cell)) => println!("{}", cell::run(&cell)),
        None => plan::run(&cli.plan),
    }
}
