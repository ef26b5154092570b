//! Many requests at once.

use futures_util::stream::{self, StreamExt};

/// Runs one future per number, at most `width` at a time, and gives the results in no order.
pub async fn many<T, F: Future<Output = T>>(
    count: usize,
    width: usize,
    make: impl FnMut(usize) -> F,
) -> Vec<T> {
    stream::iter((0..count).map(make))
        .buffer_unordered(width)
        .collect()
        .await
}
