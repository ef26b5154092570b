//! A progress bar on stderr for runs long enough to wonder, and only where a person sees it.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Shorter runs show nothing.
const PATIENCE: Duration = Duration::from_millis(600);

/// Redrawn no more often than this.
const PACE: Duration = Duration::from_millis(80);

/// The bar.
#[derive(Debug)]
pub(super) struct Bar {
    terminal: bool,
    start: Instant,
    drawn: Mutex<Option<Instant>>,
}

impl Bar {
    pub(super) fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            start: Instant::now(),
            drawn: Mutex::new(None),
        }
    }

    /// Draws `done` of `all`, if it is time; other threads do not wait for the one that draws.
    pub(super) fn show(&self, done: usize, all: usize) {
        if !self.terminal || self.start.elapsed() < PATIENCE {
            return;
        }
        let Ok(mut drawn) = self.drawn.try_lock() else {
            return;
        };
        if drawn.is_some_and(|at| at.elapsed() < PACE) {
            return;
        }
        *drawn = Some(Instant::now());
        let filled = (done * 30).checked_div(all).unwrap_or(30).min(30);
        let bar = format!("{}{}", "=".repeat(filled), " ".repeat(30 - filled));
        let _ = write!(std::io::stderr(), "\r[{bar}] {done}/{all} files");
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        if self.drawn.lock().is_ok_and(|drawn| drawn.is_some()) {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}
