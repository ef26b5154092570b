//! The rules' pages in the crate (for `--explain`) and in the documentation are the same.

use plimsoll_standard::Rule;

#[test]
fn the_pages_agree() {
    for rule in Rule::ALL {
        let path = format!(
            "{}/../../docs/rules/{}.md",
            env!("CARGO_MANIFEST_DIR"),
            rule.id()
        );
        let page = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            page,
            plimsoll_check::explain(rule),
            "{path} differs from the crate's own page"
        );
        assert!(page.starts_with(&format!("# {} {}", rule.id(), rule.name())));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules/PL000.md");
    let page = std::fs::read_to_string(path).unwrap();
    assert_eq!(page, plimsoll_check::SUPPRESSION_PAGE, "{path} differs");
}
