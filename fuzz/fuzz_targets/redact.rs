//! Whatever a line holds: nothing panics, a second pass finds nothing, and what was JSON is JSON.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use plimsoll::redact::{KeyVerdict, Redactor};

static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::standard);

fuzz_target!(|bytes: &[u8]| {
    let mut out = Vec::new();
    REDACTOR.line(bytes, &mut out, |finding| assert!(finding.start < finding.end && finding.end <= bytes.len()));
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Some(once) = REDACTOR.value(KeyVerdict::CLEAN, text) {
        assert_eq!(REDACTOR.value(KeyVerdict::CLEAN, &once), None, "{once}");
    }
    if serde_json::from_str::<serde_json::Value>(text).is_ok()
        && let Some(redacted) = REDACTOR.json(REDACTOR.key("secret"), text)
    {
        assert!(serde_json::from_str::<serde_json::Value>(&redacted).is_ok(), "{redacted}");
    }
});
