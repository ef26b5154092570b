//! `cargo xtask test`: formatting, lints, every test and doc test, each feature alone, the documentation
//! and the licences, after installing what is missing.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::Outcome;

mod features;
mod leftovers;
mod licences;
mod process;
mod requirements;
mod steps;
mod tally;

use steps::Step;

/// The command line of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run only this step; may be repeated
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Go on after a step that failed
    #[arg(long)]
    keep_going: bool,
    /// List the steps and exit
    #[arg(long)]
    list: bool,
}

struct Done {
    name: &'static str,
    time: Duration,
    error: Option<String>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    if args.list {
        for step in steps::ALL {
            println!("{:<14}{}", step.name, step.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = match choose(&args.only) {
        Ok(chosen) => chosen,
        Err(message) => return usage(&message),
    };

    let start = Instant::now();
    let python = if chosen.iter().any(|step| step.needs_tools) {
        match requirements::provide(&crate::root()) {
            Ok(python) => Some(python),
            Err(message) => return usage(&message),
        }
    } else {
        None
    };

    let mut run = steps::Run::new(python)?;
    let mut done: Vec<Done> = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        println!(
            "\n==> {}/{} {}: {}",
            index + 1,
            chosen.len(),
            step.name,
            step.about
        );
        let begun = Instant::now();
        let error = (step.run)(&mut run).err();
        let time = begun.elapsed();
        match &error {
            None => println!("==> {} ok in {}", step.name, seconds(time)),
            Some(error) => println!("==> {} FAILED in {}: {error}", step.name, seconds(time)),
        }
        let failed = error.is_some();
        done.push(Done {
            name: step.name,
            time,
            error,
        });
        if failed && !args.keep_going {
            break;
        }
    }
    run.clean_up();
    summarise(&done, chosen.len(), start.elapsed());
    if let Some(tally) = run.tally() {
        println!("\n{tally}");
    }
    let failed = done.iter().any(|step| step.error.is_some());
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn choose(only: &[String]) -> Result<Vec<&'static Step>, String> {
    let names: Vec<_> = steps::ALL.iter().map(|step| step.name).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!(
            "no step is called `{unknown}`; the steps are: {}",
            names.join(", ")
        ));
    }
    Ok(steps::ALL
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| name == step.name))
        .collect())
}

fn usage(message: &str) -> Outcome {
    eprintln!("{message}");
    Ok(ExitCode::from(2))
}

fn summarise(done: &[Done], chosen: usize, time: Duration) {
    println!("\n==> summary");
    for step in done {
        let verdict = step
            .error
            .as_ref()
            .map_or_else(|| "ok".to_owned(), |error| format!("FAILED: {error}"));
        println!("{:<14}{:>9}  {verdict}", step.name, seconds(step.time));
    }
    let left = chosen - done.len();
    if left > 0 {
        println!("{left} more not run; --keep-going runs them after a failure too");
    }
    println!("{:<14}{:>9}", "all", seconds(time));
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
