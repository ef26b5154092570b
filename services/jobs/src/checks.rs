//! The two health checks, each on a connection of its own: a used-up pool is not a dead database.

use std::str::FromStr;
use std::time::Duration;

use plimsoll::cache::RemoteError;
use plimsoll::health::{Check, check};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

const PATIENCE: Duration = Duration::from_millis(750);

/// `database`: a query that the database has to answer.
pub(crate) fn database(url: &str) -> Result<Check, sqlx::Error> {
    if url.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(url)?.create_if_missing(true);
        let pool = PoolOptions::<sqlx::Sqlite>::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(options);
        return Ok(check("database", move || ask("sqlite", pool.clone())));
    }
    let pool = PoolOptions::<sqlx::Postgres>::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(PgConnectOptions::from_str(url)?.application_name("jobs-health"));
    Ok(check("database", move || ask("postgresql", pool.clone())))
}

async fn ask<DB>(system: &'static str, pool: sqlx::Pool<DB>) -> Result<(), sqlx::Error>
where
    DB: sqlx::Database,
    for<'c> &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
{
    let mut connection = pool.acquire().await?;
    let query = sqlx::raw_sql("SELECT 1").execute(&mut *connection);
    plimsoll::db::time(system, "health.check", query)
        .await
        .map(drop)
}

/// `redis`: a PING. Without a Redis it stands for the cache in this process, which is always there.
pub(crate) fn redis(url: Option<&str>) -> Result<Check, RemoteError> {
    let Some(url) = url else {
        return Ok(check("redis", || {
            std::future::ready(Ok::<_, std::convert::Infallible>(()))
        }));
    };
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE))
        .set_number_of_retries(1);
    let manager = ConnectionManager::new_lazy_with_config(redis::Client::open(url)?, config)?;
    Ok(check("redis", move || {
        let mut connection = manager.clone();
        async move {
            ::redis::cmd("PING")
                .query_async::<()>(&mut connection)
                .await
        }
    }))
}
