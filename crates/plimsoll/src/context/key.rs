//! What is known about a bound key: remembered by each thread for static keys, as nearly all are.

use super::render::{context_reserved, hash, is_plain, is_reserved};
use crate::redact::{KeyVerdict, Redactor};
use std::cell::RefCell;

/// Keys that a thread remembers, a power of two.
const REMEMBERED: usize = 64;
/// Places that a key may stand in.
const WAYS: usize = 4;
/// Bytes of `,"key":"`; a longer key is rendered anew each time.
pub(super) const OPENING: usize = 32;

/// A key that can stand on a line as it is.
#[derive(Clone, Copy)]
pub(super) struct Key {
    /// For which redactor it was judged.
    generation: u32,
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
    generation: 0,
    place: (0, 0),
    verdict: KeyVerdict::CLEAN,
    hash: 0,
    reserved: 0,
    length: 0,
    opening: [0; OPENING],
};

thread_local! {
    static KEYS: RefCell<[Key; REMEMBERED]> = const { RefCell::new([NONE; REMEMBERED]) };
}

impl Key {
    /// Looks a static key up and works with it; `None` if it cannot stand as it is: reserved, odd or long. `work` must not
    /// run code of the service.
    #[inline]
    pub(super) fn with<R>(
        redactor: &Redactor,
        generation: u32,
        name: &'static str,
        work: impl FnOnce(&Self) -> R,
    ) -> Option<R> {
        let place = (name.as_ptr().addr(), name.len());
        let found = KEYS.try_with(|keys| {
            let mut keys = keys.try_borrow_mut().ok()?;
            let set = set(place.0);
            let ways = &mut keys[set..set + WAYS];
            let known = ways
                .iter()
                .position(|known| known.place == place && known.generation == generation);
            let way = match known {
                Some(way) => way,
                None => Self::remember(ways, redactor, name, generation)?,
            };
            Some(work(&ways[way]))
        });
        found.ok().flatten()
    }

    /// Judges a key and puts it in a free place, or in one of another key.
    #[cold]
    fn remember(
        ways: &mut [Self],
        redactor: &Redactor,
        name: &str,
        generation: u32,
    ) -> Option<usize> {
        let place = (name.as_ptr().addr(), name.len());
        let key = Self::new(redactor, name, place, generation)?;
        let free = ways.iter().position(|known| known.generation != generation);
        let way = free.unwrap_or(place.0 % WAYS);
        *ways.get_mut(way)? = key;
        Some(way)
    }

    fn new(
        redactor: &Redactor,
        name: &str,
        place: (usize, usize),
        generation: u32,
    ) -> Option<Self> {
        let length = name.len() + 4;
        if is_reserved(name) || !is_plain(name) || length >= OPENING {
            return None;
        }
        let mut opening = [0; OPENING];
        opening[..2].copy_from_slice(b",\"");
        opening[2..length - 2].copy_from_slice(name.as_bytes());
        opening[length - 2..=length].copy_from_slice(b"\":\"");
        Some(Self {
            generation,
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
        let redactor = Redactor::standard();
        for _ in 0..2 {
            for name in NAMES.split(' ') {
                let opening = Key::with(&redactor, 1, name, |key| {
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
        let remembered = KEYS.with(|keys| {
            keys.borrow()
                .iter()
                .filter(|key| places.contains(&key.place))
                .count()
        });
        assert_eq!(remembered, places.len());
        for refused in ["level", "a b"] {
            assert!(Key::with(&redactor, 1, refused, |_| ()).is_none());
        }
    }
}
