//! Real faults: broken rows, unreadable files, a full disk, a folder that cannot be written, Ctrl-C, `kill -9`.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{
    fixture_batch, generated, metrics, output, succeed, table_fingerprints, wavecrest,
};

#[test]
fn a_batch_with_a_quarter_of_its_rows_broken_still_plans_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let batch = generated(dir.path(), 2_000, &["--dirty-share", "0.25"]);
    let run = dir.path().join("run");
    let path = run.to_str().unwrap();
    succeed(&["run", &batch, "--out", path, "--max-reject-share", "1"]);
    succeed(&["verify", path]);
    let orders = &metrics(&run)["orders"];
    let count = |key: &str| {
        orders[key]
            .as_u64()
            .unwrap_or_else(|| panic!("orders.{key}: {orders}"))
    };
    assert!(
        count("rejected") > 200 && count("planned") > 200,
        "{orders}"
    );
    let ends = ["rejected", "held", "planned", "backordered"]
        .map(count)
        .iter()
        .sum::<u64>();
    assert_eq!(
        count("read"),
        ends,
        "every order ends in exactly one state: {orders}"
    );
}

#[test]
fn too_many_rejected_rows_are_exit_code_4() {
    let dir = tempfile::tempdir().unwrap();
    let batch = generated(dir.path(), 500, &["--dirty-share", "0.25"]);
    let output = output(&["check", &batch, "--max-reject-share", "0.01"]);
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn a_folder_that_cannot_be_written_is_said_before_work_starts() {
    let dir = tempfile::tempdir().unwrap();
    let batch = fixture_batch(dir.path(), "good");
    // A file in place of the parent folder refuses everybody, root included.
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let output = output(&[
        "run",
        batch.to_str().unwrap(),
        "--out",
        file.join("run").to_str().unwrap(),
    ]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("cannot create the staging folder"),
        "{stderr}"
    );
}

/// A file-size limit stands in for the full disk: both fail in `write`, the limit needs no privileges.
#[test]
#[cfg(target_os = "linux")]
fn a_write_that_fails_leaves_no_run_folder() {
    let dir = tempfile::tempdir().unwrap();
    let batch = generated(dir.path(), 500, &[]);
    let run = dir.path().join("run");
    let script = format!(
        "trap '' XFSZ; ulimit -f 16; exec {} run {batch} --out {}",
        env!("CARGO_BIN_EXE_wavecrest"),
        run.display()
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("error: cannot write"), "{stderr}");
    assert!(!run.exists());
}

#[test]
fn an_existing_run_folder_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let batch = fixture_batch(dir.path(), "good");
    let run = dir.path().join("run");
    fs::create_dir(&run).unwrap();
    fs::write(run.join("keep"), "mine").unwrap();
    let output = output(&[
        "run",
        batch.to_str().unwrap(),
        "--out",
        run.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--force"));
    assert_eq!(fs::read_to_string(run.join("keep")).unwrap(), "mine");
}

/// Starts a run and waits until its first stage has left a checkpoint.
fn run_until_first_checkpoint(batch: &str, run: &Path) -> Child {
    let child = wavecrest(&["run", batch, "--out", run.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let name = run.file_name().unwrap().to_str().unwrap();
    let first = run
        .with_file_name(format!(".{name}.staging"))
        .join("checkpoints/validate");
    let begun = Instant::now();
    while !first.exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "no checkpoint appeared"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// Kills a run by `signal_name`, then resumes it: the same tables as a run that nobody disturbed.
fn killed_and_resumed(signal_name: &str) {
    let dir = tempfile::tempdir().unwrap();
    let batch = generated(dir.path(), 20_000, &[]);
    let run = dir.path().join("run");
    let mut child = run_until_first_checkpoint(&batch, &run);
    signal(&child, signal_name);
    let status = child.wait().unwrap();
    assert!(!status.success());
    assert!(
        !run.exists(),
        "no half-written run folder after {signal_name}"
    );

    succeed(&["run", &batch, "--out", run.to_str().unwrap(), "--resume"]);
    let manifest = crate::support::manifest(&run);
    let resumed = |stage: &serde_json::Value| stage["resumed"].as_bool() == Some(true);
    assert!(
        manifest["stages"].as_array().unwrap().iter().any(resumed),
        "at least one stage was taken up"
    );
    let whole = dir.path().join("whole");
    succeed(&["run", &batch, "--out", whole.to_str().unwrap()]);
    assert_eq!(table_fingerprints(&run), table_fingerprints(&whole));
}

#[test]
fn kill_9_leaves_nothing_half_written_and_can_be_resumed() {
    killed_and_resumed("KILL");
}

#[test]
fn ctrl_c_leaves_nothing_half_written_and_can_be_resumed() {
    killed_and_resumed("INT");
}
