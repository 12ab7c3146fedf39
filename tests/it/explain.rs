//! `wavecrest explain`: the life of an order, from the run folder alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{fixture_batch, generated, output, succeed};

fn run(batch: &str, out: &Path, more: &[&str]) -> PathBuf {
    let mut args = vec!["run", batch, "--out", out.to_str().unwrap()];
    args.extend(more);
    succeed(&args);
    out.to_owned()
}

fn good(dir: &Path) -> PathBuf {
    let batch = fixture_batch(dir, "good");
    run(batch.to_str().unwrap(), &dir.join("run"), &[])
}

/// Stderr and exit code of `explain` that fails; the temporary folder is named alike everywhere.
fn refusal(run: &Path, order: &str) -> String {
    let output = output(&["explain", run.to_str().unwrap(), order]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let text = stderr.replace(run.to_str().unwrap(), "RUN");
    format!("{text}exit code {}\n", output.status.code().unwrap_or(-1))
}

#[test]
fn the_life_of_an_order_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let run = good(dir.path());
    let orders = fs::read_to_string(dir.path().join("batch/orders.csv")).unwrap();
    let ids = orders
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap());
    let told: Vec<String> = ids
        .map(|id| succeed(&["explain", run.to_str().unwrap(), id]))
        .collect();
    insta::assert_snapshot!("explain_words", told.join("\n================\n\n"));
}

#[test]
fn an_unknown_order_and_a_folder_that_is_no_run() {
    let dir = tempfile::tempdir().unwrap();
    let run = good(dir.path());
    let orders = fs::read_to_string(dir.path().join("batch/orders.csv")).unwrap();
    let id = orders.lines().nth(1).unwrap().split(',').next().unwrap();
    let misspelt = format!("{}X", id.to_lowercase());
    let said = [
        refusal(&run, &misspelt),
        refusal(&run, "nothing-like-it"),
        refusal(&dir.path().join("batch"), id),
    ];
    insta::assert_snapshot!("explain_refusals", said.join("\n"));
}

#[test]
fn every_state_is_told_within_the_width_in_every_format() {
    let dir = tempfile::tempdir().unwrap();
    let batch = generated(
        dir.path(),
        400,
        &["--dirty-share", "0.2", "--stock-tightness", "0.8"],
    );
    let runs = ["csv", "parquet", "arrow"].map(|format| {
        let more = ["--format", format, "--max-reject-share", "1"];
        run(&batch, &dir.path().join(format), &more)
    });
    let states = fs::read_to_string(runs[0].join("order_states.csv")).unwrap();
    let mut by_state: BTreeMap<String, String> = BTreeMap::new();
    for line in states.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if !cells[1].is_empty() {
            by_state.entry(cells[2].into()).or_insert(cells[1].into());
        }
    }
    assert!(by_state.len() >= 4, "{by_state:?}");
    for (state, id) in by_state {
        let args = ["explain", runs[0].to_str().unwrap(), &id];
        let mut command = crate::support::wavecrest(&args);
        let output = command.env("COLUMNS", "60").output().unwrap();
        assert!(output.status.success(), "{id}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(&format!("Order {id}: ")), "{text}");
        assert!(!text.contains('\x1b'), "no colour in a pipe");
        let long = |line: &&str| line.chars().count() > 60 && line.trim().contains(' ');
        let wide: Vec<&str> = text.lines().filter(long).collect();
        assert!(
            wide.iter().all(|line| line.starts_with("Order")),
            "{state}: {wide:?}"
        );
        let told = runs
            .each_ref()
            .map(|run| succeed(&["explain", run.to_str().unwrap(), &id]));
        assert_eq!(told[0], told[1], "parquet tells the same");
        assert_eq!(told[0], told[2], "arrow tells the same");
    }
}

#[test]
fn the_rows_behind_the_words_come_as_json() {
    let dir = tempfile::tempdir().unwrap();
    let run = good(dir.path());
    let orders = fs::read_to_string(dir.path().join("batch/orders.csv")).unwrap();
    let id = orders.lines().nth(1).unwrap().split(',').next().unwrap();
    let text = succeed(&["explain", run.to_str().unwrap(), id, "--json"]);
    let story: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(story["order_id"], id);
    let decision = &story["routing_decisions"][0];
    let parts = [
        "freight",
        "cartons",
        "handling",
        "lateness",
        "split",
        "backorder",
        "lost",
    ];
    let parts = parts.map(|part| decision[format!("{part}_cents")].as_i64().unwrap());
    assert_eq!(decision["cost_cents"].as_i64(), Some(parts.iter().sum()));
    assert!(
        story["shipments"][0]["ship_by"]
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
}
