//! Key verdicts, remembered.

use std::cell::Cell;
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

struct Remembered {
    key: Cell<Packed>,
    verdict: Cell<Verdict>,
}

#[derive(Clone, Copy)]
struct Verdict {
    class: Option<Class>,
    /// It names nothing sensitive.
    harmless: bool,
    /// Nothing that may stand before the key makes it sensitive either.
    always: bool,
}

impl Verdict {
    const NONE: Self = Self {
        class: None,
        harmless: false,
        always: false,
    };
}

/// Pairs of places; a key that comes in takes the first of its pair, the one before it the second.
const PLACES: usize = 512;

thread_local! {
    // Made of zeros and without a destructor, so that a thread gets it for nothing and finds it in one step.
    static MEMORY: [Remembered; PLACES] = const {
        [const {
            Remembered {
                key: Cell::new(Packed::NONE),
                verdict: Cell::new(Verdict::NONE),
            }
        }; PLACES]
    };
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
    #[inline(never)]
    pub(super) fn is_harmless(&self, key: &[u8]) -> bool {
        self.is_nothing(key) || self.verdict(key).always && self.sensitive.is_empty()
    }

    /// The same of a key before which no words stand that belong to it.
    #[inline(never)]
    pub(super) fn is_harmless_alone(&self, key: &[u8]) -> bool {
        self.is_nothing(key) || self.verdict(key).harmless
    }

    /// No single letter is a secret's name, and nothing as short as the hours and minutes of a time.
    #[inline]
    fn is_nothing(&self, key: &[u8]) -> bool {
        let (first, last) = (key[0], key[key.len() - 1]);
        self.sensitive.is_empty()
            && (key.len() < 2
                || (key.len() <= 4 && first.is_ascii_digit() && last.is_ascii_digit()))
    }

    #[inline(always)]
    fn verdict(&self, key: &[u8]) -> Verdict {
        let Some(packed) = Packed::new(key, self.instance) else {
            return self.decide(key);
        };
        let place = packed.place();
        MEMORY.with(|memory| {
            for place in [place, place + 1] {
                if memory[place].key.get() == packed {
                    return memory[place].verdict.get();
                }
            }
            self.learn(key, packed, place)
        })
    }

    #[cold]
    fn learn(&self, key: &[u8], packed: Packed, place: usize) -> Verdict {
        let verdict = self.decide(key);
        MEMORY.with(|memory| {
            let [first, second] = [&memory[place], &memory[place + 1]];
            second.key.swap(&first.key);
            second.verdict.swap(&first.verdict);
            first.key.set(packed);
            first.verdict.set(verdict);
        });
        verdict
    }

    fn decide(&self, key: &[u8]) -> Verdict {
        let Ok(text) = std::str::from_utf8(key) else {
            return Verdict::NONE;
        };
        let class = self.judge(text);
        let harmless = class.is_none() && pairs::cookie_class(key).is_none();
        Verdict {
            class,
            harmless,
            always: harmless && !text.contains(['+', '~']) && !completes(text),
        }
    }
}

/// A key of at most 32 bytes, ready to be compared.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Packed {
    ends: [u64; 2],
    middle: [u64; 2],
    /// Whose verdict it is, and the key's length.
    of: (u32, u32),
}

impl Packed {
    const NONE: Self = Self {
        ends: [0; 2],
        middle: [0; 2],
        of: (0, 0),
    };

    #[inline]
    fn new(key: &[u8], instance: u32) -> Option<Self> {
        let mut packed = Self {
            of: (instance, u32::try_from(key.len()).ok()?),
            ..Self::NONE
        };
        if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            // Two that overlap hold up to sixteen bytes, two more up to 32.
            packed.ends = [u64::from_le_bytes(*first), u64::from_le_bytes(*last)];
            if key.len() > 16 {
                let inner = &key[8..key.len() - 8];
                let (first, last) = (key[8..].first_chunk()?, key[..key.len() - 8].last_chunk()?);
                packed.middle = [u64::from_le_bytes(*first), u64::from_le_bytes(*last)];
                (inner.len() <= 16).then_some(())?;
            }
        } else if let (Some(first), Some(last)) = (key.first_chunk(), key.last_chunk()) {
            let ends = [u32::from_le_bytes(*first), u32::from_le_bytes(*last)];
            packed.ends[0] = u64::from(ends[0]) << 32 | u64::from(ends[1]);
        } else {
            packed.ends[0] = key
                .iter()
                .fold(0, |word, byte| (word << 8) | u64::from(*byte));
        }
        Some(packed)
    }

    /// The first of the pair of places that it may be found in.
    #[inline]
    fn place(&self) -> usize {
        let [first, last] = self.ends;
        let mixed = (first ^ last.rotate_left(29) ^ self.middle[0] ^ u64::from(self.of.0))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed >> 48) as usize % PLACES) & !1
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
