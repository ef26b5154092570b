//! Log files: rotation, retention, reopening, and what goes wrong with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plimsoll::sink::{Pipeline, Sink};
use serde_json::Value;
use tracing::Level;

use crate::support::{LONG, anonymous, assert_balanced, events, line, parse, until};

/// The files put aside, oldest first, and then the file itself.
pub(crate) fn files(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut files: Vec<PathBuf> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(name)
        })
        .collect();
    // The bare name sorts first and is the newest.
    files.sort();
    files.rotate_left(1);
    files
}

fn lines(files: &[PathBuf]) -> Vec<Value> {
    files
        .iter()
        .flat_map(|path| parse(&fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn a_file_is_put_aside_by_size_and_no_line_is_cut() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("logs/deep/app.log");
    let sink = Sink::file(&path).rotate_size(20_000);
    let pipeline = Pipeline::start(vec![sink], anonymous().block(LONG)).unwrap();
    for number in 0..2_000 {
        pipeline.push(Level::INFO, &line(0, number, number % 300));
    }
    assert!(pipeline.shutdown(LONG).is_complete());
    let files = files(&path);
    assert!(files.len() > 10, "{files:?}");
    assert!(
        files
            .iter()
            .all(|path| fs::metadata(path).unwrap().len() <= 20_000)
    );
    assert!(
        events(&lines(&files))
            .into_iter()
            .eq((0..2_000).map(|number| (0, number)))
    );
}

#[test]
fn old_files_are_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.log");
    let sink = Sink::file(&path).rotate_size(10_000).keep(3);
    let pipeline = Pipeline::start(vec![sink], anonymous().block(LONG)).unwrap();
    for number in 0..1_000 {
        pipeline.push(Level::INFO, &line(0, number, 100));
    }
    assert!(pipeline.shutdown(LONG).is_complete());
    let files = files(&path);
    assert_eq!(files.len(), 4, "{files:?}");
    let left = events(&lines(&files));
    assert!(left.is_sorted() && left.last() == Some(&(0, 999)));
}

#[test]
fn a_file_is_put_aside_by_time_also_over_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.log");
    let period = Duration::from_millis(300);
    let start =
        || Pipeline::start(vec![Sink::file(&path).rotate_every(period)], anonymous()).unwrap();
    for number in 0..3 {
        let pipeline = start();
        pipeline.push(Level::INFO, &line(0, number, 0));
        assert!(pipeline.flush(LONG));
        std::thread::sleep(period);
        pipeline.push(Level::INFO, &line(1, number, 0));
        assert!(pipeline.shutdown(LONG).is_complete());
        std::thread::sleep(period);
    }
    let files = files(&path);
    assert_eq!(files.len(), 6);
    assert_eq!(
        events(&lines(&files)),
        [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)]
    );
}

#[test]
fn a_half_line_is_ended_before_the_first_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.log");
    fs::write(&path, "{\"event\":\"whole\"}\n{\"event\":\"ha").unwrap();
    let pipeline = Pipeline::start(vec![Sink::file(&path)], anonymous()).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.shutdown(LONG).is_complete());
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(&lines[..2], ["{\"event\":\"whole\"}", "{\"event\":\"ha"]);
    assert_eq!(events(&parse(&format!("{}\n", lines[2]))), [(0, 0)]);
}

#[test]
fn a_deleted_directory_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("logs/app.log");
    let pipeline = Pipeline::start(vec![Sink::file(&path)], anonymous()).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.flush(LONG));
    fs::remove_dir_all(directory.path().join("logs")).unwrap();
    pipeline.push(Level::INFO, &line(0, 1, 0));
    assert!(pipeline.flush(LONG));
    assert_eq!(events(&lines(&files(&path))), [(0, 1)]);
    // In its place stands what no directory can be made of: the sink waits and counts, and goes on when it is gone.
    fs::remove_dir_all(directory.path().join("logs")).unwrap();
    fs::write(directory.path().join("logs"), "in the way").unwrap();
    pipeline.push(Level::INFO, &line(0, 2, 0));
    until("a failure", || pipeline.counts().sinks[0].errors > 0);
    fs::remove_file(directory.path().join("logs")).unwrap();
    assert!(pipeline.flush(LONG));
    assert_eq!(events(&lines(&files(&path))), [(0, 2)]);
    assert_balanced(&pipeline, 3);
}

#[test]
fn a_moved_file_is_followed_by_a_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.log");
    let pipeline = Pipeline::start(vec![Sink::file(&path)], anonymous()).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.flush(LONG));
    fs::rename(&path, directory.path().join("moved")).unwrap();
    pipeline.push(Level::INFO, &line(0, 1, 0));
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_eq!(
        events(&parse(
            &fs::read_to_string(directory.path().join("moved")).unwrap()
        )),
        [(0, 0)]
    );
    assert_eq!(
        events(&parse(&fs::read_to_string(&path).unwrap())),
        [(0, 1)]
    );
}

/// `SIGHUP` opens the file of this name again even if it is the same one, here seen by its being read anew: a hard link keeps
/// the old file in place for the look that a sink takes before each write.
#[test]
#[cfg(unix)]
fn hangup_does_not_end_the_process_and_reopens() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.log");
    let pipeline = Pipeline::start(vec![Sink::file(&path)], anonymous()).unwrap();
    pipeline.push(Level::INFO, &line(0, 0, 0));
    assert!(pipeline.flush(LONG));
    let before = descriptors(&path);
    fs::write(&path, "{\"half\":").unwrap();
    signal_hook::low_level::raise(signal_hook::consts::SIGHUP).unwrap();
    pipeline.push(Level::INFO, &line(0, 1, 0));
    assert!(pipeline.shutdown(LONG).is_complete());
    assert_eq!(before, 1);
    let text = fs::read_to_string(&path).unwrap();
    let (half, rest) = text.split_once('\n').unwrap();
    assert_eq!(
        half, "{\"half\":",
        "only an opening looks for a half line and ends it"
    );
    assert_eq!(events(&parse(rest)), [(0, 1)]);
}

#[cfg(unix)]
fn descriptors(path: &Path) -> usize {
    let open = fs::read_dir("/proc/self/fd").unwrap();
    open.filter(|entry| {
        fs::read_link(entry.as_ref().unwrap().path()).is_ok_and(|target| target == path)
    })
    .count()
}
