//! The commit protocol under every interleaving that loom can make, over a plain buffer.
//!
//! The code is that of `segments.rs`; only the words and the memory are loom's, which report any read of a byte that another
//! thread may be writing, and any ordering too weak to carry a line from its writer to its reader.

use std::sync::atomic::{AtomicUsize, Ordering};

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, fence};

use super::layout::{FIRST_RECORD, Geometry, RECORD_HEADER, record_bytes};
use super::reader::Reader;
use super::segments::{Held, Memory, Refused, Segments};
use super::word::Word;

/// Loom reorders two accesses only if no other of the same thread to the same word stands between them, so that a word
/// which is read and then swapped would hardly be explored. The ticket, drawn before each access, is one word for all.
struct Modelled(AtomicU64);

loom::lazy_static! {
    static ref TICKET: AtomicU64 = AtomicU64::new(0);
}

impl Modelled {
    fn word(&self) -> &AtomicU64 {
        TICKET.fetch_add(1, Ordering::Relaxed);
        &self.0
    }
}

/// Loom knows sequential consistency of fences only: one stands beside each access that has it.
fn beside(order: Ordering) {
    if order == Ordering::SeqCst {
        fence(order);
    }
}

impl Word for Modelled {
    fn new(value: u64) -> Self {
        Self(AtomicU64::new(value))
    }
    fn load(&self, order: Ordering) -> u64 {
        beside(order);
        self.word().load(order)
    }
    fn store(&self, value: u64, order: Ordering) {
        self.word().store(value, order);
    }
    fn swap_if(&self, current: u64, new: u64, success: Ordering) -> bool {
        let swapped = self
            .word()
            .compare_exchange(current, new, success, Ordering::Relaxed)
            .is_ok();
        beside(success);
        swapped
    }
    fn add(&self, value: u64) -> u64 {
        self.word().fetch_add(value, Ordering::Relaxed)
    }
    fn or(&self, value: u64) {
        self.word().fetch_or(value, Ordering::SeqCst);
    }
}

/// Words that are used in the model are loom's; the lines' bytes are plain, and a cell a segment tells loom of every access.
struct Buffer {
    words: Vec<(usize, Modelled)>,
    bytes: std::cell::UnsafeCell<Vec<u8>>,
    accesses: Vec<(usize, UnsafeCell<()>)>,
}

#[expect(unsafe_code, reason = "the memory of the model")]
// SAFETY: loom runs one thread at a time.
unsafe impl Sync for Buffer {}
#[expect(unsafe_code, reason = "the memory of the model")]
// SAFETY: as above.
unsafe impl Send for Buffer {}

const LINE: usize = 8;

impl Buffer {
    fn new(geometry: Geometry, readers: usize) -> Self {
        let mut words = Vec::new();
        let mut accesses = Vec::new();
        for index in 0..geometry.segments {
            words.push(geometry.base(index));
            words.push(geometry.owner(index));
            words.extend((0..readers).map(|reader| geometry.cursor(index, reader)));
            let records = (FIRST_RECORD..geometry.segment_bytes).step_by(record_bytes(LINE));
            for at in records.map(|offset| geometry.base(index) + offset) {
                words.extend([at, at + 8]);
                accesses.push((at + RECORD_HEADER, UnsafeCell::new(())));
            }
        }
        Self {
            words: words.into_iter().map(|at| (at, Modelled::new(0))).collect(),
            bytes: std::cell::UnsafeCell::new(vec![0; geometry.total()]),
            accesses,
        }
    }

    fn access(&self, at: usize) -> &UnsafeCell<()> {
        &self
            .accesses
            .iter()
            .find(|(place, _)| *place == at)
            .expect("a record's place")
            .1
    }
}

#[expect(unsafe_code, reason = "the memory of the model")]
// SAFETY: as `Memory` asks; every access is announced to loom first.
unsafe impl Memory for Buffer {
    type Word = Modelled;

    fn word(&self, at: usize) -> &Modelled {
        &self
            .words
            .iter()
            .find(|(place, _)| *place == at)
            .expect("a word of the model")
            .1
    }

