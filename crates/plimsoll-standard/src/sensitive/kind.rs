//! The kinds of sensitive data a key can name.

/// A kind of sensitive data, as named by a key. Its [`name`](Kind::name) is the pattern in the marker and in the
/// counter's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A password or passphrase, also its hash.
    Password,
    /// A bearer, access, refresh or session token.
    Token,
    /// A shared or client secret.
    Secret,
    /// An API or access key.
    ApiKey,
    /// A private or signing key, a seed phrase.
    PrivateKey,
    /// An `Authorization` header or what stands in it.
    Authorization,
    /// A `Cookie` or `Set-Cookie` header or what stands in it.
    Cookie,
    /// Credentials of an unsaid form.
    Credentials,
    /// A signature that grants access.
    Signature,
    /// A personal identification number.
    Pin,
    /// A one-time or recovery code.
    OneTimeCode,
    /// A card's verification code.
    CardCode,
    /// A payment card's number.
    CardNumber,
    /// A bank account's number.
    BankAccount,
    /// A number that a state gave to a person: social security, passport, tax, driving licence.
    NationalId,
    /// A number in health care.
    HealthId,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A person's name.
    PersonName,
    /// A postal address.
    PostalAddress,
    /// A date of birth.
    BirthDate,
}

impl Kind {
    /// The pattern's name: lower-case letters and `_`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::Secret => "secret",
            Self::ApiKey => "api_key",
            Self::PrivateKey => "private_key",
            Self::Authorization => "authorization",
            Self::Cookie => "cookie",
            Self::Credentials => "credentials",
            Self::Signature => "signature",
            Self::Pin => "pin",
            Self::OneTimeCode => "one_time_code",
            Self::CardCode => "card_code",
            Self::CardNumber => "card_number",
            Self::BankAccount => "bank_account",
            Self::NationalId => "national_id",
            Self::HealthId => "health_id",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::PersonName => "person_name",
            Self::PostalAddress => "postal_address",
            Self::BirthDate => "birth_date",
        }
    }

    /// Every kind, in the order of [`name`](Kind::name)'s table.
    pub const ALL: [Self; 21] = [
        Self::Password,
        Self::Token,
        Self::Secret,
        Self::ApiKey,
        Self::PrivateKey,
        Self::Authorization,
        Self::Cookie,
        Self::Credentials,
        Self::Signature,
        Self::Pin,
        Self::OneTimeCode,
        Self::CardCode,
        Self::CardNumber,
        Self::BankAccount,
        Self::NationalId,
        Self::HealthId,
        Self::Email,
        Self::Phone,
        Self::PersonName,
        Self::PostalAddress,
        Self::BirthDate,
    ];

    /// Whether the kind is personal data rather than a secret.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::CardNumber
                | Self::BankAccount
                | Self::NationalId
                | Self::HealthId
                | Self::Email
                | Self::Phone
                | Self::PersonName
                | Self::PostalAddress
                | Self::BirthDate
        )
    }
}

/// How sure a key's name alone makes us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// Whatever text or number stands there is sensitive.
    Sure,
    /// Text is sensitive; a number is a count (`tokens: 512`).
    Text,
    /// The configuration names it: every text and number.
    Configured,
    /// Only a value that looks like one is (`auth: "basic"` is not).
    Likely,
}
