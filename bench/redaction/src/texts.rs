//! What is redacted.

/// A clean event: five fields, two of them UUIDs, about 140 bytes of values.
pub const CLEAN: [(&str, &str); 5] = [
    ("job_id", "4b1c6c0e-7f2d-4a80-9d6c-0f6b2f6f6d11"),
    ("request_id", "0b6e43c4-94bd-4b3f-a1ce-6b7f8f1d2f3e"),
    ("job_type", "webhook"),
    ("path", "/jobs/exports/weekly"),
    ("outcome", "delivered after the second attempt, 2xx"),
];

/// Values made to be slow, of this many bytes each.
pub fn hostile(bytes: usize) -> Vec<(&'static str, String)> {
    let repeat = |text: &str| text.repeat(bytes / text.len() + 1)[..bytes].to_owned();
    vec![
        ("digits", repeat("4")),
        ("groups of digits", repeat("4111-1111 ")),
        ("at signs", repeat("a@")),
        ("almost addresses", repeat("first.last@example.")),
        ("almost a token", repeat("eyJhbGciOiJIUzI1NiJ9.")),
        ("prefixes of tokens", repeat("ghp_sk_live_AKIA")),
        ("keys without values", repeat("password= ")),
        ("colons and slashes", repeat("https://a:b/")),
        ("open brackets", repeat("[{\"a\":")),
        ("escaped quotes", repeat("\\\"password\\\":\\\"")),
        ("percent signs", repeat("%70%61")),
        ("secrets only", repeat("password=correct-horse-77 ")),
        ("addresses only", repeat("jane.roe@example.org ")),
    ]
}

/// Clean lines of a log, this many bytes in all.
pub fn clean_lines(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 256);
    let mut number = 17_u64;
    while text.len() < bytes {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        text.push_str(&format!(
            "2026-11-22T17:00:{:02}Z INFO orders: request handled route=/orders/{{id}} status=200 duration_ms={}.{} worker={} the queue holds {} entries and the oldest waits for its turn\n",
            number % 60,
            number % 97,
            number % 1000,
            number % 16,
            number % 300
        ));
    }
    text
}
