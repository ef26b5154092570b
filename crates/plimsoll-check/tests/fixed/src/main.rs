//! Runs the calls before and after `--fix` and prints what each of them logged: one JSON list of strings a line.

mod after;
mod before;
mod world;

use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span;
use tracing::{Event, Metadata, Subscriber};

/// Level, target, then the names and values of the fields as they come.
type Line = Vec<String>;

struct Collect(Arc<Mutex<Vec<Line>>>);

struct Fields(Line);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push(field.name().to_owned());
        self.0.push(format!("{value:?}"));
    }
}

impl Subscriber for Collect {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut fields = Fields(vec![metadata.level().to_string(), metadata.target().to_owned()]);
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

fn main() {
    for (name, all) in [("before", before::all as fn()), ("after", after::all as fn())] {
        let lines = Arc::default();
        tracing::subscriber::with_default(Collect(Arc::clone(&lines)), all);
        for line in lines.lock().unwrap().iter() {
            let line: Vec<String> = line.iter().map(|text| quoted(text)).collect();
            println!("[\"{name}\", {}]", line.join(", "));
        }
    }
}

/// As a JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
