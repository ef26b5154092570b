//! SIGKILL at random moments: no line whose call had returned is missing, none is torn.
//!
//! `PLIMSOLL_KILLS` is the number of kills (default 15). A child process logs from several threads to a file and notes after
//! each call, in a file of its own, how far it has come. It is killed, sometimes while it still recovers what the one before
//! it left; a later start, or `recover`, must bring every noted line to the file.

use std::collections::HashMap;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use plimsoll::sink::{Pipeline, RingOptions, Sink};
use serde_json::Value;
use tracing::Level;

use crate::support::{LONG, line, until};

const THREADS: usize = 4;

fn options(directory: &Path) -> RingOptions {
    RingOptions::for_service("killed")
        .directory(directory.join("rings"))
        .size(2 << 20)
        .block(LONG)
}

fn pipeline(directory: &Path) -> Pipeline {
    Pipeline::start(
        vec![Sink::file(directory.join("out.log"))],
        options(directory),
    )
    .unwrap()
}

/// The process that is killed: not a test of its own.
#[test]
#[ignore = "the child process of the kill test"]
fn child() {
    let directory = PathBuf::from(
        std::env::var_os("PLIMSOLL_KILL_DIRECTORY").expect("started by the kill test"),
    );
    let round: usize = std::env::var("PLIMSOLL_KILL_ROUND")
        .unwrap()
        .parse()
        .unwrap();
    let pipeline = pipeline(&directory);
    let acknowledged = std::fs::File::create(acknowledgements(&directory, round)).unwrap();
    acknowledged.set_len(8 * THREADS as u64).unwrap();
    std::fs::write(directory.join(format!("ready-{round}")), "").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (pipeline, acknowledged) = (&pipeline, &acknowledged);
            scope.spawn(move || {
                for number in 0.. {
                    let level = if number % 5 == 0 {
                        Level::ERROR
                    } else {
                        Level::INFO
                    };
                    pipeline.push(level, &line(round * 10 + thread, number, number * 31 % 600));
                    let returned = (number as u64 + 1).to_ne_bytes();
                    acknowledged
                        .write_all_at(&returned, 8 * thread as u64)
                        .unwrap();
                    if number % 1_000 == 999 {
                        // Silence, so that some kills meet parked sinks.
                        std::thread::sleep(Duration::from_millis(3));
                    }
                }
            });
        }
    });
}

fn acknowledgements(directory: &Path, round: usize) -> PathBuf {
    directory.join(format!("returned-{round}"))
}

