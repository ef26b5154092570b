//! A Redis cache that counts its reads and can only cost a bounded time.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use redis::AsyncCommands;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use super::{Breaker, Counted};

/// How long one operation may take. The cache exists to be faster than the database; past this it is not.
const DEADLINE: Duration = Duration::from_millis(75);
const FAILURES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// Texts in Redis. Every operation ends within 75 ms; after three failures in a row Redis is left alone for a second
/// at a time. An error reads like a miss and counts as `error`; nothing here fails a request. Cheap to clone.
#[derive(Clone)]
pub struct Remote {
    connection: ConnectionManager,
    breaker: Arc<Breaker>,
    counted: Counted,
}

/// Why a cache operation had no effect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// It took longer than 75 ms.
    #[error("redis did not answer in time")]
    Timeout,
    /// Redis failed lately and is left alone for a moment.
    #[error("redis is left alone after failures")]
    Open,
    /// Redis or the connection said no.
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
}

impl Remote {
    /// A cache that counts under `name`, on the Redis server of `url`. Nothing is dialled yet.
    ///
    /// # Errors
    /// If the URL cannot be read.
    pub fn new(name: &str, url: &str) -> Result<Self, RemoteError> {
        let client = redis::Client::open(url)?;
        // The connection is (re)made inside a call, which the deadline cuts off; the manager then goes on by itself.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_millis(500)))
            .set_response_timeout(Some(Duration::from_millis(500)))
            .set_number_of_retries(1);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(client, config)?,
            breaker: Arc::new(Breaker::new(FAILURES, PAUSE)),
            counted: Counted::new(name),
        })
    }

    /// The value if Redis has it and answers in time; counts a hit, a miss or an error.
    pub async fn get(&self, key: &str) -> Option<String> {
        let mut connection = self.connection.clone();
        let result = self
            .bounded(async move { connection.get::<_, Option<String>>(key).await })
            .await;
        self.counted.read(result)
    }

    /// Stores a value for a time of at least a millisecond.
    ///
    /// # Errors
    /// [`RemoteError`], which a caller of a cache usually leaves alone.
    pub async fn set(
        &self,
        key: &str,
        value: &str,
        time_to_live: Duration,
    ) -> Result<(), RemoteError> {
        let mut connection = self.connection.clone();
        let millis = u64::try_from(time_to_live.as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        self.bounded(async move { connection.pset_ex::<_, _, ()>(key, value, millis).await })
            .await
    }

    /// Forgets a key.
    ///
    /// # Errors
    /// [`RemoteError`]; the value then lives on until its time is over.
    pub async fn remove(&self, key: &str) -> Result<(), RemoteError> {
        let mut connection = self.connection.clone();
        self.bounded(async move { connection.del::<_, ()>(key).await })
            .await
    }

    async fn bounded<T>(
        &self,
        operation: impl Future<Output = redis::RedisResult<T>>,
    ) -> Result<T, RemoteError> {
        if !self.breaker.allows() {
            return Err(RemoteError::Open);
        }
        match tokio::time::timeout(DEADLINE, operation).await {
            Ok(Ok(value)) => {
                self.breaker.succeeded();
                Ok(value)
            }
            Ok(Err(error)) => {
                self.breaker.failed();
                Err(error.into())
            }
            Err(_) => {
                self.breaker.failed();
                Err(RemoteError::Timeout)
            }
        }
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote")
            .field("open", &self.breaker.is_open())
            .finish_non_exhaustive()
    }
}
