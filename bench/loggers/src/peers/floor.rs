//! The floor: an encoder written by hand for these lines, with no framework around it.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Nowhere, Peer, Sink, create};
use crate::events::{Failed, Finished, Request, Submitted};

thread_local! {
    static LINE: RefCell<Line> = const { RefCell::new(Line { bytes: Vec::new(), second: u64::MAX, prefix: [0; 20] }) };
}

/// One line in the making, and the timestamp's prefix of the second it was made in.
pub struct Line {
    bytes: Vec<u8>,
    second: u64,
    prefix: [u8; 20],
}

impl Line {
    /// Makes a line in this thread's buffer and hands it to `use_it`. The first of `fields` is `event`.
    #[inline(always)]
    pub fn make(
        level: &str,
        fields: impl FnOnce(&mut Self),
        context: &[u8],
        use_it: impl FnOnce(&[u8]),
    ) {
        LINE.with_borrow_mut(|line| {
            line.start(level);
            fields(line);
            line.end(context);
            use_it(&line.bytes);
        });
    }

    fn start(&mut self, level: &str) {
        self.bytes.clear();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        if now.as_secs() != self.second {
            self.second = now.as_secs();
            self.prefix = date(now.as_secs());
        }
        self.bytes.extend_from_slice(b"{\"timestamp\":\"");
        self.bytes.extend_from_slice(&self.prefix);
        let mut digits = [b'0'; 6];
        let mut micros = now.subsec_micros();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (micros % 10) as u8;
            micros /= 10;
        }
        self.bytes.extend_from_slice(&digits);
        self.bytes.extend_from_slice(b"Z\",\"level\":\"");
        self.bytes.extend_from_slice(level.as_bytes());
        self.bytes.push(b'"');
    }

    fn end(&mut self, context: &[u8]) {
        self.bytes.extend_from_slice(context);
        self.bytes.extend_from_slice(b"}\n");
    }

    /// Inlined, so that a literal key is copied as a constant.
    #[inline(always)]
    fn key(&mut self, key: &str) {
        self.bytes.reserve(key.len() + 4);
        self.bytes.extend_from_slice(b",\"");
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    /// The event's name: a literal, so that nothing needs escaping.
    pub fn event(&mut self, name: std::fmt::Arguments<'_>) {
        self.bytes.extend_from_slice(b",\"event\":\"");
        match name.as_str() {
            Some(name) => self.bytes.extend_from_slice(name.as_bytes()),
            None => self.bytes.write_fmt(name).expect("a Vec takes all"),
        }
        self.bytes.push(b'"');
    }

    #[inline(always)]
    pub fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        escape(&mut self.bytes, value);
    }

    #[inline(always)]
    pub fn unsigned(&mut self, key: &str, value: u64) {
        self.key(key);
        self.bytes
            .extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    #[inline(always)]
    pub fn signed(&mut self, key: &str, value: i64) {
        self.key(key);
        self.bytes
            .extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    #[inline(always)]
    pub fn float(&mut self, key: &str, value: f64) {
        self.key(key);
        self.bytes
            .extend_from_slice(zmij::Buffer::new().format(value).as_bytes());
    }

    #[inline(always)]
    pub fn boolean(&mut self, key: &str, value: bool) {
        self.key(key);
        self.bytes
            .extend_from_slice(if value { b"true" } else { b"false" });
    }
}

fn escape(bytes: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    bytes.reserve(rest.len() + 16);
    bytes.push(b'"');
    while let Some(at) = first_to_escape(rest) {
        bytes.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'"' => bytes.extend_from_slice(b"\\\""),
            b'\\' => bytes.extend_from_slice(b"\\\\"),
            b'\n' => bytes.extend_from_slice(b"\\n"),
            b'\r' => bytes.extend_from_slice(b"\\r"),
            b'\t' => bytes.extend_from_slice(b"\\t"),
            other => bytes.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
        rest = &rest[at + 1..];
    }
    bytes.extend_from_slice(rest);
    bytes.push(b'"');
}

/// Where the first quote, backslash or control character stands.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn first_to_escape(bytes: &[u8]) -> Option<usize> {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
        _mm_set1_epi8,
    };
    let found = |chunk: &[u8; 16]| {
        // SAFETY: the chunk has the sixteen bytes that are loaded; SSE2 is part of x86_64.
        unsafe {
            let text = _mm_loadu_si128(chunk.as_ptr().cast::<__m128i>());
            let control = _mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(0x1f)), text);
            let quote = _mm_cmpeq_epi8(text, _mm_set1_epi8(b'"' as i8));
            let slash = _mm_cmpeq_epi8(text, _mm_set1_epi8(b'\\' as i8));
            _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, slash))) as u32
        }
    };
    let (chunks, tail) = bytes.as_chunks::<16>();
    for (index, chunk) in chunks.iter().enumerate() {
        let found = found(chunk);
        if found != 0 {
            return Some(index * 16 + found.trailing_zeros() as usize);
        }
    }
    if tail.is_empty() {
        return None;
    }
    if let Some(last) = bytes.last_chunk::<16>() {
        // The last bytes once more, in one step: those seen already are clean.
        let found = found(last);
        return (found != 0).then(|| bytes.len() - 16 + found.trailing_zeros() as usize);
    }
    let mut padded = [b' '; 16];
    padded[..tail.len()].copy_from_slice(tail);
    let found = found(&padded);
    (found != 0).then(|| found.trailing_zeros() as usize)
}

