//! Suppressions hide what they name, with a reason; faults of their own are reported.

use plimsoll_check::{Allow, Check, Options, check, check_text};

use super::{checks, run, tree};

fn found(path: &str, text: &str) -> Vec<Check> {
    checks(&check_text(path, text, &Options::default()))
}

#[test]
fn with_a_reason_they_hide() {
    let rust = |comment: &str| format!("fn f() {{\n    {comment}\n    info!(\"x {{x}}\");\n}}\n");
    assert_eq!(
        found(
            "a.rs",
            &rust("// plimsoll: allow(PL003) an old parser reads this")
        ),
        []
    );
    assert_eq!(
        found(
            "a.rs",
            &rust("// plimsoll: allow(unstructured) an old parser reads this")
        ),
        []
    );
    assert_eq!(
        found(
            "a.rs",
            &rust("// plimsoll: allow(PL001, PL003) an old parser reads this")
        ),
        []
    );
    assert_eq!(
        found(
            "a.rs",
            "fn f() { info!(\"x {x}\"); } // plimsoll: allow(PL003) an old parser\n"
        ),
        []
    );
    assert_eq!(
        found(
            "a.py",
            "log.info(f\"x {x}\")  # plimsoll: allow(PL003) an old parser\n"
        ),
        []
    );
    assert_eq!(
        found(
            "a.py",
            "# plimsoll: allow(PL003) an old parser\nlog.info(\n    f\"x {x}\"\n)\n"
        ),
        []
    );
    assert_eq!(
        found("a.rs", &rust("/// plimsoll: allow(PL003) in a doc comment")),
        []
    );
}

#[test]
fn without_one_or_without_use_they_are_reported() {
    let rust = |comment: &str| format!("fn f() {{\n    {comment}\n    info!(\"x {{x}}\");\n}}\n");
    assert_eq!(
        found("a.rs", &rust("// plimsoll: allow(PL003)")),
        [Check::Suppression]
    );
    assert_eq!(
        found("a.rs", &rust("// plimsoll: allow(PL006) not in a loop")),
        [Check::Suppression, Check::Unstructured]
    );
    assert_eq!(
        found("a.rs", &rust("// plimsoll: allow(PL009) no such rule")),
        [Check::Suppression, Check::Unstructured]
    );
    assert_eq!(
        found("a.rs", &rust("// see plimsoll: allow(PL003) in the docs")),
        [Check::Unstructured]
    );
}

#[test]
fn paths_can_be_allowed() {
    let folder = tree(&[
        (
            "src/legacy/a.rs",
            "fn f() {\n    println!(\"x\");\n    info!(\"x {x}\");\n}\n",
        ),
        ("src/b.rs", "fn f() {\n    println!(\"x\");\n}\n"),
    ]);
    assert_eq!(
        checks(&run(folder.path()).findings),
        [Check::Print, Check::Print, Check::Unstructured]
    );
    let allow = |rules: &[&str]| Options {
        allow: vec![Allow {
            paths: vec!["src/legacy/**".to_owned()],
            rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
            reason: "old".to_owned(),
            place: None,
        }],
        ..Options::default()
    };
    let report = check(folder.path(), &allow(&["PL001"]), &|_, _| {}).unwrap();
    assert_eq!(
        checks(&report.findings),
        [Check::Print, Check::Unstructured]
    );
    assert_eq!(report.findings[0].path, "src/b.rs");
    let report = check(folder.path(), &allow(&[]), &|_, _| {}).unwrap();
    assert_eq!(checks(&report.findings), [Check::Print]);
}

#[test]
fn sub_checks_are_off_until_asked_for() {
    let text = "log.info(\"x %s\", x)\nlog.info(\"constant\")\n";
    assert_eq!(found("a.py", text), []);
    let options = Options {
        enable: vec!["lazy-args".to_owned(), "no-context".to_owned()],
        ..Options::default()
    };
    assert_eq!(
        checks(&check_text("a.py", text, &options)),
        [Check::LazyArgs, Check::NoContext]
    );
}
