//! `plimsoll logs`: JSON lines made readable, and lines of killed processes brought back.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::say;

const EXAMPLES: &str = "\
Examples:
  journalctl -o cat -u orders | plimsoll logs --level warning
  plimsoll logs --recover /dev/shm >> orders.log";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Read this file instead of stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Leave out what is less severe; lines without a level stay
    #[arg(long, value_enum, ignore_case = true)]
    level: Option<Level>,
    /// Colour the text: by default on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Leave the lines as they are, one JSON object each
    #[arg(long)]
    json: bool,
    /// Write the lines that killed processes left in the rings of this directory to stdout, as JSON, and delete the rings
    #[arg(long, value_name = "DIR", conflicts_with_all = ["file", "level", "json"])]
    recover: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Trace,
    Debug,
    Info,
    #[value(alias = "warn")]
    Warning,
    #[value(alias = "critical")]
    Error,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

const PIECE: usize = 64 * 1024;

/// 0 ok, 1 a file or stream failed, 2 no such directory.
pub(crate) fn run(args: &Args) -> ExitCode {
    let outcome = match (&args.recover, &args.file) {
        (Some(directory), _) => return recover(directory),
        (None, Some(path)) => File::open(path)
            .map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("cannot read {}: {error}", path.display()),
                )
            })
            .and_then(|file| show(args, file)),
        (None, None) => show(args, io::stdin().lock()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has seen enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            say::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn show<R: Read>(args: &Args, input: R) -> io::Result<()> {
    let stdout = io::stdout();
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = match args.color {
        Colour::Auto => stdout.is_terminal() && !refused,
        chosen => chosen == Colour::Always,
    };
    let least = args.level.map(|level| match level {
        Level::Trace => tracing::Level::TRACE,
        Level::Debug => tracing::Level::DEBUG,
        Level::Info => tracing::Level::INFO,
        Level::Warning => tracing::Level::WARN,
        Level::Error => tracing::Level::ERROR,
    });
    let mut input = BufReader::with_capacity(PIECE, input);
    let mut output = stdout.lock();
    let (mut line, mut text) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return output.write_all(&text);
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let shown = least
            .is_none_or(|least| plimsoll::sink::level_of(line).is_none_or(|level| level <= least));
        if shown {
            if args.json {
                text.extend_from_slice(line);
            } else {
                plimsoll::sink::readable(line, colour, &mut text);
            }
            text.push(b'\n');
        }
        // A stream that is followed is shown as it arrives, a large one in large pieces.
        if text.len() >= PIECE || input.buffer().is_empty() {
            output.write_all(&text)?;
            text.clear();
        }
    }
}

#[cfg(target_os = "linux")]
fn recover(directory: &Path) -> ExitCode {
    if !directory.is_dir() {
        say::error(&format!(
            "{} is not a directory; give the one that holds the rings",
            directory.display()
        ));
        return ExitCode::from(2);
    }
    match plimsoll::sink::recover(directory, &mut BufWriter::new(io::stdout().lock())) {
        Ok(found) => {
            say::note(&format!(
                "{} rings recovered: {} lines, {} of them maybe repeated, {} unreadable",
                found.rings, found.lines, found.maybe_repeated, found.unreadable
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            say::error(&format!(
                "{error}; rings that were not written out are still there"
            ));
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn recover(_: &Path) -> ExitCode {
    say::error("rings survive a process on Linux only; there is nothing to recover here");
    ExitCode::from(2)
}
