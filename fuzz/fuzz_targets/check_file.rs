//! Any bytes as a source file: the first byte chooses the language. No panic, findings inside the text, and what is
//! fixed can be checked again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_check::{Options, check_text, fix::fix_text};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let path = if first % 2 == 0 { "a.rs" } else { "a.py" };
    let text = String::from_utf8_lossy(rest);
    let options = Options { strict: true, ..Options::default() };
    let findings = check_text(path, &text, &options);
    for finding in &findings {
        assert!(finding.span.start <= finding.span.end && finding.span.end as usize <= text.len());
    }
    let borrowed: Vec<_> = findings.iter().collect();
    let (fixed, _) = fix_text(&text, &borrowed);
    let _ = check_text(path, &fixed, &options);
});
