//! Large and ill-meant values: time stays linear.

use std::time::{Duration, Instant};

use plimsoll::redact::{KeyVerdict, Redactor};

/// Large enough to tell a line from a square; unoptimized code reads a few megabytes a second.
const LARGE: usize = 1 << 18;

/// Pieces that look like the start of something, again and again.
const PIECES: &[&str] = &[
    "=",
    ":",
    "@",
    "a@",
    "a=",
    "a:b",
    "\"",
    "\\",
    "\\\"",
    "'",
    "<",
    "<a>",
    "</",
    "%",
    "%3D",
    "%40",
    "0",
    "1 ",
    "+1",
    "(",
    "((",
    "[",
    "{",
    "{\"a\":",
    "password",
    "password ",
    "password is ",
    "password (",
    "password | ",
    "\"password\" \"",
    "\"password\";s:1:\"",
    "password:\n  x\n",
    "token for x: ",
    "following password ",
    "as the password ",
    "backup codes: a1b2, ",
    "(email)=(a,",
    "mysql -p -pa1 ",
    "AUTH x ",
    "<password><![CDATA[",
    "<p name=\"password\">",
    ":thin:a/b@",
    "hasło x: ",
    "password=",
    "password:\"",
    "\"password\":",
    "token: ",
    "Bearer ",
    "basic ",
    "eyJ",
    "eyJhbGciOiJIUzI1NiJ9.",
    "ghp_",
    "sk-",
    "AKIA",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY",
    "://",
    "http://a:",
    "http://a:b",
    "postgres://u:p@",
    "4111 1111 ",
    "4111-",
    "DE89 3704 ",
    "insert into t (password) values (",
    "(\"a\", \"",
    "key=\"password\" value=\"",
    "name=\"password\"",
    "form-data name=\"password\"",
    "&",
    ";",
    ",",
    "a;b=",
    "a&b=",
    "is your code ",
    "code ",
    "$2b$",
    "$",
    "_",
    "-",
    "a_b_",
    "a-b-",
    "live_",
    "é",
    "\u{1F600}",
    "\n",
    "\\n",
    "\\u0022",
    "é@é.",
    ".",
    "a.",
    "1.",
    "1-",
    "00 ",
    "ghp_sk_live_AKIA",
    "ghp_ sk_live_aaaaaaaa ",
    "://@",
    "https://a:b/",
    "a=a=",
    "session=",
    "session:",
    "password=[",
    "password=[\"true\",",
    "password='must ",
    "token:${",
    "{a,\"",
    "\"AUTH\" \"",
    "auth=(",
    "[\"password\"]=>\n",
    "login a password ",
];

#[test]
fn a_quarter_megabyte_of_anything_is_read_in_linear_time() {
    let redactor = Redactor::standard();
    for piece in PIECES {
        let cost = |length: usize| {
            let text = piece.repeat(length / piece.len());
            (0..2)
                .map(|_| {
                    let start = Instant::now();
                    let _ = redactor.value(KeyVerdict::CLEAN, &text);
                    start.elapsed()
                })
                .min()
                .unwrap()
        };
        let (small, large) = (cost(LARGE / 16), cost(LARGE));
        // Sixteen times the text may cost sixteen times the time; a square would cost 256 times. Unoptimized and on a
        // busy machine, so the bound is loose.
        assert!(
            large < small * 80 + Duration::from_millis(400),
            "{piece:?}: {small:?} for 16 KiB, {large:?} for 256 KiB"
        );
        assert!(large < Duration::from_secs(20), "{piece:?}: {large:?}");
    }
}

#[test]
fn deep_nesting_is_read() {
    let redactor = Redactor::standard();
    for depth in [10, 90, 100, 10_000] {
        let text = format!(
            "{}{{\"password\":\"hunter2\"}}{}",
            "[".repeat(depth),
            "]".repeat(depth)
        );
        let redacted = redactor.json(KeyVerdict::CLEAN, &text).unwrap();
        assert!(!redacted.contains("hunter2"), "{depth}");
    }
}
