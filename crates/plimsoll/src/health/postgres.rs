//! PostgreSQL: a query on a connection of the check's own.

use super::check::{Check, check};
use super::kept::Kept;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{ConnectOptions, Executor};
use std::borrow::Cow;

/// Checks the server behind `pool` with `SELECT 1` on a connection beside the pool: a pool that is merely used up is not
/// a dead database.
///
/// ```no_run
/// # fn add(guard: &plimsoll::Guard, pool: &sqlx::PgPool) -> Result<(), plimsoll::health::HealthError> {
/// guard.health().add(plimsoll::health::postgres("database", pool))
/// # }
/// ```
pub fn postgres(name: impl Into<Cow<'static, str>>, pool: &PgPool) -> Check {
    let options = pool.connect_options();
    let kept = Kept::new();
    check(name, move || {
        let options = options.clone();
        kept.clone().run(
            async move || options.connect().await,
            async |mut connection: PgConnection| {
                connection.execute("SELECT 1").await?;
                Ok::<_, sqlx::Error>(connection)
            },
        )
    })
}
