//! Fields rendered once, to be copied into every line: of a context, of a span with its parents, of the service itself.

use super::key::OPENING;
use crate::encode::{cut, escape, short::Short};

/// Fields indexed inside their owner.
const INLINE_FIELDS: usize = 8;
/// Bytes of rendered fields altogether; what would go beyond is left out, and `fields_left_out` says how many did. A line
/// has room for 16,384.
const LIMIT: usize = 8 * 1024;
/// Bytes of a key; a longer one is cut.
pub(crate) const KEY_LIMIT: usize = 256;
/// The key that says how many fields were left out.
const LEFT_OUT: &[u8] = b"fields_left_out";
/// Bytes of that field at most.
const LEFT_OUT_ROOM: usize = LEFT_OUT.len() + 4 + 10;

/// Keys that Plimsoll alone writes.
const RESERVED: [&str; 3] = ["timestamp", "level", "event"];
/// Keys that a context writes while it holds their value, each with its bit.
const CONTEXT_RESERVED: [(&str, u8); 4] = [
    ("request_id", 1),
    ("trace_id", 2),
    ("span_id", 4),
    ("trace_flags", 8),
];

/// Whether a line's own part has this key.
pub(crate) fn is_reserved(key: &str) -> bool {
    RESERVED.contains(&key)
}

/// Whether a key has nothing to escape.
pub(crate) fn is_plain(key: &str) -> bool {
    key.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The bit of a key that a context may hold, 0 for any other key.
pub(crate) fn context_reserved(key: &str) -> u8 {
    CONTEXT_RESERVED
        .iter()
        .find(|(name, _)| *name == key)
        .map_or(0, |&(_, bit)| bit)
}

/// A key's hash: the upper six bits choose its bit in a mask, the lower half goes into the index (FNV-1a, 64 bits).
pub(crate) const fn hash(key: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < key.len() {
        hash = (hash ^ key[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The one bit of 64 that stands for a key in a mask: two sets of keys whose masks share no bit share no key.
pub(crate) const fn mask(hash: u64) -> u64 {
    1 << (hash >> 58)
}

/// The bits of the reserved keys in a mask.
#[inline]
pub(crate) const fn reserved_mask(reserved: u8) -> u64 {
    const MASKS: [u64; 16] = {
        let mut masks = [0; 16];
        let mut set = 0;
        while set < 16 {
            let mut index = 0;
            while index < CONTEXT_RESERVED.len() {
                let (key, bit) = CONTEXT_RESERVED[index];
                if set & bit as usize != 0 {
                    masks[set] |= mask(hash(key.as_bytes()));
                }
                index += 1;
            }
            set += 1;
        }
        masks
    };
    MASKS[(reserved & 15) as usize]
}

/// Where a field stands in the bytes: `,"key":value` from `start` to where the next one starts, the value from `value`.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    hash: u32,
    start: u16,
    value: u16,
}

/// One rendered field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    /// The key as it stands between its quotes, escaped.
    pub(crate) key: &'a [u8],
    /// The value as JSON.
    pub(crate) value: &'a [u8],
    /// Both with comma, quotes and colon.
    pub(crate) whole: &'a [u8],
    /// The lower half of the key's [`hash`].
    pub(crate) hash: u32,
}

/// Fields as they stand in a line, `,"key":value` each, no key twice.
#[derive(Debug, Clone)]
pub(crate) struct Rendered {
    bytes: Vec<u8>,
    entries: Short<Entry, INLINE_FIELDS>,
    mask: u64,
    left_out: u32,
}

impl Default for Rendered {
    fn default() -> Self {
        Self::new()
    }
}

/// No fields.
pub(crate) static NOTHING: Rendered = Rendered::new();

impl Rendered {
    pub(crate) const fn new() -> Self {
        const NONE: Entry = Entry {
            hash: 0,
            start: 0,
            value: 0,
        };
        Self {
            bytes: Vec::new(),
            entries: Short::new(NONE),
            mask: 0,
            left_out: 0,
        }
    }

    /// No fields yet, and room for this many bytes of them.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            ..Self::new()
        }
    }

    /// Takes all fields away; their room stays.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        self.mask = 0;
        self.left_out = 0;
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// All fields, ready to be copied.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.mask == 0
    }

    /// One bit per key.
    #[inline]
    pub(crate) const fn mask(&self) -> u64 {
        self.mask
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        let bytes = self.bytes();
        let entries = self.entries.as_slice();
        entries
            .iter()
            .enumerate()
            .filter_map(move |(index, entry)| {
                let next = entries.get(index + 1);
                let end = next.map_or(bytes.len(), |next| usize::from(next.start));
                let (start, value) = (usize::from(entry.start), usize::from(entry.value));
                Some(Field {
                    // Between `,"` and `":`.
                    key: bytes.get(start + 2..value - 2)?,
                    value: bytes.get(value..end)?,
                    whole: bytes.get(start..end)?,
                    hash: entry.hash,
                })
            })
    }

    /// Whether there is a field of that key, as the code says it.
    pub(crate) fn has(&self, key: &str) -> bool {
        with_final_key(key, |key| self.contains(key, hash(key) as u32))
    }

    pub(crate) fn contains(&self, key: &[u8], hash: u32) -> bool {
        self.fields()
            .any(|field| field.hash == hash && field.key == key)
    }

    /// Adds a field with a value that is JSON already; one of the same key gives way.
    pub(crate) fn set(&mut self, key: &str, value: &[u8]) {
        with_final_key(key, |key| self.set_escaped(key, value));
    }

    /// [`set`](Self::set) for a key that is escaped and not reserved.
    pub(crate) fn set_escaped(&mut self, key: &[u8], value: &[u8]) {
        let full_hash = hash(key);
        let hash = full_hash as u32;
        if self.mask & mask(full_hash) != 0 && self.contains(key, hash) {
            self.remove(key);
        }
        if self.bytes.len() + key.len() + value.len() > self.limit() {
            return self.leave_out();
        }
        self.push(full_hash, key, value);
    }

    /// What says how many were left out needs room of its own.
    const fn limit(&self) -> usize {
        if self.left_out == 0 {
            LIMIT
        } else {
            LIMIT + LEFT_OUT_ROOM
        }
    }

    /// Adds a field whose key is not there.
    fn push(&mut self, full_hash: u64, key: &[u8], value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(b",\"");
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(b"\":");
        let value_at = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.index(full_hash, start, value_at);
    }

    #[inline]
    fn index(&mut self, full_hash: u64, start: usize, value: usize) {
        // Both are within `LIMIT` and a little more.
        self.entries.push(Entry {
            hash: full_hash as u32,
            start: start as u16,
            value: value as u16,
        });
        self.mask |= mask(full_hash);
    }

    /// There is no room for a field: nothing is lost without a word.
    #[cold]
    fn leave_out(&mut self) {
        self.left_out += 1;
        self.remove(LEFT_OUT);
        let count = self.left_out.to_string();
        self.push(hash(LEFT_OUT), LEFT_OUT, count.as_bytes());
    }

    /// [`set`](Self::set) for a key that is escaped already and not reserved: `opening` begins with `,"key":` of that length
    /// and the quote that opens a string. `write` appends the value, of which the first `begun` bytes are there.
    #[inline]
    pub(crate) fn append(
        &mut self,
        full_hash: u64,
        (opening, length): (&[u8; OPENING], usize),
        begun: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let start = self.bytes.len();
        let value = start + length;
        self.bytes.extend_from_slice(opening);
        self.bytes.truncate(value + begun);
        write(&mut self.bytes);
        if self.mask & mask(full_hash) != 0 || self.bytes.len() > LIMIT {
            let whole = self.bytes.split_off(start);
            return self.set_escaped(&whole[2..length - 2], &whole[length..]);
        }
        self.index(full_hash, start, value);
    }

    /// Takes the field of that escaped key away, if there is one.
    pub(crate) fn remove(&mut self, key: &[u8]) {
        let old = std::mem::take(self);
        self.left_out = old.left_out;
        for field in old.fields().filter(|field| field.key != key) {
            self.push(hash(field.key), field.key, field.value);
        }
    }

    /// Adds those fields of `outer` whose keys are not here yet.
    pub(crate) fn inherit(&mut self, outer: &Self) {
        for field in outer.fields() {
            if !self.contains(field.key, field.hash) {
                self.set_escaped(field.key, field.value);
            }
        }
    }
}

