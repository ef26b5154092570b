//! The form of a line.

use plimsoll::testing::capture;
use serde_json::json;

#[test]
fn the_seeds_two_calls_have_exactly_their_keys() {
    let captured = capture();
    let context = plimsoll::Context::builder()
        .request_id("r-1")
        .field("method", "POST")
        .field("path", "/jobs")
        .build();
    let _entered = context.enter();
    let job_id = "7f3c0e6a-0000-4000-8000-000000000001";
    let (job_type, user_id, payload_size) = ("webhook", "u-1", 512);
    tracing::info!(job_id = %job_id, job_type, user_id, payload_size, "job.submitted");
    tracing::error!(
        job_id,
        error = "connection \"refused\"",
        attempt = 3,
        will_retry = true,
        "job.failed"
    );

    let lines = captured.lines();
    let tail = r#","request_id":"r-1","method":"POST","path":"/jobs"}"#;
    assert_eq!(
        lines[0][41..],
        format!(
            r#"","level":"info","event":"job.submitted","job_id":"{job_id}","job_type":"webhook","user_id":"u-1","payload_size":512{tail}"#
        )[0..]
    );
    assert_eq!(
        lines[1][41..],
        format!(
            r#"","level":"error","event":"job.failed","job_id":"{job_id}","error":"connection \"refused\"","attempt":3,"will_retry":true{tail}"#
        )[0..]
    );
}

#[test]
fn the_timestamp_has_six_digits_and_z() {
    let captured = capture();
    tracing::info!("x");
    let event = captured.only("x");
    let timestamp = event["timestamp"].as_str().unwrap();
    assert_eq!(timestamp.len(), 27);
    assert!(timestamp.ends_with('Z'));
    let shape: String = timestamp
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z");
}

#[test]
fn levels_are_lower_case_and_warn_is_warning() {
    let captured = capture();
    tracing::error!("x");
    tracing::warn!("x");
    tracing::info!("x");
    tracing::debug!("x");
    tracing::trace!("x");
    let levels: Vec<String> = captured
        .events()
        .iter()
        .map(|event| event.level().to_owned())
        .collect();
    assert_eq!(levels, ["error", "warning", "info", "debug", "trace"]);
}

