//! The production logging and observability standard as data.
//!
//! No I/O, no async: rule ids, targets, the metric catalogue, what counts as sensitive, and the shape of
//! `plimsoll.toml`. The library, the checker and the command line all read it from here, so that one rule id and
//! one target hold from the editor to the pager.

pub mod catalogue;
pub mod config;
pub mod rules;
pub mod sensitive;
pub mod targets;

pub use config::{Config, ConfigError};
pub use rules::Rule;
