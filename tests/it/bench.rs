//! `wavecrest bench`: public instances as a person solves them.

use crate::support::{fixtures, output, succeed};

fn instance(name: &str) -> String {
    fixtures().join("gap").join(name).display().to_string()
}

#[test]
fn a_generalized_assignment_instance_is_solved_and_judged() {
    let (small, real) = (instance("own/t0203"), instance("chu1997/c05100"));
    let args = ["bench", "gap", &small, &real, "--format", "json"];
    let result: serde_json::Value = serde_json::from_str(&succeed(&args)).unwrap();
    let [small, real] = &result["rows"].as_array().unwrap()[..] else {
        panic!("two instances: {result}");
    };
    assert_eq!(
        (small["cost"].as_i64(), small["best_known"].as_i64()),
        (Some(4), Some(4))
    );
    assert_eq!(real["instance"], "chu1997/c05100");
    assert_eq!(
        (real["class"].as_str(), real["items"].as_i64()),
        (Some("c"), Some(100))
    );
    let (cost, bound) = (
        real["cost"].as_i64().unwrap(),
        real["bound"].as_i64().unwrap(),
    );
    assert!(bound <= 1_931 && (1_931..1_950).contains(&cost), "{real}");
    assert_eq!(
        result["means"].as_array().map(Vec::len),
        Some(3),
        "c, t, all"
    );
}

#[test]
fn a_broken_instance_is_exit_code_3_and_names_the_token() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("d05100");
    std::fs::write(&file, "2 3 1 2 three").unwrap();
    let output = output(&["bench", "gap", file.to_str().unwrap()]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("d05100: token 5: expected the cost of agent 1 and item 3"),
        "{stderr}"
    );
}

#[test]
fn items_without_an_agent_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("d");
    std::fs::write(&file, "1 2  1 1  3 3  4").unwrap();
    let said = succeed(&["bench", "gap", file.to_str().unwrap()]);
    assert!(said.contains("infeasible: 1 items unassigned"), "{said}");
}

#[test]
fn the_fulfilment_benchmark_is_a_function_of_its_numbers() {
    let args = |threads: &'static str| {
        let arguments = [
            "bench",
            "fulfilment",
            "--orders",
            "300,100",
            "--items",
            "50",
            "--capacity",
            "1.1",
            "--format",
            "csv",
        ];
        let output = crate::support::wavecrest(&arguments)
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let table = args("1");
    let timeless = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.split(',').take(17).collect::<Vec<_>>().join(","))
            .collect()
    };
    assert_eq!(timeless(&table), timeless(&args("2")));
    let rows = timeless(&table);
    assert!(
        rows[1].starts_with("100,50,0.50,1.05,1.10,7,2,"),
        "smaller ones first: {rows:?}"
    );
}

#[test]
fn a_wrong_number_is_exit_code_2() {
    for (option, value) in [("--capacity", "much"), ("--carry", "2"), ("--orders", "0")] {
        let output = output(&["bench", "fulfilment", option, value]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(option), "{stderr}");
    }
}
