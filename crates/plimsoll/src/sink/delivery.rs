//! One batch on its way to an outlet, however often the outlet fails before it has taken everything.

use std::io;

use super::outlet::Outlet;

/// Whole lines, and how much of them has been accepted.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    bytes: Vec<u8>,
    /// Where each line ends, newline included.
    ends: Vec<usize>,
    accepted: usize,
}

impl Delivery {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.accepted = 0;
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Adds what `render` appends, without a newline, as one line.
    pub(super) fn line(&mut self, render: impl FnOnce(&mut Vec<u8>)) {
        render(&mut self.bytes);
        self.bytes.push(b'\n');
        self.ends.push(self.bytes.len());
    }

    /// Hands the rest to the outlet. After an error it can be called again and goes on where it was.
    ///
    /// # Errors
    /// The first error that is not an interruption.
    pub(super) fn attempt(&mut self, outlet: &mut dyn Outlet) -> io::Result<()> {
        if outlet.prepare()? {
            self.accepted = self.line_start();
        }
        while self.accepted < self.bytes.len() {
            let until = self.until(outlet.room(), outlet.is_empty());
            if until == self.accepted {
                outlet.put_aside()?;
                continue;
            }
            match outlet.write(&self.bytes[self.accepted..until]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.accepted += written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Where the line starts of which a part has been accepted, or the next one.
    fn line_start(&self) -> usize {
        let lines = self.ends.partition_point(|&end| end <= self.accepted);
        lines.checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// How far whole lines reach into `room`. A line that was begun is finished in any case, and an empty place gets one.
    fn until(&self, room: u64, empty: bool) -> usize {
        let limit =
            usize::try_from(room).map_or(usize::MAX, |room| self.accepted.saturating_add(room));
        let begun = self.line_start() < self.accepted;
        let fitting = self.ends.partition_point(|&end| end <= limit);
        let next = self.ends.partition_point(|&end| end <= self.accepted);
        let lines = if begun || empty {
            fitting.max(next + 1)
        } else {
            fitting
        };
        lines
            .checked_sub(1)
            .map_or(0, |last| self.ends[last])
            .max(self.accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accepts a few bytes at a time, fails now and then, and has files of a limited size.
    struct Moody {
        files: Vec<Vec<u8>>,
        limit: u64,
        turn: usize,
        moved: bool,
    }

    impl Outlet for Moody {
        fn prepare(&mut self) -> io::Result<bool> {
            if std::mem::take(&mut self.moved) {
                self.files.push(Vec::new());
                return Ok(true);
            }
            Ok(false)
        }
        fn room(&self) -> u64 {
            self.limit
                .saturating_sub(self.files.last().map_or(0, |file| file.len() as u64))
        }
        fn is_empty(&self) -> bool {
            self.files.last().is_none_or(Vec::is_empty)
        }
        fn put_aside(&mut self) -> io::Result<()> {
            self.files.push(Vec::new());
            Ok(())
        }
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.turn += 1;
            if self.turn.is_multiple_of(3) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let some = bytes.len().min(1 + self.turn % 5);
            if let Some(file) = self.files.last_mut() {
                file.extend_from_slice(&bytes[..some]);
            }
            Ok(some)
        }
    }

    fn deliver(lines: &[&str], outlet: &mut Moody, move_at: Option<usize>) {
        let mut delivery = Delivery::default();
        for line in lines {
            delivery.line(|out| out.extend_from_slice(line.as_bytes()));
        }
        for attempt in 0.. {
            if Some(attempt) == move_at {
                outlet.moved = true;
            }
            if delivery.attempt(outlet).is_ok() {
                return;
            }
        }
    }

    #[test]
    fn errors_neither_lose_nor_repeat_a_byte() {
        let mut outlet = Moody {
            files: vec![Vec::new()],
            limit: u64::MAX,
            turn: 0,
            moved: false,
        };
        deliver(&["alpha", "", "gamma delta"], &mut outlet, None);
        assert_eq!(outlet.files, [b"alpha\n\ngamma delta\n".to_vec()]);
    }

    #[test]
    fn files_are_put_aside_between_lines() {
        let mut outlet = Moody {
            files: vec![Vec::new()],
            limit: 12,
            turn: 0,
            moved: false,
        };
        deliver(
            &["alpha", "beta", "a line longer than any file may be", "x"],
            &mut outlet,
            None,
        );
        let files: Vec<&str> = outlet
            .files
            .iter()
            .map(|file| std::str::from_utf8(file).unwrap())
            .collect();
        assert_eq!(
            files,
            [
                "alpha\nbeta\n",
                "a line longer than any file may be\n",
                "x\n"
            ]
        );
    }

    #[test]
    fn a_line_half_written_to_a_lost_file_is_written_anew() {
        for move_at in 1..6 {
            let mut outlet = Moody {
                files: vec![Vec::new()],
                limit: u64::MAX,
                turn: 0,
                moved: false,
            };
            deliver(&["alpha", "beta", "gamma"], &mut outlet, Some(move_at));
            let files: Vec<String> = outlet
                .files
                .into_iter()
                .map(|file| String::from_utf8(file).unwrap())
                .collect();
            // What the lost file has whole and what the new one has are together everything, once.
            let whole = files[0].rfind('\n').map_or("", |end| &files[0][..=end]);
            let rest = files.get(1).map_or("", String::as_str);
            assert_eq!(
                format!("{whole}{rest}"),
                "alpha\nbeta\ngamma\n",
                "moved at {move_at}"
            );
        }
    }
}
