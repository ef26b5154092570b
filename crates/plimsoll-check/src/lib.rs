//! Finds the forbidden six of the production logging standard in source code.

pub mod call;
pub mod facts;
pub mod rust;
pub mod scope;
pub mod span;
