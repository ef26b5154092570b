//! Whatever keys and values an event, its span and its context have: the line is one JSON object without a key twice, no
//! longer than it may be, and a strict parser reads the same values back.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    text: &'a str,
    shown: &'a str,
    int: i64,
    uint: u64,
    wide: i128,
    float: f64,
    truth: Option<bool>,
    context: Vec<(String, &'a str)>,
    bound: Vec<(String, i64)>,
    unbound: Option<String>,
    request_id: Option<&'a str>,
    span: Option<&'a str>,
    recorded: Option<&'a str>,
}

thread_local! {
    static LINES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

fuzz_target!(
    init: {
        let take = |_, line: &[u8]| LINES.with_borrow_mut(|lines| lines.push(line.to_vec()));
        let subscriber =
            tracing_subscriber::registry().with(plimsoll::testing::layer("trace", take));
        tracing::subscriber::set_global_default(subscriber).expect("the only one");
    },
    |input: Input<'_>| {
        log(&input);
        for line in LINES.take() {
            check(&input, std::str::from_utf8(&line).expect("UTF-8"));
        }
    }
);

fn log(input: &Input<'_>) {
    let mut builder = plimsoll::Context::builder();
    if let Some(id) = input.request_id {
        builder = builder.request_id(id);
    }
    for (key, value) in &input.context {
        builder = builder.field(key.clone(), *value);
    }
    let context = builder.build();
    let _entered = context.enter();
    for (key, value) in &input.bound {
        plimsoll::bind(key.clone(), *value);
    }
    if let Some(key) = &input.unbound {
        context.unbind(key);
    }
    let span = input.span.map(|text| {
        tracing::info_span!("s", text, in_span = text, later = tracing::field::Empty, level = 1)
    });
    if let (Some(span), Some(later)) = (&span, input.recorded) {
        span.record("later", later);
    }
    let _in_span = span.as_ref().map(tracing::Span::enter);
    tracing::info!(
        text = input.text,
        shown = %input.shown,
        debug = ?input.shown,
        int = input.int,
        uint = input.uint,
        wide = input.wide,
        float = input.float,
        truth = input.truth,
        "{}",
        input.text
    );
    // Keys that are reserved, odd, or there twice.
    tracing::warn!(
        level = input.text,
        field_level = input.int,
        request_id = input.shown,
        timestamp = input.uint,
        "odd \"\\\n key" = input.int,
        int = 1,
        int = input.int,
        "fixed"
    );
}

fn check(input: &Input<'_>, line: &str) {
    assert!(line.len() <= 16_384, "{} bytes", line.len());
    let acts = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!line.contains(acts), "{line:?}");
    let Strict(read) = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let raw = |key: &str| read.get(key).map_or("", |value| value.get());
    assert_eq!(raw("int"), input.int.to_string(), "{line}");
    if raw("level") == "\"warning\"" {
        assert_eq!(raw("odd \"\\\n key"), input.int.to_string());
        assert_eq!(raw("event"), "\"fixed\"");
        return;
    }
    assert_eq!(raw("uint"), input.uint.to_string());
    assert_eq!(raw("wide"), input.wide.to_string());
    if input.float.is_finite() {
        assert_eq!(raw("float").parse::<f64>().map(f64::to_bits), Ok(input.float.to_bits()));
    } else {
        assert_eq!(raw("float"), "null");
    }
    assert_eq!(raw("truth"), input.truth.map_or("null".to_owned(), |truth| truth.to_string()));
    same(raw("event"), input.text);
    same(raw("text"), input.text);
    same(raw("shown"), input.shown);
    same(raw("debug"), &format!("{:?}", input.shown));
    if let Some(text) = input.span {
        same(raw("in_span"), text);
    }
}

/// A text that is not redacted and not shortened reads back.
fn same(raw: &str, text: &str) {
    let read: String = serde_json::from_str(raw).unwrap_or_else(|error| panic!("{error}: {raw}"));
    assert!(read == text || read.contains("[redacted:") || text.len() > 1000, "{raw}");
}

/// One object, no key twice.
struct Strict(BTreeMap<String, Box<RawValue>>);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Strict;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Strict, M::Error> {
                let mut fields = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if fields.contains_key(&key) {
                        return Err(M::Error::custom(format!("{key:?} twice")));
                    }
                    fields.insert(key, value);
                }
                Ok(Strict(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
