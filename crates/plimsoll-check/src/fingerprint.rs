//! A name for a finding that survives moved lines: check, path, the call's own text, and which of several equal ones.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// Counts equal calls of one file.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    seen: HashMap<String, u32>,
}

impl Fingerprints {
    /// The fingerprint of the next finding, in the order of the file.
    pub(crate) fn of(&mut self, check: &str, path: &str, text: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(check);
        hasher.update([0]);
        hasher.update(path);
        hasher.update([0]);
        // Formatting is no change.
        for word in text.split_whitespace() {
            hasher.update(word);
        }
        let digest = hasher.finalize();
        let base: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let count = self.seen.entry(base.clone()).or_default();
        *count += 1;
        if *count == 1 {
            base
        } else {
            format!("{base}-{count}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprints;

    #[test]
    fn formatting_is_no_change_and_equal_calls_are_counted() {
        let mut prints = Fingerprints::default();
        let first = prints.of("print", "a.rs", "println!(\"a\",  b)");
        let second = prints.of("print", "a.rs", "println!(\"a\",\n b)");
        assert_eq!(second, format!("{first}-2"));
        assert_ne!(
            first,
            Fingerprints::default().of("print", "b.rs", "println!(\"a\", b)")
        );
    }
}
