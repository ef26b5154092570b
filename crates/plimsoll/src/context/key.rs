//! What is known about a bound key: remembered by each thread for static keys, as nearly all are.

use super::redactor;
use super::render::{context_reserved, hash, is_plain, is_reserved};
use crate::redact::{KeyVerdict, Redactor};
use std::cell::Cell;

/// Keys that a thread remembers, a power of two.
const REMEMBERED: usize = 64;
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
        let generation = redactor::generation();
        KEYS.try_with(|keys| {
            let remembered = &keys[(place.0 ^ (place.0 >> 6)) % REMEMBERED];
            let known = remembered.get();
            if known.generation == generation && known.place == place {
                return Some(known);
            }
            let key = Self::new(redactor, name, place, generation)?;
            remembered.set(key);
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
