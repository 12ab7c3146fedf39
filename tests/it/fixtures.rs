//! Every broken fixture, named after its defect, gets the message, table, row and hint it deserves.

use std::fs;

use crate::support::{fixture_batch, fixtures, output};

/// What `wavecrest check` says about a fixture: stdout, stderr, exit code.
fn check(defect: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let batch = fixture_batch(dir.path(), defect);
    let output = output(&[
        "check",
        batch.to_str().unwrap(),
        "--max-reject-share",
        "0.3",
    ]);
    let text = format!(
        "{}{}exit code {}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().unwrap_or(-1)
    );
    text.replace(batch.to_str().unwrap(), "BATCH")
}

#[test]
fn each_defect_is_named() {
    let mut defects: Vec<String> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        // Instances of benchmarks, not batches.
        .filter(|name| !["gap", "mercadolibre", "sprp"].contains(&name.as_str()))
        .collect();
    defects.sort();
    assert!(defects.len() > 25);
    for defect in defects {
        insta::assert_snapshot!(defect.clone(), check(&defect));
    }
}

/// Every row-level code has a fixture of its name that produces it.
#[test]
fn a_fixture_named_after_a_code_produces_that_code() {
    for code in wavecrest::model::codes::Code::ALL {
        if fixtures().join(code.name()).is_dir() {
            let said = check(code.name());
            assert!(said.contains(code.name()), "{}:\n{said}", code.name());
        }
    }
}