    unsafe fn write(&self, at: usize, bytes: &[u8]) {
        self.access(at).with_mut(|_| {
            // SAFETY: loom runs one thread at a time and has just accepted the write.
            unsafe { (&mut *self.bytes.get())[at..at + bytes.len()].copy_from_slice(bytes) }
        });
    }

    unsafe fn bytes(&self, at: usize, len: usize) -> &[u8] {
        self.access(at).with(|_| {
            // SAFETY: loom runs one thread at a time and has just accepted the read.
            unsafe { &(&*self.bytes.get())[at..at + len] }
        })
    }
}

fn ring(segments: usize, records: usize, readers: usize) -> (Arc<Segments<Buffer>>, Vec<Reader>) {
    let segment_bytes = FIRST_RECORD + records * record_bytes(LINE);
    let geometry = Geometry {
        segments,
        segment_bytes,
    };
    let (segments, readers) =
        Segments::new(1, 77, geometry, readers, Buffer::new(geometry, readers));
    (Arc::new(segments), readers)
}

/// What `Shared::push` does, without levels and waiting.
fn push(ring: &Segments<Buffer>, held: &mut Option<Held>, owner: u64, line: [u8; LINE]) -> bool {
    loop {
        if let Some(lane) = held {
            match ring.append(lane, 2, &line) {
                Ok(()) => return true,
                Err(Refused::Full) => ring.seal(held.take().expect("just seen")),
                Err(Refused::Lost) => *held = None,
            }
        }
        *held = ring.claim(owner, 0, None);
        if held.is_none() {
            return false;
        }
    }
}

/// What a sink does: read, say so, free.
fn read(ring: &Segments<Buffer>, reader: &mut Reader, lines: &mut Vec<[u8; LINE]>) {
    let mut spans = Vec::new();
    reader.scan(ring, &mut spans);
    spans.sort_by_key(|span| (span.owner, span.sequence));
    for span in spans {
        let mut offset = span.from;
        while let Some(record) = reader.record(ring, (span.index, span.sequence), offset) {
            lines.push(record.line.try_into().expect("a line of the model"));
            let at = ring.geometry().base(span.index) + offset;
            let commit = ring.geometry().position(span.sequence, offset) ^ 77;
            assert_eq!(
                ring.memory().word(at).load(Ordering::Relaxed),
                commit,
                "a recovery would find it too"
            );
            offset = record.next;
        }
        reader.take(ring, span.index, offset);
        reader.finish(ring, span.index, offset);
    }
    reader.release_idle(ring);
}

fn line(thread: u8, number: u8) -> [u8; LINE] {
    [thread, number, 3, 4, 5, 6, 7, 8]
}

/// Every execution with at most this many preemptions, or as many as `LOOM_MAX_PREEMPTIONS` says.
fn explore(preemptions: usize, check: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = model.preemption_bound.or(Some(preemptions));
    let executions = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&executions);
    model.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        check();
    });
    // So that a change of the code or of loom cannot make the exploration vanish.
    let executions = executions.load(Ordering::Relaxed);
    assert!(executions >= 50, "only {executions} executions");
    eprintln!("{executions} executions");
}

#[test]
fn every_accepted_line_is_read_once_whole_and_in_its_threads_order() {
    explore(1, || {
        let (ring, mut readers) = ring(2, 1, 1);
        let threads: Vec<_> = (1..=2)
            .map(|thread| {
                let ring = Arc::clone(&ring);
                loom::thread::spawn(move || {
                    let mut held = None;
                    (0..2)
                        .filter(|&number| {
                            push(&ring, &mut held, u64::from(thread), line(thread, number))
                        })
                        .collect::<Vec<u8>>()
                })
            })
            .collect();
        let mut lines = Vec::new();
        read(&ring, &mut readers[0], &mut lines);
        let accepted: Vec<Vec<u8>> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        for _ in 0..2 {
            read(&ring, &mut readers[0], &mut lines);
        }
        for (thread, accepted) in (1..).zip(accepted) {
            let read: Vec<_> = lines
                .iter()
                .filter(|line| line[0] == thread)
                .copied()
                .collect();
            let expected: Vec<_> = accepted
                .into_iter()
                .map(|number| line(thread, number))
                .collect();
            assert_eq!(read, expected);
        }
    });
}

