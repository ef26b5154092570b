//! The little YAML that a Prometheus rule file needs.

use std::fmt::Write;

/// A rule file being written.
pub(super) struct Rules(String);

impl Rules {
    pub(super) fn new() -> Self {
        Self(
            "# Made by `plimsoll alerts` from [targets] of plimsoll.toml. Change the targets, not this file.\ngroups:\n"
                .to_owned(),
        )
    }

    pub(super) fn group(&mut self, name: &str, interval: &str) {
        self.line(2, &format!("- name: {name}"));
        self.line(4, &format!("interval: {interval}"));
        self.line(4, "rules:");
    }

    pub(super) fn comment(&mut self, text: &str) {
        self.line(6, &format!("# {text}"));
    }

    pub(super) fn record(&mut self, name: &str, expression: &str) {
        self.line(6, &format!("- record: {name}"));
        self.expression(expression);
    }

    pub(super) fn alert(
        &mut self,
        name: &str,
        expression: &str,
        wait: &str,
        severity: &str,
        annotations: &[(&str, &str)],
    ) {
        self.line(6, &format!("- alert: {name}"));
        self.expression(expression);
        self.line(8, &format!("for: {wait}"));
        self.line(8, "labels:");
        self.line(10, &format!("severity: {severity}"));
        self.line(8, "annotations:");
        for (key, text) in annotations {
            self.line(10, &format!("{key}: {}", quoted(text)));
        }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    /// As a literal block, where no character needs an escape.
    fn expression(&mut self, expression: &str) {
        self.line(8, "expr: |-");
        for line in expression.lines() {
            self.line(10, line);
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.0, "{:indent$}{text}", "");
    }
}

/// A double-quoted scalar, which takes the escapes of JSON.
fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}
