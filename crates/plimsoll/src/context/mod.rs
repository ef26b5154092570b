//! (to be written)

pub(crate) mod entropy;
pub mod trace;
mod tracestate;

pub use trace::TraceContext;
