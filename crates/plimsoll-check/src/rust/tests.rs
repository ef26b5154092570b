use super::*;
use crate::call::MessageKind;

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
