//! The pipeline that `log/` holds: a ring, a thread for each sink, a beginning and an end.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tracing_core::Level;

use super::builder::{Profile, Rotation, Target};
use super::level::rank;
use super::outlet::{Opener, colour};
use super::ring::layout::READERS_MAX;
use super::ring::{fork, open};
use super::shape::Shape;
use super::shared::Shared;
use super::writer::Writer;
use super::{Counts, RingOptions, ShutdownReport, Sink};

/// How long a pipeline that is dropped without [`Pipeline::shutdown`] tries to write what is left.
const AT_DROP: Duration = Duration::from_secs(2);

/// Lines go in by [`Pipeline::push`] and come out at every sink.
#[derive(Debug)]
pub struct Pipeline {
    shared: Arc<Shared>,
    plan: Plan,
    generation: u64,
    /// This pipeline in a process forked from the one that started it.
    child: OnceLock<Option<Box<Pipeline>>>,
    ended: OnceLock<ShutdownReport>,
}

/// What it takes to start over.
#[derive(Clone)]
struct Plan {
    sinks: Vec<Profile>,
    openers: Vec<Opener>,
    options: RingOptions,
}

/// Why a pipeline could not start. The message names the sink and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A sink cannot be what it was asked to be.
    #[error("sink {sink}: {message}")]
    Sink {
        /// The sink's name, and the section of the configuration that asked for it, if one did.
        sink: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// Too many sinks, or none.
    #[error("{0} sinks; a pipeline has 1 to {READERS_MAX}")]
    Number(usize),
}

impl Pipeline {
    /// Opens the sinks and the ring, starts a thread for each sink, and has them write first what earlier processes of the
    /// same service were killed with. Does not wait for that.
    ///
    /// # Errors
    /// [`StartError`] names the sink that cannot work. A ring that cannot be a file is no error: the ring is then in
    /// memory, and a `log.ring_not_durable` line says why.
    pub fn start(sinks: Vec<Sink>, options: RingOptions) -> Result<Self, StartError> {
        if sinks.is_empty() || sinks.len() > READERS_MAX {
            return Err(StartError::Number(sinks.len()));
        }
        check(&sinks)?;
        let parts = |Sink { profile, target }| {
            let opener = Opener::new(target, profile.rotation);
            (profile, opener)
        };
        let (sinks, openers) = sinks.into_iter().map(parts).unzip();
        Self::with(Plan {
            sinks,
            openers,
            options,
        })
    }

    fn with(plan: Plan) -> Result<Self, StartError> {
        fork::watch();
        let mut outlets = Vec::new();
        for (opener, sink) in plan.openers.iter().zip(&plan.sinks) {
            let opened = opener
                .open()
                .map_err(|error| failed(sink, &format!("cannot be opened: {error}")))?;
            outlets.push(opened);
        }
        let names: Vec<String> = plan.sinks.iter().map(|sink| sink.name.clone()).collect();
        #[cfg(target_os = "linux")]
        let mut backlogs = if plan.options.durable {
            super::backlog::find(&plan.options, &plan.sinks)
        } else {
            Vec::new()
        };
        let ring = open::open(&plan.options, &names);
        let shared = Arc::new(Shared::new(ring, &plan.sinks, &plan.options));
        let pipeline = Self {
            shared: Arc::clone(&shared),
            generation: fork::generation(),
            plan,
            child: OnceLock::new(),
            ended: OnceLock::new(),
        };
        for (number, outlet) in outlets.into_iter().enumerate() {
            let sink = &pipeline.plan.sinks[number];
            let shape = Shape {
                format: sink.format,
                colour: colour(sink.format, &*outlet),
            };
            #[cfg_attr(not(target_os = "linux"), allow(unused_mut))]
            let mut writer = Writer::new(Arc::clone(&shared), number, shape, outlet);
            #[cfg(target_os = "linux")]
            if let Some(backlog) = backlogs.get_mut(number) {
                // Before the thread runs: a shutdown that comes first must not call this complete.
                let unread = &shared.sinks[number].backlog;
                unread.store(backlog.len() as u64, std::sync::atomic::Ordering::Relaxed);
                writer.backlog = std::mem::take(backlog);
            }
            std::thread::Builder::new()
                .name(format!("log-{}", sink.name))
                .spawn(move || writer.run())
                .map_err(|error| failed(sink, &format!("its thread cannot be started: {error}")))?;
        }
        super::figures::publish(&shared);
        Ok(pipeline)
    }

