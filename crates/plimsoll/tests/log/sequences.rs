//! Any sequence of events renders to lines that a strict parser reads back to the same values.

use plimsoll::testing::capture;
use proptest::prelude::*;
use serde_json::{Value, json};
use tracing::info_span;

/// One event of a sequence.
#[derive(Debug, Clone)]
struct Step {
    text: String,
    shown: String,
    int: i64,
    uint: u64,
    wide: u128,
    float: f64,
    truth: Option<bool>,
    context: Option<(String, String)>,
    bound: Option<(String, i64)>,
    span: Option<String>,
}

fn step() -> impl Strategy<Value = Step> {
    let key = "[a-z\"\\\\\u{0}-\u{1f}é\u{2028}]{0,12}";
    let fields = (
        any::<String>(),
        any::<String>(),
        any::<i64>(),
        any::<u64>(),
        any::<u128>(),
        any::<f64>(),
    );
    let around = (
        any::<Option<bool>>(),
        prop::option::of((key, any::<String>())),
        prop::option::of((key, any::<i64>())),
        prop::option::of(any::<String>()),
    );
    (fields, around).prop_map(
        |((text, shown, int, uint, wide, float), (truth, context, bound, span))| Step {
            text,
            shown,
            int,
            uint,
            wide,
            float,
            truth,
            context,
            bound,
            span,
        },
    )
}

/// The keys of an object as they stand there, one that is there twice twice.
struct Once(Vec<String>);

impl<'de> serde::Deserialize<'de> for Once {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> serde::de::Visitor<'de> for Keys {
            type Value = Once;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<Once, M::Error> {
                let mut keys = Vec::new();
                while let Some((key, serde::de::IgnoredAny)) = map.next_entry::<String, _>()? {
                    keys.push(key);
                }
                Ok(Once(keys))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Text that no redactor touches reads back; any other reads back as something.
fn is_same(read: &Value, written: &str) -> bool {
    let text = read.as_str().unwrap();
    text == written || text.contains("[redacted:")
}

fn log(step: &Step) {
    let context = step.context.as_ref().map(|(key, value)| {
        plimsoll::Context::builder()
            .field(key.clone(), value.as_str())
            .build()
    });
    let _entered = context.as_ref().map(plimsoll::Context::enter);
    if let Some((key, value)) = &step.bound {
        plimsoll::bind(key.clone(), *value);
    }
    let span = step
        .span
        .as_ref()
        .map(|text| info_span!("s", in_span = text.as_str(), text = "shadowed"));
    let _in_span = span.as_ref().map(tracing::Span::enter);
    tracing::info!(
        text = step.text.as_str(),
        shown = %step.shown,
        debug = ?step.shown,
        int = step.int,
        uint = step.uint,
        wide = step.wide,
        float = step.float,
        truth = step.truth,
        "{}",
        step.text
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_line_reads_back_to_the_values_logged(steps in prop::collection::vec(step(), 1..12)) {
        let captured = capture();
        steps.iter().for_each(log);
        let lines = captured.lines();
        prop_assert_eq!(lines.len(), steps.len());
        for (line, step) in lines.iter().zip(&steps) {
            prop_assert!(line.len() <= 16_384);
            let acts = line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}'));
            prop_assert!(!acts);
            let read: Value = serde_json::from_str(line).unwrap();
            // The parser keeps one of two fields of the same key: then it has fewer than the line.
            let Once(keys) = serde_json::from_str(line).unwrap();
            prop_assert_eq!(keys.len(), read.as_object().unwrap().len(), "{}", line);
            prop_assert!(is_same(&read["event"], &step.text));
            prop_assert!(is_same(&read["text"], &step.text));
            prop_assert!(is_same(&read["shown"], &step.shown));
            let debug = format!("{:?}", step.shown);
            prop_assert!(is_same(&read["debug"], &debug));
            prop_assert_eq!(&read["int"], &json!(step.int));
            prop_assert_eq!(&read["uint"], &json!(step.uint));
            let wide = format!("\"wide\":{},", step.wide);
            prop_assert!(line.contains(&wide));
            if step.float.is_finite() {
                // Exactly, by a parser that rounds right.
                let digits = line.split("\"float\":").nth(1).unwrap().split(',').next().unwrap();
                prop_assert_eq!(digits.parse::<f64>().unwrap().to_bits(), step.float.to_bits());
            } else {
                prop_assert!(read["float"].is_null());
            }
            prop_assert_eq!(&read["truth"], &json!(step.truth));
            if let Some(text) = &step.span {
                prop_assert!(is_same(&read["in_span"], text));
            }
            if step.context.is_some() && let Some((key, value)) = &step.bound {
                let fixed = ["text", "shown", "debug", "int", "uint", "wide", "float", "truth", "in_span"];
                if !fixed.contains(&key.as_str()) && !["level", "event", "timestamp"].contains(&key.as_str()) {
                    let same = read[key] == json!(value) || read[key].as_str().is_some_and(|text| text.contains("[redacted:"));
                    prop_assert!(same, "{} in {}", key, line);
                }
            }
        }
    }
}
