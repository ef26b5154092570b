//! Sinks that fail for real: full filesystems, closed pipes, stopped readers.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use plimsoll::sink::{Pipeline, RingOptions, Sink};
use tracing::Level;

use crate::support::{LONG, Probe, anonymous, assert_balanced, events, line, parse, until};

/// A tmpfs of a few pages.
struct Tmpfs {
    directory: tempfile::TempDir,
}

impl Tmpfs {
    fn mount(size: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(directory.path())
            .status();
        assert!(
            mounted.is_ok_and(|status| status.success()),
            "this test fills a filesystem: it needs the right to mount a tmpfs (run it as root)"
        );
        Self { directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn a_full_filesystem_is_waited_for() {
    let full = Tmpfs::mount("64k");
    let path = full.path().join("app.log");
    let ballast = full.path().join("ballast");
    let healthy = Probe::default();
    let sinks = vec![Sink::file(&path), healthy.sink("healthy")];
    let pipeline = Pipeline::start(sinks, anonymous().block(LONG)).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.flush(LONG));
    fs::write(&ballast, vec![0; 40 * 1024]).unwrap();
    let start = Instant::now();
    for number in 1..200 {
        pipeline.push(Level::INFO, &line(0, number, 250));
    }
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "the callers never notice"
    );
    until("the failure", || pipeline.counts().sinks[0].errors > 2);
    until("the other sink", || {
        pipeline.counts().sinks[1].written == 200
    });
    fs::remove_file(&ballast).unwrap();
    until("some room", || {
        pipeline.flush(Duration::from_millis(100)) || make_room(&path)
    });
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_balanced(&pipeline, 200);
    assert_eq!(pipeline.counts().dropped_total(), 0);
    assert!(
        events(&healthy.lines())
            .into_iter()
            .eq((0..200).map(|number| (0, number)))
    );
}

/// 200 lines do not fit 64 KiB: an operator takes the file away.
fn make_room(path: &Path) -> bool {
    let _ = fs::remove_file(path);
    false
}

#[test]
fn lines_on_a_full_filesystem_go_on_where_they_were_cut() {
    let full = Tmpfs::mount("128k");
    let path = full.path().join("app.log");
    let ballast = full.path().join("ballast");
    let pipeline = Pipeline::start(vec![Sink::file(&path)], anonymous()).unwrap();
    fs::write(&ballast, vec![0; 100 * 1024]).unwrap();
    for number in 0..200 {
        pipeline.push(Level::INFO, &line(0, number, 100));
    }
    until("the failure", || pipeline.counts().sinks[0].errors > 0);
    fs::remove_file(&ballast).unwrap();
    assert!(pipeline.shutdown(LONG).is_complete());
    let lines = parse(&fs::read_to_string(&path).unwrap());
    assert!(
        events(&lines)
            .into_iter()
            .eq((0..200).map(|number| (0, number)))
    );
    assert_balanced(&pipeline, 200);
}

#[test]
fn a_ring_on_a_full_filesystem_is_in_memory_and_says_so_once() {
    let full = Tmpfs::mount("64k");
    let probe = Probe::default();
    let options = RingOptions::for_service("full").directory(full.path());
    let pipeline = Pipeline::start(vec![probe.sink("probe")], options).unwrap();
    assert_eq!(pipeline.ring_path(), None);
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.shutdown(LONG).is_complete());
    let lines = probe.lines();
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "log.ring_not_durable")
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["level"], "warning");
    assert!(
        told[0]["reason"]
            .as_str()
            .unwrap()
            .contains("No space left"),
        "{}",
        told[0]
    );
    assert_eq!(events(&lines), [(0, 0)]);
    assert_eq!(
        fs::read_dir(full.path().join(ring_directory("full")))
            .unwrap()
            .count(),
        0,
        "nothing is left behind"
    );
}

fn ring_directory(service: &str) -> String {
    format!("plimsoll-{}-{service}", rustix::process::geteuid().as_raw())
}

