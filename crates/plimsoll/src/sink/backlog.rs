//! Lines that an earlier process of this service was killed with: written first, marked, and only then is its ring deleted.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};

use tracing_core::Level;

use super::RingOptions;
use super::builder::Profile;
use super::mark::{Mark, mark};
use super::rescue::{Rescued, rescue};
use super::ring::file::{Directory, RingFile, name_of};
use super::ring::header::{Header, cut, word_at};
use super::ring::layout::{pack_cursor, unpack_cursor};
use super::ring::open::bases;
use super::writer::{BATCH, Writer};
use crate::encode::line::Line;

/// The ring of a dead process, locked for us.
#[derive(Debug)]
pub(super) struct Dead {
    file: RingFile,
    header: Header,
    /// Sinks that have not accepted their part.
    waiting: AtomicUsize,
}

/// One sink's part of a dead ring.
#[derive(Debug, Clone)]
pub(super) struct Backlog {
    dead: Arc<Dead>,
    /// The sinks of the dead process whose lines are meant.
    of: Vec<usize>,
}

/// Every dead ring of the service, divided among the sinks: each takes what the sink of its name had not written, and the
/// first one also what nobody else takes.
pub(super) fn find(options: &RingOptions, sinks: &[Profile]) -> Vec<Vec<Backlog>> {
    let mut backlogs = vec![Vec::new(); sinks.len()];
    for base in bases(options) {
        let Ok(directory) = Directory::open(base.join(name_of(&options.service))) else {
            continue;
        };
        for (file, header) in readable(directory.dead_rings().unwrap_or_default()) {
            let waiting = AtomicUsize::new(sinks.len());
            let dead = Arc::new(Dead {
                file,
                header,
                waiting,
            });
            for (number, sink) in sinks.iter().enumerate() {
                let takes = |old: &String| {
                    let known = sinks.iter().position(|sink| cut(&sink.name) == old);
                    cut(&sink.name) == old || (number == 0 && known.is_none())
                };
                let names = dead.header.sinks.iter().enumerate();
                let of = names
                    .filter(|(_, old)| takes(old))
                    .map(|(old, _)| old)
                    .collect();
                backlogs[number].push(Backlog {
                    dead: Arc::clone(&dead),
                    of,
                });
            }
        }
    }
    backlogs
}

/// Rings with their headers, oldest first. A file that is no ring of this version stays where it is.
fn readable(files: Vec<RingFile>) -> Vec<(RingFile, Header)> {
    let header = |file: RingFile| {
        let bytes = bytes(file.file()?).ok()?;
        let header = Header::read(&bytes)?;
        Some((file, header))
    };
    let mut rings: Vec<_> = files.into_iter().filter_map(header).collect();
    rings.sort_by_key(|(_, header)| header.created);
    rings
}

fn bytes(file: &File) -> io::Result<Vec<u8>> {
    const MOST: u64 = 1 << 31;
    let len = file.metadata()?.len().min(MOST);
    let mut bytes = vec![0; len as usize];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

impl Backlog {
    /// Says in the dead ring how far these sinks are: `done`, or only on the way there.
    fn advance(&self, ring: &[u8], reach: &[(usize, usize)], done: bool) {
        let Some(file) = self.dead.file.file() else {
            return;
        };
        for &(index, to) in reach {
            for &reader in &self.of {
                let at = self.dead.header.geometry.cursor(index, reader);
                let (before, taken) = word_at(ring, at).map_or((0, 0), unpack_cursor);
                let (after, taken) = if done {
                    (before.max(to), before.max(to))
                } else {
                    (before, taken.max(to))
                };
                // At worst a second crash repeats lines, marked as such by the first try's cursor.
                let _ = file.write_all_at(&pack_cursor(after, taken).to_ne_bytes(), at as u64);
            }
        }
    }

    /// One sink less to wait for; the last one deletes the ring.
    fn accepted(&self) {
        if self.dead.waiting.fetch_sub(1, AcqRel) == 1 {
            self.dead.file.remove();
        }
    }
}

/// How a recovery went, over one ring.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    lines: u64,
    maybe_repeated: u64,
    unreadable: u64,
}

impl Tally {
    /// The line as it is written, if it is one.
    fn marked(&mut self, rescued: &Rescued<'_>) -> Option<Vec<u8>> {
        let how = if rescued.in_flight {
            Mark::MaybeRepeated
        } else {
            Mark::Recovered
        };
        let line = mark(rescued.line, how);
        match line {
            Some(_) => self.lines += 1,
            None => self.unreadable += 1,
        }
        self.maybe_repeated += u64::from(line.is_some() && rescued.in_flight);
        line
    }
}