#[test]
fn no_returned_line_is_missing_and_none_is_torn() {
    let kills: usize = std::env::var("PLIMSOLL_KILLS").map_or(15, |kills| {
        kills.parse().expect("PLIMSOLL_KILLS is a number")
    });
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut random = Random::new();
    let mut recovered_apart = Vec::new();
    let mut totals = (0, 0, 0);
    let mut pending = Vec::new();
    for round in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "kill::child", "--nocapture"])
            .env("PLIMSOLL_KILL_DIRECTORY", directory)
            .env("PLIMSOLL_KILL_ROUND", round.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        if random.below(8) == 0 {
            // Somewhere in its start, or in its recovery of the one before.
            std::thread::sleep(Duration::from_micros(random.below(30_000)));
        } else {
            until("the child's start", || {
                directory.join(format!("ready-{round}")).exists()
            });
            std::thread::sleep(Duration::from_micros(random.below(60_000)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        pending.push(round);
        match random.below(3) {
            // The next child recovers.
            0 if round + 1 < kills => continue,
            1 => {
                plimsoll::sink::recover(&directory.join("rings"), &mut recovered_apart).unwrap();
            }
            _ => assert!(pipeline(directory).shutdown(LONG).is_complete()),
        }
        assert_eq!(rings(directory), 0, "every ring was accepted and deleted");
        let file = std::fs::read(directory.join("out.log")).unwrap_or_default();
        let checked = check(
            &[&file, &recovered_apart],
            &mut pending,
            directory,
            random.seed,
        );
        totals = (
            totals.0 + checked.0,
            totals.1 + checked.1,
            totals.2 + checked.2,
        );
        // A fresh start for the next rounds, so that a long run stays quick.
        let _ = std::fs::remove_file(directory.join("out.log"));
        recovered_apart.clear();
    }
    eprintln!(
        "{kills} kills: {} lines returned, none missing; {} recovered, {} half lines ended and repeated",
        totals.0, totals.1, totals.2
    );
    assert!(
        totals.0 > 0 && totals.1 > 0,
        "the kills met work: {totals:?}"
    );
}

/// Rings that are left. A file that a kill has met before it became one (`.new-..`) holds no line.
fn rings(directory: &Path) -> usize {
    let services = std::fs::read_dir(directory.join("rings")).unwrap();
    let files = services.flat_map(|service| std::fs::read_dir(service.unwrap().path()).unwrap());
    files
        .filter(|file| {
            file.as_ref()
                .unwrap()
                .path()
                .extension()
                .is_some_and(|extension| extension == "ring")
        })
        .count()
}

/// How often a line stands there, and how often of these without saying that it may be repeated.
#[derive(Default)]
struct Copies {
    all: usize,
    unmarked: usize,
}

fn check(
    texts: &[&[u8]],
    pending: &mut Vec<usize>,
    directory: &Path,
    seed: u64,
) -> (u64, u64, u64) {
    let mut copies: HashMap<(usize, usize), Copies> = HashMap::new();
    let mut whole = Vec::new();
    let mut halves = Vec::new();
    let mut recovered = 0;
    for text in texts {
        for line in text
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let Ok(Value::Object(object)) = serde_json::from_slice(line) else {
                halves.push(line);
                continue;
            };
            whole.push(line);
            if object["event"] != "test" {
                continue;
            }
            let number = |key: &str| object[key].as_u64().unwrap() as usize;
            let copy = copies
                .entry((number("thread"), number("number")))
                .or_default();
            let mark = object.get("recovered").and_then(Value::as_str);
            copy.all += 1;
            copy.unmarked += usize::from(mark != Some("maybe-repeated"));
            recovered += u64::from(mark.is_some());
        }
    }
    for half in &halves {
        let again = whole.iter().any(|line| line.starts_with(half));
        assert!(
            again,
            "a torn line is not there in whole: {:?}, seed {seed}",
            String::from_utf8_lossy(half)
        );
    }
    assert!(
        halves.len() <= pending.len(),
        "at most one cut a kill, seed {seed}"
    );
    let mut returned = 0;
    for round in pending.drain(..) {
        let mut numbers = [0; 8 * THREADS];
        let Ok(file) = std::fs::File::open(acknowledgements(directory, round)) else {
            continue;
        };
        if file.read_exact_at(&mut numbers, 0).is_err() {
            continue;
        }
        for (thread, number) in numbers.chunks_exact(8).enumerate() {
            let count = u64::from_ne_bytes(number.try_into().unwrap());
            returned += count;
            for number in 0..count as usize {
                let copy = copies.get(&(round * 10 + thread, number));
                let copy = copy.unwrap_or_else(|| {
                    panic!("line {number} of {thread} in round {round} is missing, seed {seed}")
                });
                assert!(
                    copy.unmarked <= 1 && copy.all <= 1 + pending_limit(),
                    "written twice unmarked, seed {seed}"
                );
            }
        }
    }
    (returned, recovered, halves.len() as u64)
}

/// A line in flight at one kill may be in flight again at the next.
fn pending_limit() -> usize {
    8
}

struct Random {
    seed: u64,
    state: u64,
}

impl Random {
    fn new() -> Self {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let seed = now.as_nanos() as u64 ^ CALLS.fetch_add(1, Ordering::Relaxed);
        Self {
            seed,
            state: seed | 1,
        }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % limit
    }
}
