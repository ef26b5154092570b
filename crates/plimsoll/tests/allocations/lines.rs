//! Log lines and the contexts they stand in.

use allocation_counter::measure;
use plimsoll::Context;
use tracing_subscriber::layer::SubscriberExt;

#[test]
fn a_line_in_a_context_of_its_own_allocates_nothing() {
    let layer = plimsoll::testing::layer("info", |_, line| assert!(line.ends_with(b"}")));
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let request = || {
        let context = Context::builder()
            .request_id("7f3c9a20-77aa-4c1f-9d57-0242ac120002")
            .field("method", "POST")
            .field("path", "/orders")
            .field("size", 17)
            .build();
        let _entered = context.enter();
        tracing::info!(order = "o-17", total = 12.5, paid = true, "order.placed");
        tracing::error!(error = "could not read \"a\\b\"\n", "order.failed");
    };
    request();
    let allocations = measure(|| (0..1000).for_each(|_| request()));
    assert_eq!(allocations.count_total, 0, "{allocations:?}");
}
