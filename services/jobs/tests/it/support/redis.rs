//! A Redis server of our own.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Killed, command, free_port, program, signal};

pub struct Redis {
    server: Killed,
    port: u16,
    directory: tempfile::TempDir,
}

impl Redis {
    pub fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = free_port();
        Self {
            server: spawn(directory.path(), port),
            port,
            directory,
        }
    }

    /// Kills the server; connections to its port are refused from then on.
    pub fn kill(&mut self) {
        signal(self.server.0.id(), Signal::KILL);
        let _ = self.server.0.wait();
    }

    /// Starts a killed server again, empty, on the same port.
    pub fn restart(&mut self) {
        self.server = spawn(self.directory.path(), self.port);
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn pause(&self) {
        signal(self.server.0.id(), Signal::STOP);
    }

    pub fn resume(&self) {
        signal(self.server.0.id(), Signal::CONT);
    }
}

fn spawn(directory: &std::path::Path, port: u16) -> Killed {
    let server = command(program("redis-server", &[], "apt-get install redis-server"))
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ])
        .current_dir(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "Redis does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    Killed(server)
}
