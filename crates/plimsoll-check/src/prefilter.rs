//! Which files cannot contain a finding: a look at the bytes, no lexing.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::facts::Language;

/// Whether a file has anything that looks like a log call, a print or a suppression.
pub(crate) fn may_matter(source: &str, language: Language) -> bool {
    match language {
        Language::Rust => rust(source),
        Language::Python => python(source),
    }
}

static RUST: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        "trace!",
        "debug!",
        "info!",
        "warn!",
        "error!",
        "event!",
        "log!",
        "crit!",
        "print!",
        "println!",
        "dbg!",
        "write!",
        "writeln!",
        "span!",
        "instrument",
        "critical!",
        "fatal!",
        "warning!",
        "plimsoll:",
        "_info",
        "_warn",
        "_error",
        "_debug",
        "info_",
        "warn_",
        "debug_",
        "error_",
        " as ",
        "cfg(test)",
        "cfg(any(test",
        "cfg(all(test",
    ])
    .ok()
});

fn rust(source: &str) -> bool {
    RUST.as_ref()
        .is_none_or(|automaton| automaton.is_match(source))
}

static PYTHON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        "print",
        ".debug(",
        ".info(",
        ".warn",
        ".error(",
        ".exception(",
        ".critical(",
        ".fatal(",
        ".log(",
        ".msg(",
        ".trace(",
        ".success(",
        ".notice(",
        ".write(",
        ".err(",
        "plimsoll:",
    ])
    .ok()
});

fn python(source: &str) -> bool {
    PYTHON
        .as_ref()
        .is_none_or(|automaton| automaton.is_match(source))
}
