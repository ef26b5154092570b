//! Instructions in user space of one region, by callgrind: exact, the same on a busy machine, and counted
//! for the thread that runs the region alone.
//!
//! `perf stat` would count the same on hardware, but many virtual machines do not let it.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs `body`; under [`count`], only what happens inside is counted.
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "Rust" fn bench_measured_region(body: &mut dyn FnMut()) {
    body();
}

/// Runs this very program with `arguments` under callgrind and returns the instructions that its
/// [`bench_measured_region`] took. With `profile`, callgrind's file is kept there for `callgrind_annotate`.
///
/// # Errors
/// If valgrind is missing (Debian: `apt-get install valgrind`) or the program fails.
pub fn count(arguments: &[String], profile: Option<&Path>) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let file = profile.map_or_else(|| "/dev/null".into(), |path| path.display().to_string());
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--toggle-collect=bench_measured_region",
            &format!("--callgrind-out-file={file}"),
        ])
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind did not start ({error}); install valgrind"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{arguments:?} failed under callgrind:\n{text}"));
    }
    text.lines()
        .filter_map(|line| line.split_once("Collected :"))
        .filter_map(|(_, counts)| counts.split_whitespace().next()?.parse().ok())
        .next_back()
        .ok_or_else(|| format!("callgrind collected nothing:\n{text}"))
}
