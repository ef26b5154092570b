//! Finds the forbidden six of the production logging standard in source code.

mod allow;
pub mod call;
mod context;
mod engine;
pub mod facts;
mod finding;
mod fingerprint;
mod loops;
mod package;
mod prefilter;
mod project;
pub mod python;
pub mod report;
mod rules;
pub mod rust;
pub mod scope;
pub mod span;
mod suppress;
mod words;

pub use context::Context;
pub use engine::{Allow, CheckError, Options, Report, check, check_text};
pub use finding::{Check, Finding};
