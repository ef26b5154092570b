//! The one connection that writes to SQLite, on a thread of its own. What waits at the same time shares a transaction.
//!
//! SQLite has one writer. If the connection went from task to task, each statement would wait for the runtime to get round
//! to its task, twice, while nobody writes. Here the next statement follows at once, and a busy service pays for one
//! commit instead of many. Nobody is answered before the commit.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Connection, Executor, FromRow, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::pool::{Arg, bind};

/// Statements that share a transaction at most.
const TOGETHER: usize = 64;
/// Statements that may wait; more wait at their callers, each until its deadline.
const WAITING: usize = 1024;

/// Hands statements to the thread. Cheap to clone; the thread ends when it is closed, or with the last clone.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    statements: mpsc::Sender<Box<dyn Write>>,
    closing: CancellationToken,
    ended: CancellationToken,
}

impl Writer {
    /// Starts the thread, which connects when there is something to write.
    pub(crate) fn start(options: SqliteConnectOptions) -> std::io::Result<Self> {
        let (statements, waiting) = mpsc::channel(WAITING);
        let writer = Self {
            statements,
            closing: CancellationToken::new(),
            ended: CancellationToken::new(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (closing, ended) = (writer.closing.clone(), writer.ended.clone().drop_guard());
        std::thread::Builder::new()
            .name("jobs-writer".to_owned())
            .spawn(move || {
                runtime.block_on(work(options, waiting, closing));
                drop(ended);
            })?;
        Ok(writer)
    }

    /// The rows of a statement, once it is committed.
    pub(crate) async fn rows<T>(
        &self,
        sql: &'static str,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>, sqlx::Error>
    where
        T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin + 'static,
    {
        let (reply, rows) = oneshot::channel();
        let statement = Statement {
            sql,
            args: args.iter().map(Owned::from).collect(),
            rows: Ok(Vec::new()),
            reply,
        };
        let sent = self.statements.send(Box::new(statement)).await;
        sent.map_err(|_| sqlx::Error::PoolClosed)?;
        rows.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }

    /// Lets what waits be written, closes the connection and waits for that.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.ended.cancelled().await;
    }
}

async fn work(
    options: SqliteConnectOptions,
    mut waiting: mpsc::Receiver<Box<dyn Write>>,
    closing: CancellationToken,
) {
    let mut connection = None;
    let mut together = Vec::with_capacity(TOGETHER);
    loop {
        let came = tokio::select! {
            came = waiting.recv_many(&mut together, TOGETHER) => came,
            () = closing.cancelled(), if !waiting.is_closed() => {
                waiting.close();
                continue;
            }
        };
        if came == 0 {
            break;
        }
        // Whoever has gone away wants nothing written any more.
        together.retain(|statement| statement.is_wanted());
        // A panic costs these statements and the connection, not the thread.
        let written = AssertUnwindSafe(write(&options, &mut connection, &mut together));
        if written.catch_unwind().await.is_err() {
            together.clear();
            connection = None;
        }
    }
    if let Some(open) = connection {
        drop(open.close().await);
    }
}

async fn write(
    options: &SqliteConnectOptions,
    connection: &mut Option<SqliteConnection>,
    together: &mut Vec<Box<dyn Write>>,
) {
    let open = match connection {
        Some(open) => open,
        None => match options.connect().await {
            Ok(open) => connection.insert(open),
            Err(error) => return refuse_all(together, &error),
        },
    };
    in_one(open, together).await;
}

/// Writes these in one transaction, or each in its own if one of them fails: so an error is its own statement's alone.
async fn in_one(connection: &mut SqliteConnection, together: &mut Vec<Box<dyn Write>>) {
    if together.len() > 1 {
        if let Err(error) = connection.execute("BEGIN IMMEDIATE").await {
            return refuse_all(together, &error);
        }
        let mut failed = false;
        for statement in together.iter_mut() {
            failed = !statement.run(connection).await;
            if failed {
                break;
            }
        }
        if !failed {
            match connection.execute("COMMIT").await {
                Ok(_) => together.drain(..).for_each(Write::answer),
                Err(error) => {
                    // It fails where SQLite has taken the transaction back by itself.
                    let _ = connection.execute("ROLLBACK").await;
                    refuse_all(together, &error);
                }
            }
            return;
        }
        let _ = connection.execute("ROLLBACK").await;
    }
    for mut statement in together.drain(..) {
        statement.run(connection).await;
        statement.answer();
    }
}

fn refuse_all(together: &mut Vec<Box<dyn Write>>, error: &sqlx::Error) {
    for statement in together.drain(..) {
        statement.refuse(error);
    }
}

/// A statement whose rows are of some type.
trait Write: Send {
    /// Whether somebody waits for it.
    fn is_wanted(&self) -> bool;
    /// Runs it and keeps its rows; false if it failed. May be run again after a rollback.
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, bool>;
    /// Gives the caller what the last run gave.
    fn answer(self: Box<Self>);
    /// Tells the caller that it was not written.
    fn refuse(self: Box<Self>, error: &sqlx::Error);
}

struct Statement<T> {
    sql: &'static str,
    args: Vec<Owned>,
    rows: Result<Vec<T>, sqlx::Error>,
    reply: oneshot::Sender<Result<Vec<T>, sqlx::Error>>,
}

impl<T> Write for Statement<T>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin + 'static,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let args = self.args.iter().map(Owned::borrow);
            self.rows = bind!(sqlx::query_as::<_, T>(self.sql), args)
                .fetch_all(connection)
                .await;
            self.rows.is_ok()
        })
    }

    fn answer(self: Box<Self>) {
        let _ = self.reply.send(self.rows);
    }

    fn refuse(self: Box<Self>, error: &sqlx::Error) {
        // One error, many callers; none of them is to take it for a refusal of its own statement.
        let error = std::io::Error::other(error.to_string());
        let _ = self.reply.send(Err(sqlx::Error::Io(error)));
    }
}

