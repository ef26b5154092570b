//! A log file: appended to, put aside by size or time, opened again when it was moved, deleted or on `SIGHUP`.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, UNIX_EPOCH};

use super::{Outlet, name};
use crate::encode::timestamp;
use crate::sink::builder::Rotation;

/// An open log file.
pub(super) struct LogFile {
    path: PathBuf,
    rotation: Rotation,
    file: Option<File>,
    size: u64,
    /// The period the file's lines belong to.
    period: u64,
    hangup: Hangup,
}

impl LogFile {
    /// Opens the file, and makes it and its directory if they are not there.
    ///
    /// # Errors
    /// What the system says. A full filesystem is none: the file is opened once there is room.
    pub(super) fn open(path: PathBuf, rotation: Rotation) -> io::Result<Self> {
        let hangup = Hangup::new()?;
        let mut log = Self {
            path,
            rotation,
            file: None,
            size: 0,
            period: 0,
            hangup,
        };
        match log.open_file() {
            Err(error) if !is_passing(&error) => Err(error),
            _ => Ok(log),
        }
    }

    fn open_file(&mut self) -> io::Result<()> {
        self.file = None;
        if let Some(directory) = self.path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .open(&self.path)?;
        let metadata = file.metadata()?;
        self.size = metadata.len();
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let last_written = modified.filter(|_| self.size > 0);
        self.period = self.period_of(last_written.unwrap_or_else(timestamp::since_epoch));
        if ends_in_a_line(&file) {
            file.write_all(b"\n")?;
            self.size += 1;
        }
        self.file = Some(file);
        Ok(())
    }

    /// The number of the period that a moment lies in.
    fn period_of(&self, moment: Duration) -> u64 {
        let length = self.rotation.every.map_or(0, |every| every.as_micros());
        moment
            .as_micros()
            .checked_div(length)
            .map_or(0, |period| period as u64)
    }

    /// Whether the path still leads to the file that is open.
    fn is_in_place(&self) -> bool {
        self.file
            .as_ref()
            .is_some_and(|file| same_file(file, &self.path))
    }

    fn rename(&mut self) -> io::Result<()> {
        self.file = None;
        std::fs::rename(
            &self.path,
            name::aside(&self.path, timestamp::since_epoch()),
        )?;
        if let Some(keep) = self.rotation.keep {
            name::retain(&self.path, keep);
        }
        Ok(())
    }
}

impl Outlet for LogFile {
    fn prepare(&mut self) -> io::Result<bool> {
        let mut fresh = false;
        if self.hangup.take() || !self.is_in_place() {
            self.open_file()?;
            fresh = true;
        }
        let period = self.period_of(timestamp::since_epoch());
        if self.size > 0 && period > self.period {
            self.put_aside()?;
            fresh = true;
        }
        self.period = period;
        Ok(fresh)
    }

    fn room(&self) -> u64 {
        self.rotation
            .size
            .map_or(u64::MAX, |limit| limit.saturating_sub(self.size))
    }

    fn is_empty(&self) -> bool {
        self.size == 0
    }

    fn put_aside(&mut self) -> io::Result<()> {
        self.rename()?;
        self.open_file()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let written = file.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }
}

/// Whether the file's last byte is there and is not a newline.
pub(super) fn ends_in_a_line(mut file: &File) -> bool {
    let mut last = [b'\n'];
    let found = file
        .seek(SeekFrom::End(-1))
        .and_then(|_| file.read_exact(&mut last));
    found.is_ok() && last != [b'\n']
}

/// Errors that may be gone when there is room again.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::Interrupted
    )
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same_file(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Remembers a `SIGHUP`: what a log rotator sends after it has moved the file.
struct Hangup {
    seen: Arc<AtomicBool>,
    #[cfg(unix)]
    registration: signal_hook::SigId,
}

impl Hangup {
    fn new() -> io::Result<Self> {
        let seen = Arc::new(AtomicBool::new(false));
        Ok(Self {
            #[cfg(unix)]
            registration: signal_hook::flag::register(
                signal_hook::consts::SIGHUP,
                Arc::clone(&seen),
            )?,
            seen,
        })
    }

    fn take(&self) -> bool {
        self.seen.load(Relaxed) && self.seen.swap(false, Relaxed)
    }
}

#[cfg(unix)]
impl Drop for Hangup {
    fn drop(&mut self) {
        signal_hook::low_level::unregister(self.registration);
    }
}
