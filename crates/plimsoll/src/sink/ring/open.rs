//! Where a new ring goes: a file on tmpfs if that can be had, else the process's own memory.

use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::header::Header;
use super::layout::{FIRST_RECORD, Geometry, RECORD_HEADER};
use super::reader::Reader;
use super::segments::{Region, Segments};
use crate::encode::timestamp;
use crate::sink::{LINE_MAX, RingOptions};

/// A segment holds a few of the longest lines; with 256 of them a ring serves as many threads that write at once.
const SEGMENT_LEAST: usize = (LINE_MAX + RECORD_HEADER + FIRST_RECORD).next_power_of_two();
const SEGMENTS: usize = 256;
const SEGMENTS_LEAST: usize = 8;

/// A ring that nobody has written to.
#[derive(Debug)]
pub(in crate::sink) struct Ring {
    pub(in crate::sink) segments: Segments<Region>,
    pub(in crate::sink) readers: Vec<Reader>,
    #[cfg(target_os = "linux")]
    pub(in crate::sink) file: Option<super::file::RingFile>,
    /// Why the ring does not survive the process, if it was asked to.
    pub(in crate::sink) not_durable: Option<String>,
}

/// How a ring of about `size` bytes is divided.
pub(in crate::sink) fn divide(size: usize) -> Geometry {
    let segment_bytes = (size / SEGMENTS)
        .next_power_of_two()
        .clamp(SEGMENT_LEAST, 1 << 23);
    let segments = size.div_ceil(segment_bytes).max(SEGMENTS_LEAST);
    Geometry {
        segments,
        segment_bytes,
    }
}

/// Opens a ring for sinks of these names.
pub(in crate::sink) fn open(options: &RingOptions, sinks: &[String]) -> Ring {
    static RINGS: AtomicU64 = AtomicU64::new(1);
    let header = Header {
        nonce: nonce(),
        geometry: divide(options.size),
        created: timestamp::since_epoch().as_micros() as u64,
        sinks: sinks.to_vec(),
    };
    let id = RINGS.fetch_add(1, Relaxed);
    let divided = |region| Segments::new(id, header.nonce, header.geometry, sinks.len(), region);
    let mut not_durable = None;
    #[cfg(target_os = "linux")]
    if options.durable {
        match in_a_file(options, &header) {
            Ok((file, region)) => {
                let (segments, readers) = divided(region);
                return Ring {
                    segments,
                    readers,
                    file: Some(file),
                    not_durable,
                };
            }
            Err(reason) => not_durable = Some(reason),
        }
    }
    if cfg!(not(target_os = "linux")) && options.durable {
        not_durable = Some("this platform has no durable ring".to_owned());
    }
    let mut region = Region::anonymous(header.geometry.total());
    header.write(region.all_mut());
    let (segments, readers) = divided(region);
    Ring {
        segments,
        readers,
        #[cfg(target_os = "linux")]
        file: None,
        not_durable,
    }
}

/// Tells stale bytes from this ring's. Unlike others' even if the system gives no randomness.
fn nonce() -> u64 {
    let mut random = [0; 8];
    match getrandom::fill(&mut random) {
        Ok(()) => u64::from_ne_bytes(random),
        Err(_) => timestamp::since_epoch().as_nanos() as u64,
    }
}

/// The directories to try, in this order.
#[cfg(target_os = "linux")]
pub(in crate::sink) fn bases(options: &RingOptions) -> Vec<std::path::PathBuf> {
    if let Some(directory) = &options.directory {
        return vec![directory.clone()];
    }
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|directory| !directory.is_empty());
    std::iter::once("/dev/shm".into())
        .chain(runtime.map(Into::into))
        .collect()
}

/// How often a directory that vanishes meanwhile is made again.
#[cfg(target_os = "linux")]
const ATTEMPTS: u32 = 16;

#[cfg(target_os = "linux")]
fn in_a_file(
    options: &RingOptions,
    header: &Header,
) -> Result<(super::file::RingFile, Region), String> {
    use super::file::Directory;
    use std::os::unix::fs::DirBuilderExt;

    let create = |base: &std::path::Path| -> io::Result<_> {
        if options.directory.is_some() {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(base)?;
        }
        let bytes = header.geometry.total();
        let mut attempts = 0;
        loop {
            let made = Directory::of_service(base, &options.service).and_then(|directory| {
                directory.create(bytes, |file| {
                    let mut region = Region::file(file, bytes)?;
                    header.write(region.all_mut());
                    Ok(region)
                })
            });
            attempts += 1;
            match made {
                // Another process has just ended and taken the empty directory away.
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempts < ATTEMPTS => {}
                made => return made,
            }
        }
    };
    let mut reasons = Vec::new();
    for base in bases(options) {
        match create(&base) {
            Ok(made) => return Ok(made),
            Err(error) => reasons.push(format!("{}: {error}", base.display())),
        }
    }
    Err(reasons.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_divided_into_segments_that_hold_a_line() {
        let usual = divide(8 * 1024 * 1024);
        assert_eq!((usual.segments, usual.segment_bytes), (256, 32 * 1024));
        assert_eq!(divide(1).segments, SEGMENTS_LEAST);
        for size in [0, 1, 1 << 20, 100 << 20, 5 << 30] {
            let geometry = divide(size);
            assert!(geometry.longest_line() >= LINE_MAX && geometry.total() >= size);
            assert!(geometry.segment_bytes < 1 << 24);
        }
    }
}
