//! The 41 cases of the W3C trace-context test suite (levels 1 and 2), over real sockets: a service that calls back, and a
//! listener that notes what the callbacks carry. Each test is named after the suite's.

use crate::support::{Service, raw};
use axum::extract::State;
use axum::http::{HeaderMap, Request};
use axum::{Json, Router, body::Body, routing::post};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use plimsoll::http::{ClientLayer, ClientService};
use std::sync::{Arc, Mutex};
use tower::{Layer, Service as _, ServiceExt};

const TRACE: &str = "12345678901234567890123456789012";
const PARENT: &str = "00-12345678901234567890123456789012-1234567890123456-00";
const SAMPLED: &str = "00-12345678901234567890123456789012-1234567890123456-01";

type Outgoing = ClientService<Client<HttpConnector, Body>>;

async fn test(State(client): State<Outgoing>, Json(calls): Json<Vec<(String, String)>>) {
    for (url, body) in calls {
        let request = Request::post(url).body(Body::from(body)).unwrap();
        client
            .clone()
            .ready()
            .await
            .unwrap()
            .call(request)
            .await
            .unwrap();
    }
}

/// What a callback carried.
#[derive(Debug, Clone)]
struct Sent {
    trace_id: String,
    parent_id: String,
    flags: String,
    tracestate: Vec<String>,
}

impl Sent {
    fn of(headers: &HeaderMap) -> Self {
        let values: Vec<&str> = headers
            .get_all("traceparent")
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect();
        let [value] = values[..] else {
            panic!("one traceparent, but {values:?}");
        };
        let fields: Vec<&str> = value.split('-').collect();
        let [version, trace_id, parent_id, flags] = fields[..] else {
            panic!("{value}");
        };
        let hex = |text: &str, length| {
            text.len() == length
                && text
                    .bytes()
                    .all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
        };
        assert!(
            version == "00" && hex(trace_id, 32) && hex(parent_id, 16) && hex(flags, 2),
            "{value}"
        );
        assert!(
            trace_id != "0".repeat(32) && parent_id != "0".repeat(16),
            "{value}"
        );
        Self {
            trace_id: trace_id.to_owned(),
            parent_id: parent_id.to_owned(),
            flags: flags.to_owned(),
            tracestate: headers
                .get_all("tracestate")
                .iter()
                .flat_map(|value| value.to_str().unwrap().split(','))
                .map(str::to_owned)
                .collect(),
        }
    }

    fn has(&self, member: &str) -> bool {
        self.tracestate.iter().any(|known| known == member)
    }
}

/// A service, and a harness that notes what it sends.
struct Harness {
    service: Service,
    callback: String,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Harness {
    async fn start() -> Self {
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        let router = Router::new()
            .route("/test", post(test))
            .with_state(ClientLayer.layer(client));
        let service = Service::start(router).await;
        let sent = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&sent);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback = format!("http://{}/callback", listener.local_addr().unwrap());
        let note = post(move |headers: HeaderMap| async move {
            noted.lock().unwrap().push(Sent::of(&headers));
        });
        let router = Router::new().route("/callback", note);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            service,
            callback,
            sent,
        }
    }

    async fn calls(&self, headers: &[(&str, &str)], count: usize) -> Vec<Sent> {
        self.sent.lock().unwrap().clear();
        let calls = vec![(self.callback.clone(), "[]".to_owned()); count];
        let body = serde_json::to_string(&calls).unwrap();
        let mut request = format!(
            "POST /test HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let answer = raw(
            self.service.address,
            format!("{request}\r\n{body}").as_bytes(),
        )
        .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let sent = self.sent.lock().unwrap().clone();
        assert_eq!(sent.len(), count);
        sent
    }

    async fn call(&self, headers: &[(&str, &str)]) -> Sent {
        self.calls(headers, 1).await.remove(0)
    }

    async fn continues(&self, traceparent: &str) {
        let sent = self.call(&[("traceparent", traceparent)]).await;
        assert_eq!(sent.trace_id, TRACE, "{traceparent:?}");
        assert_ne!(sent.parent_id, "1234567890123456");
    }

    async fn restarts(&self, traceparents: &[&str]) {
        for traceparent in traceparents {
            let sent = self
                .call(&[("traceparent", traceparent), ("tracestate", "foo=1")])
                .await;
            assert_ne!(sent.trace_id, TRACE, "{traceparent:?}");
            assert!(!traceparent.contains(&sent.trace_id), "{traceparent:?}");
            assert!(!sent.has("foo=1"), "{traceparent:?}");
        }
    }

    /// Sends a valid traceparent with these tracestate headers.
    async fn state(&self, values: &[&str]) -> Sent {
        let mut headers = vec![("traceparent", PARENT)];
        headers.extend(values.iter().map(|value| ("tracestate", *value)));
        let sent = self.call(&headers).await;
        assert_eq!(sent.trace_id, TRACE);
        sent
    }

    async fn discards(&self, values: &[&str]) {
        let sent = self.state(values).await;
        assert!(
            sent.tracestate.is_empty(),
            "{values:?} came out as {:?}",
            sent.tracestate
        );
    }
}

