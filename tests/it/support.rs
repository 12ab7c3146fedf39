//! Running the program and looking at what it left.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The demo batch, committed.
pub fn demo_batch() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/uk_retail_peak")
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The program with arguments; nothing of the environment that colours or widens its output.
pub fn wavecrest(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wavecrest"));
    command
        .args(args)
        .env_remove("WAVECREST_LOG")
        .env("COLUMNS", "120");
    command
}

/// Runs to the end.
pub fn output(args: &[&str]) -> Output {
    wavecrest(args).output().expect("the program starts")
}

/// Runs and demands success; returns stdout.
pub fn succeed(args: &[&str]) -> String {
    let output = output(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{args:?} ended with {}:\n{stderr}",
        output.status
    );
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// A generated batch below `dir`.
pub fn generated(dir: &Path, orders: u32, more: &[&str]) -> String {
    let batch = dir.join(format!("batch-{orders}"));
    let batch = batch
        .to_str()
        .expect("a temporary path is UTF-8")
        .to_owned();
    let orders = orders.to_string();
    let mut args = vec!["generate", "--orders", &orders, "--seed", "7", &batch];
    args.extend(more);
    succeed(&args);
    batch
}

/// A tiny healthy batch as CSV, with the tables of `overlay` (a folder below tests/fixtures) in place of its own.
pub fn fixture_batch(dir: &Path, overlay: &str) -> PathBuf {
    let batch = dir.join("batch");
    fs::create_dir_all(&batch).unwrap();
    copy_files(&fixtures().join("good"), &batch);
    if overlay != "good" {
        copy_files(&fixtures().join(overlay), &batch);
    }
    let remove = batch.join("REMOVE");
    if let Ok(tables) = fs::read_to_string(&remove) {
        for table in tables.lines() {
            fs::remove_file(batch.join(format!("{table}.csv"))).unwrap();
        }
        fs::remove_file(remove).unwrap();
    }
    batch
}

pub fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Fingerprints of the output tables of a run, from its manifest.
pub fn table_fingerprints(run: &Path) -> BTreeMap<String, String> {
    let outputs = manifest(run)["outputs"]
        .as_array()
        .expect("outputs is a list")
        .clone();
    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    outputs
        .iter()
        .map(|output| (text(&output["table"]), text(&output["blake3"])))
        .collect()
}

pub fn manifest(run: &Path) -> serde_json::Value {
    json(&run.join("manifest.json"))
}

pub fn metrics(run: &Path) -> serde_json::Value {
    json(&run.join("metrics.json"))
}

fn json(path: &Path) -> serde_json::Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("valid JSON")
}
