//! Requests over a connection in memory, on one thread: what callgrind and the allocator count.

use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use crate::service::{Running, Stack, start};

/// The two requests, in turn.
pub const REQUESTS: [&str; 2] = [
    "GET /jobs/4b1c6c0e-7f2d-4a80-9d6c-0f6b2f6f6d11 HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\naccept: */*\r\n\r\n",
    "POST /jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\naccept: */*\r\ncontent-type: application/json\r\ncontent-length: 44\r\n\r\n{\"job_type\":\"webhook\",\"user_id\":\"user-8342\"}",
];

/// A client and its server, which share one thread.
pub struct Connection {
    runtime: tokio::runtime::Runtime,
    client: DuplexStream,
    buffer: Vec<u8>,
    _running: Running,
}

impl Connection {
    pub fn open(stack: Stack) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let running = {
            let _inside = runtime.enter();
            start(stack, None)
        };
        let (client, server) = tokio::io::duplex(16 * 1024);
        let service = TowerToHyperService::new(running.router.clone());
        runtime.spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            connection
                .serve_connection(TokioIo::new(server), service)
                .await
        });
        Self {
            runtime,
            client,
            buffer: vec![0; 16 * 1024],
            _running: running,
        }
    }

    /// Sends both requests this many times, and reads each response to its end.
    pub fn exchange(&mut self, times: usize) {
        let Self {
            runtime,
            client,
            buffer,
            ..
        } = self;
        runtime.block_on(async {
            for _ in 0..times {
                for request in REQUESTS {
                    client
                        .write_all(request.as_bytes())
                        .await
                        .expect("the server reads");
                    let mut filled = 0;
                    while !complete(&buffer[..filled]) {
                        let read = client
                            .read(&mut buffer[filled..])
                            .await
                            .expect("the server answers");
                        assert!(read > 0, "the server closed the connection");
                        filled += read;
                    }
                    assert!(buffer.starts_with(b"HTTP/1.1 200"), "not 200");
                }
            }
        });
    }
}

/// Whether these bytes are a whole response with a `content-length`.
pub fn complete(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let head = std::str::from_utf8(&bytes[..end]).expect("headers are text");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|length| length.parse::<usize>().ok())
        .expect("every response here has a length");
    bytes.len() >= end + 4 + length
}
