//! Findings as text for people and machines.

mod github;
mod human;
mod json;
mod place;
mod sarif;

pub use github::github;
pub use human::{Style, human};
pub use json::json;
pub use place::{place, repository};
pub use sarif::sarif;
