//! Where a sink's bytes end: what is common to a stream, a file and a caller's writer.

mod file;
mod name;
mod stream;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, TryLockError};

use super::Format;
use super::builder::{Rotation, Target};

/// Takes bytes, and may fail at any time and work again later.
pub(super) trait Outlet: Send {
    /// Before each batch: puts right what can be put right (a file that was moved, deleted or is due to be put aside).
    /// True if what follows goes to another place than what came before, so that a line half written is written anew.
    fn prepare(&mut self) -> io::Result<bool> {
        Ok(false)
    }

    /// How many bytes may follow before `put_aside` is due.
    fn room(&self) -> u64 {
        u64::MAX
    }

    /// Whether nothing has been written since `put_aside`: a line that is longer than the room is written all the same.
    fn is_empty(&self) -> bool {
        false
    }

    /// Starts afresh: the next line goes to a new place.
    fn put_aside(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Writes some of the bytes, at least one.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Whether a person looks at it.
    fn is_terminal(&self) -> bool {
        false
    }
}

/// What it takes to open an outlet, again if need be: a forked child opens its own.
#[derive(Clone)]
pub(super) struct Opener {
    target: Arc<Mutex<Target>>,
    rotation: Rotation,
}

impl Opener {
    pub(super) fn new(target: Target, rotation: Rotation) -> Self {
        Self {
            target: Arc::new(Mutex::new(target)),
            rotation,
        }
    }

    /// Opens the outlet.
    ///
    /// # Errors
    /// What the system says of the descriptor or the file, whose path is in the message.
    pub(super) fn open(&self) -> io::Result<Box<dyn Outlet>> {
        let target = match self.target.lock() {
            Ok(target) => target,
            Err(poisoned) => poisoned.into_inner(),
        };
        Ok(match &*target {
            Target::Stdout => Box::new(stream::Stream::stdout()?),
            Target::Stderr => Box::new(stream::Stream::stderr()?),
            Target::File(path) => Box::new(
                file::LogFile::open(path.clone(), self.rotation).map_err(|error| {
                    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
                })?,
            ),
            Target::Writer(_) => Box::new(Shared(Arc::clone(&self.target))),
        })
    }
}

/// A caller's writer.
struct Shared(Arc<Mutex<Target>>);

impl Outlet for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only this thread locks it, except in a forked child, where it may have been locked at the fork for ever.
        let mut target = match self.0.try_lock() {
            Ok(target) => target,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
        };
        let Target::Writer(writer) = &mut *target else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let written = writer.write(bytes)?;
        writer.flush()?;
        Ok(written)
    }
}

/// Whether text for this outlet is coloured.
pub(super) fn colour(format: Format, outlet: &dyn Outlet) -> bool {
    format == Format::Console && crate::log::console::wants_colour(outlet.is_terminal())
}
