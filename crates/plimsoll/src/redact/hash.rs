//! Values that stay joinable: `[hash:<key id>:<16 hex>]`.
//!
//! An HMAC-SHA256 (RFC 2104) of the field's name and the value, under a key that only the service has. Equal values of
//! one field give equal hashes, so lines can be joined; equal values of two fields do not.

use std::fmt::{self, Display, Write};
use std::path::PathBuf;
use std::sync::OnceLock;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Names the file that holds the key.
pub(crate) const KEY_FILE: &str = "PLIMSOLL_HASH_KEY_FILE";
/// Fewest bytes of a key.
pub(crate) const SHORTEST_KEY: usize = 32;

/// Why there is no key. The message names the variable and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HashKeyError {
    /// The file could not be read.
    #[error("{KEY_FILE}={path}: {error}; name a file of at least {SHORTEST_KEY} bytes, or unset it", path = path.display())]
    Unreadable {
        /// What the variable names.
        path: PathBuf,
        /// The system's word.
        error: std::io::Error,
    },
    /// The file holds too little.
    #[error("{KEY_FILE}={path} holds {length} bytes; a key has at least {SHORTEST_KEY} (openssl rand -out FILE 32)", path = path.display())]
    TooShort {
        /// What the variable names.
        path: PathBuf,
        /// How much is in it.
        length: usize,
    },
    /// The system gave no random bytes.
    #[error("no random bytes for a hash key: {0}; set {KEY_FILE}")]
    NoRandom(getrandom::Error),
}

/// A key for hashes.
pub struct HashKey {
    mac: Hmac<Sha256>,
    id: String,
    joinable: bool,
}

impl fmt::Debug for HashKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HashKey({})", self.id)
    }
}

static KEY: OnceLock<HashKey> = OnceLock::new();

impl HashKey {
    /// The process's key: from the file that `PLIMSOLL_HASH_KEY_FILE` names, else a random one, whose hashes cannot be
    /// joined with those of another process; a `redact.hash_key_is_random` line says so. The first call decides.
    ///
    /// # Errors
    /// [`HashKeyError`] when the file cannot be read or is too short.
    pub fn process() -> Result<&'static Self, HashKeyError> {
        if let Some(key) = KEY.get() {
            return Ok(key);
        }
        let key = match std::env::var_os(KEY_FILE) {
            Some(path) => Self::from_file(PathBuf::from(path))?,
            None => {
                let key = Self::random()?;
                tracing::warn!(
                    key_id = key.id(),
                    setting = KEY_FILE,
                    "redact.hash_key_is_random"
                );
                key
            }
        };
        Ok(KEY.get_or_init(|| key))
    }

    fn from_file(path: PathBuf) -> Result<Self, HashKeyError> {
        match std::fs::read(&path) {
            Err(error) => Err(HashKeyError::Unreadable { path, error }),
            Ok(key) if key.len() < SHORTEST_KEY => Err(HashKeyError::TooShort {
                path,
                length: key.len(),
            }),
            Ok(key) => Ok(Self::new(&key, true)),
        }
    }

    fn random() -> Result<Self, HashKeyError> {
        let mut key = [0; SHORTEST_KEY];
        getrandom::fill(&mut key).map_err(HashKeyError::NoRandom)?;
        Ok(Self::new(&key, false))
    }

    fn new(key: &[u8], joinable: bool) -> Self {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| {
            <Hmac<Sha256> as KeyInit>::new(&hmac::digest::Key::<Hmac<Sha256>>::default())
        });
        let mut named = mac.clone();
        named.update(b"plimsoll hash key id");
        let mut id = String::with_capacity(8);
        hex(&named.finalize().into_bytes()[..4], &mut id);
        Self { mac, id, joinable }
    }

    /// Eight hexadecimal digits that tell this key from another.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether another process can have the same key.
    #[must_use]
    pub const fn joinable(&self) -> bool {
        self.joinable
    }

    /// `[hash:<key id>:<16 hex>]` of a field's value.
    #[must_use]
    pub fn hash(&self, field: &str, value: impl Display) -> String {
        struct Feed<'a>(&'a mut Hmac<Sha256>);
        impl Write for Feed<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.update(text.as_bytes());
                Ok(())
            }
        }
        let mut mac = self.mac.clone();
        mac.update(field.as_bytes());
        // Ends the name, so that no name and value run into another pair's.
        mac.update(&[0]);
        if write!(Feed(&mut mac), "{value}").is_err() {
            return "[redacted:hash]".to_owned();
        }
        let mut text = format!("[hash:{}:", self.id);
        hex(&mac.finalize().into_bytes()[..8], &mut text);
        text.push(']');
        text
    }
}

/// `[hash:<key id>:<16 hex>]` under the process's key; `[redacted:hash]` when there is none.
#[must_use]
pub fn hashed(field: &str, value: impl Display) -> String {
    HashKey::process().map_or_else(
        |_| "[redacted:hash]".to_owned(),
        |key| key.hash(field, value),
    )
}

/// Reads the key at start if a file is named, so that a wrong one stops the start and not the first line.
pub(crate) fn check_hash_key() -> Result<(), super::RedactError> {
    if std::env::var_os(KEY_FILE).is_none() {
        return Ok(());
    }
    HashKey::process()
        .map(drop)
        .map_err(|error| super::RedactError(error.to_string()))
}

fn hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_of_one_field_join() {
        let key = HashKey::new(&[7; 32], true);
        let hash = key.hash("user_id", 42);
        assert_eq!(hash, key.hash("user_id", "42"));
        assert_ne!(hash, key.hash("account_id", 42));
        assert_ne!(hash, HashKey::new(&[8; 32], true).hash("user_id", 42));
        assert!(
            hash.starts_with(&format!("[hash:{}:", key.id()))
                && hash.len() == "[hash:".len() + 8 + 1 + 16 + 1
        );
    }

    #[test]
    fn it_is_the_hmac_of_name_zero_value() {
        // openssl: printf 'f\0v' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00..00 (32 bytes)
        let key = HashKey::new(&[0; 32], true);
        assert_eq!(
            key.hash("f", "v").rsplit(':').next(),
            Some("d7c982614107b8fb]")
        );
    }

    #[test]
    fn a_short_key_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), [1; 31]).unwrap();
        let error = HashKey::from_file(file.path().to_path_buf())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("31 bytes") && error.contains("PLIMSOLL_HASH_KEY_FILE"),
            "{error}"
        );
    }
}
