//! Same batch, parameters and seed: the same bytes, with any number of threads.

use std::path::Path;

use crate::support::{demo_batch, generated, succeed, table_fingerprints};

fn same_bytes_for_1_2_and_8_threads(batch: &str, dir: &Path) {
    let prints: Vec<_> = ["1", "2", "8"]
        .iter()
        .map(|threads| {
            let run = dir.join(format!("run-{threads}"));
            succeed(&[
                "run",
                batch,
                "--out",
                run.to_str().unwrap(),
                "--threads",
                threads,
            ]);
            table_fingerprints(&run)
        })
        .collect();
    assert!(prints[0].len() > 15, "{:?}", prints[0]);
    assert_eq!(prints[0], prints[1], "1 and 2 threads differ");
    assert_eq!(prints[0], prints[2], "1 and 8 threads differ");
}

#[test]
fn the_demo_batch() {
    let dir = tempfile::tempdir().unwrap();
    same_bytes_for_1_2_and_8_threads(demo_batch().to_str().unwrap(), dir.path());
}

#[test]
fn a_generated_batch() {
    let dir = tempfile::tempdir().unwrap();
    let batch = generated(dir.path(), 5_000, &[]);
    same_bytes_for_1_2_and_8_threads(&batch, dir.path());
}
