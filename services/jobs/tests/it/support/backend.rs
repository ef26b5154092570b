//! The two ways to run the service: embedded, and on PostgreSQL with Redis.

use super::postgres::Postgres;
use super::process::Plan;
use super::redis::Redis;

pub enum Backend {
    Embedded,
    Servers { postgres: Postgres, redis: Redis },
}

impl Backend {
    pub fn servers() -> Self {
        Self::Servers {
            postgres: Postgres::start(),
            redis: Redis::start(),
        }
    }

    /// A plan whose every start works on the same data.
    pub fn plan(&self) -> Plan {
        match self {
            Self::Embedded => Plan::embedded(),
            Self::Servers { postgres, redis } => Plan::default().with(&[
                "--database-url",
                &postgres.url(),
                "--redis-url",
                &redis.url(),
            ]),
        }
    }
}

/// Makes one test of each `async fn(Backend)`, per backend.
macro_rules! on_both {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {
        mod embedded {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::support::backend::Backend::Embedded).await; })+
        }
        mod servers {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::support::backend::Backend::servers()).await; })+
        }
    };
}
pub(crate) use on_both;
