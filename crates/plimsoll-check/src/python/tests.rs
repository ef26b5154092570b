use super::*;
use crate::call::MessageKind;

fn kinds(source: &str) -> Vec<(String, MessageKind)> {
    read(source)
        .calls
        .into_iter()
        .map(|call| (call.callee, call.message.kind))
        .collect()
}

#[test]
fn messages_are_told_apart() {
    use MessageKind::{Lazy, Object, Static, Values};
    let source = r#"
import logging
log = logging.getLogger(__name__)
def f(x, e):
    log.info("a %s", x)
    log.info("a")
    log.info(f"a {x}")
    log.info("a %s" % x)
    log.info("a {}".format(x))
    log.info("a" + x)
    log.error(e)
    msg = f"b {x}"
    log.warning(msg)
    log.info("a", extra={"x": x})
    self.logger.log(logging.INFO, f"c {x}")
    print("x", x)
    math.log(x)
    messages.warning(request, f"{x}")
"#;
    let expected = [
        ("log.info", Lazy),
        ("log.info", Static),
        ("log.info", Values),
        ("log.info", Values),
        ("log.info", Values),
        ("log.info", Values),
        ("log.error", Object),
        ("log.warning", Values),
        ("log.info", Static),
        ("self.logger.log", Values),
        ("print", Object),
    ];
    let found = kinds(source);
    let found: Vec<_> = found
        .iter()
        .map(|(name, kind)| (name.as_str(), *kind))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_text_that_no_parser_takes_is_still_read() {
    let deep = format!(
        "{}{}\nlog.info(f\"a {{x}}\")\n",
        "x = ".to_owned() + &"[".repeat(40_000),
        ""
    );
    let facts = read(&deep);
    assert!(facts.broken);
    let broken = read("def f(:\n    log.info(f\"a {x}\")\n");
    assert!(broken.broken);
    assert_eq!(broken.calls.len(), 1);
}
