//! Any bytes are a file: no panic, no hang, findings inside the text, the same twice.

use plimsoll_check::{Options, check_text};
use proptest::prelude::*;

fn holds(path: &str, text: &str) {
    let options = Options {
        strict: true,
        ..Options::default()
    };
    let findings = check_text(path, text, &options);
    for finding in &findings {
        assert!(finding.span.start <= finding.span.end && finding.span.end as usize <= text.len());
        assert!(finding.line >= 1 && finding.end_line >= finding.line);
    }
    assert_eq!(findings, check_text(path, text, &options));
    let borrowed: Vec<_> = findings.iter().collect();
    let _ = plimsoll_check::fix::fix_text(text, &borrowed);
}

/// Pieces that put together look like half-written code.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(
            [
                "info!(",
                "println!(",
                "tracing::error!(",
                "{",
                "}",
                "(",
                ")",
                "[",
                "]",
                "\"a {} {x}\"",
                "\"",
                "'",
                ",",
                ";",
                "=",
                "=>",
                "->",
                "::<",
                ">",
                "|",
                "||",
                "for ",
                " in ",
                "while let ",
                "loop ",
                "if ",
                "else ",
                "match ",
                "fn f",
                "mod m",
                "impl T",
                "macro_rules! m",
                "#[",
                "#![",
                "r#\"",
                "//",
                "/*",
                "*/",
                "// plimsoll: allow(PL003)",
                "# plimsoll: allow(",
                "log.info(",
                "f\"",
                "{x}",
                "{{",
                "%s",
                " % ",
                "try:\n",
                "except E:\n",
                "    ",
                "\n",
                "\t",
                "def f():\n",
                "class C:\n",
                "lambda ",
                "self.",
                ".map(",
                "async ",
                "await ",
                "é",
                "\u{1F600}",
                "\\",
                "$",
                "&",
                "*",
                "@",
                "x",
                "password",
                "user.email",
                "0..",
                "let x = ",
                "return",
                "break",
                "'a: ",
                "$($a:tt)*",
                "print(",
                "extra={",
                "\\u{",
                "slog",
            ]
            .to_vec()
        )
        .prop_map(str::to_owned),
        ".{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn pieces_of_code(pieces in prop::collection::vec(piece(), 0..60)) {
        let text = pieces.concat();
        holds("a.rs", &text);
        holds("a.py", &text);
    }

    #[test]
    fn bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        holds("a.rs", &text);
        holds("a.py", &text);
    }
}

#[test]
fn depth_without_end() {
    // Run as the engine does: on a thread with room.
    let deep = |open: &str, close: &str| {
        format!(
            "{}info!(\"a {{}}\", x){}",
            open.repeat(20_000),
            close.repeat(20_000)
        )
    };
    let texts = [
        deep("(", ")"),
        deep("{", "}"),
        deep("[", ""),
        deep("if x {", "}"),
        deep("|x| ", ""),
        deep("for x in y {", "}"),
        deep("match x { _ => ", "}"),
        deep("a!(", ")"),
        deep("-", ""),
        deep("not ", ""),
        deep("lambda: ", ""),
        deep("x + ", ""),
        deep("x.y", ""),
        deep("f(", ")"),
        deep("else if ", ""),
        deep("\u{61}::", ""),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (index, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{index}.rs")), text).unwrap();
        std::fs::write(folder.path().join(format!("{index}.py")), text).unwrap();
    }
    let report = super::run(folder.path());
    assert_eq!(report.files, 32);
}
