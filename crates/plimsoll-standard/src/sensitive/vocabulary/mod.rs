//! The words that key names are made of.
//!
//! A key is read like an English compound: its last word says what it is (`password_reset_token` is a token,
//! `token_count` is a count), the words before it say which one (`next_token` is a cursor).

/// Whether a sorted or unsorted table holds a word.
pub(super) fn any(table: &[&str], word: &str) -> bool {
    table.contains(&word)
}

mod about;
mod compounds;
mod people;
mod secrets;

pub(super) use about::{ABOUT, ACTS, ASKS, NEUTRAL};
pub(super) use compounds::{COMPLETE, GLUE};
pub(super) use people::{ADDRESS_OF, NAME_OF, NATIONAL, NATIONAL_ALONE};
pub(super) use secrets::{
    CODE_OF, KEY_LIKELY, KEY_NOT, KEY_SURE, PASS_NOT, PASS_OF, PASSWORD, TOKEN_NOT,
};
