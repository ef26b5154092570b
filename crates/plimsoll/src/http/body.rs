//! The response body, watched to its end.

use super::exchange::{Exchange, Outcome};
use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// A response body that ends its request's record when it ends or is dropped.
    ///
    /// Polled inside the request's context, so what a stream logs while it is produced belongs to the request.
    pub struct ObservedBody<B> {
        #[pin]
        content: Content<B>,
        exchange: Option<Exchange>,
    }

    impl<B> PinnedDrop for ObservedBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(mut exchange) = this.exchange.take() {
                let complete = exchange.bodiless || this.content.as_ref().is_done();
                exchange.end(if complete { Outcome::Completed } else { Outcome::Disconnected });
            }
        }
    }
}

pin_project! {
    #[project = ContentProjection]
    enum Content<B> {
        // What the service answered; `done` once it said that nothing more comes.
        Service { #[pin] body: B, done: bool },
        // What the layer answered.
        Own { bytes: Option<Bytes> },
    }
}

impl<B> Content<B> {
    fn is_done(self: Pin<&Self>) -> bool {
        match self.get_ref() {
            Self::Service { done, .. } => *done,
            Self::Own { bytes } => bytes.is_none(),
        }
    }
}

impl<B: Body<Data = Bytes>> ObservedBody<B> {
    pub(super) fn of_service(body: B, exchange: Exchange) -> Self {
        let done = body.is_end_stream();
        Self {
            content: Content::Service { body, done },
            exchange: Some(exchange),
        }
    }

    pub(super) fn of_layer(bytes: Bytes, exchange: Exchange) -> Self {
        Self {
            content: Content::Own {
                bytes: Some(bytes).filter(|bytes| !bytes.is_empty()),
            },
            exchange: Some(exchange),
        }
    }
}

impl<B: Body<Data = Bytes>> Body for ObservedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let polled = {
            let _entered = this
                .exchange
                .as_ref()
                .map(|exchange| exchange.context.enter());
            match this.content.as_mut().project() {
                ContentProjection::Service { mut body, done } => {
                    let polled = ready!(body.as_mut().poll_frame(cx));
                    *done = match polled {
                        None => true,
                        Some(Ok(_)) => body.is_end_stream(),
                        Some(Err(_)) => false,
                    };
                    polled
                }
                ContentProjection::Own { bytes } => {
                    bytes.take().map(|bytes| Ok(Frame::data(bytes)))
                }
            }
        };
        if let Some(exchange) = this.exchange.as_mut() {
            if let Some(Ok(frame)) = &polled
                && let Some(data) = frame.data_ref()
            {
                exchange.bytes += data.remaining() as u64;
            }
            if this.content.as_ref().is_done() {
                exchange.end(Outcome::Completed);
            }
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Service { body, .. } => body.is_end_stream(),
            Content::Own { bytes } => bytes.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Service { body, .. } => body.size_hint(),
            Content::Own { bytes } => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
        }
    }
}

impl<B> fmt::Debug for ObservedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedBody").finish_non_exhaustive()
    }
}