/// The key as it stands on a line: not too long, not reserved, escaped.
fn with_final_key<R>(key: &str, work: impl FnOnce(&[u8]) -> R) -> R {
    let key = cut(key, KEY_LIMIT);
    if !is_reserved(key) && is_plain(key) {
        return work(key.as_bytes());
    }
    let mut escaped = Vec::new();
    if is_reserved(key) {
        escaped.extend_from_slice(b"field_");
    }
    escape::escape(&mut escaped, key);
    work(&escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rendered: &Rendered) -> String {
        String::from_utf8(rendered.bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_second_value_takes_the_place_of_the_first() {
        let mut rendered = Rendered::new();
        rendered.set("a", b"1");
        rendered.set("b", b"2");
        rendered.set("a", b"3");
        assert_eq!(text(&rendered), r#","b":2,"a":3"#);
        rendered.remove(b"b");
        assert_eq!(text(&rendered), r#","a":3"#);
        assert!(rendered.contains(b"a", hash(b"a") as u32));
    }

    #[test]
    fn reserved_and_odd_keys_are_kept_safely() {
        let mut rendered = Rendered::new();
        rendered.set("level", b"1");
        rendered.set("a\"\n", b"2");
        rendered.set("", b"3");
        assert_eq!(text(&rendered), r#","field_level":1,"a\"\n":2,"":3"#);
        rendered.set(&"k".repeat(10_000), b"4");
        assert!(rendered.bytes().len() < 400);
    }

    #[test]
    fn the_inner_value_shadows_the_outer() {
        let mut outer = Rendered::new();
        outer.set("a", b"1");
        outer.set("b", b"2");
        let mut inner = Rendered::new();
        inner.set("a", b"9");
        inner.inherit(&outer);
        assert_eq!(text(&inner), r#","a":9,"b":2"#);
    }

    #[test]
    fn many_fields_stop_at_the_limit() {
        let mut rendered = Rendered::new();
        for number in 0..1000 {
            rendered.set(&format!("key{number}"), b"\"value\"");
        }
        assert!(rendered.bytes().len() <= LIMIT + 64);
        let kept = rendered.fields().count() - 1;
        let said = format!(",\"fields_left_out\":{}", 1000 - kept);
        assert!(text(&rendered).ends_with(&said), "{said}");
        assert_eq!(text(&rendered).matches("fields_left_out").count(), 1);
        // What there is can still be changed.
        rendered.set("key0", b"1");
        assert_eq!(text(&rendered).matches("\"key0\":1").count(), 1);
    }
}
