//! What became of the lines: the figures a shutdown or a reader of the counters gets.

/// What a [`Pipeline`](super::Pipeline) has done so far. Exact once its sinks are flushed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Lines that found no room in the ring, so that no sink saw them: trace, debug, info, warning, error.
    pub dropped: [u64; 5],
    /// One entry a sink, in the order given to [`Pipeline::start`](super::Pipeline::start).
    pub sinks: Vec<SinkCounts>,
}

impl Counts {
    /// All lines that found no room in the ring.
    pub fn dropped_total(&self) -> u64 {
        self.dropped.iter().sum()
    }
}

/// What one sink has done so far. For each sink, every line given to the pipeline is in exactly one of `written`,
/// `filtered`, `dropped`, the ring's `dropped` or still pending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SinkCounts {
    /// The sink's name.
    pub name: String,
    /// Lines that the sink has accepted.
    pub written: u64,
    /// Lines below the sink's level.
    pub filtered: u64,
    /// Lines this sink alone lost because it fell behind: trace, debug, info, warning, error.
    pub dropped: [u64; 5],
    /// Lines of an earlier process that the sink has accepted.
    pub recovered: u64,
    /// Failed attempts to write.
    pub errors: u64,
}

impl SinkCounts {
    /// All lines that this sink alone lost.
    pub fn dropped_total(&self) -> u64 {
        self.dropped.iter().sum()
    }
}

/// The end of a [`Pipeline`](super::Pipeline).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// The final figures.
    pub counts: Counts,
    /// Names of sinks that had not written everything at the deadline, with the lines left.
    pub unwritten: Vec<(String, u64)>,
}

impl ShutdownReport {
    /// Whether every sink has accepted everything.
    pub fn is_complete(&self) -> bool {
        self.unwritten.is_empty()
    }
}
