//! What the parts of Plimsoll's log line cost the caller, in instructions an event: written, kept by the flight recorder,
//! outside of any request, suppressed by the limit, below the level; and whether two threads pay more than one.

use std::path::PathBuf;

use bench_common::table::{Table, number};
use bench_common::{allocations, instructions};
use clap::Parser;

#[path = "../../loggers/src/events.rs"]
#[allow(dead_code, reason = "a part of them is logged here")]
mod events;
mod part;

use part::Part;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// `bench-parts`
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only these parts
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Keep callgrind's profiles in this directory
    #[arg(long)]
    profile: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// One measurement; what the comparison starts for each
    #[command(hide = true)]
    Cell {
        part: Part,
        /// Prints allocations an event instead of marking a region for callgrind
        #[arg(long)]
        allocations: bool,
    },
}

fn main() {
    let cli = Cli::parse();
    if let Some(Command::Cell { part, allocations }) = cli.command {
        part::run(part, allocations);
        return;
    }
    let mut table = Table::new(&["part", "instructions", "allocations"]);
    for part in part::ALL {
        if !cli.parts.is_empty() && !cli.parts.contains(&part) {
            continue;
        }
        let arguments = ["cell".to_owned(), part.name()];
        let profile = cli.profile.as_ref().map(|directory| {
            std::fs::create_dir_all(directory).expect("the directory of the profiles");
            directory.join(format!("callgrind.out.{}", part.name()))
        });
        let count = instructions::count(&arguments, profile.as_deref())
            .unwrap_or_else(|error| panic!("{error}"));
        let each = count as f64 / part::IN_REGION;
        table.row(&[part.title().to_owned(), number(each), allocated(part)]);
    }
    println!(
        "### The log line's parts: instructions in user space an event, by the caller\n\n{table}"
    );
}

fn allocated(part: Part) -> String {
    let program = std::env::current_exe().expect("this program's path");
    let output = std::process::Command::new(program)
        .args(["cell", &part.name(), "--allocations"])
        .output()
        .expect("this program starts");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
