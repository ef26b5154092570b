//! SQLite: a read of the file on a connection of the check's own.

use super::check::{Check, check};
use super::kept::Kept;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions, Executor};
use std::borrow::Cow;

/// Checks the file behind `pool` on a connection beside the pool. `SELECT 1` would not touch the file at all, so the
/// check reads the schema's version from its header. A missing file fails; it is not created.
///
/// ```no_run
/// # fn add(guard: &plimsoll::Guard, pool: &sqlx::SqlitePool) -> Result<(), plimsoll::health::HealthError> {
/// guard.health().add(plimsoll::health::sqlite("database", pool))
/// # }
/// ```
pub fn sqlite(name: impl Into<Cow<'static, str>>, pool: &SqlitePool) -> Check {
    let options = pool
        .connect_options()
        .as_ref()
        .clone()
        .create_if_missing(false);
    let kept = Kept::new();
    check(name, move || {
        let options = options.clone();
        kept.clone().run(
            async move || options.connect().await,
            async |mut connection: SqliteConnection| {
                connection.execute("PRAGMA schema_version").await?;
                Ok::<_, sqlx::Error>(connection)
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
    use std::time::Duration;

    async fn pool(path: &std::path::Path) -> SqlitePool {
        SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_millis(200))
            .connect_with(
                SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true),
            )
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_used_up_pool_is_not_a_dead_database() {
        let directory = tempfile::tempdir().unwrap();
        let pool = pool(&directory.path().join("a.db")).await;
        let check = sqlite("database", &pool);
        let held = pool.acquire().await.unwrap();
        assert!(pool.acquire().await.is_err());
        for _ in 0..3 {
            (check.run)().await.unwrap();
        }
        drop(held);
    }

    #[tokio::test]
    async fn a_missing_or_broken_file_fails_and_is_not_created() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        let pool = pool(&path).await;
        pool.close().await;
        std::fs::remove_file(&path).unwrap();
        let missing = sqlite("database", &pool);
        assert!((missing.run)().await.is_err());
        assert!(!path.exists());
        std::fs::write(&path, "this is no database at all, whatever its name says").unwrap();
        assert!((sqlite("database", &pool).run)().await.is_err());
    }
}
