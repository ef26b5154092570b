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
    pub(crate) fn push(&mut self, item: T) {
        if self.length < N {
            self.inline[self.length] = item;
            self.length += 1;
        } else {
            self.spill(item);
        }
    }

    /// The first beyond `N` takes those before it along.
    #[cold]
    fn spill(&mut self, item: T) {
        if self.spill.is_empty() {
            self.spill.extend_from_slice(&self.inline);
        }
        self.spill.push(item);
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.length = 0;
        self.spill = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_spills_and_keeps_its_items() {
        let mut list: Short<u8, 4> = Short::new(0);
        assert!(list.as_slice().is_empty());
        list.push(b'a');
        assert_eq!(list.as_slice(), b"a");
        for letter in b'b'..=b'f' {
            list.push(letter);
        }
        assert_eq!(list.as_slice(), b"abcdef");
        list.clear();
        assert!(list.as_slice().is_empty());
        list.push(b'z');
        assert_eq!(list.as_slice(), b"z");
    }
}
