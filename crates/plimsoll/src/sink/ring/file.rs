//! The ring's file: made so that no other user can read it or put another in its place, and owned by a lock.
//!
//! The lock is flock(2) on the open file and never a process number: containers with one shared directory have the same
//! numbers. The kernel drops it when the process dies, however it dies, and then whoever takes it may recover the ring.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{self, AtFlags, FallocateFlags, FileType, FlockOperation, Mode, OFlags};

use super::fork;

const FILE: OFlags = OFlags::RDWR.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const SUFFIX: &str = ".ring";
const UNFINISHED: &str = ".new-";
/// After this long a file that nobody has locked was not just about to be locked.
const ABANDONED: Duration = Duration::from_secs(60);

/// The directory of one user's and one service's rings.
#[derive(Debug)]
pub(in crate::sink) struct Directory {
    descriptor: OwnedFd,
    path: PathBuf,
}

impl Directory {
    /// The directory for `service` below `base`, made with mode 0700 if it is not there.
    ///
    /// # Errors
    /// What the system says, or [`io::ErrorKind::PermissionDenied`] if it is another's or open to others.
    pub(in crate::sink) fn of_service(base: &Path, service: &str) -> io::Result<Self> {
        let path = base.join(name_of(service));
        match fs::mkdir(&path, Mode::RWXU) {
            Err(error) if error != rustix::io::Errno::EXIST => Err(error.into()),
            _ => Self::open(path),
        }
    }

    /// An existing directory of rings.
    ///
    /// # Errors
    /// As [`Directory::of_service`].
    pub(in crate::sink) fn open(path: PathBuf) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let descriptor = fs::open(&path, flags, Mode::empty())?;
        let status = fs::fstat(&descriptor)?;
        private(&status, FileType::Directory, &path)?;
        Ok(Self { descriptor, path })
    }

    /// Makes and locks a file of `bytes` bytes that are really there, and names it once `fill` has made it a ring. What
    /// `fill` gets is opened apart from what is locked: a mapping keeps its open file, and with it a lock, in every child.
    ///
    /// # Errors
    /// What the system says; a full filesystem is an error here, so that it is none at a log call.
    pub(in crate::sink) fn create<T>(
        &self,
        bytes: usize,
        fill: impl FnOnce(&File) -> io::Result<T>,
    ) -> io::Result<(RingFile, T)> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let number = u64::from_ne_bytes(random);
        let (unfinished, name) = (
            format!("{UNFINISHED}{number:016x}"),
            format!("{number:016x}{SUFFIX}"),
        );
        let file = fs::openat(
            &self.descriptor,
            &unfinished,
            FILE | OFlags::CREATE | OFlags::EXCL,
            Mode::RUSR | Mode::WUSR,
        )?;
        let file = File::from(file);
        let filled = fs::flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(io::Error::from)
            .and_then(|()| allocate(&file, bytes))
            .and_then(|()| {
                Ok(fs::openat(
                    &self.descriptor,
                    &unfinished,
                    FILE,
                    Mode::empty(),
                )?)
            })
            .and_then(|apart| fill(&File::from(apart)))
            .and_then(|made| {
                fs::renameat(&self.descriptor, &unfinished, &self.descriptor, &name)?;
                Ok(made)
            });
        match filled {
            Ok(made) => {
                let directory = self.descriptor.try_clone()?;
                Ok((
                    RingFile::new(directory, name.clone(), self.path.join(name), file),
                    made,
                ))
            }
            Err(error) => {
                let _ = fs::unlinkat(&self.descriptor, &unfinished, AtFlags::empty());
                Err(error)
            }
        }
    }

    /// Every ring here whose process is dead, locked for us. Those of living processes are left alone.
    ///
    /// # Errors
    /// What reading the directory says.
    pub(in crate::sink) fn dead_rings(&self) -> io::Result<Vec<RingFile>> {
        let mut dead = Vec::new();
        for entry in fs::Dir::read_from(&self.descriptor)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            let Some(name) = name.to_str() else { continue };
            if name.ends_with(SUFFIX) {
                dead.extend(self.lock(name));
            } else if name.starts_with(UNFINISHED) {
                self.remove_abandoned(name);
            }
        }
        Ok(dead)
    }

    fn lock(&self, name: &str) -> Option<RingFile> {
        let file = File::from(fs::openat(&self.descriptor, name, FILE, Mode::empty()).ok()?);
        let path = self.path.join(name);
        let status = fs::fstat(&file).ok()?;
        private(&status, FileType::RegularFile, &path).ok()?;
        fs::flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
        // Whoever had the lock before us may have recovered and deleted it.
        let linked = fs::fstat(&file).is_ok_and(|status| status.st_nlink > 0);
        let directory = self.descriptor.try_clone().ok()?;
        linked.then(|| RingFile::new(directory, name.to_owned(), path, file))
    }

    fn remove_abandoned(&self, name: &str) {
        let age = std::fs::metadata(self.path.join(name))
            .and_then(|metadata| metadata.modified())
            .map(|modified| {
                SystemTime::now()
                    .duration_since(modified)
                    .unwrap_or_default()
            });
        if age.is_ok_and(|age| age > ABANDONED) && self.lock(name).is_some() {
            let _ = fs::unlinkat(&self.descriptor, name, AtFlags::empty());
        }
    }
}

