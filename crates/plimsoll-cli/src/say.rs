//! What a command says to its user beside its output: one form for all, the one that argument errors have.

use std::io::Write;

/// Why the command failed, and what to do.
pub(crate) fn error(message: &str) {
    let _ = writeln!(std::io::stderr(), "error: {message}");
}

/// What else is worth knowing.
pub(crate) fn note(message: &str) {
    let _ = writeln!(std::io::stderr(), "note: {message}");
}
