//! What is known about a bound key: remembered by each thread for static keys, as nearly all are.

use super::render::{context_reserved, hash, is_plain, is_reserved};
use crate::redact::{KeyVerdict, Redactor, process};
use std::cell::Cell;

/// Keys that a thread remembers, a power of two.
const REMEMBERED: usize = 64;
/// Places that a key may stand in.
const WAYS: usize = 4;
/// Bytes of `,"key":`; a longer key is rendered anew each time.
const OPENING: usize = 32;

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
    static KEYS: [Cell<Key>; REMEMBERED] = const { [const { Cell::new(NONE) }; REMEMBERED] };
}

impl Key {
    /// Looks a static key up; `None` if it cannot stand as it is: reserved, odd or long.
    #[inline]
    pub(super) fn of(redactor: &Redactor, name: &'static str) -> Option<Self> {
        let place = (name.as_ptr().addr(), name.len());
        let generation = process::generation();
        KEYS.try_with(|keys| {
            // Keys of one service stand side by side in memory: spread them (Knuth, multiplicative hashing), and let
            // those that meet all the same have a few places each.
            let hash = (place.0 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
                >> (u64::BITS - REMEMBERED.trailing_zeros());
            let set = hash as usize / WAYS * WAYS;
            let mut free = None;
            for way in 0..WAYS {
                let known = keys[set + way].get();
                if known.place == place && known.generation == generation {
                    return Some(known);
                }
                if known.generation != generation {
                    free.get_or_insert(way);
                }
            }
            let key = Self::new(redactor, name, place, generation)?;
            keys[set + free.unwrap_or(hash as usize % WAYS)].set(key);
            Some(key)
        })
        .ok()
        .flatten()
    }

    #[cold]
    fn new(
        redactor: &Redactor,
        name: &str,
        place: (usize, usize),
        generation: u32,
    ) -> Option<Self> {
        let length = name.len() + 4;
        if is_reserved(name) || !is_plain(name) || length > OPENING {
            return None;
        }
        let mut opening = [0; OPENING];
        opening[..2].copy_from_slice(b",\"");
        opening[2..length - 2].copy_from_slice(name.as_bytes());
        opening[length - 2..length].copy_from_slice(b"\":");
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

    /// Appends `,"key":`.
    #[inline]
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let end = out.len() + usize::from(self.length);
        out.extend_from_slice(&self.opening);
        out.truncate(end);
    }

    /// Bytes of `,"key":`.
    pub(super) const fn opening_length(&self) -> usize {
        self.length as usize
    }
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
                let key = Key::of(&redactor, name).unwrap();
                let mut out = Vec::new();
                key.write(&mut out);
                assert_eq!(out, format!(",\"{name}\":").into_bytes());
            }
        }
        let places: Vec<_> = NAMES
            .split(' ')
            .map(|name| (name.as_ptr().addr(), name.len()))
            .collect();
        let remembered = KEYS.with(|keys| {
            keys.iter()
                .filter(|key| places.contains(&key.get().place))
                .count()
        });
        assert_eq!(remembered, places.len());
        assert!(Key::of(&redactor, "level").is_none() && Key::of(&redactor, "a b").is_none());
    }
}
