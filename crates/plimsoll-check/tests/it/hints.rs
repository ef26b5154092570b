//! What findings tell to write instead: it must be right as it stands.

use plimsoll_check::{Check, Options, check_text};

fn hint(path: &str, text: &str, check: Check) -> String {
    let findings = check_text(path, text, &Options::default());
    let found = findings.iter().find(|finding| finding.check == check);
    found
        .unwrap_or_else(|| panic!("no {} in {text}: {findings:?}", check.name()))
        .help
        .clone()
}

#[test]
fn rust_values_become_the_fields_that_fix_would_write() {
    for (call, fields) in [
        (
            "tracing::trace!(\"take? {:?}: {:?}\", self.key, d)",
            "fields: key = ?self.key, ?d, \"...\"",
        ),
        (
            "tracing::info!(pw_len = plain.len(), \"the word is {plain}\")",
            "fields: %plain, \"...\"",
        ),
        (
            "tracing::info!(\"{} and {}\", a.id, b.id)",
            "fields: id = %a.id, b_id = %b.id, \"...\"",
        ),
        (
            "tracing::info!(\"twice {0} {0:>8}\", x)",
            "fields: %x, \"...\"",
        ),
        (
            "tracing::info!(id = 3, \"of {}\", user.id)",
            "fields: user_id = %user.id, \"...\"",
        ),
        (
            "log::trace!(\"wait at most {d:?}\")",
            "key-values: d:?; \"...\"",
        ),
        (
            "log::info!(\"row {} of {all}\", row.number)",
            "key-values: number:% = row.number, all:%; \"...\"",
        ),
        (
            "slog::info!(log, \"row {:?}\", row.number)",
            "key-values: \"...\"; \"number\" => ?row.number",
        ),
        (
            "tracing::info!(\"sum {}\", a + b)",
            "put each value into a field of its own",
        ),
    ] {
        let text = format!("fn f(&self) {{\n    {call};\n}}\n");
        let hint = hint("src/a.rs", &text, Check::Unstructured);
        assert!(hint.ends_with(fields), "{call}: {hint}");
    }
    // Both crates have macros of the same names.
    let text = "use log::info;\nfn f() {\n    info!(\"user {user}\");\n}\n";
    let hint = hint("src/a.rs", text, Check::Unstructured);
    assert!(hint.ends_with("key-values: user:%; \"...\""), "{hint}");
}

#[test]
fn python_values_become_fields_of_their_library() {
    for (library, call, fields) in [
        (
            "logging",
            "log.info(f\"user {user.id} left\")",
            "extra={\"id\": user.id}",
        ),
        (
            "logging",
            "log.info(f\"{user.name} took {args} from {msg!r}\")",
            "extra={\"user_name\": user.name, \"args_value\": args, \"msg_value\": msg}",
        ),
        (
            "logging",
            "log.info(\"%s of %s\" % (row['id'], job.id))",
            "extra={\"id\": row['id'], \"job_id\": job.id}",
        ),
        (
            "logging",
            "log.info(\"{} {}\".format(str(job), len(job)))",
            "extra={\"job\": job}",
        ),
        (
            "structlog",
            "log.info(f\"user {user.id} left\")",
            "fields: id=user.id",
        ),
        (
            "structlog",
            "log.info(f\"user {event} left\")",
            "fields: event_value=event",
        ),
    ] {
        let logger = if library == "logging" {
            "getLogger"
        } else {
            "get_logger"
        };
        let text = format!(
            "import {library}\n\nlog = {library}.{logger}()\n\n\ndef f(user, job, row):\n    {call}\n"
        );
        let hint = hint("app/a.py", &text, Check::Unstructured);
        assert!(hint.ends_with(fields), "{call}: {hint}");
    }
}

#[test]
fn prints_are_replaced_by_the_library_at_hand() {
    let rust = "fn serve() {\n    println!(\"up\");\n}\n";
    let python = "\n\ndef serve():\n    print(\"up\")\n";
    for (path, head, text, instead) in [
        (
            "src/a.rs",
            "",
            rust,
            "tracing::info!(key = %value, \"event.name\")",
        ),
        (
            "src/a.rs",
            "use tracing::warn;\n",
            rust,
            "tracing::info!(key = %value, \"event.name\")",
        ),
        (
            "src/a.rs",
            "use log::warn;\n",
            rust,
            "log::info!(key:% = value; \"event.name\")",
        ),
        (
            "src/a.rs",
            "use slog::Logger;\n",
            rust,
            "slog::info!(log, \"event.name\"; \"key\" => %value)",
        ),
        (
            "app/a.py",
            "import os\n",
            python,
            "log.info(\"event.name\", extra={\"key\": value})",
        ),
        (
            "app/a.py",
            "import logging\n",
            python,
            "log.info(\"event.name\", extra={\"key\": value})",
        ),
        (
            "app/a.py",
            "import structlog\n",
            python,
            "log.info(\"event.name\", key=value)",
        ),
        (
            "app/a.py",
            "from loguru import logger\n",
            python,
            "logger.info(\"event.name\", key=value)",
        ),
    ] {
        let hint = hint(path, &format!("{head}{text}"), Check::Print);
        assert!(hint.contains(instead), "{head}: {hint}");
    }
}
