//! Finds the forbidden six of the production logging standard in source code.

mod allow;
pub mod baseline;
pub mod call;
mod context;
pub mod diff;
mod engine;
mod explain;
pub mod facts;
mod finding;
mod fingerprint;
pub mod fix;
mod loops;
mod package;
mod prefilter;
mod project;
pub mod python;
pub mod report;
mod rules;
pub mod rust;
pub mod scope;
pub mod score;
pub mod span;
mod suppress;
mod tidy;
mod words;

pub use allow::Allow;
pub use context::Context;
pub use engine::{CheckError, Options, Report, check, check_text};
pub use explain::{SUPPRESSION_PAGE, explain};
pub use finding::{Check, Finding};
