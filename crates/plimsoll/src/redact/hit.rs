//! A finding, and how findings become the redacted text.

/// Part of a text that must not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// Index of the pattern's name.
    pub(super) pattern: u16,
    /// Set when a bare JSON number stands there: the marker then brings quotes, escaped this many times.
    pub(super) bare: Option<u8>,
}

impl Hit {
    pub(super) const fn new(start: usize, end: usize, pattern: u16) -> Self {
        Self {
            start,
            end,
            pattern,
            bare: None,
        }
    }
}

/// Sorts findings and melts those that overlap; the one that starts first, and of those the longest, gives the name.
pub(super) fn settle(hits: &mut Vec<Hit>) {
    if hits.len() < 2 {
        return;
    }
    hits.sort_unstable_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    hits.dedup_by(|next, kept| {
        let inside = next.start < kept.end;
        if inside {
            kept.end = kept.end.max(next.end);
        }
        inside
    });
}
