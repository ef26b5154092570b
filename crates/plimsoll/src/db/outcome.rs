//! How a database operation ended.

use std::any::Any;

/// How a database operation ended; the value of the label `outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It returned a result.
    Ok,
    /// It returned an error.
    Error,
    /// It took longer than allowed: a deadline, or no free connection in time.
    Timeout,
    /// Its future was dropped before the end.
    Cancelled,
}

impl Outcome {
    /// The label's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
        }
    }

    /// `Timeout` for the errors that say so, else `Error`.
    pub(super) fn of_error<E: 'static>(error: &E) -> Self {
        if is_timeout(error) {
            Self::Timeout
        } else {
            Self::Error
        }
    }
}

fn is_timeout(error: &dyn Any) -> bool {
    #[cfg(feature = "sqlx")]
    if let Some(error) = error.downcast_ref::<sqlx::Error>() {
        return match error {
            sqlx::Error::PoolTimedOut => true,
            sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::TimedOut,
            _ => false,
        };
    }
    #[cfg(feature = "tokio")]
    if error.is::<tokio::time::error::Elapsed>() {
        return true;
    }
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
}
