//! One statement for both databases: only the clock and the row locks differ in their text.
//!
//! Parameters are `$1`, `$2`, .. in both. Times compare against the database's clock, so that replicas whose clocks
//! disagree still agree on what is due and whose lease has run out.

/// The same statement in both dialects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// Builds a [`Sql`] from literals, `now` and `skip_locked`.
macro_rules! sql {
    ($($part:tt)+) => {
        $crate::store::sql::Sql {
            sqlite: concat!($($crate::store::sql::piece!(sqlite $part)),+),
            postgres: concat!($($crate::store::sql::piece!(postgres $part)),+),
        }
    };
}

macro_rules! piece {
    (sqlite now) => {
        "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
    };
    (postgres now) => {
        "(extract(epoch from statement_timestamp()) * 1000000)::bigint"
    };
    // SQLite has one writer at a time: nothing to skip.
    (sqlite skip_locked) => {
        ""
    };
    (postgres skip_locked) => {
        " FOR UPDATE SKIP LOCKED"
    };
    ($dialect:ident job_columns) => {
        $crate::job::job_columns!()
    };
    ($dialect:ident $text:literal) => {
        $text
    };
}

pub(crate) use {piece, sql};

#[cfg(test)]
mod tests {
    #[test]
    fn the_dialects_differ_only_where_they_must() {
        let statement = sql!("SELECT " now " FROM jobs LIMIT 1" skip_locked);
        assert!(statement.sqlite.contains("unixepoch"));
        assert!(!statement.sqlite.contains("SKIP"));
        assert!(statement.postgres.ends_with("FOR UPDATE SKIP LOCKED"));
    }
}
