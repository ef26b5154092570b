use std::convert::Infallible;
use std::time::Duration;

use super::*;
use crate::metrics::catalogue;

fn count(operation: &str, outcome: &str) -> u64 {
    catalogue()
        .db_client_operation_duration
        .count(["test", operation, outcome])
}

#[tokio::test]
async fn every_end_has_its_outcome() {
    assert_eq!(
        time("test", "a", async { Ok::<_, Infallible>(3) }).await,
        Ok(3)
    );
    assert_eq!(
        time("test", "a", async { Err::<(), _>("no") }).await,
        Err("no")
    );
    let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
    assert!(
        time("test", "a", async { Err::<(), _>(late) })
            .await
            .is_err()
    );
    let never = time(
        "test",
        "a",
        std::future::pending::<Result<(), Infallible>>(),
    );
    assert!(
        tokio::time::timeout(Duration::from_millis(10), never)
            .await
            .is_err()
    );
    for (outcome, expected) in [("ok", 1), ("error", 1), ("timeout", 1), ("cancelled", 1)] {
        assert_eq!(count("a", outcome), expected, "{outcome}");
    }
}

#[tokio::test]
async fn the_time_is_the_statements_own() {
    let slow = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok::<_, Infallible>(())
    };
    time("test", "slow", slow).await.unwrap();
    let measured = catalogue()
        .db_client_operation_duration
        .quantile(0.5, |labels| labels.contains(&"slow"))
        .unwrap();
    // The histogram is exact to two percent; a busy machine wakes late.
    assert!((0.049..10.0).contains(&measured), "{measured}");
}

#[tokio::test]
async fn a_deadline_is_a_timeout() {
    let never = std::future::pending::<Result<(), Infallible>>();
    let result = time_within("test", "b", Duration::from_millis(10), never).await;
    assert!(matches!(result, Err(TimedError::Elapsed)));
    let failed = time_within("test", "b", Duration::from_secs(9), async {
        Err::<(), _>("no")
    })
    .await;
    assert!(matches!(failed, Err(TimedError::Failed("no"))));
    assert!(
        time_within("test", "b", Duration::from_secs(9), async {
            Ok::<_, Infallible>(())
        })
        .await
        .is_ok()
    );
    assert_eq!(
        (count("b", "timeout"), count("b", "error"), count("b", "ok")),
        (1, 1, 1)
    );
}

#[cfg(feature = "sqlx")]
#[tokio::test]
async fn a_pool_without_a_free_connection_is_a_timeout() {
    let result = time("test", "c", async {
        Err::<(), _>(sqlx::Error::PoolTimedOut)
    })
    .await;
    assert!(result.is_err());
    assert_eq!(count("c", "timeout"), 1);
}
