use super::*;
use crate::metrics::catalogue;

fn counts(name: &str) -> [u64; 3] {
    ["hit", "miss", "error"].map(|result| catalogue().cache_requests.get([name, result]))
}

#[test]
fn every_read_counts_once() {
    let counted = Counted::new("counted_test");
    assert_eq!(counts("counted_test"), [0, 0, 0]);
    assert_eq!(counted.read(Ok::<_, ()>(Some(1))), Some(1));
    assert_eq!(counted.read(Ok::<Option<i32>, ()>(None)), None);
    assert_eq!(counted.read(Err::<Option<i32>, _>("gone")), None);
    assert_eq!(counts("counted_test"), [1, 1, 1]);
}

#[cfg(feature = "moka")]
#[tokio::test]
async fn memory_forgets_in_time() {
    use std::time::Duration;
    let memory = Memory::new("memory_test", 1 << 20);
    assert_eq!(memory.get("a").await, None);
    memory
        .set("a".to_owned(), "1".to_owned(), Duration::from_secs(60))
        .await;
    memory
        .set("b".to_owned(), "2".to_owned(), Duration::from_millis(30))
        .await;
    assert_eq!(memory.get("a").await.as_deref(), Some("1"));
    assert_eq!(memory.get("b").await.as_deref(), Some("2"));
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(memory.get("b").await, None, "its time is over");
    // A shorter time replaces a longer one.
    memory
        .set("a".to_owned(), "3".to_owned(), Duration::from_millis(30))
        .await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(memory.get("a").await, None);
    memory
        .set("a".to_owned(), "4".to_owned(), Duration::from_secs(60))
        .await;
    memory.remove("a").await;
    assert_eq!(memory.get("a").await, None);
    assert_eq!(counts("memory_test"), [2, 4, 0]);
}

#[cfg(feature = "redis")]
#[tokio::test]
async fn a_redis_that_is_silent_costs_a_bounded_time() {
    use std::time::{Duration, Instant};
    // Accepts connections and never answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let remote = Remote::new("remote_test", &url).unwrap();
    let started = Instant::now();
    for _ in 0..20 {
        assert_eq!(remote.get("a").await, None);
    }
    // Three reads wait for their deadline of 75 ms, the rest are refused by the breaker.
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(counts("remote_test"), [0, 0, 20]);
}
