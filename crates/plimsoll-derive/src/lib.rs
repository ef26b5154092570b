//! Derive macros for `plimsoll`: what is sensitive in a struct is said on its fields.
