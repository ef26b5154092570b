//! What a service says about its sinks: where lines go, from which level on, and in which form.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tracing_core::LevelFilter;

/// The form in which a sink writes a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// The canonical line itself: one JSON object per line.
    #[default]
    Json,
    /// Readable text, one line per event; coloured if the sink is a terminal and `NO_COLOR` is not set.
    Console,
}

/// One place that lines go to; each sink has a thread and a cursor of its own.
///
/// ```
/// use plimsoll::sink::{Format, Sink};
/// use std::time::Duration;
///
/// let everything = Sink::file("/var/log/orders/orders.log")
///     .rotate_size(64 * 1024 * 1024)
///     .rotate_every(Duration::from_secs(24 * 60 * 60))
///     .keep(7);
/// let errors = Sink::stderr().level(tracing::Level::ERROR).format(Format::Console);
/// # let _ = (everything, errors);
/// ```
pub struct Sink {
    pub(super) profile: Profile,
    pub(super) target: Target,
}

/// What is said of a sink besides its target.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) name: String,
    /// The section of the configuration that asked for it, if none of the code did.
    pub(super) section: Option<&'static str>,
    pub(super) level: LevelFilter,
    pub(super) format: Format,
    pub(super) rotation: Rotation,
}

/// Where a sink's bytes go.
pub(super) enum Target {
    Stdout,
    Stderr,
    File(PathBuf),
    Writer(Box<dyn io::Write + Send>),
}

/// When a file is put aside and how many such files stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rotation {
    pub(super) size: Option<u64>,
    pub(super) every: Option<Duration>,
    pub(super) keep: Option<usize>,
}

impl Sink {
    fn new(name: String, target: Target) -> Self {
        let profile = Profile {
            name,
            section: None,
            level: LevelFilter::TRACE,
            format: Format::Json,
            rotation: Rotation::default(),
        };
        Self { profile, target }
    }

    /// The process's standard output, through a duplicate of the descriptor. Named `stdout`.
    pub fn stdout() -> Self {
        Self::new("stdout".to_owned(), Target::Stdout)
    }

    /// The process's standard error, through a duplicate of the descriptor. Named `stderr`.
    pub fn stderr() -> Self {
        Self::new("stderr".to_owned(), Target::Stderr)
    }

    /// A file that is appended to; it and its directory are created when missing, and it is reopened on `SIGHUP`.
    /// Named `file:` and the file's name; use [`Sink::named`] where two files would share it.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file = path.file_name().unwrap_or(path.as_os_str());
        let name = format!("file:{}", file.to_string_lossy());
        Self::new(name, Target::File(path))
    }

    /// Anything that can be written to. A batch of whole lines is handed over at a time, followed by a flush.
    pub fn writer(name: impl Into<String>, writer: impl io::Write + Send + 'static) -> Self {
        Self::new(name.into(), Target::Writer(Box::new(writer)))
    }

    /// The name under which this sink is counted and found again by recovery.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.profile.name = name.into();
        self
    }

    /// What an error about this sink names beside it, so that it leads to the setting.
    #[must_use]
    pub(crate) fn of_section(mut self, section: &'static str) -> Self {
        self.profile.section = Some(section);
        self
    }

    /// The least severe level that this sink writes; everything by default.
    #[must_use]
    pub fn level(mut self, level: impl Into<LevelFilter>) -> Self {
        self.profile.level = level.into();
        self
    }

    /// The form of a line; JSON by default.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.profile.format = format;
        self
    }

    /// Puts the file aside before it would grow over `bytes`. Only for [`Sink::file`].
    #[must_use]
    pub fn rotate_size(mut self, bytes: u64) -> Self {
        self.profile.rotation.size = Some(bytes);
        self
    }

    /// Puts the file aside when a new period of this length begins, counted from midnight UTC of 1970-01-01
    /// (so a day's file ends at midnight UTC). Only for [`Sink::file`].
    #[must_use]
    pub fn rotate_every(mut self, period: Duration) -> Self {
        self.profile.rotation.every = Some(period);
        self
    }

    /// How many files put aside stay; older ones are deleted. Without it all stay. Only for [`Sink::file`].
    #[must_use]
    pub fn keep(mut self, files: usize) -> Self {
        self.profile.rotation.keep = Some(files);
        self
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink")
            .field("name", &self.profile.name)
            .field("level", &self.profile.level)
            .field("format", &self.profile.format)
            .field("rotation", &self.profile.rotation)
            .finish_non_exhaustive()
    }
}
