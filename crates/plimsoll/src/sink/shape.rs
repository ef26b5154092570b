//! A canonical line in the form its sink writes.

use super::Format;

/// How a line is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) format: Format,
    pub(super) colour: bool,
}

impl Shape {
    /// Appends the line, without a newline.
    pub(super) fn render(self, line: &[u8], out: &mut Vec<u8>) {
        match self.format {
            Format::Json => out.extend_from_slice(line),
            Format::Console => crate::log::console::console(line, out, self.colour),
        }
    }
}
