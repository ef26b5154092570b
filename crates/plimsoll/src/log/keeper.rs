//! What has to happen later: a level set at run time ends, suppressed calls are told. One thread, there only while
//! something is due.

use super::Logging;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Instant;

#[derive(Debug, Default)]
pub(crate) struct Keeper {
    running: Mutex<bool>,
    woken: Condvar,
}

/// Something new is due: the thread looks again, or is started. False if it cannot be.
pub(crate) fn wake(logging: &Arc<Logging>) -> bool {
    let keeper = &logging.keeper;
    let mut running = keeper
        .running
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if *running {
        keeper.woken.notify_one();
        return true;
    }
    let weak = Arc::downgrade(logging);
    // Without the thread a level holds longer than it should; the next change tries again.
    *running = std::thread::Builder::new()
        .name("plimsoll-keeper".to_owned())
        .spawn(move || run(&weak))
        .is_ok();
    *running
}

fn run(weak: &Weak<Logging>) {
    while let Some(logging) = weak.upgrade() {
        logging.keep(Instant::now());
        let keeper = &logging.keeper;
        let mut running = keeper
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock: whoever makes something due before this is seen, whoever does after this finds the
        // thread asleep, or `running` false.
        let Some(next) = logging.next_due() else {
            *running = false;
            return;
        };
        let wait = next.saturating_duration_since(Instant::now());
        drop(keeper.woken.wait_timeout(running, wait));
    }
}
