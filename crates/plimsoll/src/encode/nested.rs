//! `plimsoll::json(&value)`: a structured value inside a line.
//!
//! `tracing` hands a field over as a string, a number or something with `Debug`. [`Json`] is the third, and says while
//! it is formatted that its text is JSON; Plimsoll's layer then writes it as it is, others see JSON text.

use super::writer;
use serde::Serialize;
use std::cell::Cell;
use std::fmt;
use tracing::field::DebugValue;

thread_local! {
    /// Bytes of the JSON text that was formatted last on this thread; 0 if there was none since the last look.
    static ANNOUNCED: Cell<usize> = const { Cell::new(0) };
}

/// A value that a line shows as JSON; from [`json`].
pub struct Json<'a, T: ?Sized>(&'a T);

/// Shows a serialisable value as JSON inside the line: objects stay objects.
///
/// Sensitive keys and values are taken out at any depth. Deeper than 64 levels, and beyond 20 KiB, a value is cut.
///
/// ```
/// #[derive(serde::Serialize)]
/// struct Order { id: u64, items: Vec<&'static str> }
/// let order = Order { id: 7, items: vec!["tea"] };
/// tracing::info!(order = plimsoll::json(&order), "order.placed"); // "order":{"id":7,"items":["tea"]}
/// ```
pub fn json<T: Serialize + ?Sized>(value: &T) -> DebugValue<Json<'_, T>> {
    tracing::field::debug(Json(value))
}

impl<T: Serialize + ?Sized> fmt::Debug for Json<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = writer::to_json(self.0);
        f.write_str(&text)?;
        ANNOUNCED.set(text.len());
        Ok(())
    }
}

/// Forgets what was formatted before.
#[inline]
pub(crate) fn expect() {
    let _ = ANNOUNCED.try_with(|announced| announced.set(0));
}

/// Whether the `length` bytes formatted since [`expect`] are one JSON text and nothing else.
#[inline]
pub(crate) fn is_json(length: usize) -> bool {
    length != 0 && ANNOUNCED.try_with(Cell::get) == Ok(length)
}
