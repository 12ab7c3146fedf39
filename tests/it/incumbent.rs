//! `wavecrest run --incumbent FILE`: the plan of another system beside ours.

use std::fs;
use std::path::Path;

use crate::support::{fixture_batch, generated, manifest, metrics, output, succeed};

/// A run, and its allocations as an incumbent.
fn first_run(batch: &str, dir: &Path) -> String {
    let run = dir.join("first");
    succeed(&[
        "run",
        batch,
        "--out",
        run.to_str().unwrap(),
        "--format",
        "csv",
    ]);
    let text = fs::read_to_string(run.join("allocations.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let at = ["order_id", "line_no", "facility_id", "quantity"]
        .map(|name| header.iter().position(|column| *column == name).unwrap());
    let mut plan = "order_id,line_no,facility_id,quantity\n".to_owned();
    for cells in lines {
        plan += &(at.map(|at| cells[at]).join(",") + "\n");
    }
    let file = dir.join("oms.csv");
    fs::write(&file, plan).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn our_own_plan_costs_the_same_and_is_an_input_of_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let batch = generated(dir.path(), 300, &[]);
    let plan = first_run(&batch, dir.path());
    let run = dir.path().join("second");
    let out = run.to_str().unwrap();
    let args = ["run", &batch, "--out", out, "--incumbent", &plan];
    let said = succeed(&args);
    assert!(
        said.contains("incumbent") && said.contains("no fault"),
        "{said}"
    );
    let routing = &metrics(&run)["routing"];
    assert_eq!(
        routing["incumbent_cents"],
        metrics(&dir.path().join("first"))["routing"]["cost_cents"]
    );
    assert!(routing["cost_cents"].as_i64() <= routing["incumbent_cents"].as_i64());
    assert_eq!(routing["incumbent_faults"], 0);
    let inputs = manifest(&run)["inputs"].as_array().unwrap().clone();
    let input = inputs
        .iter()
        .find(|input| input["table"] == "incumbent")
        .unwrap();
    assert_eq!(input["file"], "incumbent.csv");
    assert!(run.join("inputs/incumbent.csv").is_file());
    succeed(&["verify", out]);
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    assert!(page.contains("Incumbent plan"));
    // Changed afterwards, it is found.
    fs::write(run.join("inputs/incumbent.csv"), "order_id\n").unwrap();
    assert_eq!(output(&["verify", out]).status.code(), Some(5));
}

#[test]
fn costs_that_do_not_add_up_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let batch = fixture_batch(dir.path(), "good");
    let plan = first_run(batch.to_str().unwrap(), dir.path());
    let run = dir.path().join("second");
    let (batch, out) = (batch.to_str().unwrap(), run.to_str().unwrap());
    succeed(&[
        "run",
        batch,
        "--out",
        out,
        "--incumbent",
        &plan,
        "--format",
        "csv",
    ]);
    let table = run.join("incumbent.csv");
    let good = fs::read_to_string(&table).unwrap();
    let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
    let mut cells: Vec<String> = lines[1].split(',').map(str::to_owned).collect();
    for at in [1, 3] {
        // Cost and difference agree, the total does not.
        cells[at] = (cells[at].parse::<i64>().unwrap() + 1).to_string();
    }
    lines[1] = cells.join(",");
    fs::write(&table, lines.join("\n") + "\n").unwrap();
    let said = output(&["verify", out]);
    assert!(String::from_utf8_lossy(&said.stdout).contains("FAIL  incumbent "));
}

#[test]
fn faults_are_listed_and_the_run_is_done_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let batch = fixture_batch(dir.path(), "good");
    let plan = dir.path().join("oms.csv");
    let rows = "A-1,1,DAV,2\nA-1,9,DAV,1\nA-9,1,DAV,1\nA-2,1,MARS,1\nA-2,1,DON,900\nA-3,1,DON,\n";
    fs::write(
        &plan,
        format!("order_id,line_no,facility_id,quantity\n{rows}"),
    )
    .unwrap();
    let run = dir.path().join("run");
    let (batch, out) = (batch.to_str().unwrap(), run.to_str().unwrap());
    let plan = plan.to_str().unwrap();
    let said = succeed(&[
        "run",
        batch,
        "--out",
        out,
        "--incumbent",
        plan,
        "--format",
        "csv",
    ]);
    assert!(said.contains("5 faults"), "{said}");
    let faults = fs::read_to_string(run.join("incumbent_faults.csv")).unwrap();
    insta::assert_snapshot!("incumbent_faults", faults);
    succeed(&["verify", out]);
}

#[test]
fn a_file_that_is_no_plan_is_refused_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    fixture_batch(dir.path(), "good");
    fs::write(dir.path().join("empty.csv"), "order_id,line_no\n").unwrap();
    fs::write(dir.path().join("plan.xlsx"), "").unwrap();
    let told = ["empty.csv", "plan.xlsx", "nowhere.csv"].map(|file| {
        let args = ["run", "batch", "--out", "RUN", "--incumbent", file];
        let mut command = crate::support::wavecrest(&args);
        let output = command.current_dir(dir.path()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        format!("{stderr}exit code {}\n", output.status.code().unwrap_or(-1))
    });
    insta::assert_snapshot!("incumbent_refusals", told.join("\n"));
}
