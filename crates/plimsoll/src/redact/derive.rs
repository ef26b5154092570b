//! What the code that `#[derive(Sensitive)]` writes stands on. Not for direct use.

use std::borrow::Cow;
use std::fmt::{self, Display};

pub use serde;

/// Shown without quotes in a `Debug`, as a string in a `Serialize`.
pub struct Marker(Cow<'static, str>);

/// Stands for a field marked `#[sensitive]`.
pub const SECRET: Marker = Marker(Cow::Borrowed("[redacted:secret]"));
/// Stands for a field marked `#[pii]`.
pub const PII: Marker = Marker(Cow::Borrowed("[redacted:pii]"));

impl Marker {
    /// Stands for a field marked `#[hash]`.
    pub fn hash(field: &str, value: impl Display) -> Self {
        Self(Cow::Owned(super::hashed(field, value)))
    }
}

impl fmt::Debug for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl serde::Serialize for Marker {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