/// Logs to standard output and error for the tests below, and says at the end what it counted.
#[test]
#[ignore = "the child process of the pipe tests"]
fn child() {
    let counted =
        PathBuf::from(std::env::var_os("PLIMSOLL_PIPE_COUNTS").expect("started by a pipe test"));
    let healthy = counted.with_extension("log");
    let sinks = vec![Sink::stdout(), Sink::file(&healthy)];
    let pipeline = Pipeline::start(sinks, anonymous().size(1 << 20)).unwrap();
    let mut slowest = Duration::ZERO;
    for number in 0..20_000 {
        let level = if number % 200 == 0 {
            Level::ERROR
        } else {
            Level::INFO
        };
        let start = Instant::now();
        pipeline.push(level, &line(0, number, 200));
        slowest = slowest.max(start.elapsed());
        // No faster than the healthy sink, however slow the machine is: only the other one may fall behind.
        if number % 100 == 99 {
            until("the file", || {
                pipeline.counts().sinks[1].written == number as u64 + 1
            });
        }
    }
    let deadline = std::env::var("PLIMSOLL_PIPE_DEADLINE").unwrap();
    let report = pipeline.shutdown(Duration::from_millis(deadline.parse().unwrap()));
    assert_balanced_for(&report, 1, 20_000);
    let sink = &report.counts.sinks[0];
    let left: u64 = report.unwritten.iter().map(|(_, lines)| lines).sum();
    let known = sink.written + sink.dropped_total() + report.counts.dropped_total() + left;
    let text = format!(
        "{known} {} {} {left} {}",
        sink.errors,
        sink.dropped[4],
        slowest.as_millis()
    );
    fs::write(counted, text).unwrap();
    // Not through the test harness, which would write to the pipe.
    std::process::exit(0);
}

fn assert_balanced_for(report: &plimsoll::sink::ShutdownReport, sink: usize, pushed: u64) {
    assert_eq!(
        report.counts.sinks[sink].written + report.counts.dropped_total(),
        pushed,
        "{report:?}"
    );
}

/// For a sink that will not get rid of its lines however long it is waited for.
const SHORT: Duration = Duration::from_millis(500);

struct Logging {
    child: Child,
    stdout: ChildStdout,
    directory: tempfile::TempDir,
}

/// The child gives its sinks so much time at the end.
fn start(deadline: Duration) -> Logging {
    let directory = tempfile::tempdir().unwrap();
    let mut child = spawn(directory.path(), Stdio::piped(), deadline);
    let stdout = child.stdout.take().unwrap();
    Logging {
        child,
        stdout,
        directory,
    }
}

fn spawn(directory: &Path, stdout: Stdio, deadline: Duration) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "faults::child", "--nocapture"])
        .env("PLIMSOLL_PIPE_COUNTS", directory.join("counts"))
        .env("PLIMSOLL_PIPE_DEADLINE", deadline.as_millis().to_string())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Known lines, errors, errors dropped, lines left, the slowest call in milliseconds; and what was said on stderr.
fn finish(child: Child, directory: &Path) -> (Vec<u64>, String) {
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let counts = fs::read_to_string(directory.join("counts")).unwrap();
    (
        counts
            .split(' ')
            .map(|number| number.parse().unwrap())
            .collect(),
        stderr,
    )
}

/// A pseudo-terminal: what is written to the second end is read from the first. Once the first is closed, every write
/// fails with EIO, as on a broken device.
fn terminal() -> (fs::File, fs::File) {
    use rustix::fs::{Mode, OFlags};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let first = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&first).unwrap();
    unlockpt(&first).unwrap();
    let name = ptsname(&first, Vec::new()).unwrap();
    let second = rustix::fs::open(
        name,
        OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .unwrap();
    (first.into(), second.into())
}

#[test]
fn a_device_that_breaks_is_counted_and_hurts_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let (mut read, written) = terminal();
    let child = spawn(directory.path(), written.into(), SHORT);
    read.read_exact(&mut [0; 1000]).unwrap();
    drop(read);
    let (counts, stderr) = finish(child, directory.path());
    assert_eq!(counts[0], 20_000);
    assert!(counts[1] > 0, "the failures were counted");
    assert!(
        stderr.contains("not written before the deadline (stdout: "),
        "{stderr}"
    );
    let lines = parse(&fs::read_to_string(directory.path().join("counts.log")).unwrap());
    assert_eq!(events(&lines).len(), 20_000, "the file has everything");
}

#[test]
fn a_closed_pipe_is_counted_and_hurts_nobody() {
    let Logging {
        child,
        mut stdout,
        directory,
    } = start(SHORT);
    stdout.read_exact(&mut [0; 1000]).unwrap();
    drop(stdout);
    let (counts, stderr) = finish(child, directory.path());
    assert_eq!(counts[0], 20_000);
    assert!(counts[1] > 0, "the failures were counted");
    assert!(
        stderr.contains("not written before the deadline (stdout: "),
        "{stderr}"
    );
    let lines = parse(&fs::read_to_string(directory.path().join("counts.log")).unwrap());
    assert_eq!(events(&lines).len(), 20_000, "the file has everything");
}

