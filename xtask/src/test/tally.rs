//! How many tests ran: read from what the test runners print, and said again in the last line.

use std::fmt;

/// Tests that passed, failed or were left out, over every runner of one `cargo xtask test`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
}

impl Tally {
    /// Counts a line if it is the closing line of a runner: cargo-nextest's `Summary [...] 4 tests run: 3
    /// passed, 1 failed, 2 skipped` or libtest's `test result: ok. 3 passed; 1 failed; 2 ignored; ...`.
    pub(super) fn read(&mut self, line: &str) {
        let line = without_colour(line);
        // Indented, `test result:` is the output of a failed test that cargo-nextest shows again.
        let counts = if let Some((_, counts)) = line
            .trim_start()
            .strip_prefix("Summary [")
            .and_then(|rest| rest.split_once("run:"))
        {
            counts
        } else if let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        {
            counts
        } else {
            return;
        };
        for part in counts.split([',', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(number)), Some(what)) =
                (words.next().map(str::parse::<u64>), words.next())
            else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" | "timed" => self.failed += number,
                "skipped" | "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(
            f,
            "tests: {passed} passed, {failed} failed, {skipped} skipped"
        )
    }
}

fn without_colour(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        text.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        tally
    }

    #[test]
    fn reads_the_closing_lines_of_both_runners() {
        let tally = read(&[
            "     Summary [   1.204s] 5 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 4 skipped",
            "test result: ok. 7 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.2s",
        ]);
        assert_eq!(
            tally,
            Tally {
                passed: 10,
                failed: 2,
                skipped: 6
            }
        );
        assert_eq!(tally.to_string(), "tests: 10 passed, 2 failed, 6 skipped");
    }

    #[test]
    fn reads_through_colours_and_past_other_lines() {
        let tally = read(&[
            "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped",
            "        PASS [   0.010s] jobs::it 3 passed, 1 failed",
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 79 filtered out",
        ]);
        assert_eq!(tally.passed, 2);
        assert_eq!(tally.failed, 0);
    }
}
