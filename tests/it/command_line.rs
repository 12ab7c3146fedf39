//! Help, usage errors, and the commands that print what the program knows.

use crate::support::{demo_batch, fixture_batch, output, succeed};

#[test]
fn a_wrong_parameter_is_exit_code_2_with_a_suggestion() {
    let dir = tempfile::tempdir().unwrap();
    let batch = fixture_batch(dir.path(), "good");
    let run = dir.path().join("run");
    let args = [
        "run",
        batch.to_str().unwrap(),
        "--out",
        run.to_str().unwrap(),
        "--set",
        "routing.max_shipment=2",
    ];
    let output = output(&args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("routing.max_shipments"), "{stderr}");
    assert!(!run.exists());
}

#[test]
fn a_batch_that_is_not_there_is_exit_code_3() {
    let output = output(&["check", "no/such/batch"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("no/such/batch"), "{stderr}");
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in [
        "generate",
        "check",
        "run",
        "verify",
        "bench",
        "schema",
        "params",
        "completions",
    ] {
        let help = succeed(&[command, "--help"]);
        assert!(
            help.contains(&format!("wavecrest {command}")) && help.contains("Example"),
            "{help}"
        );
    }
}

#[test]
fn what_the_program_knows_is_printed_as_json_too() {
    for args in [
        &["schema", "--json"][..],
        &["schema", "--outputs", "--json"],
        &["params", "--json"],
    ] {
        let list: Vec<serde_json::Value> = serde_json::from_str(&succeed(args)).unwrap();
        assert!(list.len() > 10, "{args:?}");
    }
    assert!(succeed(&["completions", "bash"]).contains("_wavecrest"));
}

#[test]
fn printed_parameters_are_a_valid_config_file() {
    let dir = tempfile::tempdir().unwrap();
    let batch = fixture_batch(dir.path(), "good");
    let config = dir.path().join("defaults.toml");
    std::fs::write(&config, succeed(&["params", "--toml"])).unwrap();
    succeed(&[
        "check",
        batch.to_str().unwrap(),
        "--config",
        config.to_str().unwrap(),
    ]);
}

#[test]
fn the_demo_batch_is_usable() {
    let said = succeed(&["check", demo_batch().to_str().unwrap()]);
    assert!(
        said.contains("unknown_sku") && said.contains("non_positive_quantity"),
        "{said}"
    );
}
