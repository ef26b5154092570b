//! Processes that a test started and did not end, found by a mark in their environment.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// The variable that every process of one test run inherits.
pub(super) const MARK: &str = "PLIMSOLL_TEST_RUN";

/// How long a server may take to stop by itself after its test.
const GRACE: Duration = Duration::from_secs(5);

/// Ends, by process id, what carries the mark after the grace, and returns what it was.
///
/// Linux only: elsewhere the environment of a process is not to be read, and nothing is found.
pub(super) fn end(mark: &str) -> Vec<String> {
    let until = Instant::now() + GRACE;
    let mut left = marked(mark);
    while !left.is_empty() && Instant::now() < until {
        thread::sleep(Duration::from_millis(100));
        left = marked(mark);
    }
    for (id, _) in &left {
        // It may have ended in this moment, which is what we want.
        let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
    }
    left.into_iter()
        .map(|(id, name)| format!("{name} (process {id})"))
        .collect()
}

fn marked(mark: &str) -> Vec<(u32, String)> {
    let entry = format!("{MARK}={mark}");
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|process| {
            let id = process.file_name().to_str()?.parse::<u32>().ok()?;
            let environment = fs::read(process.path().join("environ")).ok()?;
            let ours = environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == entry.as_bytes());
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            ours.then(|| (id, name.trim().to_owned()))
        })
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn ends_a_process_with_the_mark_and_no_other() {
        let mark = format!("leftover-{}", std::process::id());
        let mut ours = Command::new("sleep")
            .arg("600")
            .env(MARK, &mark)
            .spawn()
            .unwrap();
        let mut other = Command::new("sleep")
            .arg("600")
            .env(MARK, "other")
            .spawn()
            .unwrap();
        let ended = end(&mark);
        assert_eq!(ended, [format!("sleep (process {})", ours.id())]);
        assert!(!ours.wait().unwrap().success());
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
