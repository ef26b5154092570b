//! Standard output and standard error, through a descriptor of our own.
//!
//! The duplicate outlives whatever the program does to the original, and `O_NONBLOCK` is never set: the flag belongs to the
//! open file, which the shell and other processes share. A reader that has stopped blocks the sink's thread and nobody else.

use std::fs::File;
use std::io::{self, IsTerminal, Write};

use super::Outlet;

/// A duplicated standard stream.
pub(super) struct Stream {
    file: File,
}

impl Stream {
    /// # Errors
    /// What dup(2) says; EBADF if the process was started with the stream closed.
    pub(super) fn stdout() -> io::Result<Self> {
        duplicate(&io::stdout())
    }

    /// # Errors
    /// As [`Stream::stdout`].
    pub(super) fn stderr() -> io::Result<Self> {
        duplicate(&io::stderr())
    }
}

#[cfg(unix)]
fn duplicate(stream: &impl std::os::fd::AsFd) -> io::Result<Stream> {
    let file = File::from(stream.as_fd().try_clone_to_owned()?);
    Ok(Stream {
        file: end_half_line(file),
    })
}

#[cfg(windows)]
fn duplicate(stream: &impl std::os::windows::io::AsHandle) -> io::Result<Stream> {
    Ok(Stream {
        file: File::from(stream.as_handle().try_clone_to_owned()?),
    })
}

/// If the stream is a file that ends in the middle of a line, as a crash leaves it, ends that line.
#[cfg(unix)]
fn end_half_line(mut file: File) -> File {
    use std::os::fd::AsRawFd;
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    // The descriptor is usually open for writing only: the file is opened again to look at its end.
    let again = || File::open(format!("/dev/fd/{}", file.as_raw_fd()));
    if is_file && again().is_ok_and(|again| super::file::ends_in_a_line(&again)) {
        let _ = file.write_all(b"\n");
    }
    file
}

impl Outlet for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.file.write(bytes) {
            #[cfg(unix)]
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                wait_until_writable(&self.file);
                self.file.write(bytes)
            }
            other => other,
        }
    }

    fn is_terminal(&self) -> bool {
        self.file.is_terminal()
    }
}

/// Somebody else has set `O_NONBLOCK` on the open file that we share.
#[cfg(unix)]
fn wait_until_writable(file: &File) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let tenth = Timespec {
        tv_sec: 0,
        tv_nsec: 100_000_000,
    };
    let _ = poll(&mut [PollFd::new(file, PollFlags::OUT)], Some(&tenth));
}
