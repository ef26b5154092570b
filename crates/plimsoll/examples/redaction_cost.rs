//! What redaction costs values that hold nothing sensitive. Count its instructions, not its time:
//!
//! ```text
//! cargo build --release -p plimsoll --no-default-features --example redaction_cost
//! for n in 1000 3000; do
//!     valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/examples/redaction_cost $n event
//! done
//! ```
//!
//! The difference of the two counts, over 2,000, is the cost of one event of five fields and 140 bytes of values. `error`
//! instead of `event` is an error's text with quotes, marks and digits, `line` a line of another program's log, `json` a
//! document. With `bare` as third argument the loop runs without redaction: what of that cost is the loop's own.

#![allow(clippy::print_stdout, reason = "an example")]

use std::hint::black_box;

use plimsoll::redact::{KeyVerdict, Redactor};

/// Values as a job service logs them; two are UUIDs.
const EVENT: [(&str, &str); 5] = [
    ("job_id", "7f3c2a10-9b1d-4e57-8a2f-0c6d5e4b3a21"),
    ("job_type", "webhook"),
    ("user_id", "0b9d8c7e-1f2a-4b3c-9d4e-5f6a7b8c9d0e"),
    ("detail", "payload accepted by the queue in eu-west"),
    ("path", "/jobs/default/submit"),
];

/// One error's text, with all that makes a cheap look hard.
const ERROR: [(&str, &str); 1] = [(
    "error",
    "could not parse \"C:\\in\":\tunexpected end, line 184726\nin data",
)];

const LINE: [(&str, &str); 1] = [(
    "line",
    "2026-11-22T17:00:42Z INFO orders: request handled route=/orders/{id} status=200 duration_ms=41.7 worker=3 the queue \
     holds 17 entries and the oldest waits for its turn",
)];

const JSON: [(&str, &str); 1] = [(
    "body",
    r#"{"order":{"id":"ord_1029384","lines":[{"sku":"A-1","count":2,"price":"19.90"}],"state":"paid","note":"leave at the door"}}"#,
)];

fn main() {
    let events: usize = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(1000);
    let values: &[(&str, &str)] = match std::env::args().nth(2).as_deref() {
        Some("error") => &ERROR,
        Some("line") => &LINE,
        Some("json") => &JSON,
        _ => &EVENT,
    };
    let bare = std::env::args().nth(3).is_some_and(|word| word == "bare");
    let redactor = Redactor::standard();
    let plan: Vec<(KeyVerdict, &str)> = values
        .iter()
        .map(|(key, value)| (redactor.key(key), *value))
        .collect();
    let mut found = 0;
    for _ in 0..events {
        for (verdict, value) in &plan {
            let value = black_box(*value);
            let redacted = if bare {
                None
            } else {
                redactor.value(*verdict, value)
            };
            found += usize::from(black_box(redacted).is_some());
        }
    }
    let bytes: usize = values.iter().map(|(_, value)| value.len()).sum();
    println!("{events} events of {bytes} value bytes, {found} findings");
}
