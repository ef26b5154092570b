//! Random bytes for ids: unpredictable enough to be unique, cheap enough for every request.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// One system call fills this many bytes, enough for about a hundred requests.
const POOL_BYTES: usize = 4096;

struct Pool {
    bytes: [u8; POOL_BYTES],
    used: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL_BYTES], used: POOL_BYTES }) };
}

/// `N` random bytes. Never fails: where the system has no randomness to give, the bytes are still unique in practice.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    const { assert!(N <= POOL_BYTES) };
    let pooled = POOL.try_with(|pool| {
        let mut pool = pool.try_borrow_mut().ok()?;
        if pool.used + N > POOL_BYTES {
            getrandom::fill(&mut pool.bytes).ok()?;
            pool.used = 0;
        }
        let start = pool.used;
        pool.used += N;
        let mut out = [0; N];
        out.copy_from_slice(&pool.bytes[start..start + N]);
        // A byte is handed out once; what is left behind must not be readable twice.
        pool.bytes[start..start + N].fill(0);
        Some(out)
    });
    // The first error: this thread is ending and its pool is gone.
    pooled.ok().flatten().unwrap_or_else(unique)
}

/// Bytes that differ from every other call's in this process, and very likely from other processes'.
fn unique<const N: usize>() -> [u8; N] {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let mut out = [0; N];
    for chunk in out.chunks_mut(8) {
        let mut hasher = DefaultHasher::new();
        CALLS.fetch_add(1, Ordering::Relaxed).hash(&mut hasher);
        std::process::id().hash(&mut hasher);
        std::thread::current().id().hash(&mut hasher);
        SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default()
            .hash(&mut hasher);
        let bytes = hasher.finish().to_ne_bytes();
        chunk.copy_from_slice(&bytes[..chunk.len()]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn bytes_do_not_repeat_across_refills_or_threads() {
        let draw = || (0..1000).map(|_| random::<16>()).collect::<Vec<_>>();
        let other = std::thread::spawn(draw).join().unwrap();
        let all: HashSet<_> = draw().into_iter().chain(other).collect();
        assert_eq!(all.len(), 2000);
    }

    #[test]
    fn the_fallback_does_not_repeat_either() {
        let all: HashSet<[u8; 16]> = (0..1000).map(|_| unique()).collect();
        assert_eq!(all.len(), 1000);
    }
}
