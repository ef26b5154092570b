//! Redis: `PING` on a connection of the check's own.

use super::check::{Check, check};
use super::kept::Kept;
use redis::aio::MultiplexedConnection;
use redis::{Client, RedisError};
use std::borrow::Cow;

/// Checks the server of `client` with `PING` on a connection of the check's own.
///
/// ```no_run
/// # fn add(guard: &plimsoll::Guard, client: redis::Client) -> Result<(), plimsoll::health::HealthError> {
/// guard.health().add(plimsoll::health::redis("redis", client).required(false))
/// # }
/// ```
pub fn redis(name: impl Into<Cow<'static, str>>, client: Client) -> Check {
    let kept = Kept::new();
    check(name, move || {
        let client = client.clone();
        kept.clone().run(
            async move || client.get_multiplexed_async_connection().await,
            async |mut connection: MultiplexedConnection| {
                redis::cmd("PING")
                    .query_async::<()>(&mut connection)
                    .await?;
                Ok::<_, RedisError>(connection)
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Answers every command with `+PONG`, on as many connections as are opened, until dropped.
    async fn server(listener: TcpListener) {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut bytes = [0; 1024];
                while let Ok(read @ 1..) = stream.read(&mut bytes).await {
                    // Each command of a pipeline begins with an array of its words.
                    let commands = bytes[..read].iter().filter(|&&byte| byte == b'*').count();
                    if stream
                        .write_all(&b"+PONG\r\n".repeat(commands))
                        .await
                        .is_err()
                    {
                        return;
                    }
                }
            });
        }
    }

    #[tokio::test]
    async fn ping_decides() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let client = Client::open(format!("redis://{address}/")).unwrap();
        let serving = tokio::spawn(server(listener));
        let check = redis("redis", client);
        for _ in 0..3 {
            tokio::time::timeout(Duration::from_secs(5), (check.run)())
                .await
                .unwrap()
                .unwrap();
        }
        serving.abort();
        let _ = serving.await;
        let refused = redis(
            "redis",
            Client::open(format!("redis://{address}/")).unwrap(),
        );
        assert!((refused.run)().await.is_err());
    }
}
