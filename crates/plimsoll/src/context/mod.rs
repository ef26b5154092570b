//! (to be written)

mod entropy;
pub mod trace;
mod tracestate;

pub use trace::TraceContext;
