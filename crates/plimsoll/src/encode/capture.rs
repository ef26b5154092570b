//! How much of a value is taken, and where a cut may fall.

/// Bytes of one value that are kept.
pub(crate) const CAPTURE_LIMIT: usize = 20 * 1024;

/// Bytes that are looked at beyond that, so that a secret at the cut is seen whole and taken out whole.
pub(crate) const LOOKAHEAD: usize = 8 * 1024;

/// `text` up to `limit` bytes, cut between two characters.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
