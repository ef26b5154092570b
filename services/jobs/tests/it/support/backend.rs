//! The two ways to run the service: embedded, and on PostgreSQL with Redis.

use std::sync::Arc;

use super::postgres::Postgres;
use super::process::Plan;
use super::redis::Redis;

pub enum Backend {
    Embedded(Arc<tempfile::TempDir>),
    Servers { postgres: Postgres, redis: Redis },
}

impl Backend {
    pub fn embedded() -> Self {
        Self::Embedded(Arc::new(tempfile::tempdir().unwrap()))
    }

    pub fn servers() -> Self {
        Self::Servers {
            postgres: Postgres::start(),
            redis: Redis::start(),
        }
    }

    /// The database of a service that is not started.
    pub fn plan_url(&self) -> String {
        match self {
            Self::Embedded(data) => format!("sqlite:{}/jobs.db", data.path().display()),
            Self::Servers { postgres, .. } => postgres.url(),
        }
    }

    /// A plan whose every start works on the same data.
    pub fn plan(&self) -> Plan {
        match self {
            Self::Embedded(data) => Plan::default().data(Arc::clone(data)),
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
            async fn $name() { super::$name($crate::support::backend::Backend::embedded()).await; })+
        }
        mod servers {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::support::backend::Backend::servers()).await; })+
        }
    };
}
pub(crate) use on_both;
