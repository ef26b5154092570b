//! The only file that knows which database it talks to.

use std::fs::OpenOptions;
use std::str::FromStr;
use std::time::{Duration, Instant};

use log::LevelFilter;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, FromRow, PgConnection, PgPool, SqlitePool};

use super::StoreError;
use super::sql::Sql;
use super::writer::Writer;

/// How long one statement may take, the wait for a connection included. A client that waits longer has given up;
/// a database that hangs must not collect requests.
const STATEMENT_DEADLINE: Duration = Duration::from_secs(5);
const ACQUIRE_DEADLINE: Duration = Duration::from_secs(3);
/// How long a migration waits for a lock that another replica or a person holds, before it is tried again.
const LOCK_DEADLINE: &str = "SET lock_timeout = '10s'";
/// How long the whole of it may take: an index over a large table takes its time.
const MIGRATION_DEADLINE: Duration = Duration::from_secs(3600);

/// No wait for a lock is as short as this.
const COLLISION: Duration = Duration::from_secs(1);
const AGAIN: Duration = Duration::from_millis(20);

/// Every statement is measured; at debug the ten a second of an idle worker would bury the service's own lines.
const STATEMENTS: LevelFilter = LevelFilter::Trace;

/// Connections to one database.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    /// SQLite allows one writer: writes queue here for one connection instead of sleeping in its busy handler.
    Sqlite {
        read: SqlitePool,
        write: Writer,
    },
    Postgres(PgPool),
}

/// A value of a statement's parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arg<'a> {
    Text(&'a str),
    OptionalText(Option<&'a str>),
    Int(i64),
    OptionalInt(Option<i64>),
}

macro_rules! bind {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Text(text) => query.bind(text),
                Arg::OptionalText(text) => query.bind(text),
                Arg::Int(number) => query.bind(number),
                Arg::OptionalInt(number) => query.bind(number),
            };
        }
        query
    }};
}
pub(super) use bind;

/// Whether a statement needs the writing connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

