//! Lines in, lines out, in order, on all cores and in bounded memory: one thread reads, some redact, this one writes.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use plimsoll::redact::{Finding, Redactor};

use super::path;

/// Bytes asked for at once. What was read is handed on before the next read can block, so a pipe shows lines as they come.
const CHUNK: usize = 256 * 1024;
/// A longer line is taken in pieces, and is no JSON object to us.
const LONGEST_LINE: usize = 8 * 1024 * 1024;
/// Where a long line is cut: at a blank among its last bytes.
const CUT: usize = 64 * 1024;

/// Whole lines, or a piece of a giant one.
struct Batch {
    bytes: Vec<u8>,
    /// The number of its first line, and what of that line came in an earlier batch.
    line: u64,
    offset: usize,
    done: SyncSender<Done>,
}

/// A batch, redacted.
struct Done {
    bytes: Vec<u8>,
    report: Vec<u8>,
}

/// Copies all of `input` to `output`, redacted, and tells `report` which pattern fired where.
pub(super) fn filter(
    redactor: Redactor,
    input: impl Read + Send + 'static,
    output: &mut impl Write,
    mut report: Option<&mut dyn Write>,
) -> io::Result<()> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (batches, queue) = sync_channel(workers);
    let queue = Arc::new(Mutex::new(queue));
    let redactor = Arc::new(redactor);
    let reports = report.is_some();
    for _ in 0..workers {
        let (redactor, queue) = (Arc::clone(&redactor), Arc::clone(&queue));
        thread::spawn(move || work(&redactor, &queue, reports));
    }
    let (order, results) = sync_channel(workers * 2);
    // Not waited for when writing fails: nobody may send it anything more.
    let reader = thread::spawn(move || Reader::new(batches, order).read(input));
    for result in results {
        let done: Done = result
            .recv()
            .map_err(|_| io::Error::other("a thread that redacts has failed"))?;
        if let Some(report) = &mut report {
            report.write_all(&done.report)?;
        }
        output.write_all(&done.bytes)?;
        output.flush()?;
    }
    reader
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the reader failed")))
}

/// Redacts batches until no more come.
fn work(redactor: &Redactor, queue: &Mutex<Receiver<Batch>>, reports: bool) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = next else {
            return;
        };
        let mut done = Done {
            bytes: Vec::with_capacity(batch.bytes.len() + 1024),
            report: Vec::new(),
        };
        let (mut number, mut offset) = (batch.line, batch.offset);
        for line in batch.bytes.split_inclusive(|byte| *byte == b'\n') {
            let (line, end) = match line.split_last() {
                Some((b'\n', line)) => (line, &b"\n"[..]),
                _ => (line, &b""[..]),
            };
            redactor.line(line, &mut done.bytes, |finding| {
                if reports {
                    tell(&mut done.report, line, number, offset, finding);
                }
            });
            done.bytes.extend_from_slice(end);
            (number, offset) = (number + 1, 0);
        }
        // Nobody waits for it when writing has failed.
        let _ = batch.done.send(done);
    }
}

fn tell(out: &mut Vec<u8>, line: &[u8], number: u64, offset: usize, finding: Finding<'_>) {
    let place = path::of(line, finding.start).map_or_else(String::new, |path| {
        format!(",\"path\":{}", serde_json::Value::String(path))
    });
    let text = format!(
        "{{\"line\":{number},\"offset\":{},\"length\":{},\"pattern\":\"{}\"{place}}}\n",
        offset + finding.start,
        finding.end - finding.start,
        finding.pattern,
    );
    out.extend_from_slice(text.as_bytes());
}

/// Cuts the input into batches.
struct Reader {
    batches: SyncSender<Batch>,
    order: SyncSender<Receiver<Done>>,
    line: u64,
    offset: usize,
}

impl Reader {
    const fn new(batches: SyncSender<Batch>, order: SyncSender<Receiver<Done>>) -> Self {
        Self {
            batches,
            order,
            line: 1,
            offset: 0,
        }
    }

