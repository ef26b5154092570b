//! What every line of one request or job says: its id, its trace, what was bound on the way.
//!
//! A context belongs to a task, not to a span: no level filter can lose it. Its fields are rendered once, when it is
//! built; a line copies them. [`spawn`], [`spawn_blocking`] and [`InContext`] carry it to other tasks.

mod bind;
mod builder;
pub(crate) mod current;
pub(crate) mod entropy;
mod key;
pub(crate) mod render;
mod scope;
mod spare;
#[cfg(feature = "tokio")]
mod spawn;
pub mod trace;
mod tracestate;

pub use crate::encode::Value;
pub use bind::bind;
pub use builder::ContextBuilder;
pub use current::Entered;
pub use scope::{InContext, Scoped};
#[cfg(feature = "tokio")]
pub use spawn::{spawn, spawn_blocking};
pub use trace::TraceContext;

use crate::log::recorder::Recorder;
use crate::testing::Lines;
use render::Rendered;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The context of one request or job. Clones share it: what one of them binds, the lines of all have.
///
/// ```
/// use plimsoll::Context;
///
/// let context = Context::builder()
///     .request_id("7f3c")
///     .field("method", "GET")
///     .field("path", "/orders/42")
///     .build();
/// let entered = context.enter();
/// tracing::info!("order.read"); // has request_id, method and path
/// drop(entered);
/// ```
#[derive(Clone)]
pub struct Context(Arc<Inner>);

/// Where a context's request id is kept.
enum RequestId {
    /// In the rendered bytes.
    At(std::ops::Range<usize>),
    /// Apart, because it is rendered otherwise.
    Own(Box<str>),
}

/// Bytes of rendered fields for which there is room from the start: a request's ids, method and path.
const ROOM: usize = 256;

pub(crate) struct Inner {
    request_id: Option<RequestId>,
    trace: Option<TraceContext>,
    /// Bits of the keys that are this context's own (see `render::context_reserved`).
    reserved: u8,
    /// What it was built with.
    base: Rendered,
    /// `base` and everything bound later; nobody reads it before `generation` moves.
    bound: RwLock<Option<Box<Rendered>>>,
    generation: AtomicU32,
    /// The test that opened it.
    capture: Option<Lines>,
    recorder: Option<Recorder>,
}

impl Inner {
    fn new() -> Self {
        Self {
            request_id: None,
            trace: None,
            reserved: 0,
            base: Rendered::with_capacity(ROOM),
            bound: RwLock::new(None),
            generation: AtomicU32::new(0),
            capture: None,
            recorder: None,
        }
    }
}

impl Context {
    /// The context of the code that runs here, if any.
    #[must_use]
    pub fn current() -> Option<Self> {
        current::with(|context: Option<&Self>| context.cloned())
    }

    /// Starts a new context; it inherits nothing.
    pub fn builder() -> ContextBuilder {
        ContextBuilder::new()
    }

    /// The request's id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self.0.request_id.as_ref()? {
            RequestId::At(range) => {
                std::str::from_utf8(self.0.base.bytes().get(range.clone())?).ok()
            }
            RequestId::Own(id) => Some(id),
        }
    }

    /// Where the work stands in a distributed trace.
    #[must_use]
    pub fn trace(&self) -> Option<&TraceContext> {
        self.0.trace.as_ref()
    }

    /// Makes this context current whenever the future is polled.
    pub fn scope<F: Future>(self, future: F) -> Scoped<F> {
        Scoped::new(Some(self), future)
    }

    /// Makes this context current on this thread until the guard is dropped. Not across an `.await`: use
    /// [`scope`](Self::scope) there.
    pub fn enter(&self) -> Entered {
        Entered::new(self.clone())
    }

    /// Bits of the reserved keys that this context holds.
    #[inline]
    pub(crate) fn reserved(&self) -> u8 {
        self.0.reserved
    }

    pub(crate) fn recorder(&self) -> Option<&Recorder> {
        self.0.recorder.as_ref()
    }

    pub(crate) fn capture(&self) -> Option<&Lines> {
        self.0.capture.as_ref()
    }

    /// Looks at the rendered fields as they are now.
    #[inline]
    pub(crate) fn with_rendered<R>(&self, look: impl FnOnce(&Rendered) -> R) -> R {
        if self.0.generation.load(Ordering::Acquire) == 0 {
            return look(&self.0.base);
        }
        let bound = self.0.bound.read().unwrap_or_else(PoisonError::into_inner);
        look(bound.as_deref().unwrap_or(&self.0.base))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields =
            self.with_rendered(|rendered| String::from_utf8_lossy(rendered.bytes()).into_owned());
        f.debug_struct("Context")
            .field("request_id", &self.request_id())
            .field("trace", &self.0.trace)
            .field("fields", &fields.trim_start_matches(','))
            .finish()
    }
}
