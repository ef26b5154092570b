//! `plimsoll check`.

mod configuration;
mod progress;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use plimsoll_check::baseline::Baseline;
use plimsoll_check::diff::Changed;
use plimsoll_check::report::{self, Style};
use plimsoll_check::{Check, Options, Report};
use plimsoll_standard::rules::UnknownRule;

use crate::say;

const EXAMPLES: &str = "\
Examples:
  plimsoll check                          the tree here
  plimsoll check --diff main              only what touches lines changed since main
  plimsoll check --baseline known.json    the first time records, then only new findings fail
  plimsoll check --explain PL003

Paths start at the current folder (json: at PATH; sarif: at the git root; github: at $GITHUB_WORKSPACE or the git root).

Exit codes: 0 clean, 1 findings, 2 could not run.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A folder or a file
    #[arg(default_value = ".")]
    path: PathBuf,

    /// How to write the findings; json is one object a line
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,

    /// Explain a rule (PL003) or the rule of a check (lazy-args) and stop
    #[arg(long, value_name = "RULE")]
    explain: Option<String>,

    /// Move message arguments into fields where the logged values stay the same, then report what is left
    #[arg(long)]
    fix: bool,

    /// Report only what is not in this file; if there is no such file, record today's findings in it
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Record today's findings in the baseline anew
    #[arg(long, requires = "baseline")]
    update_baseline: bool,

    /// Report only what touches lines changed since a git revision
    #[arg(long, value_name = "REV")]
    diff: Option<String>,

    /// Report what is set aside by judgement, too
    #[arg(long)]
    strict: bool,

    /// Add a check that is off by default: lazy-args, no-context
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    enable: Vec<String>,

    /// Leave out a rule (PL003) or a check (lazy-args)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    disable: Vec<String>,

    /// Which plimsoll.toml to read `[check]` from; by default the nearest one at or above PATH
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_CONFIG")]
    config: Option<PathBuf>,

    /// Colours: by terminal, always or never
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,

    /// How many threads; by default as many as there are cores
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
    Sarif,
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    match checked(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            say::error(&message);
            ExitCode::from(2)
        }
    }
}

/// Whether the run was clean.
fn checked(args: &Args) -> Result<bool, String> {
    if let Some(rule) = &args.explain {
        if Check::Suppression.selected_by(rule) {
            write(plimsoll_check::SUPPRESSION_PAGE)?;
            return Ok(true);
        }
        // A finding shows its check in brackets, so that name is asked for as well.
        let rule = match Check::named(rule).and_then(Check::rule) {
            Some(rule) => rule,
            None => rule
                .parse()
                .map_err(|error: UnknownRule| error.to_string())?,
        };
        write(plimsoll_check::explain(rule))?;
        return Ok(true);
    }
    let options = configuration::options(args)?;
    let mut report = scan(args, &options)?;
    if args.fix {
        let mut chosen = report.findings.clone();
        narrow(args, &mut chosen)?;
        let applied =
            plimsoll_check::fix::fix(&args.path, &chosen).map_err(|error| error.to_string())?;
        say::note(&format!(
            "fixed {applied} call{}",
            if applied == 1 { "" } else { "s" }
        ));
        if applied > 0 {
            report = scan(args, &options)?;
        }
    }
    if let Some(path) = &args.baseline {
        let known = if args.update_baseline {
            None
        } else {
            Baseline::read(path).map_err(|error| error.to_string())?
        };
        if let Some(known) = known {
            report.known = known.subtract(&mut report.findings);
            say::note(&format!("{} known from {}", report.known, path.display()));
        } else {
            Baseline::of(&report.findings)
                .write(path)
                .map_err(|error| error.to_string())?;
            say::note(&format!(
                "recorded {} in {}",
                report.findings.len(),
                path.display()
            ));
            report.known = report.findings.len();
            report.findings.clear();
        }
    }
    narrow(args, &mut report.findings)?;
    for (path, reason) in &report.unreadable {
        say::note(&format!("not read: {path}: {reason}"));
    }
    let clean = report.findings.is_empty();
    write(&rendered(args, report))?;
    Ok(clean)
}

fn scan(args: &Args, options: &Options) -> Result<Report, String> {
    let bar = progress::Bar::new();
    let report = plimsoll_check::check(&args.path, options, &|done, all| bar.show(done, all));
    bar.clear();
    report.map_err(|error| error.to_string())
}

fn narrow(args: &Args, findings: &mut Vec<plimsoll_check::Finding>) -> Result<(), String> {
    if let Some(revision) = &args.diff {
        Changed::since(&args.path, revision)
            .map_err(|error| error.to_string())?
            .keep(findings);
    }
    Ok(())
}

fn rendered(args: &Args, mut report: Report) -> String {
    // Only for other programs' own joins do paths start at PATH; everyone else opens them from where they are.
    let here = Path::new(".");
    let mut from = |base: &Path| report::place(&mut report.findings, &args.path, base);
    match args.format {
        Format::Human => {
            from(here);
            report::human(here, &report, style(args.color))
        }
        Format::Json => report::json(&report.findings),
        Format::Sarif => {
            from(&report::repository(&args.path).unwrap_or_else(|| here.to_owned()));
            report::sarif(&report.findings)
        }
        Format::Github => {
            from(
                &workspace(&args.path)
                    .or_else(|| report::repository(&args.path))
                    .unwrap_or_else(|| here.to_owned()),
            );
            report::github(&report.findings)
        }
    }
}

/// The folder that a runner of GitHub Actions reads paths from, if `path` lies in it.
fn workspace(path: &Path) -> Option<PathBuf> {
    let workspace = PathBuf::from(std::env::var_os("GITHUB_WORKSPACE")?);
    let inside = path
        .canonicalize()
        .ok()?
        .starts_with(workspace.canonicalize().ok()?);
    inside.then_some(workspace)
}

fn style(color: Color) -> Style {
    let stdout = std::io::stdout();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => stdout.is_terminal() && !plain,
    };
    // A file or a pipe has no width: what is written there must not depend on who ran it.
    let width = if stdout.is_terminal() {
        terminal_size::terminal_size().map_or(120, |(width, _)| usize::from(width.0))
    } else {
        120
    };
    Style { color, width }
}

fn write(text: &str) -> Result<(), String> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        // The reader has seen enough (`| head`).
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| error.to_string()),
    }
}