#[test]
fn an_idle_segment_is_taken_back_without_harm_to_its_owner() {
    explore(2, || {
        let (ring, mut readers) = ring(1, 3, 1);
        let writer = {
            let ring = Arc::clone(&ring);
            loom::thread::spawn(move || {
                let mut held = None;
                (0..2).all(|number| push(&ring, &mut held, 1, line(1, number)))
            })
        };
        let mut lines = Vec::new();
        for _ in 0..2 {
            read(&ring, &mut readers[0], &mut lines);
        }
        let accepted = writer.join().unwrap();
        for _ in 0..3 {
            read(&ring, &mut readers[0], &mut lines);
        }
        // The one segment may be on its way back when it is wanted; what was accepted is read in any case.
        assert!(
            lines
                .iter()
                .copied()
                .eq((0..lines.len() as u8).map(|number| line(1, number)))
        );
        assert!(!accepted || lines.len() == 2);
        assert_eq!(ring.free_count(), 1);
    });
}

#[test]
fn a_segment_is_free_only_when_both_sinks_have_read_it() {
    explore(2, || {
        let (ring, readers) = ring(1, 1, 2);
        let mut held = None;
        assert!(push(&ring, &mut held, 1, line(1, 0)));
        ring.seal(held.take().unwrap());
        let sinks: Vec<_> = readers
            .into_iter()
            .map(|mut reader| {
                let ring = Arc::clone(&ring);
                loom::thread::spawn(move || {
                    let mut lines = Vec::new();
                    read(&ring, &mut reader, &mut lines);
                    assert_eq!(lines, [line(1, 0)]);
                })
            })
            .collect();
        let again = push(&ring, &mut held, 1, line(1, 1));
        for sink in sinks {
            sink.join().unwrap();
        }
        // The second line overwrites the first: only after both have read it, which loom checks at the cell.
        // Both may have missed the other's cursor; the next time one of them looks, it is freed.
        assert!(again || ring.release(0) || ring.free_count() == 1);
    });
}

#[test]
fn nothing_is_appended_after_all_is_sealed() {
    explore(2, || {
        let (ring, mut readers) = ring(1, 2, 1);
        let mut held = ring.claim(1, 0, None);
        let writer = {
            let ring = Arc::clone(&ring);
            loom::thread::spawn(move || {
                let held = held.as_mut().unwrap();
                (0..2)
                    .take_while(|&number| ring.append(held, 2, &line(1, number)).is_ok())
                    .count()
            })
        };
        while !ring.seal_all() {
            loom::thread::yield_now();
        }
        let mut lines = Vec::new();
        read(&ring, &mut readers[0], &mut lines);
        let accepted = writer.join().unwrap();
        assert_eq!(lines.len(), accepted);
    });
}

/// The wake-up, which rests on the sequential consistency of `append`'s swap and of the look.
#[test]
fn a_line_is_found_by_the_last_look_or_finds_the_sink_parked() {
    explore(2, || {
        let (ring, mut readers) = ring(1, 1, 1);
        let parked = Arc::new(AtomicU64::new(0));
        let writer = {
            let (ring, parked) = (Arc::clone(&ring), Arc::clone(&parked));
            loom::thread::spawn(move || {
                let mut held = ring.claim(1, 0, None);
                ring.append(held.as_mut().unwrap(), 2, &line(1, 0)).unwrap();
                parked.load(Ordering::Relaxed) == 1
            })
        };
        parked.store(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let mut spans = Vec::new();
        let writing = readers[0].scan(&ring, &mut spans);
        let found = writing || !spans.is_empty();
        let woken = writer.join().unwrap();
        assert!(found || woken);
    });
}
