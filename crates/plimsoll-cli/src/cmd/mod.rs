//! One file a subcommand: `Args` and `run`.

pub(crate) mod alerts;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod dashboard;
pub(crate) mod logs;
pub(crate) mod redact;
