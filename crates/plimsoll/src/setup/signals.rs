//! SIGTERM and SIGINT: the first one drains, the second one ends the process.

use super::drain::Cause;
use std::io;

/// SIGINT's number; a person at a terminal sends it.
pub(super) const INTERRUPT: i32 = 2;
const TERMINATE: i32 = 15;

/// The name of a signal as it stands on a line.
pub(super) const fn name(number: i32) -> &'static str {
    match number {
        INTERRUPT => "SIGINT",
        TERMINATE => "SIGTERM",
        _ => "unknown",
    }
}

/// Follows signals for ever. The first is told to `begin`; one that comes when the end has begun already (`begin` says
/// false) runs `last_words` and exits with 128 and its number.
pub(super) async fn follow(
    mut signals: Signals,
    begin: impl Fn(Cause) -> bool,
    last_words: impl Fn(),
) {
    loop {
        let number = signals.next().await;
        if !begin(Cause::Signal(number)) {
            last_words();
            #[expect(
                clippy::exit,
                reason = "whoever signals twice wants the process gone now"
            )]
            std::process::exit(128 + number);
        }
    }
}

/// The signals that end the process.
#[cfg(unix)]
pub(super) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes the signals over; needs a runtime with I/O.
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.terminate.recv() => TERMINATE,
            _ = self.interrupt.recv() => INTERRUPT,
        }
    }
}

/// The signals that end the process.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Takes the signals over.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => INTERRUPT,
            Err(_) => std::future::pending().await,
        }
    }
}
