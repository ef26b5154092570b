//! How many connections are open at once: those that are served have a place each, those that have not said yet what they
//! want wait in the lobby. Where the room ends, whoever has been silent for longest goes first, so that a crowd that says
//! nothing keeps out neither a probe nor a request.

use crate::metrics::{self, Counter};
use std::collections::VecDeque;
use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{AbortHandle, JoinSet};

/// Room in the lobby while every place is taken: for probes, and for whoever is to be told so.
const LOBBY: usize = 64;
/// How often a crowd is worth a line.
const TELL_AFTER: Duration = Duration::from_secs(10);

/// Connections that did not get in.
struct Refused {
    full: Counter,
    silent: Counter,
}

static REFUSED: LazyLock<Option<Refused>> = LazyLock::new(|| {
    let refused = metrics::registry()
        .counter(
            "http_server_connections_refused_total",
            "Connections beyond max_connections: answered with 503 (full), or closed before they had said anything (silent).",
            ["reason"],
        )
        .ok()?;
    Some(Refused {
        full: refused.with(["full"]),
        silent: refused.with(["silent"]),
    })
});

/// What the connections that are served at once share.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    most: usize,
    free: Arc<Semaphore>,
}

/// Held for as long as a connection is served.
pub(crate) type Place = OwnedSemaphorePermit;

impl Places {
    /// So many as are wanted, but no more than three quarters of the files that this process may open: the rest is for the
    /// database, the log and the probes.
    pub(crate) fn new(wanted: NonZeroUsize) -> Self {
        let bearable = file_limit()
            .map_or(usize::MAX, |files| files / 4 * 3)
            .max(1);
        let most = wanted.get().min(bearable).min(Semaphore::MAX_PERMITS);
        // The series are there before the first refusal.
        LazyLock::force(&REFUSED);
        Self {
            most,
            free: Arc::new(Semaphore::new(most)),
        }
    }

    /// How many connections are served at once.
    pub(crate) const fn most(&self) -> usize {
        self.most
    }

    pub(super) fn take(&self) -> Option<Place> {
        Arc::clone(&self.free).try_acquire_owned().ok()
    }

    /// Served and waiting together are at most `most`, except for the few that the lobby has room for in any case.
    fn room_to_wait(&self) -> usize {
        self.free.available_permits().max(LOBBY)
    }
}

/// What became of a connection in the lobby.
#[derive(Debug, Clone, Copy)]
pub(super) enum Left {
    /// Served, by whomever.
    Served,
    /// Told that there is no place.
    Refused,
}

/// Connections that were accepted and have not said yet what they want.
pub(super) struct Lobby {
    places: Places,
    tasks: JoinSet<Left>,
    /// The same, in the order in which they came; some have left already.
    order: VecDeque<AbortHandle>,
    crowd: Crowd,
}

impl Lobby {
    pub(super) fn new(places: Places) -> Self {
        Self {
            places,
            tasks: JoinSet::new(),
            order: VecDeque::new(),
            crowd: Crowd::default(),
        }
    }

    /// Lets one more in, in the place of the one that has been silent for longest if there is no room.
    pub(super) fn enter(&mut self, connection: impl Future<Output = Left> + Send + 'static) {
        while let Some(left) = self.tasks.try_join_next() {
            self.crowd.look_at(left.ok(), &self.places);
        }
        if self.tasks.len() >= self.places.room_to_wait() {
            self.send_oldest_away();
        }
        if self.order.len() > 2 * (self.tasks.len() + LOBBY) {
            self.order.retain(|connection| !connection.is_finished());
        }
        self.order.push_back(self.tasks.spawn(connection));
    }

    fn send_oldest_away(&mut self) {
        while let Some(oldest) = self.order.pop_front() {
            if !oldest.is_finished() {
                oldest.abort();
                self.crowd.silent(&self.places);
                return;
            }
        }
    }

    /// Waits until one has left; false if nobody is there.
    pub(super) async fn one_left(&mut self) -> bool {
        let Some(left) = self.tasks.join_next().await else {
            return false;
        };
        self.crowd.look_at(left.ok(), &self.places);
        true
    }
}

/// Counts who did not get in, and says so now and then.
#[derive(Default)]
struct Crowd {
    told: Option<Instant>,
    full: u64,
    silent: u64,
}

impl Crowd {
    fn look_at(&mut self, left: Option<Left>, places: &Places) {
        if matches!(left, Some(Left::Refused)) {
            self.full += 1;
            self.count(|refused| &refused.full, places);
        }
    }

    fn silent(&mut self, places: &Places) {
        self.silent += 1;
        self.count(|refused| &refused.silent, places);
    }

    fn count(&mut self, which: fn(&Refused) -> &Counter, places: &Places) {
        if let Some(refused) = &*REFUSED {
            which(refused).inc();
        }
        if self.told.is_some_and(|told| told.elapsed() < TELL_AFTER) {
            return;
        }
        self.told = Some(Instant::now());
        // What came since the line before.
        tracing::warn!(
            target: "plimsoll::http",
            max_connections = places.most,
            refused = std::mem::take(&mut self.full),
            silent_closed = std::mem::take(&mut self.silent),
            remedy = "see who opens so many; if they are welcome, raise max_connections under [http] and the limit of open files",
            "http.connections_full"
        );
    }
}

#[cfg(unix)]
fn file_limit() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current?;
    usize::try_from(limit).ok()
}

#[cfg(not(unix))]
const fn file_limit() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_leave_files_for_everything_else() {
        let few = Places::new(NonZeroUsize::new(3).unwrap());
        assert_eq!(few.most(), 3);
        assert_eq!(few.room_to_wait(), LOBBY);
        let many = Places::new(NonZeroUsize::MAX);
        assert_eq!(many.room_to_wait(), many.most());
        #[cfg(unix)]
        assert!(file_limit().is_none_or(|files| many.most() < files));
    }

    #[tokio::test]
    async fn who_was_silent_for_longest_goes_first() {
        let mut lobby = Lobby::new(Places::new(NonZeroUsize::MIN));
        let (leave, left) = tokio::sync::watch::channel(());
        for _ in 0..LOBBY {
            let mut left = left.clone();
            lobby.enter(async move {
                let _ = left.changed().await;
                Left::Served
            });
        }
        let first = lobby.order.front().cloned().unwrap();
        let second = lobby.order.get(1).cloned().unwrap();
        lobby.enter(std::future::pending());
        assert!(lobby.one_left().await);
        assert!(first.is_finished() && !second.is_finished());
        assert_eq!(lobby.tasks.len(), LOBBY);
        // Who has left leaves room.
        leave.send(()).unwrap();
        for _ in 1..LOBBY {
            assert!(lobby.one_left().await);
        }
        lobby.enter(std::future::pending());
        assert_eq!(lobby.tasks.len(), 2);
    }

    #[tokio::test]
    async fn what_has_left_is_forgotten() {
        let mut lobby = Lobby::new(Places::new(NonZeroUsize::MIN));
        for _ in 0..LOBBY * 10 {
            lobby.enter(std::future::ready(Left::Served));
            while lobby.one_left().await {}
        }
        assert!(lobby.order.len() <= 2 * LOBBY + 1, "{}", lobby.order.len());
        assert_eq!(lobby.crowd.silent, 0);
    }
}