/// As above, a byte at a time.
#[cfg(not(target_arch = "x86_64"))]
fn first_to_escape(bytes: &[u8]) -> Option<usize> {
    bytes
        .iter()
        .position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\')
}

/// `2026-01-02T03:04:05.` of a time since the epoch (Howard Hinnant's `civil_from_days`).
fn date(seconds: u64) -> [u8; 20] {
    let days = (seconds / 86_400) as i64 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let time = seconds % 86_400;
    let text = format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.",
        time / 3600,
        time / 60 % 60,
        time % 60
    );
    let mut prefix = [0; 20];
    prefix.copy_from_slice(text.as_bytes());
    prefix
}

/// A context as it stands on a line, rendered once.
pub fn render(request: &Request) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    for (key, value) in [
        ("request_id", &request.request_id),
        ("method", &request.method),
        ("path", &request.path),
    ] {
        bytes.extend_from_slice(b",\"");
        bytes.extend_from_slice(key.as_bytes());
        bytes.extend_from_slice(b"\":");
        escape(&mut bytes, value);
    }
    bytes
}

/// Where the floor's lines go. Non-blocking: a buffer that a thread swaps out every millisecond.
pub enum Out {
    Nowhere,
    File(File),
    Buffer {
        shared: Arc<(Mutex<Vec<u8>>, AtomicBool)>,
        writer: Mutex<Option<JoinHandle<()>>>,
    },
}

impl Out {
    pub fn new(sink: &Sink) -> Self {
        match sink {
            Sink::Nowhere => Self::Nowhere,
            Sink::File(path) => Self::File(create(path)),
            Sink::NonBlocking(path) => {
                let shared = Arc::new((
                    Mutex::new(Vec::with_capacity(1 << 20)),
                    AtomicBool::new(false),
                ));
                let mut file = create(path);
                let theirs = Arc::clone(&shared);
                let writer = std::thread::spawn(move || {
                    let mut full = Vec::with_capacity(1 << 20);
                    loop {
                        let last = theirs.1.load(Ordering::Acquire);
                        std::mem::swap(
                            &mut full,
                            &mut *theirs.0.lock().expect("no panic under the lock"),
                        );
                        file.write_all(&full).expect("the disk has room");
                        let idle = full.is_empty();
                        full.clear();
                        if last {
                            return;
                        }
                        if idle {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                    }
                });
                Self::Buffer {
                    shared,
                    writer: Mutex::new(Some(writer)),
                }
            }
        }
    }

    pub fn write(&self, line: &[u8]) {
        match self {
            Self::Nowhere => Nowhere.write_all(line).expect("nowhere takes all"),
            Self::File(file) => {
                let mut file = file;
                file.write_all(line).expect("the disk has room");
            }
            Self::Buffer { shared, .. } => shared
                .0
                .lock()
                .expect("no panic under the lock")
                .extend_from_slice(line),
        }
    }

    pub fn flush(&self) {
        if let Self::Buffer { shared, writer } = self {
            shared.1.store(true, Ordering::Release);
            if let Some(writer) = writer.lock().expect("no panic under the lock").take() {
                writer.join().expect("the writer ends by itself");
            }
        }
    }
}

pub struct Floor {
    out: Out,
}

impl Floor {
    pub fn new(sink: &Sink) -> Self {
        Self {
            out: Out::new(sink),
        }
    }
}

impl Peer for Floor {
    type Scope = Vec<u8>;

    fn open(&self, request: &Request) -> Vec<u8> {
        render(request)
    }

    fn submitted(&self, scope: &Vec<u8>, event: &Submitted) {
        let fields = |line: &mut Line| {
            line.event(format_args!("job.submitted"));
            line.text("job_id", &event.job_id);
            line.text("job_type", &event.job_type);
            line.text("user_id", &event.user_id);
            line.unsigned("payload_size", event.payload_size);
        };
        Line::make("info", fields, scope, |line| self.out.write(line));
    }

    fn failed(&self, scope: &Vec<u8>, event: &Failed) {
        let fields = |line: &mut Line| {
            line.event(format_args!("job.failed"));
            line.text("job_id", &event.job_id);
            line.text("error", &event.error);
            line.unsigned("attempt", event.attempt);
            line.boolean("will_retry", event.will_retry);
        };
        Line::make("error", fields, scope, |line| self.out.write(line));
    }

    fn finished(&self, scope: &Vec<u8>, event: &Finished) {
        let fields = |line: &mut Line| {
            line.event(format_args!("job.finished"));
            line.text("job_id", &event.job_id);
            line.text("job_type", &event.job_type);
            line.text("queue", &event.queue);
            line.unsigned("worker", event.worker);
            line.unsigned("attempt", event.attempt);
            line.signed("bytes", event.bytes);
            line.float("duration_ms", event.duration_ms);
            line.float("wait_ms", event.wait_ms);
            line.boolean("cached", event.cached);
            line.boolean("retried", event.retried);
        };
        Line::make("info", fields, scope, |line| self.out.write(line));
    }

    fn disabled(&self, _: &Vec<u8>, event: &Submitted) {
        // One load and one branch, as any level check.
        if std::hint::black_box(false) {
            std::hint::black_box(event);
        }
    }

    fn flush(&mut self) {
        self.out.flush();
    }
}