#[test]
fn the_event_is_the_message_else_the_name_else_the_target() {
    let captured = capture();
    tracing::info!(a = 1, "said {}", "so");
    tracing::info!(name: "order.placed", a = 1);
    tracing::info!(target: "my::target", a = 1);
    tracing::info!(a = 1);
    tracing::info!(a = 1, message = "late", b = 2);
    tracing::info!(name: "named", message = tracing::field::Empty, a = 1);
    tracing::info!(message = 42);
    let events: Vec<serde_json::Value> = captured
        .events()
        .iter()
        .map(|event| event["event"].clone())
        .collect();
    assert_eq!(
        events,
        [
            json!("said so"),
            json!("order.placed"),
            json!("my::target"),
            json!(module_path!()),
            json!("late"),
            json!("named"),
            json!(42)
        ]
    );
    assert!(captured.lines()[4].contains(r#""event":"late","a":1,"b":2"#));
}

#[test]
fn values_keep_their_json_types() {
    let captured = capture();
    let none: Option<u8> = None;
    let absent: Option<&str> = None;
    tracing::info!(
        int = -1,
        uint = u64::MAX,
        wide = u128::MAX,
        narrow = i128::MIN,
        float = 1.5,
        nan = f64::NAN,
        inf = f64::NEG_INFINITY,
        yes = true,
        none,
        absent,
        empty = tracing::field::Empty,
        some = Some("here"),
        bytes = &b"\xff\xfeok"[..],
        debug = ?[1, 2],
        display = %"shown",
        "x"
    );
    let line = &captured.lines()[0];
    assert!(
        line.contains(&format!(r#""wide":{},"narrow":{}"#, u128::MAX, i128::MIN)),
        "{line}"
    );
    let event = captured.only("x");
    assert_eq!(event["int"], -1);
    assert_eq!(event["uint"], u64::MAX);
    assert_eq!(event["float"], 1.5);
    assert_eq!(event["yes"], true);
    assert_eq!(event["some"], "here");
    assert_eq!(event["bytes"], "\u{fffd}\u{fffd}ok");
    assert_eq!(event["debug"], "[1, 2]");
    assert_eq!(event["display"], "shown");
    for key in ["nan", "inf", "none", "absent", "empty"] {
        assert_eq!(event.get(key), Some(&json!(null)), "{key}");
    }
}

#[test]
fn an_error_shows_what_caused_it() {
    #[derive(Debug)]
    struct Wrapped(&'static str, Option<Box<Wrapped>>);
    impl std::fmt::Display for Wrapped {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }
    impl std::error::Error for Wrapped {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }
    let captured = capture();
    let error = Wrapped(
        "outer failed",
        Some(Box::new(Wrapped(
            "middle",
            Some(Box::new(Wrapped("root \"cause\"", None))),
        ))),
    );
    let alone = Wrapped("alone", None);
    tracing::error!(
        error = &error as &(dyn std::error::Error + 'static),
        other = &alone as &(dyn std::error::Error + 'static),
        "x"
    );
    let event = captured.only("x");
    assert_eq!(event["error"], "outer failed");
    assert_eq!(event["error_chain"], json!(["middle", "root \"cause\""]));
    assert_eq!(event["other"], "alone");
    assert_eq!(event.get("other_chain"), None);

    let context = plimsoll::Context::builder()
        .field("error_chain", "of the context")
        .build();
    let _entered = context.enter();
    tracing::error!(
        error = &error as &(dyn std::error::Error + 'static),
        error_chain = 1,
        "y"
    );
    let event = captured.only("y");
    assert_eq!(event["error_chain"], 1);
    assert_eq!(
        event["field_error_chain"],
        json!(["middle", "root \"cause\""])
    );
    tracing::error!(error = &error as &(dyn std::error::Error + 'static), "z");
    assert!(captured.only("z")["error_chain"].is_array());
    assert_eq!(captured.lines()[2].matches("\"error_chain\"").count(), 1);
}

#[test]
fn a_nested_value_is_json_in_the_line() {
    #[derive(serde::Serialize)]
    struct Order {
        id: u128,
        password: &'static str,
        items: Vec<Option<f64>>,
    }
    let captured = capture();
    let order = Order {
        id: u128::MAX,
        password: "hunter2",
        items: vec![Some(1.0), Some(f64::NAN), None],
    };
    tracing::info!(
        order = plimsoll::json(&order),
        list = plimsoll::json(&["a\u{2028}", "b"]),
        "x"
    );
    let line = &captured.lines()[0];
    assert!(
        line.contains(&format!(r#""order":{{"id":{},"#, u128::MAX)),
        "{line}"
    );
    let event = captured.only("x");
    assert_eq!(event["list"], json!(["a\u{2028}", "b"]));
    assert_eq!(event["order"]["items"], json!([1.0, null, null]));

    // Inside of another Debug it is text, and JSON formatted elsewhere on this thread changes nothing.
    let _ = format!("{:?}", plimsoll::json(&[1]));
    tracing::info!(debug = ?(1, plimsoll::json(&[1])), plain = ?"abc", "y");
    let event = captured.only("y");
    assert_eq!(event["debug"], "(1, [1])");
    assert_eq!(event["plain"], "\"abc\"");
}

#[test]
fn a_giant_line_is_cut_to_fit_and_says_so() {
    let captured = capture();
    let giant = "x".repeat(10_000_000);
    tracing::info!(giant, text = ?vec!["y"; 100_000], small = 1, "x");
    let line = &captured.lines()[0];
    assert!(line.len() <= 16_384, "{}", line.len());
    let event = captured.only("x");
    assert_eq!(event["truncated"], json!(["giant", "text"]));
    assert_eq!(event["small"], 1);
    assert!(event["giant"].as_str().unwrap().len() > 6000);

    let list: Vec<String> = vec!["z".repeat(100); 1000];
    tracing::info!(nested = plimsoll::json(&list), "y");
    let event = captured.only("y");
    assert_eq!(event["truncated"], json!(["nested"]));
}
