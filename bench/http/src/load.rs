//! The service on a socket under a closed loop of clients: throughput and latency.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use bench_common::statistics;

use crate::exchange::{REQUESTS, complete};
use crate::service::{Stack, start};

const CLIENTS: usize = 8;

/// Serves until standard input closes; prints its address first.
pub fn serve(stack: Stack, log: &std::path::Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let running = start(stack, Some(log));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        println!("{}", listener.local_addr().expect("an address"));
        let stop = tokio::task::spawn_blocking(|| {
            let _ = std::io::stdin().read(&mut [0]);
        });
        tokio::select! {
            _ = axum::serve(listener, running.router.clone()) => {}
            _ = stop => {}
        }
    });
}

/// What a stack does under load.
pub struct Load {
    pub per_second: f64,
    pub p50: f64,
    pub p99: f64,
}

/// Starts the stack in a process of its own, loads it and stops it.
pub fn measure(stack: Stack, time: Duration) -> Load {
    let directory = tempfile::tempdir().expect("a directory for the log");
    let (mut server, address, _out) = spawn(stack, &directory.path().join("log.jsonl"));
    let until = Instant::now() + time;
    let start = Instant::now();
    let nanos: Vec<f64> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(move || client(address, until)))
            .collect();
        clients
            .into_iter()
            .flat_map(|client| client.join().expect("a client"))
            .collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    drop(server.stdin.take());
    server.wait().expect("the server ends");
    Load {
        per_second: nanos.len() as f64 / seconds,
        p50: statistics::median(&nanos) / 1000.0,
        p99: statistics::percentile(&nanos, 0.99) / 1000.0,
    }
}

fn spawn(stack: Stack, log: &std::path::Path) -> (Child, SocketAddr, BufReader<ChildStdout>) {
    let mut server = Command::new(std::env::current_exe().expect("this program's path"))
        .arg("serve")
        .arg(format!("--stack={stack:?}").to_lowercase())
        .arg("--log")
        .arg(log)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts");
    let mut out = BufReader::new(server.stdout.take().expect("it is piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("the server's address");
    let address = line.trim().parse().expect("an address");
    (server, address, out)
}

/// One connection, one request after the other. The first hundred are not counted.
fn client(address: SocketAddr, until: Instant) -> Vec<f64> {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket option");
    let mut buffer = vec![0; 16 * 1024];
    let mut nanos = Vec::new();
    for index in 0_usize.. {
        let start = Instant::now();
        if start >= until {
            break;
        }
        let request = REQUESTS[index % REQUESTS.len()];
        stream
            .write_all(request.as_bytes())
            .expect("the server reads");
        let mut filled = 0;
        while !complete(&buffer[..filled]) {
            let read = stream
                .read(&mut buffer[filled..])
                .expect("the server answers");
            assert!(read > 0, "the server closed the connection");
            filled += read;
        }
        if index >= 100 {
            nanos.push(start.elapsed().as_nanos() as f64);
        }
    }
    nanos
}
