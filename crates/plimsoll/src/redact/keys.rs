//! Key verdicts, remembered.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_standard::sensitive::{Class, Kind, Strength, classify, completes, words};

use super::pairs;

/// What the configuration says about keys, over what the standard says.
#[derive(Debug)]
pub(super) struct Keys {
    safe: Vec<Vec<String>>,
    sensitive: Vec<Vec<String>>,
    /// Tells this instance's verdicts from another's in the thread's memory.
    instance: u32,
}

#[derive(Clone, Copy)]
struct Remembered {
    instance: u32,
    key: Packed,
    verdict: Verdict,
}

#[derive(Clone, Copy)]
struct Verdict {
    class: Option<Class>,
    /// Nothing that may stand before the key makes it sensitive either.
    harmless: bool,
}

/// Pairs of places; a key that comes in takes the first of its pair, the one before it the second.
const PLACES: usize = 512;

thread_local! {
    static MEMORY: RefCell<Vec<Remembered>> = const { RefCell::new(Vec::new()) };
}

impl Keys {
    pub(super) fn new(safe: &[String], sensitive: &[String]) -> Self {
        static INSTANCES: AtomicU32 = AtomicU32::new(1);
        Self {
            safe: safe.iter().map(|key| words(key)).collect(),
            sensitive: sensitive.iter().map(|key| words(key)).collect(),
            instance: INSTANCES.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Judges a key. A few allocations.
    pub(super) fn judge(&self, key: &str) -> Option<Class> {
        if !(self.safe.is_empty() && self.sensitive.is_empty()) {
            let words = words(key);
            if self.safe.contains(&words) {
                return None;
            }
            if self.sensitive.contains(&words) {
                return Some(Class {
                    kind: Kind::Secret,
                    strength: Strength::Configured,
                });
            }
        }
        classify(key)
    }

    /// The same from the thread's memory where the key came by lately: keys in text repeat, and are met per event.
    pub(super) fn recall(&self, key: &[u8]) -> Option<Class> {
        // No single letter is a secret's name.
        if key.len() < 2 && self.sensitive.is_empty() {
            return None;
        }
        self.verdict(key).class
    }

    /// Whether a word before a `:` or `=` names nothing sensitive, whatever words stand before it. Cheap for what came
    /// by lately; `false` says only that one must look closer.
    #[inline]
    pub(super) fn is_harmless(&self, key: &[u8]) -> bool {
        if !self.sensitive.is_empty() {
            return false;
        }
        let (first, last) = (key[0], key[key.len() - 1]);
        key.len() < 2
            || (first.is_ascii_digit() && last.is_ascii_digit())
            || self.verdict(key).harmless
    }

    fn verdict(&self, key: &[u8]) -> Verdict {
        let Some(packed) = Packed::new(key) else {
            return self.decide(key);
        };
        MEMORY.with(|memory| {
            let Ok(mut memory) = memory.try_borrow_mut() else {
                return self.decide(key);
            };
            if memory.is_empty() {
                let nothing = Remembered {
                    instance: 0,
                    key: Packed::default(),
                    verdict: Verdict {
                        class: None,
                        harmless: false,
                    },
                };
                memory.resize(PLACES, nothing);
            }
            let place = (packed.hash(self.instance) % PLACES) & !1;
            let is_it = |place: &Remembered| place.key == packed && place.instance == self.instance;
            if is_it(&memory[place]) {
                return memory[place].verdict;
            }
            if is_it(&memory[place + 1]) {
                return memory[place + 1].verdict;
            }
            let verdict = self.decide(key);
            memory[place + 1] = memory[place];
            memory[place] = Remembered {
                instance: self.instance,
                key: packed,
                verdict,
            };
            verdict
        })
    }

    fn decide(&self, key: &[u8]) -> Verdict {
        let Ok(text) = std::str::from_utf8(key) else {
            return Verdict {
                class: None,
                harmless: false,
            };
        };
        let class = self.judge(text);
        Verdict {
            class,
            harmless: class.is_none()
                && !text.contains(['+', '~'])
                && pairs::cookie_class(key).is_none()
                && !completes(text),
        }
    }
}

/// A key of at most forty bytes, ready to be compared.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Packed {
    words: [u64; 5],
    length: usize,
}

impl Packed {
    #[inline]
    fn new(key: &[u8]) -> Option<Self> {
        let mut words = [0; 5];
        if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            // Two that overlap hold up to sixteen bytes.
            words[0] = u64::from_le_bytes(*first);
            words[1] = u64::from_le_bytes(*last);
            if key.len() > 16 {
                let middle = key.get(8..key.len() - 8).filter(|_| key.len() <= 40)?;
                let mut bytes = [0; 24];
                bytes[..middle.len()].copy_from_slice(middle);
                for (word, eight) in words[2..].iter_mut().zip(bytes.as_chunks().0) {
                    *word = u64::from_le_bytes(*eight);
                }
            }
        } else if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            words[0] = u64::from(u32::from_le_bytes(*first));
            words[1] = u64::from(u32::from_le_bytes(*last));
        } else {
            words[0] = key
                .iter()
                .fold(0, |word, byte| (word << 8) | u64::from(*byte));
        }
        Some(Self {
            words,
            length: key.len(),
        })
    }

    #[inline]
    fn hash(&self, seed: u32) -> usize {
        let [a, b, c, d, e] = self.words;
        let mixed = (a ^ b.rotate_left(29) ^ c ^ d.rotate_left(11) ^ e ^ u64::from(seed))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 48) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_remembered_for_its_own_key_only() {
        let keys = Keys::new(&[], &[]);
        let others = Keys::new(&["password".to_owned()], &[]);
        for _ in 0..2 {
            for length in 1..60 {
                let harmless = "x".repeat(length);
                assert!(keys.recall(harmless.as_bytes()).is_none());
                let sensitive = "x".repeat(length) + "_password";
                assert!(keys.recall(sensitive.as_bytes()).is_some(), "{sensitive}");
            }
            assert!(keys.recall(b"password").is_some());
            assert!(others.recall(b"password").is_none());
        }
    }

    #[test]
    fn words_that_others_make_sensitive_are_not_harmless() {
        let keys = Keys::new(&[], &[]);
        for key in ["route", "status", "duration_ms", "17", "x", "orders"] {
            assert!(keys.is_harmless(key.as_bytes()), "{key}");
        }
        for key in [
            "key", "number", "code", "value", "password", "sid", "name", "birth",
        ] {
            assert!(!keys.is_harmless(key.as_bytes()), "{key}");
        }
    }
}
