//! Jobs: the tower layer around a job handler, and the lines and numbers of a job's life.
//!
//! A job engine, ours or another's, calls a tower service per attempt. [`JobLayer`] around that service
//! - opens the job's [`Context`](crate::context::Context): `job_id`, `job_type`, `attempt`, and the request id and
//!   trace of the request that enqueued it, so one id finds the request and all it caused;
//! - logs `job.started`, `job.finished`, `job.failed` (error level, with `error`, `attempt`, `will_retry`) and
//!   `job.cancelled`;
//! - measures `job_wait_seconds`, `job_attempts_total` and, for the attempt that ends the job, `job_duration_seconds`;
//! - turns a panic and a passed timeout into an error, so that the engine can always store an outcome.
//!
//! [`submitted`] belongs beside the commit of a submission, [`lost`] where an engine takes a job back from a worker
//! that disappeared, [`cancelled`] where it ends a job that no handler runs, [`queue_state`] where the depth is read.
//!
//! ```
//! use plimsoll::job::{JobInfo, JobLayer, JobRequest};
//! use tower::{ServiceBuilder, service_fn};
//!
//! struct Email { id: String, to: String }
//!
//! impl JobRequest for Email {
//!     fn job(&self) -> JobInfo<'_> {
//!         JobInfo::new(&self.id, "email")
//!     }
//! }
//!
//! let handler = ServiceBuilder::new()
//!     .layer(JobLayer::new())
//!     .service(service_fn(|email: Email| async move {
//!         if email.to.is_empty() { Err("no address") } else { Ok("sent") }
//!     }));
//! # let _: &dyn std::any::Any = &handler;
//! ```

mod error;
mod info;
mod layer;
mod lifecycle;
mod queue;
mod run;

pub use error::{BoxError, ErrorKind, JobError};
pub use info::{JobInfo, JobRequest};
pub use layer::{ByRequest, Describe, JobFuture, JobLayer, JobService};
pub use lifecycle::{Submission, cancelled, lost, submitted};
pub use queue::{queue_state, register};

#[cfg(test)]
mod tests;
