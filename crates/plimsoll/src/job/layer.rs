//! The tower layer around a job handler.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use tower_layer::Layer;
use tower_service::Service;

use super::error::{BoxError, ErrorKind, JobError};
use super::info::{Attempt, JobInfo, JobRequest};
use super::run::{panic_message, run};
use crate::context::{Context, TraceContext};

/// Gives every attempt its context, its lines and its numbers; see the [module](super).
#[derive(Debug, Clone, Copy, Default)]
pub struct JobLayer<D = ByRequest> {
    describe: D,
}

impl JobLayer {
    /// The layer for requests that know their job themselves.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            describe: ByRequest,
        }
    }
}

impl<D> JobLayer<D> {
    /// The layer for requests of another crate's type, such as apalis' `Task<T>`: `describe` says which job a request
    /// is, as a function `Fn(&R) -> JobInfo<'_>`.
    pub const fn describe<R>(describe: D) -> Self
    where
        D: for<'a> Fn(&'a R) -> JobInfo<'a>,
    {
        Self { describe }
    }
}

/// Says which job a request is; implemented by functions and by [`ByRequest`].
pub trait Describe<R> {
    /// The job behind a request.
    fn describe<'a>(&self, request: &'a R) -> JobInfo<'a>;
}

/// Asks the request itself: [`JobRequest::job`].
#[derive(Debug, Clone, Copy, Default)]
pub struct ByRequest;

impl<R: JobRequest> Describe<R> for ByRequest {
    fn describe<'a>(&self, request: &'a R) -> JobInfo<'a> {
        request.job()
    }
}

impl<R, F> Describe<R> for F
where
    F: for<'a> Fn(&'a R) -> JobInfo<'a>,
{
    fn describe<'a>(&self, request: &'a R) -> JobInfo<'a> {
        self(request)
    }
}

impl<S, D: Clone> Layer<S> for JobLayer<D> {
    type Service = JobService<S, D>;

    fn layer(&self, inner: S) -> Self::Service {
        JobService {
            inner,
            describe: self.describe.clone(),
        }
    }
}

/// What [`JobLayer`] makes of a handler.
#[derive(Debug, Clone)]
pub struct JobService<S, D = ByRequest> {
    inner: S,
    describe: D,
}

/// One attempt under way.
pub type JobFuture<T> = Pin<Box<dyn Future<Output = Result<T, JobError>> + Send>>;

impl<S, R, D> Service<R> for JobService<S, D>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: Send + 'static,
    S::Error: Into<BoxError> + Send + 'static,
    D: Describe<R>,
{
    type Response = S::Response;
    type Error = JobError;
    type Future = JobFuture<S::Response>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx).map_err(JobError::from_handler)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let info = self.describe.describe(&request);
        let context = context_of(&info);
        let attempt = Attempt::from(&info);
        // A handler may work before its first await: that part belongs to the job as well.
        let called = {
            let _entered = context.enter();
            catch_unwind(AssertUnwindSafe(|| self.inner.call(request)))
        };
        let handler = async move {
            match called {
                Ok(future) => future.await.map_err(JobError::from_handler),
                Err(panic) => Err(JobError::of(ErrorKind::Panicked, panic_message(&*panic))),
            }
        };
        Box::pin(context.scope(run(attempt, handler)))
    }
}

/// The job's own context: its ids, and those of the request that enqueued it.
pub(super) fn context_of(info: &JobInfo<'_>) -> Context {
    let mut builder = Context::builder()
        .trace(
            info.trace
                .as_ref()
                .map_or_else(TraceContext::root, TraceContext::child),
        )
        .field("job_id", &*info.job_id)
        .field("job_type", info.job_type)
        .field("attempt", info.attempt);
    if let Some(request_id) = info.request_id {
        builder = builder.request_id(request_id);
    }
    builder.build()
}