macro_rules! cases {
    ($($name:ident: |$harness:ident| $body:block)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let $harness = Harness::start().await;
                $body
            }
        )*

        #[test]
        fn all_cases_of_the_suite_are_here() {
            assert_eq!([$(stringify!($name)),*].len(), 41);
        }
    };
}

cases! {
    both_traceparent_and_tracestate_missing: |harness| {
        harness.call(&[]).await;
    }
    traceparent_included_tracestate_missing: |harness| {
        harness.continues(SAMPLED).await;
    }
    traceparent_duplicated: |harness| {
        let other = SAMPLED.replace("9012-", "9011-");
        for pair in [[SAMPLED, other.as_str()], [SAMPLED, SAMPLED]] {
            let sent = harness.call(&pair.map(|value| ("traceparent", value))).await;
            assert!(!SAMPLED.contains(&sent.trace_id) && !other.contains(&sent.trace_id));
        }
    }
    traceparent_header_name: |harness| {
        for name in ["trace-parent", "trace.parent"] {
            assert_ne!(harness.call(&[(name, SAMPLED)]).await.trace_id, TRACE);
        }
    }
    traceparent_header_name_valid_casing: |harness| {
        for name in ["TraceParent", "TrAcEpArEnT", "TRACEPARENT"] {
            assert_eq!(harness.call(&[(name, SAMPLED)]).await.trace_id, TRACE);
        }
    }
    traceparent_version_0x00: |harness| {
        harness.restarts(&[
            &format!("{SAMPLED}."),
            &format!("{SAMPLED}-what-the-future-will-be-like"),
        ]).await;
    }
    traceparent_version_0xcc: |harness| {
        let future = SAMPLED.replacen("00-", "cc-", 1);
        harness.continues(&future).await;
        harness.continues(&format!("{future}-what-the-future-will-be-like")).await;
        harness.restarts(&[&format!("{future}.what-the-future-will-be-like")]).await;
    }
    traceparent_version_0xff: |harness| {
        harness.restarts(&[&SAMPLED.replacen("00-", "ff-", 1)]).await;
    }
    traceparent_version_illegal_characters: |harness| {
        harness.restarts(&[".0", "0."].map(|version| SAMPLED.replacen("00", version, 1)).each_ref().map(String::as_str)).await;
    }
    traceparent_version_too_long: |harness| {
        harness.restarts(&[&format!("0{SAMPLED}"), &format!("00{SAMPLED}")]).await;
    }
    traceparent_version_too_short: |harness| {
        harness.restarts(&[&SAMPLED[1..]]).await;
    }
    traceparent_trace_id_all_zero: |harness| {
        harness.restarts(&["00-00000000000000000000000000000000-1234567890123456-01"]).await;
    }
    traceparent_trace_id_illegal_characters: |harness| {
        harness.restarts(&[
            "00-.2345678901234567890123456789012-1234567890123456-01",
            "00-1234567890123456789012345678901.-1234567890123456-01",
        ]).await;
    }
    traceparent_trace_id_too_long: |harness| {
        harness.restarts(&["00-123456789012345678901234567890123-1234567890123456-01"]).await;
    }
    traceparent_trace_id_too_short: |harness| {
        harness.restarts(&["00-1234567890123456789012345678901-1234567890123456-01"]).await;
    }
    traceparent_parent_id_all_zero: |harness| {
        harness.restarts(&["00-12345678901234567890123456789012-0000000000000000-01"]).await;
    }
    traceparent_parent_id_illegal_characters: |harness| {
        harness.restarts(&[
            "00-12345678901234567890123456789012-.234567890123456-01",
            "00-12345678901234567890123456789012-123456789012345.-01",
        ]).await;
    }
    traceparent_parent_id_too_long: |harness| {
        harness.restarts(&["00-12345678901234567890123456789012-12345678901234567-01"]).await;
    }
    traceparent_parent_id_too_short: |harness| {
        harness.restarts(&["00-12345678901234567890123456789012-123456789012345-01"]).await;
    }
    traceparent_trace_flags_illegal_characters: |harness| {
        harness.restarts(&[
            "00-12345678901234567890123456789012-1234567890123456-.0",
            "00-12345678901234567890123456789012-1234567890123456-0.",
        ]).await;
    }
    traceparent_trace_flags_too_long: |harness| {
        harness.restarts(&["00-12345678901234567890123456789012-1234567890123456-001"]).await;
    }
    traceparent_trace_flags_too_short: |harness| {
        harness.restarts(&["00-12345678901234567890123456789012-1234567890123456-1"]).await;
    }
    traceparent_ows_handling: |harness| {
        for (before, after) in [(" ", ""), ("\t", ""), ("", " "), ("", "\t"), ("\t ", " \t")] {
            harness.continues(&format!("{before}{SAMPLED}{after}")).await;
        }
    }
    tracestate_included_traceparent_missing: |harness| {
        for state in ["foo=1", "foo=1,bar=2"] {
            assert!(harness.call(&[("tracestate", state)]).await.tracestate.is_empty());
        }
    }
    tracestate_included_traceparent_included: |harness| {
        let sent = harness.state(&["foo=1,bar=2"]).await;
        assert_eq!(sent.tracestate, ["foo=1", "bar=2"]);
        assert_eq!(sent.flags, "00");
    }
    tracestate_header_name: |harness| {
        for name in ["trace-state", "trace.state"] {
            let sent = harness.call(&[("traceparent", PARENT), (name, "foo=1")]).await;
            assert!(sent.tracestate.is_empty());
        }
    }
    tracestate_header_name_valid_casing: |harness| {
        for name in ["TraceState", "TrAcEsTaTe", "TRACESTATE"] {
            let sent = harness.call(&[("traceparent", PARENT), (name, "foo=1")]).await;
            assert_eq!(sent.tracestate, ["foo=1"]);
        }
    }
    tracestate_empty_header: |harness| {
        harness.discards(&[""]).await;
        assert_eq!(harness.state(&["foo=1", ""]).await.tracestate, ["foo=1"]);
        assert_eq!(harness.state(&["", "foo=1"]).await.tracestate, ["foo=1"]);
    }
    tracestate_multiple_headers_different_keys: |harness| {
        let sent = harness.state(&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"]).await;
        assert_eq!(sent.tracestate, ["foo=1", "bar=2", "rojo=1", "congo=2", "baz=3"]);
    }
    tracestate_duplicated_keys: |harness| {
        for values in [&["foo=1,foo=1"][..], &["foo=1,foo=2"], &["foo=1", "foo=1"], &["foo=1", "foo=2"]] {
            let sent = harness.state(values).await;
            assert_eq!(sent.tracestate.join(","), values.join(","));
        }
    }
    tracestate_all_allowed_characters: |harness| {
        let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
        let value: String = (' '..='~').filter(|character| !matches!(character, ',' | '=')).collect();
        for key in [key.to_owned(), format!("{key}@a-z0-9_-*/")] {
            let member = format!("{key}={value}");
            assert!(harness.state(&[&member]).await.has(&member));
        }
    }
    tracestate_ows_handling: |harness| {
        for list in ["foo=1 \t , \t bar=2, \t baz=3", "foo=1\t \t,\t \tbar=2,\t \tbaz=3"] {
            assert_eq!(harness.state(&[list]).await.tracestate, ["foo=1", "bar=2", "baz=3"]);
        }
        for list in [" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t"] {
            assert_eq!(harness.state(&[list]).await.tracestate, ["foo=1"]);
        }
    }
    tracestate_key_illegal_characters: |harness| {
        for list in ["foo =1", "FOO=1", "foo.bar=1"] {
            harness.discards(&[list]).await;
        }
    }
    tracestate_key_illegal_vendor_format: |harness| {
        for key in ["foo@", "@foo", "foo@@bar", "foo@bar@baz"] {
            harness.discards(&[&format!("{key}=1,bar=2")]).await;
        }
    }
    tracestate_member_count_limit: |harness| {
        let list = |numbers: std::ops::RangeInclusive<u32>| {
            numbers.map(|number| format!("bar{number:02}={number:02}")).collect::<Vec<_>>().join(",")
        };
        let (a, b, c) = (list(1..=10), list(11..=20), list(21..=30));
        let sent = harness.state(&[&a, &b, &c, &list(31..=32)]).await;
        assert!(sent.has("bar01=01") && sent.has("bar32=32") && sent.tracestate.len() == 32);
        harness.discards(&[&a, &b, &c, &list(31..=33)]).await;
    }
    tracestate_key_length_limit: |harness| {
        for key in ["z".repeat(256), format!("{}@{}", "t".repeat(241), "v".repeat(14))] {
            assert!(harness.state(&["foo=1", &format!("{key}=1")]).await.has("foo=1"));
        }
        for key in ["z".repeat(257), format!("{}@v", "t".repeat(242)), format!("t@{}", "v".repeat(15))] {
            harness.discards(&["foo=1", &format!("{key}=1")]).await;
        }
    }
    tracestate_value_illegal_characters: |harness| {
        harness.discards(&["foo=bar=baz"]).await;
        harness.discards(&["foo=,bar=3"]).await;
    }
    multiple_requests_with_valid_traceparent: |harness| {
        let sent = harness.calls(&[("traceparent", SAMPLED)], 3).await;
        assert!(sent.iter().all(|call| call.trace_id == TRACE && call.flags == "01"));
        assert_distinct_parents(&sent);
    }
    multiple_requests_without_traceparent: |harness| {
        assert_distinct_parents(&harness.calls(&[], 3).await);
    }
    multiple_requests_with_illegal_traceparent: |harness| {
        let zero = "00-00000000000000000000000000000000-1234567890123456-01";
        assert_distinct_parents(&harness.calls(&[("traceparent", zero)], 3).await);
    }
    propagates_random_flag: |harness| {
        for flags in ["02", "03"] {
            let parent = format!("{}{flags}", &PARENT[..53]);
            let sent = harness.call(&[("traceparent", &parent)]).await;
            assert_eq!((sent.trace_id.as_str(), sent.flags.as_str()), (TRACE, flags));
        }
    }
}

fn assert_distinct_parents(sent: &[Sent]) {
    let parents: std::collections::HashSet<&str> =
        sent.iter().map(|call| call.parent_id.as_str()).collect();
    assert_eq!(parents.len(), sent.len(), "{sent:?}");
}
