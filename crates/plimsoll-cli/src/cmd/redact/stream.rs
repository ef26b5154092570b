//! Lines in, lines out, in order and in bounded memory.

use std::io::{self, Read, Write};

use plimsoll::redact::{Finding, Redactor};

use super::path;

/// Bytes asked for at once. Lines are written before the next read can block, so a pipe shows them as they come.
const CHUNK: usize = 256 * 1024;
/// A longer line is taken in pieces, and is no JSON object to us.
const LONGEST_LINE: usize = 8 * 1024 * 1024;
/// Where a long line is cut: at a blank among its last bytes.
const CUT: usize = 64 * 1024;

/// Copies all of `input` to `output`, redacted.
pub(super) fn filter(
    redactor: &Redactor,
    input: &mut impl Read,
    output: &mut impl Write,
    mut report: Option<Report<'_>>,
) -> io::Result<()> {
    let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK * 2);
    let mut out = Vec::with_capacity(CHUNK * 2);
    // Bytes at the start of `buffer` that are known to hold no line end.
    let mut searched = 0;
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
        let mut start = 0;
        while let Some(end) =
            memchr::memchr(b'\n', &buffer[start.max(searched)..]).map(|at| at + start.max(searched))
        {
            line(redactor, &buffer[start..end], &mut out, report.as_mut())?;
            out.push(b'\n');
            if let Some(report) = &mut report {
                report.next_line();
            }
            start = end + 1;
        }
        if read == 0 {
            line(redactor, &buffer[start..], &mut out, report.as_mut())?;
            output.write_all(&out)?;
            return output.flush();
        }
        if buffer.len() - start > LONGEST_LINE {
            let cut = cut(&buffer[start..]);
            line(
                redactor,
                &buffer[start..start + cut],
                &mut out,
                report.as_mut(),
            )?;
            if let Some(report) = &mut report {
                report.offset += cut;
            }
            start += cut;
        }
        buffer.drain(..start);
        searched = buffer.len();
        output.write_all(&out)?;
        output.flush()?;
        out.clear();
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

fn line(
    redactor: &Redactor,
    line: &[u8],
    out: &mut Vec<u8>,
    report: Option<&mut Report<'_>>,
) -> io::Result<()> {
    let Some(report) = report else {
        redactor.line(line, out, |_| {});
        return Ok(());
    };
    let mut result = Ok(());
    redactor.line(line, out, |finding| {
        if result.is_ok() {
            result = report.finding(line, finding);
        }
    });
    result
}

/// Tells which pattern fired where.
pub(super) struct Report<'a> {
    out: &'a mut dyn Write,
    line: u64,
    offset: usize,
}

impl<'a> Report<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            line: 1,
            offset: 0,
        }
    }

    fn next_line(&mut self) {
        self.line += 1;
        self.offset = 0;
    }

    fn finding(&mut self, line: &[u8], finding: Finding<'_>) -> io::Result<()> {
        let place = path::of(line, finding.start).map_or_else(String::new, |path| {
            format!(",\"path\":{}", serde_json::Value::String(path))
        });
        writeln!(
            self.out,
            "{{\"line\":{},\"offset\":{},\"length\":{},\"pattern\":\"{}\"{place}}}",
            self.line,
            self.offset + finding.start,
            finding.end - finding.start,
            finding.pattern,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(input: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        filter(&Redactor::standard(), &mut &input[..], &mut out, None).unwrap();
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
            &Redactor::standard(),
            &mut &input[..],
            &mut out,
            Some(Report::new(&mut told)),
        )
        .unwrap();
        let told = String::from_utf8(told).unwrap();
        assert!(
            told.contains("\"line\":2") && told.contains("\"path\":\"$.user.creds[0].api_key\""),
            "{told}"
        );
        assert!(!told.contains("k3y"));
    }
}