/// A locked ring file.
#[derive(Debug)]
pub(in crate::sink) struct RingFile {
    directory: OwnedFd,
    name: String,
    path: PathBuf,
    file: Option<File>,
    generation: u64,
}

impl RingFile {
    fn new(directory: OwnedFd, name: String, path: PathBuf, file: File) -> Self {
        fork::close_in_child(file.as_raw_fd());
        Self {
            directory,
            name,
            path,
            file: Some(file),
            generation: fork::generation(),
        }
    }

    pub(in crate::sink) fn path(&self) -> &Path {
        &self.path
    }

    pub(in crate::sink) fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    /// Deletes the file: everything in it has been accepted. And its directory, if it was the last one there.
    pub(in crate::sink) fn remove(&self) {
        if self.generation == fork::generation() {
            let _ = fs::unlinkat(&self.directory, self.name.as_str(), AtFlags::empty());
            if let Some(directory) = self.path.parent() {
                // Fails unless it is empty.
                let _ = fs::rmdir(directory);
            }
        }
    }
}

impl Drop for RingFile {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else { return };
        if self.generation == fork::generation() {
            fork::keep_in_child(file.as_raw_fd());
        } else {
            // A forked child closed it before it could be used.
            let _ = file.into_raw_fd();
        }
    }
}

/// `plimsoll-<user>-<service>`, the service's name made safe for a path.
pub(in crate::sink) fn name_of(service: &str) -> String {
    let safe = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => character,
        _ => '_',
    };
    let user = rustix::process::geteuid().as_raw();
    let service: String = service.chars().take(100).map(safe).collect();
    format!("plimsoll-{user}-{service}")
}

/// As `posix_fallocate(3)`: where the filesystem cannot reserve, zeros are written.
fn allocate(file: &File, bytes: usize) -> io::Result<()> {
    use std::io::Write;
    match fs::fallocate(file, FallocateFlags::empty(), 0, bytes as u64) {
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
            let zeros = [0; 64 * 1024];
            let mut left = bytes;
            while left > 0 {
                let now = left.min(zeros.len());
                (&*file).write_all(&zeros[..now])?;
                left -= now;
            }
            Ok(())
        }
        other => Ok(other?),
    }
}

/// Refuses what is not of this kind, not ours, or open to others. Root may recover anyone's.
fn private(status: &fs::Stat, kind: FileType, path: &Path) -> io::Result<()> {
    let user = rustix::process::geteuid();
    let problem = if FileType::from_raw_mode(status.st_mode) != kind {
        "is not what a ring needs (a directory, or a plain file in it)"
    } else if status.st_uid != user.as_raw() && !user.is_root() {
        "belongs to another user"
    } else if status.st_mode & 0o077 != 0 {
        "is open to other users; take their permissions away"
    } else {
        return Ok(());
    };
    let message = format!("{} {problem}", path.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}
