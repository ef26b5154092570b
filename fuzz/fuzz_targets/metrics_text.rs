//! Whatever names, help, labels and values are recorded: both texts read back, and they say the same.
#![no_main]

#[path = "../../crates/plimsoll/src/metrics/text/parse.rs"]
mod parse;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use plimsoll::metrics::{Format, Registry};

#[derive(Debug, Arbitrary)]
struct Recorded<'a> {
    name: &'a str,
    label: &'a str,
    help: &'a str,
    values: Vec<(&'a str, f64, u32)>,
}

fuzz_target!(|recorded: Recorded<'_>| {
    let Recorded { name, label, help, values } = recorded;
    let registry = Registry::new();
    let counter = registry.counter(&format!("{name}_total"), help, [label, "fixed"]);
    let gauge = registry.gauge(&format!("{name}_depth"), help, [label]);
    let histogram = registry.histogram(&format!("{name}_seconds"), help, [label]);
    for (value, number, amount) in values {
        if let Ok(counter) = &counter {
            counter.add([value, "x"], u64::from(amount));
        }
        if let Ok(gauge) = &gauge {
            gauge.set([value], number);
        }
        if let Ok(histogram) = &histogram {
            histogram.observe([value], number);
        }
    }
    let [classic, openmetrics] = [Format::Classic, Format::OpenMetrics].map(|format| {
        let mut out = Vec::new();
        registry.render(format, &mut out);
        let text = String::from_utf8(out).expect("the text is UTF-8");
        parse::parse(&text, format == Format::OpenMetrics).unwrap_or_else(|error| panic!("{error}\n{text}"))
    });
    assert_eq!(format!("{:?}", classic.samples), format!("{:?}", openmetrics.samples));
});
