//! What each peer wrote, compared value by value with what was logged.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::cell::{COMPARED, Work};
use crate::events::{Events, KINDS};

/// Every line of every file in the directory.
pub fn read(directory: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the directory of the lines") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).expect("lines are UTF-8");
            lines.extend(text.lines().map(str::to_owned));
        }
    }
    lines
}

/// Compares the lines with the events.
///
/// # Errors
/// The first difference in a value, or a missing line. Differences of form are no error: they are returned.
pub fn compare(directory: &Path, work: Work) -> Result<Vec<String>, String> {
    let events = Events::prepare();
    let mut form = BTreeMap::new();
    let lines: Vec<String> = read(directory)
        .into_iter()
        .filter(|line| line.contains("\"job."))
        .collect();
    if lines.len() != COMPARED {
        return Err(format!("{} lines of {COMPARED}", lines.len()));
    }
    for (index, line) in lines.iter().enumerate() {
        let object: Map<String, Value> =
            serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))?;
        let request = if work == Work::W5 { index } else { 0 };
        let wanted = wanted(&events, work, index, request);
        let mut found = flatten(object, &mut form);
        for (key, value) in wanted {
            let got = found.remove(&key);
            let same = got.as_ref().is_some_and(|got| {
                got == &value
                    || (key == "level"
                        && got.as_str().map(str::to_lowercase).as_deref() == value.as_str())
            });
            let level = key == "level"
                && ["INFO", "info", "ERRO", "ERROR", "error"]
                    .iter()
                    .any(|name| got == Some(json!(name)));
            if !same && !level {
                return Err(format!("{key} is {got:?}, not {value} in {line}"));
            }
        }
        for key in found.keys() {
            form.insert(format!("extra key {key}"), ());
        }
    }
    Ok(form.into_keys().collect())
}

fn wanted(events: &Events, work: Work, index: usize, request: usize) -> Vec<(String, Value)> {
    let request = &events.requests[request % KINDS];
    let fields = match work {
        Work::W2 => {
            let event = &events.failed[index % KINDS];
            json!({"level": "error", "event": "job.failed", "job_id": event.job_id, "error": event.error,
                "attempt": event.attempt, "will_retry": event.will_retry})
        }
        Work::W3 => {
            let event = &events.finished[index % KINDS];
            json!({"level": "info", "event": "job.finished", "job_id": event.job_id, "job_type": event.job_type,
                "queue": event.queue, "worker": event.worker, "attempt": event.attempt, "bytes": event.bytes,
                "duration_ms": event.duration_ms, "wait_ms": event.wait_ms, "cached": event.cached,
                "retried": event.retried})
        }
        _ => {
            let event = &events.submitted[index % KINDS];
            json!({"level": "info", "event": "job.submitted", "job_id": event.job_id, "job_type": event.job_type,
                "user_id": event.user_id, "payload_size": event.payload_size})
        }
    };
    let context =
        json!({"request_id": request.request_id, "method": request.method, "path": request.path});
    let mut all = Vec::new();
    for part in [fields, context] {
        if let Value::Object(object) = part {
            all.extend(object);
        }
    }
    all
}

/// One level of keys, the standard's names, and a note for whatever had another form.
fn flatten(object: Map<String, Value>, form: &mut BTreeMap<String, ()>) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    for (key, value) in object {
        match (key.as_str(), value) {
            ("span" | "kvs" | "diags" | "fields", Value::Object(inner)) => {
                form.insert(format!("nested under {key}"), ());
                flat.extend(inner.into_iter().filter(|(key, _)| key != "name"));
            }
            ("msg" | "message", value) => {
                form.insert(format!("the event's key is {key}"), ());
                flat.insert("event".to_owned(), value);
            }
            ("lvl", value) => {
                form.insert("the level's key is lvl".to_owned(), ());
                flat.insert("level".to_owned(), value);
            }
            ("ts", _) => {
                form.insert("the time's key is ts".to_owned(), ());
            }
            ("timestamp", value) => {
                let text = value.as_str().unwrap_or_default().to_owned();
                if text.len() != 27 || !text.ends_with('Z') {
                    form.insert("another form of time".to_owned(), ());
                }
            }
            (_, value) => {
                flat.insert(key, value);
            }
        }
    }
    flat
}
