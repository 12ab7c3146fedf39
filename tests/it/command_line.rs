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
        "explain",
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

/// Code and stderr of a command that fails; folders of this machine are named as on any other.
fn refusal(args: &[&str], dir: &std::path::Path) -> String {
    let output = crate::support::wavecrest(args)
        .current_dir(dir)
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let here = dir.canonicalize().unwrap();
    let text = stderr.replace(here.to_str().unwrap(), "[here]");
    let code = output.status.code().unwrap_or(-1);
    format!("wavecrest {}\n\n{text}\nexit code {code}\n", args.join(" "))
}

#[test]
fn mistakes_are_answered_with_what_where_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    fixture_batch(here, "good");
    std::fs::create_dir(here.join("notes")).unwrap();
    std::fs::write(here.join("notes/todo.txt"), "buy milk").unwrap();
    let cases: [(&str, &[&str]); 14] = [
        (
            "generate_negative_orders",
            &["generate", "--orders", "-5", "night"],
        ),
        (
            "generate_no_orders",
            &["generate", "--orders", "0", "night"],
        ),
        (
            "generate_no_number",
            &["generate", "--orders", "many", "night"],
        ),
        ("generate_few_items", &["generate", "--items", "3", "night"]),
        ("generate_into_a_full_folder", &["generate", "notes"]),
        (
            "set_unknown_section",
            &["run", "batch", "--out", "RUN", "--set", "foo.bar=1"],
        ),
        (
            "set_misspelt_name",
            &[
                "run",
                "batch",
                "--out",
                "RUN",
                "--set",
                "routing.max_shipment=1",
            ],
        ),
        (
            "set_without_section",
            &["check", "batch", "--set", "cart_lines=1"],
        ),
        (
            "set_out_of_range",
            &["check", "batch", "--set", "routing.max_shipments=0"],
        ),
        (
            "config_not_there",
            &["check", "batch", "--config", "peak.toml"],
        ),
        (
            "run_no_such_batch",
            &["run", "nights/today", "--out", "RUN"],
        ),
        ("check_a_file", &["check", "batch/orders.csv"]),
        (
            "run_into_another_folder",
            &["run", "batch", "--out", "notes"],
        ),
        (
            "run_into_another_folder_by_force",
            &["run", "batch", "--out", "notes", "--force"],
        ),
    ];
    for (name, args) in cases {
        insta::assert_snapshot!(name, refusal(args, here));
    }
    assert!(here.join("notes/todo.txt").exists() && !here.join("RUN").exists());
}

#[test]
fn a_run_folder_is_replaced_by_force_alone_and_an_empty_folder_is_filled() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let batch = fixture_batch(here, "good");
    let run = here.join("RUN");
    std::fs::create_dir(&run).unwrap();
    let args = [
        "run",
        batch.to_str().unwrap(),
        "--out",
        run.to_str().unwrap(),
    ];
    succeed(&args);
    let again = ["run", "batch", "--out", "RUN"];
    insta::assert_snapshot!("run_into_a_run_folder", refusal(&again, here));
    let resumed = refusal(&[&again[..], &["--resume"]].concat(), here);
    assert!(resumed.contains("that run is finished"), "{resumed}");
    succeed(&[&args[..], &["--force"]].concat());
}
