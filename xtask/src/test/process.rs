//! Running one command of a step, its output passed through as it comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

/// Runs the command with the terminal's own output. The error names the command and its exit status.
pub(super) fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("{} did not start: {error}", shown(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", shown(command)))
    }
}

/// As [`run`], and hands every line of both streams to `line` as well.
pub(super) fn run_with_lines(
    command: &mut Command,
    mut line: impl FnMut(&str) + Send,
) -> Result<(), String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} did not start: {error}", shown(command)))?;
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let (sender, receiver) = std::sync::mpsc::channel::<String>();
    let status = thread::scope(|scope| {
        let other = sender.clone();
        scope.spawn(move || pass_on(stdout, std::io::stdout(), &other));
        scope.spawn(move || pass_on(stderr, std::io::stderr(), &sender));
        for text in receiver {
            line(&text);
        }
        child.wait()
    });
    let status = status.map_err(|error| format!("{} was lost: {error}", shown(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", shown(command)))
    }
}

/// The standard output of a command that must succeed.
pub(super) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{} did not start: {error}", shown(command)))?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", shown(command), output.status));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("{} printed invalid UTF-8", shown(command)))
}

fn pass_on(from: Option<impl Read>, mut to: impl Write, lines: &std::sync::mpsc::Sender<String>) {
    let Some(from) = from else { return };
    let mut from = BufReader::new(from);
    let mut bytes = Vec::new();
    while matches!(from.read_until(b'\n', &mut bytes), Ok(read) if read > 0) {
        // A closed terminal must not end the tests.
        let _ = to.write_all(&bytes).and_then(|()| to.flush());
        let _ = lines.send(String::from_utf8_lossy(&bytes).trim_end().to_owned());
        bytes.clear();
    }
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
