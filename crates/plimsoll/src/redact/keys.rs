//! Key verdicts, remembered.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_standard::sensitive::{Class, Kind, Strength, classify, words};

/// What the configuration says about keys, over what the standard says.
#[derive(Debug)]
pub(super) struct Keys {
    safe: Vec<Vec<String>>,
    sensitive: Vec<Vec<String>>,
    /// Tells this instance's verdicts from another's in the thread's memory.
    instance: u32,
}

/// Longer keys are judged anew each time.
const LONGEST: usize = 39;
const PLACES: usize = 256;

#[derive(Clone, Copy)]
struct Remembered {
    instance: u32,
    length: u8,
    key: [u8; LONGEST],
    class: Option<Class>,
}

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
        if key.len() > LONGEST {
            return std::str::from_utf8(key)
                .ok()
                .and_then(|key| self.judge(key));
        }
        MEMORY.with(|memory| {
            let Ok(mut memory) = memory.try_borrow_mut() else {
                return std::str::from_utf8(key)
                    .ok()
                    .and_then(|key| self.judge(key));
            };
            if memory.is_empty() {
                let nothing = Remembered {
                    instance: 0,
                    length: 0,
                    key: [0; LONGEST],
                    class: None,
                };
                memory.resize(PLACES, nothing);
            }
            let hash = key.iter().fold(self.instance, |hash, byte| {
                (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
            });
            let place = &mut memory[(hash ^ (hash >> 15)) as usize % PLACES];
            if place.instance == self.instance
                && usize::from(place.length) == key.len()
                && place.key[..key.len()] == *key
            {
                return place.class;
            }
            let class = std::str::from_utf8(key)
                .ok()
                .and_then(|key| self.judge(key));
            place.instance = self.instance;
            place.length = u8::try_from(key.len()).unwrap_or(0);
            place.key[..key.len()].copy_from_slice(key);
            place.class = class;
            class
        })
    }
}
