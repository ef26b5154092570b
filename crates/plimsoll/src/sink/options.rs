//! How large the ring is, where its file stands and what happens when it is full.

use std::path::PathBuf;
use std::time::Duration;

/// The ring between the log calls and the sinks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RingOptions {
    /// Whose lines these are: a start recovers only rings of its own service. Default: the executable's name.
    pub service: String,
    /// The directory in which the ring's own directory is made. Default: `/dev/shm`, else `$XDG_RUNTIME_DIR`.
    pub directory: Option<PathBuf>,
    /// Bytes, rounded up to whole segments. Default 8 MiB, at least 512 KiB.
    pub size: usize,
    /// The share of the ring, in per cent, that only warnings and errors may use. Default 25, at most 90.
    pub reserve_percent: u8,
    /// How long a log call may wait for room before its line is dropped and counted. Default zero: it never waits.
    pub block: Duration,
    /// Whether the ring is a file that survives the process's death (Linux). Default true.
    pub durable: bool,
    pub(crate) fields: Vec<u8>,
}

impl RingOptions {
    /// The defaults, for a service of this name.
    pub fn for_service(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            directory: None,
            size: 8 * 1024 * 1024,
            reserve_percent: 25,
            block: Duration::ZERO,
            durable: true,
            fields: Vec::new(),
        }
    }

    /// Fields, rendered and each with its comma before it, that the pipeline's own lines (`log.dropped`) end with.
    #[must_use]
    pub(crate) fn fields(mut self, rendered: &[u8]) -> Self {
        self.fields = rendered.to_vec();
        self
    }

    /// See [`RingOptions::directory`].
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// See [`RingOptions::size`].
    #[must_use]
    pub fn size(mut self, bytes: usize) -> Self {
        self.size = bytes;
        self
    }

    /// See [`RingOptions::reserve_percent`].
    #[must_use]
    pub fn reserve_percent(mut self, percent: u8) -> Self {
        self.reserve_percent = percent;
        self
    }

    /// See [`RingOptions::block`].
    #[must_use]
    pub fn block(mut self, longest: Duration) -> Self {
        self.block = longest;
        self
    }

    /// See [`RingOptions::durable`].
    #[must_use]
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }
}

impl Default for RingOptions {
    fn default() -> Self {
        let executable = std::env::current_exe().ok();
        let name = executable
            .as_deref()
            .and_then(|path| path.file_name())
            .map_or_else(
                || "service".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            );
        Self::for_service(name)
    }
}
