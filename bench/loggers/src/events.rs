//! The events that every peer logs, prepared beforehand so that only the logging is measured.

/// W1 and W5: the standard's `job.submitted`.
pub struct Submitted {
    pub job_id: String,
    pub job_type: String,
    pub user_id: String,
    pub payload_size: u64,
}

/// W2: the standard's `job.failed`, its error of 60 characters with some that JSON must escape.
pub struct Failed {
    pub job_id: String,
    pub error: String,
    pub attempt: u64,
    pub will_retry: bool,
}

/// W3: ten fields of every kind.
pub struct Finished {
    pub job_id: String,
    pub job_type: String,
    pub queue: String,
    pub worker: u64,
    pub attempt: u64,
    pub bytes: i64,
    pub duration_ms: f64,
    pub wait_ms: f64,
    pub cached: bool,
    pub retried: bool,
}

/// The context of a request: three fields on every line.
pub struct Request {
    pub request_id: String,
    pub method: String,
    pub path: String,
}

pub struct Events {
    pub requests: Vec<Request>,
    pub submitted: Vec<Submitted>,
    pub failed: Vec<Failed>,
    pub finished: Vec<Finished>,
}

/// How many different events there are of each kind; they take turns.
pub const KINDS: usize = 64;

impl Events {
    /// The same events on every run.
    pub fn prepare() -> Self {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let types = ["webhook", "digest", "sleep", "report"];
        let mut events = Self {
            requests: Vec::new(),
            submitted: Vec::new(),
            failed: Vec::new(),
            finished: Vec::new(),
        };
        for index in 0..KINDS {
            let job_type = types[index % types.len()].to_owned();
            events.requests.push(Request {
                request_id: random.uuid(),
                method: "POST".to_owned(),
                path: "/jobs".to_owned(),
            });
            events.submitted.push(Submitted {
                job_id: random.uuid(),
                job_type: job_type.clone(),
                user_id: format!("user-{}", random.below(100_000)),
                payload_size: random.below(20_000),
            });
            events.failed.push(Failed {
                job_id: random.uuid(),
                // 60 characters: two quotes, one backslash, one tab, one line feed.
                error: format!(
                    "could not parse \"C:\\in\":\tunexpected end, line {:>6}\nin data",
                    random.below(900_000)
                ),
                attempt: 1 + random.below(5),
                will_retry: random.below(2) == 0,
            });
            events.finished.push(Finished {
                job_id: random.uuid(),
                job_type,
                queue: "default".to_owned(),
                worker: random.below(16),
                attempt: 1 + random.below(5),
                bytes: random.below(1_000_000) as i64 - 1000,
                duration_ms: random.below(10_000_000) as f64 / 1000.0,
                wait_ms: random.below(1_000_000) as f64 / 1000.0,
                cached: random.below(2) == 0,
                retried: random.below(2) == 0,
            });
        }
        events
    }
}

/// xorshift64*: enough for numbers that differ.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    fn uuid(&mut self) -> String {
        let high = (self.next() & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (self.next() & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_has_sixty_characters() {
        for failed in Events::prepare().failed {
            assert_eq!(failed.error.chars().count(), 60, "{}", failed.error);
        }
    }
}
