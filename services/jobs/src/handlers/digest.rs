//! `digest`: SHA-256 of the payload's compact JSON, or of a file: {"file": "name"}.
//!
//! Files are read only beneath the directory that the operator named, opened through a capability for it: neither
//! `..` nor a symbolic link leads out. Only regular files, only up to a size, and off the async threads.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use plimsoll::job::JobError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::{PayloadError, Work};

/// The directory whose files may be read.
#[derive(Debug, Clone)]
pub struct DigestFiles {
    directory: Arc<Dir>,
    limit: u64,
}

impl DigestFiles {
    /// Opens the directory; files of more than `limit` bytes are refused.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(directory: &Path, limit: u64) -> std::io::Result<Self> {
        Ok(Self {
            directory: Arc::new(Dir::open_ambient_dir(directory, ambient_authority())?),
            limit,
        })
    }

    fn digest(&self, name: &str, stop: &CancellationToken) -> Result<Value, JobError> {
        let mut options = OpenOptions::new();
        options.read(true);
        // Opening a pipe would wait for its writer: ask not to, then look at what was opened.
        #[cfg(unix)]
        {
            use cap_std::fs::OpenOptionsExt;
            options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
        }
        let mut file = self.directory.open_with(name, &options).map_err(|error| {
            refused(format!("the file cannot be opened: {error}"), error.kind())
        })?;
        let metadata = file.metadata().map_err(JobError::failed)?;
        if !metadata.is_file() {
            return Err(JobError::permanent("payload.file is not a regular file"));
        }
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        let mut bytes = 0;
        loop {
            if stop.is_cancelled() {
                return Err(JobError::cancelled());
            }
            let read = file.read(&mut buffer).map_err(JobError::failed)?;
            if read == 0 {
                break;
            }
            bytes += read as u64;
            // Counted while reading: the file may grow meanwhile.
            if bytes > self.limit {
                return Err(JobError::permanent(format!(
                    "the file is larger than {} bytes",
                    self.limit
                )));
            }
            hasher.update(buffer.get(..read).unwrap_or_default());
        }
        Ok(json!({ "sha256": hex(&hasher.finalize()), "bytes": bytes }))
    }
}

/// A name that leads outside or nowhere will not lead elsewhere next time.
fn refused(message: String, kind: std::io::ErrorKind) -> JobError {
    use std::io::ErrorKind;
    match kind {
        ErrorKind::NotFound
        | ErrorKind::PermissionDenied
        | ErrorKind::InvalidInput
        | ErrorKind::NotADirectory => JobError::permanent(message),
        _ => JobError::failed(message),
    }
}

fn file_name(payload: &Value) -> Option<&Value> {
    payload.get("file")
}

pub(super) fn check(payload: &Value, files: bool) -> Result<(), PayloadError> {
    match file_name(payload) {
        None => Ok(()),
        Some(_) if !files => Err(PayloadError::new(
            "file",
            "files are refused here: the service has no --digest-dir",
        )),
        Some(Value::String(name))
            if !name.is_empty() && name.len() <= 1024 && !name.contains('\0') =>
        {
            Ok(())
        }
        Some(_) => Err(PayloadError::new(
            "file",
            "must be a path of at most 1024 bytes",
        )),
    }
}

pub(super) async fn run(
    work: Work,
    payload: &Value,
    files: Option<DigestFiles>,
) -> Result<Value, JobError> {
    let name = file_name(payload)
        .and_then(Value::as_str)
        .map(str::to_owned);
    // The thread must end with this future, also when the attempt's time is over: else it would read on beside the
    // jobs that take its slot.
    let stop = work.stop.child_token();
    let _ends_with_us = stop.clone().drop_guard();
    let work = Work { stop, ..work };
    let task = plimsoll::spawn_blocking(move || {
        // On a thread of its own, and still with the context of the job.
        tracing::debug!(of_file = name.is_some(), "digest.computing");
        compute(&work, name.as_deref(), files.as_ref())
    });
    task.await.map_err(JobError::failed)?
}

fn compute(
    work: &Work,
    name: Option<&str>,
    files: Option<&DigestFiles>,
) -> Result<Value, JobError> {
    match (name, files) {
        (None, _) => Ok(
            json!({ "sha256": hex(&Sha256::digest(&work.payload)), "bytes": work.payload.len() }),
        ),
        (Some(name), Some(files)) => files.digest(name, &work.stop),
        (Some(_), None) => Err(JobError::permanent("the service has no --digest-dir")),
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn files() -> (tempfile::TempDir, DigestFiles) {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("secret"), "x").unwrap();
        let inside = root.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(inside.join("abc"), "abc").unwrap();
        std::fs::write(inside.join("big"), vec![0; 2000]).unwrap();
        symlink("../secret", inside.join("out")).unwrap();
        symlink("/etc/passwd", inside.join("absolute")).unwrap();
        symlink("abc", inside.join("within")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, inside.join("pipe"), rustix::fs::Mode::RUSR).unwrap();
        let files = DigestFiles::open(&inside, 1000).unwrap();
        (root, files)
    }

    #[test]
    fn reads_a_regular_file() {
        let (_root, files) = files();
        let stop = CancellationToken::new();
        let result = files.digest("abc", &stop).unwrap();
        assert_eq!(
            result["sha256"],
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(files.digest("within", &stop).unwrap(), result);
        stop.cancel();
        assert!(files.digest("abc", &stop).is_err());
    }

    #[test]
    fn nothing_outside_and_nothing_odd() {
        let (root, files) = files();
        let stop = CancellationToken::new();
        let absolute = root.path().join("secret");
        for name in [
            "../secret",
            "out",
            "absolute",
            "/etc/passwd",
            absolute.to_str().unwrap(),
            "missing",
            ".",
            "pipe",
            "big",
            "abc/..",
        ] {
            assert!(files.digest(name, &stop).is_err(), "{name}");
        }
    }
}
