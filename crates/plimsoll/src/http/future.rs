//! The response on its way: polled in the request's context, safe against panics and against being dropped.

use super::body::ObservedBody;
use super::exchange::{Exchange, Outcome};
use super::{REQUEST_ID, panic};
use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Response, Version};
use http_body::Body;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// The future of [`HttpService`](super::HttpService).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
        exchange: Option<Exchange>,
        version: Version,
    }

    impl<F> PinnedDrop for ResponseFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // What the handler logs while it is dropped belongs to its request, and comes before the request's line.
            let _entered = this.exchange.as_ref().map(|exchange| exchange.context.enter());
            this.state.set(State::Done);
        }
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Service { #[pin] future: F },
        // The layer's own answer; `None` once it is given.
        Layer { response: Option<Response<Bytes>> },
        Done,
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn of_service(
        call: impl FnOnce() -> F,
        exchange: Exchange,
        version: Version,
    ) -> Self {
        let future = {
            let _entered = exchange.context.enter();
            catch_unwind(AssertUnwindSafe(call))
        };
        let state = match future {
            Ok(future) => State::Service { future },
            Err(_) => State::Layer { response: None },
        };
        Self {
            state,
            exchange: Some(exchange),
            version,
        }
    }

    pub(super) fn of_layer(
        response: Response<Bytes>,
        exchange: Exchange,
        version: Version,
    ) -> Self {
        Self {
            state: State::Layer {
                response: Some(response),
            },
            exchange: Some(exchange),
            version,
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Data = Bytes>,
{
    type Output = Result<Response<ObservedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(exchange) = this.exchange.as_ref() else {
            // Polled after it was ready: a fused future's answer.
            return Poll::Pending;
        };
        let entered = exchange.context.enter();
        let polled = match this.state.as_mut().project() {
            StateProjection::Service { future } => {
                match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
                    Ok(Poll::Pending) => return Poll::Pending,
                    Ok(Poll::Ready(result)) => result.map(Ok),
                    Err(_) => Ok(Err(panic::answer(exchange.template.as_str()))),
                }
            }
            StateProjection::Layer { response } => Ok(Err(response
                .take()
                .unwrap_or_else(|| panic::answer(exchange.template.as_str())))),
            StateProjection::Done => return Poll::Pending,
        };
        // The handler's own locals are dropped in its context too.
        this.state.set(State::Done);
        drop(entered);
        let Some(mut exchange) = this.exchange.take() else {
            return Poll::Pending;
        };
        Poll::Ready(match polled {
            Ok(Ok(response)) => {
                let (mut head, body) = response.into_parts();
                exchange.template.prefer(&head.extensions);
                finish(&mut head, &mut exchange, *this.version);
                Ok(Response::from_parts(
                    head,
                    ObservedBody::of_service(body, exchange),
                ))
            }
            Ok(Err(own)) => {
                let (mut head, body) = own.into_parts();
                finish(&mut head, &mut exchange, *this.version);
                Ok(Response::from_parts(
                    head,
                    ObservedBody::of_layer(body, exchange),
                ))
            }
            Err(error) => {
                exchange.end(Outcome::Failed);
                Err(error)
            }
        })
    }
}

fn finish(head: &mut http::response::Parts, exchange: &mut Exchange, version: Version) {
    exchange.answered(head.status);
    if let Some(id) = exchange.id.take() {
        head.headers.insert(REQUEST_ID, id);
    }
    // HTTP/2 and later have no such header; their connections are told by a GOAWAY.
    if version <= Version::HTTP_11 && exchange.is_draining() {
        head.headers
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