impl Writer {
    /// Writes this sink's part of every dead ring. False if it gave up; the ring then waits for the next start.
    pub(super) fn recover(&mut self) -> bool {
        std::mem::take(&mut self.backlog)
            .iter()
            .all(|backlog| self.recover_one(backlog))
    }

    fn recover_one(&mut self, backlog: &Backlog) -> bool {
        let Some(Ok(ring)) = backlog.dead.file.file().map(bytes) else {
            self.state().backlog.fetch_sub(1, Relaxed);
            return true;
        };
        let lines = rescue(&backlog.dead.header, &ring, &backlog.of);
        let mut left = lines.as_slice();
        self.state().backlog.fetch_add(lines.len() as u64, Relaxed);
        self.state().backlog.fetch_sub(1, Relaxed);
        let mut tally = Tally::default();
        while !left.is_empty() {
            let (reach, taken) = self.fill_recovered(left, &mut tally);
            backlog.advance(&ring, &reach, false);
            if !self.deliver() {
                return false;
            }
            backlog.advance(&ring, &reach, true);
            self.state().backlog.fetch_sub(taken as u64, Relaxed);
            left = &left[taken..];
        }
        self.state().recovered.fetch_add(tally.lines, Relaxed);
        if !lines.is_empty() {
            self.delivery.clear();
            let line = Line::new(Level::WARN, "log.recovered")
                .field("count", tally.lines)
                .field("maybe_repeated", tally.maybe_repeated)
                .field("unreadable", tally.unreadable)
                .rendered(&self.shared.fields)
                .finish();
            self.add_own(&line);
            if !self.deliver() {
                return false;
            }
        }
        backlog.accepted();
        true
    }

    /// Makes one batch. Returns how far it reaches in each segment, and how many of `lines` it covers.
    fn fill_recovered(
        &mut self,
        lines: &[Rescued<'_>],
        tally: &mut Tally,
    ) -> (Vec<(usize, usize)>, usize) {
        self.delivery.clear();
        let mut reach: Vec<(usize, usize)> = Vec::new();
        let mut covered = 0;
        let (least, shape) = (self.state().least, self.shape);
        for rescued in lines {
            if self.delivery.len() >= BATCH {
                break;
            }
            covered += 1;
            match reach.iter_mut().find(|(index, _)| *index == rescued.index) {
                Some((_, to)) => *to = (*to).max(rescued.next),
                None => reach.push((rescued.index, rescued.next)),
            }
            if rescued.level >= least
                && let Some(line) = tally.marked(rescued)
            {
                self.delivery.line(|out| shape.render(&line, out));
            }
        }
        (reach, covered)
    }
}

/// What [`recover`] has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovery {
    /// Rings of dead processes, now deleted.
    pub rings: u64,
    /// Lines written.
    pub lines: u64,
    /// Lines among them that may have been written before, wholly or in part.
    pub maybe_repeated: u64,
    /// Records that are not one JSON object, left out.
    pub unreadable: u64,
}

/// Writes every line that dead processes left in the rings of `directory` to `out`, one a line, and deletes a ring once `out`
/// has accepted and flushed all of it. `directory` holds rings, or directories of rings (`plimsoll-<user>-<service>`). A line
/// is written if any of the process's sinks had not written it. Rings of living processes are left alone.
///
/// # Errors
/// What the system says of the directory or of `out`; rings not yet finished stay.
pub fn recover(directory: &Path, out: &mut dyn Write) -> io::Result<Recovery> {
    let mut recovery = Recovery::default();
    for directory in directories(directory)? {
        for (file, header) in readable(directory.dead_rings()?) {
            let Some(ring) = file.file().map(bytes).transpose()? else {
                continue;
            };
            let mut tally = Tally::default();
            let all: Vec<usize> = (0..header.sinks.len()).collect();
            for rescued in rescue(&header, &ring, &all) {
                if let Some(mut line) = tally.marked(&rescued) {
                    line.push(b'\n');
                    out.write_all(&line)?;
                }
            }
            out.flush()?;
            file.remove();
            recovery.rings += 1;
            recovery.lines += tally.lines;
            recovery.maybe_repeated += tally.maybe_repeated;
            recovery.unreadable += tally.unreadable;
        }
    }
    Ok(recovery)
}

fn directories(path: &Path) -> io::Result<Vec<Directory>> {
    let ours = |name: &OsStr| name.to_string_lossy().starts_with("plimsoll-");
    let own = Directory::open(path.to_owned());
    let mut directories = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if ours(&entry.file_name()) {
            directories.extend(Directory::open(entry.path()));
        }
    }
    match own {
        Ok(own) => directories.push(own),
        Err(error) if directories.is_empty() && path.file_name().is_some_and(ours) => {
            return Err(error);
        }
        // Only what the rings' directories stand in, such as `/dev/shm`: now perhaps without any.
        Err(_) => {}
    }
    Ok(directories)
}
