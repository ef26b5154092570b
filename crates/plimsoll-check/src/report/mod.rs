//! Findings as text for people and machines.

mod json;

pub use json::json;
