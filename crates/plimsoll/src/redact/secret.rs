//! Values that say by their type that they must not be shown.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! hidden {
    ($(#[$doc:meta])* $name:ident, $marker:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default)]
        pub struct $name<T>(T);

        impl<T> $name<T> {
            /// What stands for the value wherever it is shown.
            pub const MARKER: &'static str = $marker;

            /// Hides a value.
            pub const fn new(value: T) -> Self {
                Self(value)
            }

            /// The value itself. Where this word stands, a reviewer looks.
            pub const fn expose(&self) -> &T {
                &self.0
            }

            /// The value itself, for a change in place.
            pub const fn expose_mut(&mut self) -> &mut T {
                &mut self.0
            }

            /// Gives the value up.
            pub fn into_exposed(self) -> T {
                self.0
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(Self::MARKER)
            }
        }

        impl<T> fmt::Display for $name<T> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(Self::MARKER)
            }
        }

        impl<T> Serialize for $name<T> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(Self::MARKER)
            }
        }

        impl<'de, T: Deserialize<'de>> Deserialize<'de> for $name<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                T::deserialize(deserializer).map(Self)
            }
        }

        impl<T> From<T> for $name<T> {
            fn from(value: T) -> Self {
                Self(value)
            }
        }
    };
}

hidden! {
    /// A secret: a password, a token, a key. `Debug`, `Display` and `Serialize` show `[redacted:secret]`; it is read from
    /// configuration or a request by `Deserialize` as its inside is.
    ///
    /// It does not clear the memory when it is dropped; take the `secrecy` crate for that. Its types hide themselves in
    /// the same places, and with the feature `secrecy` a `SecretString` becomes a `Secret<String>` by `From`.
    ///
    /// ```
    /// use plimsoll::redact::Secret;
    ///
    /// let password = Secret::new("hunter2");
    /// assert_eq!(format!("{password:?} {password}"), "[redacted:secret] [redacted:secret]");
    /// assert_eq!(*password.expose(), "hunter2");
    /// ```
    Secret, "[redacted:secret]"
}

hidden! {
    /// Personal data: a name, an address, a birth date. `Debug`, `Display` and `Serialize` show `[redacted:pii]`.
    ///
    /// ```
    /// use plimsoll::redact::Pii;
    ///
    /// let name = Pii::new("Ada Lovelace");
    /// assert_eq!(serde_json::to_string(&name).unwrap(), "\"[redacted:pii]\"");
    /// ```
    Pii, "[redacted:pii]"
}

#[cfg(feature = "secrecy")]
impl From<secrecy::SecretString> for Secret<String> {
    fn from(secret: secrecy::SecretString) -> Self {
        use secrecy::ExposeSecret;
        Self::new(secret.expose_secret().to_owned())
    }
}

#[cfg(feature = "secrecy")]
impl From<Secret<String>> for secrecy::SecretString {
    fn from(secret: Secret<String>) -> Self {
        Self::from(secret.into_exposed())
    }
}
