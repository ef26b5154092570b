//! Label values as a lookup key: a hash over their bytes and an exact comparison.
//!
//! Both read short strings in one or two overlapping words instead of calling into libc, because label values are
//! short and this runs on every recording.

use std::hash::BuildHasher;
use std::sync::LazyLock;

/// Label values of one series, shared between the family's index and the threads' tables.
pub(super) type Labels = std::sync::Arc<[Box<str>]>;

/// A different order of slots in each process, so that label values from outside cannot be chosen to collide.
static SEED: LazyLock<u64> =
    LazyLock::new(|| std::hash::RandomState::new().hash_one(0x506c_696d_u32) | 1);

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
/// No length times `MIX` equals it, so a short value is never multiplied by zero.
const SHORT: u64 = 0xd6e8_feb8_6659_fd93;

pub(super) fn seed() -> u64 {
    *SEED
}

/// Hashes label values; the same values give the same hash for the same seed.
#[inline]
pub(super) fn hash<'a>(seed: u64, labels: impl IntoIterator<Item = &'a &'a str>) -> u64 {
    let mut state = seed;
    for label in labels {
        state = mix(state, label.as_bytes());
    }
    state
}

#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product as u64) ^ ((product >> 64) as u64)
}

#[inline]
fn mix(state: u64, bytes: &[u8]) -> u64 {
    let length = (bytes.len() as u64).wrapping_mul(MIX);
    if let (Some(head), Some(tail)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let mut state = state;
        if bytes.len() > 16 {
            state = long(state, bytes);
        }
        fold(
            state ^ u64::from_le_bytes(*head),
            u64::from_le_bytes(*tail) ^ length ^ state.rotate_left(32),
        )
    } else {
        fold(state ^ short(bytes), length ^ SHORT)
    }
}

/// What lies between the first and the last eight bytes.
fn long(mut state: u64, bytes: &[u8]) -> u64 {
    for chunk in bytes.chunks(8).skip(1) {
        if let Some(chunk) = chunk.first_chunk::<8>() {
            state = fold(state ^ u64::from_le_bytes(*chunk), MIX);
        }
    }
    state
}

/// Up to seven bytes as one number; unique together with the length.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    if let (Some(head), Some(tail)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*tail)) << 32
    } else {
        match *bytes {
            [a, b, c] => u64::from(a) | u64::from(b) << 8 | u64::from(c) << 16,
            [a, b] => u64::from(a) | u64::from(b) << 8,
            [a] => u64::from(a),
            _ => 0,
        }
    }
}

/// Exact equality of label values; the number is part of the type, so that the loop unrolls.
#[inline]
fn same<const N: usize>(stored: &[Box<str>], wanted: &[&str; N]) -> bool {
    stored.first_chunk::<N>().is_some_and(|stored| {
        stored
            .iter()
            .zip(wanted)
            .all(|(stored, wanted)| same_text(stored.as_bytes(), wanted.as_bytes()))
    })
}

fn same_any(stored: &[Box<str>], wanted: &[&str]) -> bool {
    stored.iter().map(AsRef::as_ref).eq(wanted.iter().copied())
}

#[inline]
fn same_text(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if left.len() > 16 {
        return left == right;
    }
    match (
        left.first_chunk::<8>(),
        right.first_chunk::<8>(),
        left.last_chunk::<8>(),
        right.last_chunk::<8>(),
    ) {
        (Some(left_head), Some(right_head), Some(left_tail), Some(right_tail)) => {
            left_head == right_head && left_tail == right_tail
        }
        _ => short(left) == short(right),
    }
}

/// An open-addressing table from label values to a row number; at most half full.
#[derive(Debug, Default)]
pub(super) struct Table {
    slots: Box<[Slot]>,
    used: usize,
}

#[derive(Debug, Default, Clone)]
struct Slot {
    hash: u64,
    row: u32,
    labels: Option<Labels>,
}

impl Table {
    /// The row of exactly these label values.
    #[inline]
    pub(super) fn find<const N: usize>(&self, hash: u64, labels: &[&str; N]) -> Option<u32> {
        self.search(hash, |stored| same(stored, labels))
    }

    /// As `find`, for label values whose number is not known beforehand.
    pub(super) fn find_any(&self, hash: u64, labels: &[&str]) -> Option<u32> {
        self.search(hash, |stored| same_any(stored, labels))
    }

    #[inline]
    fn search(&self, hash: u64, equal: impl Fn(&[Box<str>]) -> bool) -> Option<u32> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            let stored = slot.labels.as_deref()?;
            if slot.hash == hash && equal(stored) {
                return Some(slot.row);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a row that `find` did not find.
    pub(super) fn insert(&mut self, hash: u64, labels: Labels, row: u32) {
        if (self.used + 1) * 2 > self.slots.len() {
            self.grow();
        }
        self.used += 1;
        place(
            &mut self.slots,
            Slot {
                hash,
                row,
                labels: Some(labels),
            },
        );
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(8);
        let old = std::mem::replace(
            &mut self.slots,
            vec![Slot::default(); size].into_boxed_slice(),
        );
        for slot in old {
            if slot.labels.is_some() {
                place(&mut self.slots, slot);
            }
        }
    }
}

fn place(slots: &mut [Slot], slot: Slot) {
    let mask = slots.len().wrapping_sub(1);
    let mut at = slot.hash as usize & mask;
    while let Some(target) = slots.get_mut(at) {
        if target.labels.is_none() {
            *target = slot;
            return;
        }
        at = (at + 1) & mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owned(labels: &[&str]) -> Labels {
        labels.iter().map(|&label| Box::from(label)).collect()
    }

    proptest! {
        #[test]
        fn comparison_is_string_equality(left in ".{0,40}", right in ".{0,40}") {
            prop_assert_eq!(same_text(left.as_bytes(), right.as_bytes()), left == right);
            prop_assert!(same_text(left.as_bytes(), left.clone().as_bytes()));
        }

        #[test]
        fn a_changed_byte_is_another_key(text in "[a-z]{1,40}", at in 0_usize..40) {
            let mut other = text.clone().into_bytes();
            let at = at % other.len();
            other[at] = b'0';
            prop_assert!(!same_text(text.as_bytes(), &other));
            prop_assert_ne!(mix(1, text.as_bytes()), mix(1, &other));
        }

        #[test]
        fn finds_what_was_inserted(keys in proptest::collection::hash_set("[a-z/]{0,20}", 0..200)) {
            let mut table = Table::default();
            for (row, key) in keys.iter().enumerate() {
                let labels = [key.as_str(), "GET"];
                let hash = hash(seed(), &labels);
                prop_assert_eq!(table.find(hash, &labels), None);
                table.insert(hash, owned(&labels), row as u32);
            }
            for (row, key) in keys.iter().enumerate() {
                let labels = [key.as_str(), "GET"];
                prop_assert_eq!(table.find(hash(seed(), &labels), &labels), Some(row as u32));
            }
        }
    }

    #[test]
    fn equal_hashes_do_not_make_equal_keys() {
        let mut table = Table::default();
        table.insert(7, owned(&["a"]), 1);
        table.insert(7, owned(&["b"]), 2);
        assert_eq!(table.find(7, &["a"]), Some(1));
        assert_eq!(table.find(7, &["b"]), Some(2));
        assert_eq!(table.find(7, &["c"]), None);
    }

    #[test]
    fn values_do_not_run_into_each_other() {
        assert_ne!(hash(seed(), &["ab", "c"]), hash(seed(), &["a", "bc"]));
    }
}
