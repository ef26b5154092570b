//! A PostgreSQL server of our own, in a temporary directory, on a free port.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Killed, family, free_port, program, signal};

const INSTALL: &str = "apt-get install postgresql";

pub struct Postgres {
    server: Killed,
    port: u16,
    _directory: tempfile::TempDir,
}

impl Postgres {
    pub fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let user = server_user(directory.path());
        let initdb = run_as(user.as_deref(), &binary("initdb"))
            .args([
                "--auth=trust",
                "--username=jobs",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(&data)
            .output()
            .unwrap();
        assert!(
            initdb.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&initdb.stderr)
        );
        let port = free_port();
        let server = run_as(user.as_deref(), &binary("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", ""])
            // The tests kill the service, never the server: it need not survive a power cut.
            .args([
                "-c",
                "fsync=off",
                "-c",
                "max_connections=200",
                "-c",
                "shared_buffers=32MB",
                "-c",
                "dynamic_shared_memory_type=mmap",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            server: Killed(server),
            port,
            _directory: directory,
        };
        server.wait();
        server
    }

    pub fn url(&self) -> String {
        format!("postgres://jobs@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&self) {
        let end = Instant::now() + Duration::from_secs(30);
        let ready = || {
            Command::new(binary("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status()
                .is_ok_and(|status| status.success())
        };
        while !ready() {
            assert!(Instant::now() < end, "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops the server and all its backends where they stand.
    pub fn pause(&self) {
        // The postmaster first: then it starts no further backend.
        signal(self.server.0.id(), Signal::STOP);
        for pid in family(self.server.0.id()) {
            signal(pid, Signal::STOP);
        }
    }

    pub fn resume(&self) {
        for pid in family(self.server.0.id()) {
            signal(pid, Signal::CONT);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.resume();
        // Immediate shutdown: it takes its backends along, which a killed postmaster does not at once.
        signal(self.server.0.id(), Signal::QUIT);
        let _ = self.server.0.wait();
    }
}

fn binary(name: &str) -> PathBuf {
    let mut directories: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    directories.sort();
    directories.reverse();
    program(name, &directories, INSTALL)
}

/// PostgreSQL refuses to run as root: then it runs as somebody who owns nothing but the directory.
fn server_user(directory: &Path) -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = ["postgres", "nobody"].into_iter().find(|user| {
        known
            .lines()
            .any(|line| line.starts_with(&format!("{user}:")))
    });
    let user = user.expect("a user to run PostgreSQL as: postgres or nobody");
    let owned = Command::new("chown")
        .arg(user)
        .arg(directory)
        .status()
        .unwrap();
    assert!(owned.success());
    Some(user.to_owned())
}

fn run_as(user: Option<&str>, program: &Path) -> Command {
    let mut command = match user {
        None => super::command(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            let ids = std::fs::read_to_string("/etc/passwd").unwrap();
            let entries = ids.lines().map(|line| line.split(':').collect::<Vec<_>>());
            let entry = entries.into_iter().find(|entry| entry[0] == user).unwrap();
            command
                .args([
                    "--reuid",
                    entry[2],
                    "--regid",
                    entry[3],
                    "--clear-groups",
                    "--pdeathsig",
                    "QUIT",
                    "--",
                ])
                .arg(program);
            command
        }
    };
    command.current_dir("/").env("LC_ALL", "C");
    command
}
