//! The command line: `jobs` serves; `jobs healthcheck`, `jobs load` and `jobs completions` are the rest.

pub mod healthcheck;
mod http_client;
pub mod load;

use clap::{Parser, Subcommand};

use crate::settings::ServeArgs;

const EXAMPLES: &str = "\
Examples:
  jobs                                              all embedded: SQLite file in ./data, in-process cache
  jobs --listen 127.0.0.1:9000 --data-dir /var/lib/jobs
  jobs --database-url postgres://jobs@db/jobs --redis-url redis://cache:6379
  jobs load --rate 50                               drive a mixed load and watch the figures move
  jobs healthcheck                                  exit 0 if the service is ready, else 1

  curl -s localhost:8080/jobs -H 'content-type: application/json' \\
       -d '{\"job_type\":\"digest\",\"user_id\":\"ada\",\"payload\":{\"text\":\"hello\"}}'

Exit codes: 0 stopped in order, 1 failure, 2 wrong usage or configuration.";

/// A job service that keeps the production logging and observability standard.
#[derive(Debug, Parser)]
#[command(name = "jobs", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without it the service starts.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The service's settings.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// What else than serving there is to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask a running service whether it is ready: exit 0 or 1, for containers without a shell
    Healthcheck(healthcheck::Args),
    /// Send a mixed load to a running service and show its progress
    Load(load::Args),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}