    /// Takes one canonical JSON line, without a newline. When this returns the line is committed: it will be written, if
    /// need be by the next process, or it has been counted as dropped. Neither blocks (unless [`RingOptions::block`] says so
    /// and the ring is full) nor allocates; no system call while lines flow.
    #[inline]
    pub fn push(&self, level: Level, line: &[u8]) {
        if self.generation == fork::generation() {
            self.shared.push(rank(level), line);
        } else {
            self.push_in_child(level, line);
        }
    }

    #[cold]
    fn push_in_child(&self, level: Level, line: &[u8]) {
        match self.in_child() {
            Some(child) => child.push(level, line),
            None => self
                .shared
                .losses
                .add(super::drops::Reason::Shutdown, rank(level)),
        }
    }

    /// The same sinks with a ring in memory and threads of this process.
    fn in_child(&self) -> Option<&Self> {
        let start = || {
            let mut plan = self.plan.clone();
            plan.options.durable = false;
            Self::with(plan).ok().map(Box::new)
        };
        self.child.get_or_init(start).as_deref()
    }

    /// Waits until every sink has accepted what was pushed before; false if the deadline came first.
    pub fn flush(&self, deadline: Duration) -> bool {
        if self.is_foreign() {
            return self
                .child
                .get()
                .and_then(Option::as_ref)
                .is_none_or(|child| child.flush(deadline));
        }
        let until = Instant::now() + deadline;
        let ends = self.shared.segments.ends();
        self.shared.wake_all();
        while self.shared.segments.unread(&ends) {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        true
    }

    /// Takes no more lines, has every sink write out what there is, and stops. A sink that is blocked is left at the
    /// deadline; what it could not write is named in the report and on stderr, and stays in a durable ring for the next
    /// start. A second call returns the first one's report.
    pub fn shutdown(&self, deadline: Duration) -> ShutdownReport {
        if self.is_foreign() {
            let child = self.child.get().and_then(Option::as_ref);
            return child.map_or_else(ShutdownReport::default, |child| child.shutdown(deadline));
        }
        self.ended
            .get_or_init(|| super::shutdown::shutdown(&self.shared, deadline))
            .clone()
    }

    /// The figures so far.
    pub fn counts(&self) -> Counts {
        match self.child.get() {
            Some(Some(child)) if self.is_foreign() => child.counts(),
            _ => self.shared.counts(),
        }
    }

    /// Where the ring's file is; nothing if the ring is in memory.
    pub fn ring_path(&self) -> Option<&std::path::Path> {
        #[cfg(target_os = "linux")]
        if !self.is_foreign() {
            return self
                .shared
                .file
                .as_ref()
                .map(super::ring::file::RingFile::path);
        }
        None
    }

    /// Whether this is a process forked from the one that the threads belong to.
    fn is_foreign(&self) -> bool {
        self.generation != fork::generation()
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if !self.is_foreign() {
            self.shutdown(AT_DROP);
        }
    }
}

fn check(sinks: &[Sink]) -> Result<(), StartError> {
    for (number, Sink { profile, target }) in sinks.iter().enumerate() {
        let Rotation { size, every, .. } = profile.rotation;
        let twin = |other: &Sink| other.profile.name == profile.name;
        let problem = if sinks[..number].iter().any(twin) {
            "there are two of this name; give one another by `named`"
        } else if profile.rotation != Rotation::default() && !matches!(target, Target::File(_)) {
            "only a file can be rotated; take the rotation away"
        } else if every.is_some_and(|every| every.is_zero()) || size == Some(0) {
            "rotation by zero; give a size or a period above zero"
        } else {
            continue;
        };
        return Err(failed(profile, problem));
    }
    Ok(())
}

fn failed(sink: &Profile, message: &str) -> StartError {
    let name = &sink.name;
    StartError::Sink {
        sink: sink
            .section
            .map_or_else(|| name.clone(), |section| format!("{name} ({section})")),
        message: message.to_owned(),
    }
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan")
            .field("sinks", &self.sinks)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
