//! What is sensitive: by the name of a key, and by the look of a value.
//!
//! One place for the library, the checker and the command line, so that a name that the checker calls sensitive is
//! also taken out at run time.

mod kind;
mod name;
mod pattern;
mod shape;
mod vocabulary;
mod word;

pub use kind::{Kind, Strength};
pub use name::{Class, classify, completes, is_about, words};
pub use pattern::{TokenPattern, token_patterns};
pub use shape::{is_placeholder, is_status, is_uuid, password_like, secret_like};
