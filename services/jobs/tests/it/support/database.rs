//! A second hand on the service's database.

use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

/// Runs statements beside the service; gives how many rows they touched.
pub async fn execute(url: &str, sql: &str) -> u64 {
    let statements = sqlx::AssertSqlSafe(sql);
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let done = connection.execute(sqlx::raw_sql(statements)).await.unwrap();
        done.rows_affected()
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let done = connection.execute(sqlx::raw_sql(statements)).await.unwrap();
        done.rows_affected()
    }
}