#[test]
fn a_stopped_reader_is_left_at_the_deadline_and_hurts_nobody() {
    let Logging {
        child,
        stdout,
        directory,
    } = start(SHORT);
    let (counts, stderr) = finish(child, directory.path());
    assert_eq!(counts[0], 20_000);
    assert_eq!(counts[2], 0, "no error was dropped");
    assert!(
        counts[3] > 0 && stderr.contains(&format!("stdout: {} lines", counts[3])),
        "{counts:?} {stderr}"
    );
    // A call that waited for the reader would wait for good; a busy machine may set a thread aside for a while.
    assert!(counts[4] < 10_000, "a call took {} ms", counts[4]);
    let lines = parse(&fs::read_to_string(directory.path().join("counts.log")).unwrap());
    assert_eq!(events(&lines).len(), 20_000, "the file has everything");
    drop(stdout);
}

#[test]
fn a_reader_that_goes_on_gets_everything_that_was_kept() {
    let Logging {
        child,
        mut stdout,
        directory,
    } = start(LONG);
    std::thread::sleep(Duration::from_millis(100));
    let mut text = String::new();
    stdout.read_to_string(&mut text).unwrap();
    let (counts, stderr) = finish(child, directory.path());
    assert_eq!((counts[0], counts[3]), (20_000, 0), "{stderr}");
    // The test harness of the child writes a few lines of its own around them.
    let json: Vec<&str> = text.lines().filter(|line| line.starts_with('{')).collect();
    let lines = parse(&format!("{}\n", json.join("\n")));
    assert!(events(&lines).is_sorted());
    assert_eq!(
        events(&lines)
            .iter()
            .filter(|event| event.1 % 200 == 0)
            .count(),
        100,
        "every error"
    );
}

#[test]
fn errors_that_are_kept_for_a_sink_that_fell_behind_stay_in_order() {
    let (behind, healthy) = (Probe::default(), Probe::default());
    let sinks = vec![behind.sink("behind"), healthy.sink("healthy")];
    let pipeline = Pipeline::start(sinks, anonymous().size(2 << 20)).unwrap();
    behind.block(true);
    let mut number = 0;
    let mut push = |count: usize| {
        for _ in 0..count {
            let level = match number % 10 {
                0 => Level::ERROR,
                _ => Level::INFO,
            };
            pipeline.push(level, &line(0, number, 300));
            number += 1;
        }
        until("the other sink", || {
            pipeline.counts().sinks[1].written == number as u64
        });
    };
    // It finds three batches, and hangs in the first of them, when room runs short and part of the rest is moved.
    push(1);
    until("a write", || behind.waits());
    push(1800);
    behind.let_one_through();
    until("a batch", || behind.waits());
    while pipeline.counts().sinks[0].dropped_total() == 0 {
        push(20);
    }
    behind.block(false);
    assert!(pipeline.shutdown(LONG).is_complete());
    let lines = events(&behind.lines());
    assert!(lines.is_sorted(), "{lines:?}");
    let errors = lines.iter().filter(|line| line.1 % 10 == 0).count();
    assert_eq!(errors, number.div_ceil(10), "every error");
}

#[test]
fn a_failing_device_is_tried_again() {
    let (failing, healthy) = (Probe::default(), Probe::default());
    failing.fail(Some(std::io::ErrorKind::Other));
    let sinks = vec![failing.sink("failing"), healthy.sink("healthy")];
    let pipeline = Pipeline::start(sinks, anonymous()).unwrap();
    for number in 0..100 {
        pipeline.push(Level::INFO, &line(0, number, 0));
    }
    until("three tries", || pipeline.counts().sinks[0].errors >= 3);
    assert_eq!(events(&healthy.lines()).len(), 100);
    failing.fail(None);
    assert!(pipeline.flush(LONG));
    assert!(
        events(&failing.lines())
            .into_iter()
            .eq((0..100).map(|number| (0, number)))
    );
    assert_balanced(&pipeline, 100);
}

/// The shell's open file is shared: its flags stay as they are.
#[test]
fn standard_output_stays_blocking() {
    let flags = || rustix::fs::fcntl_getfl(std::io::stdout()).unwrap();
    let before = flags();
    let pipeline = Pipeline::start(vec![Sink::stdout().level(Level::ERROR)], anonymous()).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.flush(LONG));
    assert_eq!(flags(), before);
    drop(pipeline);
    assert_eq!(flags(), before, "the original is still open");
}