/// An [`Arg`] that can go to another thread.
enum Owned {
    Text(Option<String>),
    Int(Option<i64>),
}

impl From<&Arg<'_>> for Owned {
    fn from(arg: &Arg<'_>) -> Self {
        match *arg {
            Arg::Text(text) => Self::Text(Some(text.to_owned())),
            Arg::OptionalText(text) => Self::Text(text.map(str::to_owned)),
            Arg::Int(number) => Self::Int(Some(number)),
            Arg::OptionalInt(number) => Self::Int(number),
        }
    }
}

impl Owned {
    fn borrow(&self) -> Arg<'_> {
        match self {
            Self::Text(text) => Arg::OptionalText(text.as_deref()),
            Self::Int(number) => Arg::OptionalInt(*number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn table(directory: &tempfile::TempDir) -> (Writer, SqliteConnection) {
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("test.db"))
            .create_if_missing(true)
            .busy_timeout(Duration::from_secs(30));
        let mut other = options.connect().await.unwrap();
        other
            .execute("CREATE TABLE numbers (n INTEGER CHECK (n <> 13)) STRICT")
            .await
            .unwrap();
        (Writer::start(options).unwrap(), other)
    }

    /// Has them all wait while `other` holds the lock, so that they are written together.
    async fn insert(
        writer: &Writer,
        other: &mut SqliteConnection,
        numbers: std::ops::Range<i64>,
    ) -> Vec<Result<Vec<(i64,)>, sqlx::Error>> {
        other.execute("BEGIN IMMEDIATE").await.unwrap();
        let inserts: Vec<_> = numbers
            .map(|number| {
                let writer = writer.clone();
                tokio::spawn(async move {
                    let args = [Arg::Int(number)];
                    writer
                        .rows("INSERT INTO numbers VALUES ($1) RETURNING n", &args)
                        .await
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.execute("COMMIT").await.unwrap();
        let mut results = Vec::new();
        for insert in inserts {
            results.push(insert.await.unwrap());
        }
        results
    }

    async fn stored(other: &mut SqliteConnection) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM numbers")
            .fetch_one(other)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn each_is_answered_with_its_own_rows_and_committed_by_then() {
        let directory = tempfile::tempdir().unwrap();
        let (writer, mut other) = table(&directory).await;
        let results = insert(&writer, &mut other, 100..300).await;
        assert_eq!(stored(&mut other).await, 200);
        for (number, rows) in (100..).zip(results) {
            assert_eq!(rows.unwrap(), [(number,)]);
        }
    }

    #[tokio::test]
    async fn one_that_is_refused_costs_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let (writer, mut other) = table(&directory).await;
        let results = insert(&writer, &mut other, 0..50).await;
        assert_eq!(stored(&mut other).await, 49);
        for (number, rows) in (0..).zip(results) {
            match rows {
                Ok(rows) => assert_eq!(rows, [(number,)]),
                Err(sqlx::Error::Database(error)) => {
                    assert_eq!((number, error.is_check_violation()), (13, true));
                }
                Err(error) => panic!("{number}: {error}"),
            }
        }
    }

    #[tokio::test]
    async fn nothing_is_written_for_who_has_gone() {
        let directory = tempfile::tempdir().unwrap();
        let (writer, mut other) = table(&directory).await;
        other.execute("BEGIN IMMEDIATE").await.unwrap();
        let first = tokio::spawn({
            let writer = writer.clone();
            async move {
                writer
                    .rows::<(i64,)>("INSERT INTO numbers VALUES (1) RETURNING n", &[])
                    .await
            }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        let left = writer.rows::<(i64,)>("INSERT INTO numbers VALUES (2) RETURNING n", &[]);
        assert!(
            tokio::time::timeout(Duration::from_millis(50), left)
                .await
                .is_err()
        );
        other.execute("COMMIT").await.unwrap();
        assert_eq!(first.await.unwrap().unwrap(), [(1,)]);
        writer.close().await;
        assert_eq!(stored(&mut other).await, 1);
    }

    #[tokio::test]
    async fn a_panic_costs_one_statement() {
        #[derive(Debug)]
        struct Panics;
        impl FromRow<'_, SqliteRow> for Panics {
            fn from_row(_: &SqliteRow) -> Result<Self, sqlx::Error> {
                panic!("in a row")
            }
        }
        let directory = tempfile::tempdir().unwrap();
        let (writer, mut other) = table(&directory).await;
        let failed = writer.rows::<Panics>("INSERT INTO numbers VALUES (1) RETURNING n", &[]);
        assert!(matches!(failed.await, Err(sqlx::Error::WorkerCrashed)));
        let next = writer.rows::<(i64,)>("INSERT INTO numbers VALUES (2) RETURNING n", &[]);
        assert_eq!(next.await.unwrap(), [(2,)]);
        let _ = stored(&mut other).await;
    }

    #[tokio::test]
    async fn what_waits_at_the_end_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let (writer, mut other) = table(&directory).await;
        let results = insert(&writer, &mut other, 100..150);
        let (results, ()) = tokio::join!(results, async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            writer.close().await;
        });
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        let late = writer.rows::<(i64,)>("INSERT INTO numbers VALUES (1) RETURNING n", &[]);
        assert!(matches!(late.await, Err(sqlx::Error::PoolClosed)));
        assert_eq!(stored(&mut other).await, 50);
    }
}
