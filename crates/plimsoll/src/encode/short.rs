//! A list that lives inside its owner while it is short: opening a context must not allocate per part.

/// Up to `N` items in place, all of them on the heap beyond that.
#[derive(Debug, Clone)]
pub(crate) struct Short<T, const N: usize> {
    inline: [T; N],
    length: usize,
    spill: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Short<T, N> {
    pub(crate) const fn new(zero: T) -> Self {
        Self {
            inline: [zero; N],
            length: 0,
            spill: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        if self.spill.is_empty() {
            self.inline.get(..self.length).unwrap_or_default()
        } else {
            &self.spill
        }
    }

    #[inline]
    pub(crate) fn extend(&mut self, items: &[T]) {
        if self.spill.is_empty() {
            let end = self.length + items.len();
            if let Some(room) = self.inline.get_mut(self.length..end) {
                room.copy_from_slice(items);
                self.length = end;
                return;
            }
            self.spill.extend_from_slice(&self.inline[..self.length]);
        }
        self.spill.extend_from_slice(items);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_spills_and_keeps_its_items() {
        let mut list: Short<u8, 4> = Short::new(0);
        assert!(list.as_slice().is_empty());
        list.extend(b"abc");
        assert_eq!(list.as_slice(), b"abc");
        list.extend(b"de");
        list.extend(b"f");
        assert_eq!(list.as_slice(), b"abcdef");
    }
}
