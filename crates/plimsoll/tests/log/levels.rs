//! Levels that are set at run time end in time, whatever else happens in that moment.

use plimsoll::sink::{RingOptions, Sink};
use plimsoll_standard::Config;
use std::time::{Duration, Instant};
use tracing::Level;

/// The thread that ends levels looks for the next end while a sooner one is set.
#[test]
fn an_end_that_is_set_while_another_is_looked_for_is_not_missed() {
    let hour = Some(Duration::from_secs(3600));
    let soon = Some(Duration::from_micros(50));
    let (_layer, guard) = plimsoll::configure()
        .config(Config::default())
        .sink(Sink::writer("none", std::io::sink()))
        .ring(RingOptions::default().durable(false))
        .build::<tracing_subscriber::Registry>()
        .unwrap();
    let control = guard.level();
    for round in 0..5000_u64 {
        // Wakes the thread.
        control.set(Level::ERROR, None, hour).unwrap();
        let started = Instant::now();
        while started.elapsed() < Duration::from_nanos(round * 4) {}
        control.set(Level::DEBUG, Some("orders"), soon).unwrap();
        while control.get().overrides.len() > 1 {
            assert!(started.elapsed() < Duration::from_secs(20), "{round}");
            std::thread::yield_now();
        }
    }
}