impl Pool {
    /// Connects lazily: a server that is down at the start shows in the readiness, not in a crash loop.
    pub(crate) fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)
                .map_err(StoreError::Url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // A committed job survives the process's death; only a power cut can take the last commits.
                .synchronous(SqliteSynchronous::Normal)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(4))
                .log_statements(STATEMENTS);
            // The file stands before the first check looks at it: a first start is not an outage.
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(options.get_filename())
                .map_err(|source| StoreError::File {
                    path: options.get_filename().to_owned(),
                    source,
                })?;
            let read = SqlitePoolOptions::new()
                .max_connections(connections.max(2))
                .acquire_timeout(ACQUIRE_DEADLINE)
                .connect_lazy_with(options.clone());
            let write = Writer::start(options).map_err(StoreError::Thread)?;
            return Ok(Self::Sqlite { read, write });
        }
        let options = PgConnectOptions::from_str(url)
            .map_err(StoreError::Url)?
            .application_name("jobs")
            .log_statements(STATEMENTS);
        let pool = PgPoolOptions::new()
            .max_connections(connections.max(2))
            .acquire_timeout(ACQUIRE_DEADLINE)
            .connect_lazy_with(options);
        Ok(Self::Postgres(pool))
    }

    /// `db_system_name` in the sense of OpenTelemetry's conventions.
    pub(crate) const fn system(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// A check on a connection beside the pool: a used-up pool is not a dead database.
    pub(crate) fn health_check(&self, name: &'static str) -> plimsoll::health::Check {
        match self {
            Self::Sqlite { read, .. } => plimsoll::health::sqlite(name, read),
            Self::Postgres(pool) => plimsoll::health::postgres(name, pool),
        }
    }

    /// May be dropped at any moment: whatever it holds in PostgreSQL belongs to a connection that ends with it.
    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        let started = Instant::now();
        let run = async {
            match self {
                Self::Sqlite { read, .. } => loop {
                    match sqlx::migrate!("migrations/sqlite").run(read).await {
                        Err(error) if is_collision(&error, started.elapsed()) => {
                            tokio::time::sleep(AGAIN).await;
                        }
                        migrated => break migrated,
                    }
                },
                Self::Postgres(pool) => {
                    let mut connection = connect(pool).await?;
                    sqlx::raw_sql(LOCK_DEADLINE)
                        .execute(&mut connection)
                        .await?;
                    sqlx::migrate!("migrations/postgres")
                        .run_direct(None, &mut connection, false)
                        .await?;
                    Ok(connection.close().await?)
                }
            }
        };
        plimsoll::db::time_within(self.system(), "migrate", MIGRATION_DEADLINE, run)
            .await
            .map_err(|error| match error {
                plimsoll::db::TimedError::Elapsed => StoreError::Timeout("migrate"),
                plimsoll::db::TimedError::Failed(error) => StoreError::Migrate(error),
            })
    }

    /// Rows of a statement that only reads.
    pub(crate) async fn read<T>(
        &self,
        operation: &'static str,
        sql: Sql,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>, StoreError>
    where
        T: Row + 'static,
    {
        self.rows(Access::Read, operation, sql, args).await
    }

    /// Rows of a statement that writes (`RETURNING`), once it is committed: its time includes the commit.
    pub(crate) async fn write<T>(
        &self,
        operation: &'static str,
        sql: Sql,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>, StoreError>
    where
        T: Row + 'static,
    {
        self.rows(Access::Write, operation, sql, args).await
    }

    async fn rows<T: Row + 'static>(
        &self,
        access: Access,
        operation: &'static str,
        sql: Sql,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>, StoreError> {
        let run = async {
            match self {
                Self::Sqlite { write, .. } if access == Access::Write => {
                    write.rows(sql.sqlite, args).await
                }
                Self::Sqlite { read, .. } => {
                    bind!(sqlx::query_as::<_, T>(sql.sqlite), args.iter().copied())
                        .fetch_all(read)
                        .await
                }
                Self::Postgres(pool) => {
                    bind!(sqlx::query_as::<_, T>(sql.postgres), args.iter().copied())
                        .fetch_all(pool)
                        .await
                }
            }
        };
        plimsoll::db::time_within(self.system(), operation, STATEMENT_DEADLINE, run)
            .await
            .map_err(|error| StoreError::statement(operation, error))
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// SQLite does not wait where two connections change the mode of a new file's journal at once (a health check is the other
/// one): it says at once that the file is locked. One that somebody holds is said to be locked after a while.
fn is_collision(error: &MigrateError, after: Duration) -> bool {
    let MigrateError::Execute(sqlx::Error::Database(error)) = error else {
        return false;
    };
    error.code().as_deref() == Some("5") && after < COLLISION
}

/// A connection beside the pool.
async fn connect(pool: &PgPool) -> Result<PgConnection, sqlx::Error> {
    let options = pool.connect_options();
    tokio::time::timeout(ACQUIRE_DEADLINE, PgConnection::connect_with(&options))
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)?
}

/// A row type that both databases can fill.
pub(crate) trait Row:
    for<'r> FromRow<'r, sqlx::sqlite::SqliteRow>
    + for<'r> FromRow<'r, sqlx::postgres::PgRow>
    + Send
    + Unpin
{
}

impl<T> Row for T where
    T: for<'r> FromRow<'r, sqlx::sqlite::SqliteRow>
        + for<'r> FromRow<'r, sqlx::postgres::PgRow>
        + Send
        + Unpin
{
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_sqlite_connection_keeps_what_it_commits() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("jobs.db").display());
        let Pool::Sqlite { read, write } = Pool::open(&url, 4).unwrap() else {
            panic!("not SQLite")
        };
        let mode = write.rows::<(String,)>("PRAGMA journal_mode", &[]);
        let mode = mode.await.unwrap();
        let synchronous = write.rows::<(i64,)>("PRAGMA synchronous", &[]);
        assert_eq!(
            (mode, synchronous.await.unwrap()),
            (vec![("wal".to_owned(),)], vec![(1,)])
        );
        let mut held = Vec::new();
        for _ in 0..read.options().get_max_connections() {
            let mut connection = read.acquire().await.unwrap();
            let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
                .fetch_one(&mut *connection)
                .await
                .unwrap();
            let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
                .fetch_one(&mut *connection)
                .await
                .unwrap();
            assert_eq!((mode.as_str(), synchronous), ("wal", 1));
            held.push(connection);
        }
    }

    /// SQLite does not wait where two who open a new file both change the journal's mode.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn who_opens_the_new_file_too_does_not_fail_the_migration() {
        for _ in 0..200 {
            let directory = tempfile::tempdir().unwrap();
            let url = format!("sqlite:{}", directory.path().join("jobs.db").display());
            let pool = Pool::open(&url, 4).unwrap();
            let Pool::Sqlite { read, .. } = &pool else {
                panic!("not SQLite")
            };
            let options = read.connect_options();
            let others: Vec<_> = (0..4)
                .map(|_| {
                    let options = std::sync::Arc::clone(&options);
                    tokio::spawn(async move { options.connect().await.map(drop) })
                })
                .collect();
            pool.migrate().await.unwrap();
            for other in others {
                let _ = other.await.unwrap();
            }
        }
    }
}
