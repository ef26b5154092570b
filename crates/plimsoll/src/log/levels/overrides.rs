//! Levels set at run time: each for a target or for everything, each with its end.

use super::Directives;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tracing::Level;

/// One level set at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Override {
    /// `None` for everything.
    pub(crate) target: Option<String>,
    pub(crate) level: Level,
    pub(crate) ends: Instant,
}

/// All levels set at run time that hold now.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    list: Mutex<Vec<Override>>,
}

impl Overrides {
    /// Adds one in the place of an earlier one for the same target; false if there are too many.
    pub(crate) fn add(&self, new: Override) -> bool {
        let mut list = self.lock();
        list.retain(|old| old.target != new.target);
        if list.len() >= super::control::MOST {
            return false;
        }
        list.push(new);
        true
    }

    /// Takes those away of which `which` says so.
    pub(crate) fn take(&self, which: impl Fn(&Override) -> bool) -> Vec<Override> {
        self.lock().extract_if(.., |held| which(held)).collect()
    }

    /// When the next one ends.
    pub(crate) fn next_end(&self) -> Option<Instant> {
        self.lock().iter().map(|held| held.ends).min()
    }

    pub(crate) fn list(&self) -> Vec<Override> {
        self.lock().clone()
    }

    /// What holds when these lie over what start-up said: the level for everything voids it all, then the targets,
    /// short ones first.
    pub(crate) fn over(&self, start: &Directives) -> Directives {
        let mut list = self.list();
        list.sort_by_key(|held| held.target.as_ref().map_or(0, |target| target.len() + 1));
        let mut result = start.clone();
        for held in list {
            match held.target {
                None => result = Directives::of_level(held.level),
                Some(target) => result.override_with(&target, held.level),
            }
        }
        result
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Override>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn they_lie_over_the_start_and_end() {
        let now = Instant::now();
        let start = Directives::of_level(Level::INFO)
            .parse_over("sqlx::query=warn,orders=error")
            .unwrap();
        let overrides = Overrides::default();
        let add = |target: Option<&str>, level, seconds| {
            overrides.add(Override {
                target: target.map(str::to_owned),
                level,
                ends: now + Duration::from_secs(seconds),
            })
        };
        assert!(add(Some("sqlx"), Level::DEBUG, 5));
        assert_eq!(overrides.over(&start).of("sqlx::query"), Level::DEBUG);
        assert_eq!(overrides.over(&start).of("orders"), Level::ERROR);
        assert!(add(None, Level::TRACE, 10));
        assert_eq!(overrides.over(&start).of("orders"), Level::TRACE);
        assert_eq!(overrides.over(&start).of("sqlx"), Level::DEBUG);
        assert_eq!(overrides.next_end(), Some(now + Duration::from_secs(5)));
        let ended = |seconds| {
            overrides
                .take(|held| held.ends <= now + Duration::from_secs(seconds))
                .len()
        };
        assert_eq!(ended(5), 1);
        assert_eq!(overrides.over(&start).of("sqlx::query"), Level::TRACE);
        assert_eq!(ended(60), 1);
        assert_eq!(overrides.over(&start), start);
    }
}
