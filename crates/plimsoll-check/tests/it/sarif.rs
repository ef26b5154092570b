//! SARIF output against the published schema.

use plimsoll_check::report;

use super::{run, tree};

#[test]
fn it_validates_against_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/sarif-2.1.0.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = tree(&[
        (
            "src/a b/ä.rs",
            "fn f(x: u32) {\n    println!(\"a\");\n    info!(\n        \"x {x}\"\n    );\n    // plimsoll: allow(PL001)\n}\n",
        ),
        (
            "app/b.py",
            "log.info(f\"ünï {token}\")\nfor x in xs: log.info(x)\n",
        ),
    ]);
    let findings = run(folder.path()).findings;
    assert!(findings.len() >= 6, "{findings:?}");
    for findings in [findings.as_slice(), &[]] {
        let document: serde_json::Value = serde_json::from_str(&report::sarif(findings)).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let results = document["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), findings.len());
        for result in results {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(
                document["runs"][0]["tool"]["driver"]["rules"][index]["id"],
                result["ruleId"]
            );
        }
    }
}
