//! Made-up secrets of every class, each with bytes of its own. They are put together here, so that none stands anywhere
//! as a whole.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Where a secret was put, and the bytes of it that must not come out again.
#[derive(Debug, Clone)]
pub struct Secret {
    pub class: &'static str,
    pub place: String,
    pub cores: Vec<String>,
}

impl Secret {
    /// The first of its bytes that stand in `output`.
    pub fn found_in(&self, output: &str) -> Option<&str> {
        self.cores
            .iter()
            .map(String::as_str)
            .find(|core| output.contains(core))
    }
}

/// The classes that may stand in any text on one line.
pub const CLASSES: [&str; 14] = [
    "password", "api_key", "bearer", "cookie", "jwt", "github", "aws", "stripe", "email", "card",
    "iban", "ssn", "dsn", "webhook",
];

/// Remembers every secret that it made.
#[derive(Debug, Default)]
pub struct Secrets {
    made: Vec<Secret>,
}

impl Secrets {
    pub fn all(&self) -> &[Secret] {
        &self.made
    }

    /// The next secret of a class, for a place.
    pub fn make(&mut self, class: &'static str, place: &str) -> String {
        let number = self.made.len() as u64;
        let mut random = Random(number);
        let core = random.letters(24);
        let (text, cores) = match class {
            "bare" => (core.clone(), vec![core]),
            "password" => (format!("password={core}"), vec![core]),
            "api_key" => (format!("apiKey: \"{core}\""), vec![core]),
            "bearer" => (format!("Authorization: Bearer {core}"), vec![core]),
            "cookie" => (format!("Cookie: theme=dark; session={core}"), vec![core]),
            "jwt" => {
                let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
                let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{core}"}}"#));
                let signature = random.letters(43);
                (
                    format!("{header}.{claims}.{signature}"),
                    vec![claims, signature],
                )
            }
            "github" => {
                let body = random.letters(30);
                (
                    format!("ghp_{body}{}", base62(crc32(body.as_bytes()))),
                    vec![body],
                )
            }
            "aws" => {
                let body = random.of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
                (format!("AKIA{body}"), vec![body])
            }
            "stripe" => (format!("sk_{}_{core}", "live"), vec![core]),
            "email" => {
                let name = format!("canary{number}.{}", random.of(b"bcdfgh", 6));
                (format!("{name}@mail.plimsoll-canary.com"), vec![name])
            }
            "card" => {
                let mut digits = format!("4{}", random.of(b"0123456789", 14));
                let check = (0..10).find(|check| luhn(&format!("{digits}{check}")));
                digits.push_str(&check.unwrap().to_string());
                (digits.clone(), vec![digits])
            }
            "iban" => {
                let account = random.of(b"0123456789", 18);
                // D and E are 13 and 14; mod 97 of the rearranged number must be 1.
                let rest = format!("{account}131400")
                    .bytes()
                    .fold(0, |rest: u32, digit| {
                        (rest * 10 + u32::from(digit - b'0')) % 97
                    });
                (format!("DE{:02}{account}", 98 - rest), vec![account])
            }
            "ssn" => {
                let number = format!(
                    "{:03}-{:02}-{:04}",
                    101 + number % 500,
                    11 + number % 80,
                    1001 + number
                );
                (format!("SSN {number}"), vec![number])
            }
            "dsn" => (
                format!("postgres://app:{core}@db.internal:5432/app"),
                vec![core],
            ),
            "webhook" => (
                format!("https://hooks.partner.com/in?access_token={core}&v=2"),
                vec![core],
            ),
            "pem" => {
                let body = random.letters(64);
                let text = format!(
                    "-----BEGIN {0}-----\n{body}\n-----END {0}-----",
                    "PRIVATE KEY"
                );
                (text, vec![body])
            }
            other => panic!("no class {other}"),
        };
        self.made.push(Secret {
            class,
            place: place.to_owned(),

            cores,
        });
        text
    }

    /// One secret of each class, for a place.
    pub fn each(&mut self, place: &str) -> Vec<String> {
        CLASSES
            .iter()
            .map(|class| self.make(class, place))
            .collect()
    }
}

/// `SplitMix64`: the same secrets in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn of(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| alphabet[self.next() as usize % alphabet.len()] as char)
            .collect()
    }

    fn letters(&mut self, length: usize) -> String {
        self.of(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            length,
        )
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * (1 + place as u32 % 2);
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// CRC-32 (IEEE), the checksum inside GitHub's tokens.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
        crc
    })
}

fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    String::from_utf8(text.to_vec()).unwrap()
}
