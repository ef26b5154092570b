//! What is known about a bound key: remembered by each thread for static keys, as nearly all are.

use super::render::{context_reserved, hash, is_plain, is_reserved};
use crate::redact::{KeyVerdict, Redactor, process};
use std::cell::RefCell;
use std::sync::Arc;

/// Keys that a thread remembers, a power of two.
const REMEMBERED: usize = 64;
/// Places that a key may stand in.
const WAYS: usize = 4;
/// Bytes of `,"key":"`; a longer key is rendered anew each time.
pub(super) const OPENING: usize = 32;

/// A key that can stand on a line as it is.
#[derive(Clone, Copy)]
pub(super) struct Key {
    /// The string's address and length: a static one's never change.
    place: (usize, usize),
    pub(super) verdict: KeyVerdict,
    pub(super) hash: u64,
    /// The bit of a key that a context may hold.
    pub(super) reserved: u8,
    length: u8,
    opening: [u8; OPENING],
}

const NONE: Key = Key {
    place: (0, 0),
    verdict: KeyVerdict::CLEAN,
    hash: 0,
    reserved: 0,
    length: 0,
    opening: [0; OPENING],
};

/// What a thread remembers: keys as the process's redactor of that generation judges them, and that redactor.
struct Memory {
    generation: u32,
    redactor: Arc<Redactor>,
    keys: [Key; REMEMBERED],
}

thread_local! {
    static MEMORY: RefCell<Option<Box<Memory>>> = const { RefCell::new(None) };
}

impl Key {
    /// Looks a static key up and works with it and the process's redactor; `None` if it cannot stand as it is: reserved,
    /// odd or long. `work` must not run code of the service.
    #[inline]
    pub(super) fn with<R>(
        name: &'static str,
        work: impl FnOnce(&Redactor, &Self) -> R,
    ) -> Option<R> {
        let place = (name.as_ptr().addr(), name.len());
        let found = MEMORY.try_with(|memory| {
            let mut memory = memory.try_borrow_mut().ok()?;
            let memory = match &mut *memory {
                Some(known) if known.generation == process::generation() => known,
                other => other.insert(Box::new(Memory::new())),
            };
            let set = set(place.0);
            let ways = &mut memory.keys[set..set + WAYS];
            let way = match ways.iter().position(|known| known.place == place) {
                Some(way) => way,
                None => Self::remember(ways, &memory.redactor, name)?,
            };
            Some(work(&memory.redactor, &ways[way]))
        });
        found.ok().flatten()
    }

    /// Judges a key and puts it in a free place, or in one of another key.
    #[cold]
    fn remember(ways: &mut [Self], redactor: &Redactor, name: &str) -> Option<usize> {
        let place = (name.as_ptr().addr(), name.len());
        let key = Self::new(redactor, name, place)?;
        let free = ways.iter().position(|known| known.place == NONE.place);
        let way = free.unwrap_or(place.0 % WAYS);
        *ways.get_mut(way)? = key;
        Some(way)
    }

    fn new(redactor: &Redactor, name: &str, place: (usize, usize)) -> Option<Self> {
        let length = name.len() + 4;
        if is_reserved(name) || !is_plain(name) || length >= OPENING {
            return None;
        }
        let mut opening = [0; OPENING];
        opening[..2].copy_from_slice(b",\"");
        opening[2..length - 2].copy_from_slice(name.as_bytes());
        opening[length - 2..=length].copy_from_slice(b"\":\"");
        Some(Self {
            place,
            verdict: redactor.key(name),
            hash: hash(name.as_bytes()),
            reserved: context_reserved(name),
            length: length as u8,
            opening,
        })
    }

    /// `,"key":`, followed by the quote that opens a string, and how long it is without that.
    #[inline]
    pub(super) const fn opening(&self) -> (&[u8; OPENING], usize) {
        (&self.opening, self.length as usize)
    }
}

impl Memory {
    #[cold]
    fn new() -> Self {
        // Read first: a change in between is then seen at the next look.
        let generation = process::generation();
        Self {
            generation,
            redactor: process::current(),
            keys: [NONE; REMEMBERED],
        }
    }
}

/// The first of the places of a key. Keys of one service stand side by side in memory: spread them (Knuth, multiplicative
/// hashing).
#[inline]
const fn set(address: usize) -> usize {
    let hash = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> (u64::BITS - (REMEMBERED / WAYS).trailing_zeros())) as usize * WAYS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_stand_side_by_side_are_all_remembered() {
        const NAMES: &str = "method path route status tenant region shard user";
        for _ in 0..2 {
            for name in NAMES.split(' ') {
                let opening = Key::with(name, |_, key| {
                    let (bytes, length) = key.opening();
                    bytes[..length].to_vec()
                });
                assert_eq!(opening, Some(format!(",\"{name}\":").into_bytes()));
            }
        }
        let places: Vec<_> = NAMES
            .split(' ')
            .map(|name| (name.as_ptr().addr(), name.len()))
            .collect();
        let remembered = MEMORY.with_borrow(|memory| {
            let keys = memory.iter().flat_map(|memory| &memory.keys);
            keys.filter(|key| places.contains(&key.place)).count()
        });
        assert_eq!(remembered, places.len());
        for refused in ["level", "a b"] {
            assert!(Key::with(refused, |_, _| ()).is_none());
        }
    }
}