    fn read(mut self, mut input: impl Read) -> io::Result<()> {
        let mut buffer = Vec::new();
        loop {
            let filled = buffer.len();
            buffer.resize(filled + CHUNK, 0);
            let read = match input.read(&mut buffer[filled..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    buffer.truncate(filled);
                    continue;
                }
                Err(error) => return Err(error),
            };
            buffer.truncate(filled + read);
            if read == 0 {
                self.hand_on(buffer);
                return Ok(());
            }
            let lines = memchr::memrchr(b'\n', &buffer[filled..]).map(|at| filled + at + 1);
            let whole = match lines {
                Some(end) => end,
                None if buffer.len() > LONGEST_LINE => cut(&buffer),
                None => 0,
            };
            if whole > 0 {
                let rest = buffer.split_off(whole);
                if !self.hand_on(std::mem::replace(&mut buffer, rest)) {
                    return Ok(());
                }
            }
        }
    }

    /// Whether there is still someone to hand it to.
    fn hand_on(&mut self, bytes: Vec<u8>) -> bool {
        let (done, result) = sync_channel(1);
        let ends = memchr::memchr_iter(b'\n', &bytes).count();
        let batch = Batch {
            line: self.line,
            offset: self.offset,
            done,
            bytes,
        };
        if ends > 0 {
            (self.line, self.offset) = (self.line + ends as u64, 0);
        } else {
            self.offset += batch.bytes.len();
        }
        self.order.send(result).is_ok() && self.batches.send(batch).is_ok()
    }
}

/// After a blank that does not follow a mark which joins a key and its value, or at the end.
fn cut(piece: &[u8]) -> usize {
    let low = piece.len() - CUT;
    (low..piece.len())
        .rev()
        .find(|at| {
            piece[*at].is_ascii_whitespace() && !matches!(piece[at - 1], b':' | b'=' | b',' | b' ')
        })
        .map_or(piece.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(input: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        filter(
            Redactor::standard(),
            io::Cursor::new(input.to_vec()),
            &mut out,
            None,
        )
        .unwrap();
        out
    }

    #[test]
    fn line_for_line_in_order() {
        let input = b"plain\n{\"a\": 1, \"password\": \"x1y2z3\" }\r\n\nmail ada@example.com\nlast";
        let expected = b"plain\n{\"a\": 1, \"password\": \"[redacted:password]\" }\r\n\nmail [redacted:email]\nlast";
        assert_eq!(
            String::from_utf8(filtered(input)),
            String::from_utf8(expected.to_vec())
        );
    }

    #[test]
    fn other_bytes_pass() {
        let input = b"\xff\xfe password=hunter2 \x80\n\0\n";
        assert_eq!(
            filtered(input),
            b"\xff\xfe password=[redacted:password] \x80\n\0\n"
        );
    }

    #[test]
    fn a_giant_line_is_taken_in_pieces() {
        let mut input = b"word ".repeat(LONGEST_LINE / 2);
        input.extend_from_slice(b"password=hunter2\nnext");
        let mut expected = b"word ".repeat(LONGEST_LINE / 2);
        expected.extend_from_slice(b"password=[redacted:password]\nnext");
        assert!(filtered(&input) == expected);
    }

    #[test]
    fn the_report_names_line_place_and_pattern() {
        let mut told = Vec::new();
        let mut out = Vec::new();
        let input =
            b"x\n{\"user\":{\"tokens\":[1],\"creds\":[{\"api_key\":\"k3y-9f8e7d6c5b4a\"}]}}\n";
        filter(
            Redactor::standard(),
            io::Cursor::new(input.to_vec()),
            &mut out,
            Some(&mut told),
        )
        .unwrap();
        let told = String::from_utf8(told).unwrap();
        assert!(
            told.contains("\"line\":2") && told.contains("\"path\":\"$.user.creds[0].api_key\""),
            "{told}"
        );
        assert!(!told.contains("k3y"));
    }

    #[test]
    fn many_batches_keep_their_order_and_their_numbers() {
        let mut input = String::new();
        let mut expected = String::new();
        for number in 0..200_000 {
            let secret = number % 1000 == 999;
            let (raw, shown) = if secret {
                ("hunter2", "[redacted:password]")
            } else {
                ("", "")
            };
            input += &format!("{number} password={raw}\n");
            expected += &format!("{number} password={shown}\n");
        }
        let (mut told, mut out) = (Vec::new(), Vec::new());
        filter(
            Redactor::standard(),
            io::Cursor::new(input.into_bytes()),
            &mut out,
            Some(&mut told),
        )
        .unwrap();
        assert!(out == expected.into_bytes());
        let told = String::from_utf8(told).unwrap();
        let lines: Vec<_> = told
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["line"].clone())
            .collect();
        assert!(
            lines
                .into_iter()
                .eq((1..=200).map(|thousand| thousand * 1000))
        );
    }
}
