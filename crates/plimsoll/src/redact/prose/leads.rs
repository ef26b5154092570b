//! The words that start a form in which a secret stands beside its name.

/// The words that start any of the forms, and two that tell of others (`into`, `form-data`), by length.
const LEADS: [&[u8]; 44] = [
    b"by",
    b"pw",
    b"pin",
    b"key",
    b"otp",
    b"ssn",
    b"cvv",
    b"cvc",
    b"pwd",
    b"psk",
    b"code",
    b"into",
    b"pass",
    b"auth",
    b"token",
    b"LOGIN",
    b"basic",
    b"passe",
    b"senha",
    "hasło".as_bytes(),
    b"secret",
    b"parola",
    b"number",
    b"passwd",
    b"apikey",
    b"bearer",
    b"kennwort",
    b"IDENTIFY",
    b"passwort",
    b"passcode",
    b"password",
    b"negotiate",
    b"inlogcode",
    "lösenord".as_bytes(),
    b"form-data",
    b"contrasena",
    b"einmalcode",
    b"passphrase",
    b"wachtwoord",
    b"masterauth",
    b"requirepass",
    "contraseña".as_bytes(),
    b"credentials",
    "пароль".as_bytes(),
];

/// By length: where the leads of so many bytes start, and where those of one byte more.
static BY_LENGTH: [u8; 14] = {
    let mut table = [0; 14];
    let mut length = 0;
    while length < table.len() {
        let mut at = 0;
        while at < LEADS.len() && LEADS[at].len() < length {
            at += 1;
        }
        table[length] = at as u8;
        length += 1;
    }
    table
};

/// The leads of so many bytes.
fn of_length(length: usize) -> &'static [&'static [u8]] {
    match BY_LENGTH.get(length..length + 2) {
        Some(&[start, end]) => &LEADS[usize::from(start)..usize::from(end)],
        _ => &[],
    }
}

/// By a word's first letter: a bit for each length, each second and each middle letter that a lead with it has.
static LEADS_BY_START: [(u32, u32, u32); 32] = leads_by_start();

const fn leads_by_start() -> [(u32, u32, u32); 32] {
    let mut table = [(0, 0, 0); 32];
    let mut at = 0;
    while at < LEADS.len() {
        let lead = LEADS[at];
        let entry = &mut table[(lead[0] & 31) as usize];
        entry.0 |= 1 << lead.len();
        entry.1 |= 1 << (lead[1] & 31);
        entry.2 |= 1 << (lead[lead.len() / 2] & 31);
        at += 1;
    }
    table
}

/// A bit for each length that a lead with this first letter has.
pub(in crate::redact) const fn lead_lengths(first: u8) -> u32 {
    leads_by_start()[(first & 31) as usize].0
}

/// A cheap look at a word of two bytes at least: whether it may be one of the leads, or a flag of a command line.
#[inline]
pub(in crate::redact) fn may_lead(word: &[u8]) -> bool {
    let (lengths, seconds, middles) = LEADS_BY_START[usize::from(word[0] & 31)];
    let middle = word[word.len() / 2];
    (word.len() < 32
        && (lengths >> word.len()) & (seconds >> (word[1] & 31)) & (middles >> (middle & 31)) & 1
            != 0)
        || word[0] == b'-'
}

/// Whether a word is one of the leads, or a flag of a command line.
pub(in crate::redact) fn leads(word: &[u8]) -> bool {
    word[0] == b'-'
        || (may_lead(word)
            && of_length(word.len()).iter().any(|lead| {
                // Commands are written so; in lower case they are words of any sentence.
                let command = lead[0].is_ascii_uppercase();
                word == *lead || (!command && word.eq_ignore_ascii_case(lead))
            }))
}
