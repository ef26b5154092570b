//! The `log` crate's records, with their key-values, become lines like any other.

use super::limit::Rate;
use super::plan::{Origin, Plan};
use super::plans::{Known, Plans};
use super::render::{self, Parent};
use super::{Logging, scratch, tally, values};
use crate::context::render::Rendered;
use crate::encode::{escape, value};
use crate::redact::{KeyVerdict, Redactor};
use log::kv::{Error, Key, Value, VisitSource, VisitValue};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};
use tracing::Level;
use tracing::level_filters::LevelFilter;

static BRIDGE: OnceLock<Bridge> = OnceLock::new();

/// Callsites that have a limit of their own; a service that makes up targets fills no memory.
const CALLSITES: usize = 4096;

/// Tells these callsites, which are hashes, from those of any `configure()`, which are addresses.
const OWNER: usize = usize::MAX;

struct Bridge {
    logging: Arc<Logging>,
    plans: Plans,
    /// For callsites beyond those, by level.
    others: [&'static Plan; 5],
}

/// Becomes the `log` crate's logger, if it has none. A service that set one keeps it.
pub(super) fn install(logging: &Arc<Logging>) {
    let bridge = BRIDGE.get_or_init(|| Bridge {
        logging: Arc::clone(logging),
        plans: Plans::default(),
        others: [
            Level::ERROR,
            Level::WARN,
            Level::INFO,
            Level::DEBUG,
            Level::TRACE,
        ]
        .map(|level| {
            let origin = Origin {
                target: "log".into(),
                file: None,
                line: None,
            };
            &*Box::leak(Box::new(Plan::without_fields(
                origin,
                level,
                &logging.redactor,
                Rate::UNLIMITED,
            )))
        }),
    });
    if log::set_logger(bridge).is_ok() {
        follow(logging.levels.most());
    }
}

/// Lets the `log` crate's maximum follow, so that a quiet record costs one comparison.
pub(super) fn follow(most: LevelFilter) {
    if BRIDGE.get().is_some() {
        log::set_max_level(match most.into_level() {
            None => log::LevelFilter::Off,
            Some(Level::ERROR) => log::LevelFilter::Error,
            Some(Level::WARN) => log::LevelFilter::Warn,
            Some(Level::INFO) => log::LevelFilter::Info,
            Some(Level::DEBUG) => log::LevelFilter::Debug,
            Some(Level::TRACE) => log::LevelFilter::Trace,
        });
    }
}

impl log::Log for Bridge {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        self.logging
            .levels
            .writes(metadata.target(), level_of(metadata.level()))
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let known = self.plan(record);
        let plan = known.plan;
        if !known.is_admitted() {
            return tally::suppressed(&self.logging, plan);
        }
        self.logging.tally.count(&self.logging, plan);
        let redactor = &self.logging.redactor;
        let mut fields = Fields {
            redactor,
            fields: Rendered::new(),
            buffer: String::new(),
        };
        // Visiting never fails: `Fields` returns no error.
        let _ = record.key_values().visit(&mut fields);
        scratch::with(|scratch| {
            let message = |buffer: &mut String, out: &mut Vec<u8>| {
                out.push(b'"');
                values::debug(redactor, KeyVerdict::CLEAN, record.args(), buffer, out);
            };
            render::record(
                &self.logging,
                plan,
                Parent::Current,
                message,
                &fields.fields,
                scratch,
            );
            self.logging.write(plan.level, &scratch.line);
        });
    }

    fn flush(&self) {}
}

impl Bridge {
    fn plan(&self, record: &log::Record<'_>) -> Known {
        let mut hasher = DefaultHasher::new();
        (
            record.level(),
            record.target(),
            record.file(),
            record.line(),
        )
            .hash(&mut hasher);
        let callsite = hasher.finish() as usize;
        Plans::known(OWNER, callsite).unwrap_or_else(|| {
            self.plans.get(OWNER, callsite, |count| {
                if count >= CALLSITES {
                    return self.others[record.level() as usize - 1];
                }
                let level = level_of(record.level());
                let origin = Origin {
                    target: record.target().into(),
                    file: record.file().map(Into::into),
                    line: record.line(),
                };
                let rate = self.logging.rate_of(level);
                let redactor = &self.logging.redactor;
                Box::leak(Box::new(Plan::without_fields(
                    origin, level, redactor, rate,
                )))
            })
        })
    }
}

const fn level_of(level: log::Level) -> Level {
    match level {
        log::Level::Error => Level::ERROR,
        log::Level::Warn => Level::WARN,
        log::Level::Info => Level::INFO,
        log::Level::Debug => Level::DEBUG,
        log::Level::Trace => Level::TRACE,
    }
}

/// Renders a record's key-values.
struct Fields<'a> {
    redactor: &'a Redactor,
    fields: Rendered,
    buffer: String,
}

impl<'kvs> VisitSource<'kvs> for Fields<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, shown: Value<'kvs>) -> Result<(), Error> {
        let verdict = self.redactor.key(key.as_str());
        let mut field = Shown {
            redactor: self.redactor,
            verdict,
            buffer: &mut self.buffer,
            out: Vec::new(),
        };
        if super::guarded::run(|| drop(shown.visit(&mut field))).is_err() {
            field.out.clear();
            escape::string(&mut field.out, values::PANICKED);
        }
        let out = field.out;
        self.fields.set(key.as_str(), &super::shrink::short(out));
        Ok(())
    }
}

/// Renders one value.
struct Shown<'a> {
    redactor: &'a Redactor,
    verdict: KeyVerdict,
    buffer: &'a mut String,
    out: Vec<u8>,
}

impl Shown<'_> {
    fn number(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Error> {
        match self.redactor.number(self.verdict) {
            None => write(&mut self.out),
            Some(marker) => escape::string(&mut self.out, &marker),
        }
        Ok(())
    }
}

impl VisitValue<'_> for Shown<'_> {
    fn visit_any(&mut self, shown: Value<'_>) -> Result<(), Error> {
        self.out.push(b'"');
        values::debug(
            self.redactor,
            self.verdict,
            &format_args!("{shown}"),
            self.buffer,
            &mut self.out,
        );
        Ok(())
    }

    fn visit_null(&mut self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn visit_bool(&mut self, truth: bool) -> Result<(), Error> {
        value::boolean(&mut self.out, truth);
        Ok(())
    }

    fn visit_u64(&mut self, number: u64) -> Result<(), Error> {
        self.number(|out| value::integer(out, number))
    }

    fn visit_i64(&mut self, number: i64) -> Result<(), Error> {
        self.number(|out| value::integer(out, number))
    }

    fn visit_u128(&mut self, number: u128) -> Result<(), Error> {
        self.number(|out| value::integer(out, number))
    }

    fn visit_i128(&mut self, number: i128) -> Result<(), Error> {
        self.number(|out| value::integer(out, number))
    }

    fn visit_f64(&mut self, number: f64) -> Result<(), Error> {
        self.number(|out| value::float(out, number))
    }

    fn visit_str(&mut self, text: &str) -> Result<(), Error> {
        self.out.push(b'"');
        values::text(self.redactor, self.verdict, text, &mut self.out);
        Ok(())
    }
}
