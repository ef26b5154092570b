use super::*;
use crate::call::MessageKind;

#[test]
fn constants_of_any_visibility_end_at_their_semicolon() {
    for item in [
        "pub const A: usize = B;",
        "pub(crate) static A: Lazy<X> = Lazy::new(|| X { a: 1 });",
        "pub type A = Box<dyn Fn(u8) -> u8>;",
        "pub(in crate::a) const A: [u8; 2] = [1, 2];",
        "pub extern crate a;",
        "pub const fn a() {}",
    ] {
        let text = format!("{item}\npub fn f() {{ info!(\"x\"); }}\n");
        let calls = read(&text).calls;
        assert_eq!(calls.len(), 1, "{item}");
    }
}

#[test]
fn calls_inside_macros_are_seen() {
    let source = r#"
        async fn run() {
            tokio::select! {
                x = rx.recv() => { tracing::info!(id = %x.id, "got {x}"); }
                _ = tick => warn!("tick {}", 1),
            }
            let v = vec![{ error!("in vec {y}"); 1 }];
            join!(async { debug!(?v, "static") });
        }
    "#;
    let facts = read(source);
    let found: Vec<_> = facts
        .calls
        .iter()
        .map(|call| (call.callee.as_str(), call.message.kind))
        .collect();
    assert_eq!(
        found,
        [
            ("tracing::info!", MessageKind::Values),
            ("warn!", MessageKind::Static),
            ("error!", MessageKind::Values),
            ("debug!", MessageKind::Static),
        ]
    );
    assert_eq!(facts.calls[0].fields, ["id"]);
}
