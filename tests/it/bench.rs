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

#[test]
fn waves_of_the_challenge_are_found_written_and_judged() {
    let folder = fixtures().join("mercadolibre/own");
    let files = ["instance_0001.txt", "instance_0002.txt"].map(|file| folder.join(file));
    let out = tempfile::tempdir().unwrap();
    let args = [
        "bench",
        "mercadolibre",
        files[0].to_str().unwrap(),
        files[1].to_str().unwrap(),
        "--out",
        out.path().to_str().unwrap(),
        "--format",
        "json",
    ];
    let result: serde_json::Value = serde_json::from_str(&succeed(&args)).unwrap();
    for row in result["rows"].as_array().unwrap() {
        assert_eq!(row["share_of_best"].as_f64(), Some(1.0), "{row}");
    }
    let written = std::fs::read_to_string(out.path().join("own/instance_0001.txt")).unwrap();
    assert_eq!(written, "1\n0\n1\n0\n", "an order, an aisle");
}

#[test]
fn a_broken_wave_instance_names_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a");
    std::fs::write(&file, "1 1 1\n1 0 2\n1 5 2\n1 4\n").unwrap();
    let output = output(&["bench", "mercadolibre", file.to_str().unwrap()]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("line 3: expected an item (0 to 0), found \"5\""),
        "{stderr}"
    );
}

#[test]
fn orders_items_batches_and_walks_are_planned_together() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let args = [
        "bench", "zalando", "--made", "200", "--steps", "400", "--out", folder, "--format", "json",
    ];
    let result: serde_json::Value = serde_json::from_str(&succeed(&args)).unwrap();
    let row = &result["rows"][0];
    let (distance, bound) = (
        row["distance"].as_i64().unwrap(),
        row["bound"].as_i64().unwrap(),
    );
    assert!(0 < bound && bound <= distance, "{row}");
    assert_eq!(row["goal"].as_i64(), Some(105));
    let text = std::fs::read_to_string(out.path().join("made-200-7.json")).unwrap();
    let batches: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        batches.as_array().map(Vec::len).map(|n| n as i64),
        row["batches"].as_i64()
    );
    let missing = output(&["bench", "zalando", "/none"]);
    assert_eq!(missing.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("parameters.json"));
}

/// Two orders of weights 3 and 1 in a hall of two aisles; a cart takes 3.
const CARTS: &str = "NAME : small\nPICKER_CAPACITY : 3\nLAYOUT : single-block\nNUM_AISLES : 2\nNUM_CELLS : 4\nDEPOT_AISLE : 0\n\
    DEPOT_LOCATION : bottom\nDISTANCE_AISLE_TO_AISLE : 2.4\nDISTANCE_CELL_TO_CELL : 1\nDISTANCE_TOP_TO_CELL : 1\n\
    DISTANCE_BOTTOM_TO_CELL : 1\nARTICLE_SECTION\nNUM_ARTICLES : 2\nID 0 WEIGHT 1\nID 1 WEIGHT 1\nSKU_SECTION\nNUM_SKUS : 2\n\
    ID 0 AISLE 0 CELL 3 QUANTITY 2 LEFT_RIGHT_HAND_SIDE left\nID 1 AISLE 1 CELL 0 QUANTITY 1 LEFT_RIGHT_HAND_SIDE left\n\
    ORDER_SECTION\nNUM_ORDERS : 2\nNUM_ARTICLES_IN_ORDER : 2\nID 0 QUANTITY 2\nID 1 QUANTITY 1\nNUM_ARTICLES_IN_ORDER : 1\n\
    ID 1 QUANTITY 1\n";

#[test]
fn orders_share_carts_and_new_bests_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("small.txt");
    std::fs::write(&file, CARTS).unwrap();
    let known = "instance,best_known_tour_length\nsmall.txt,99.0\n";
    std::fs::write(dir.path().join("best_known.csv"), known).unwrap();
    let (path, out) = (file.to_str().unwrap(), dir.path().to_str().unwrap());
    let args = ["bench", "jobprp", path, "--out", out, "--format", "json"];
    let result: serde_json::Value = serde_json::from_str(&succeed(&args)).unwrap();
    let row = &result["rows"][0];
    assert_eq!(row["length"], row["bound"], "{row}");
    assert!(row["state"].as_str().unwrap().contains("new best"), "{row}");
    std::fs::write(&file, CARTS.replace("CELL 3", "CELL 9")).unwrap();
    let broken = output(&["bench", "jobprp", path]);
    assert_eq!(broken.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("article 0 has no place"));
}

/// Eight public files in both layouts, by the effort of a night: how good, never how fast. One slot per article is always solved.
#[test]
fn slots_are_chosen_for_short_tours() {
    let folder = fixtures().join("sprp");
    let files = std::fs::read_dir(&folder).unwrap();
    let mut files: Vec<String> = files
        .map(|file| file.unwrap().path().display().to_string())
        .filter(|path| path.ends_with(".txt"))
        .collect();
    files.sort();
    let out = tempfile::tempdir().unwrap();
    for blocks in ["1", "2"] {
        let mut args = vec!["bench", "sprp", "--blocks", blocks, "--format", "json"];
        args.extend(["--out", out.path().to_str().unwrap()]);
        args.extend(files.iter().map(String::as_str));
        let result: serde_json::Value = serde_json::from_str(&succeed(&args)).unwrap();
        let rows = result["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 8);
        let number = |row: &serde_json::Value, column: &str| row[column].as_f64().unwrap();
        let mut gaps = Vec::new();
        for row in rows {
            let name = row["instance"].as_str().unwrap();
            let (length, bound) = (number(row, "length"), number(row, "bound"));
            assert!(bound <= length, "{row}");
            assert!(!name.contains("_F1_") || bound == length, "{row}");
            let said = row["state"].as_str().unwrap();
            let is_varying_in_two = blocks == "2" && name.contains("varying");
            assert!(
                is_varying_in_two || bound <= number(row, "published"),
                "{row}"
            );
            assert!(is_varying_in_two || !said.contains("too low"), "{row}");
            gaps.extend(row["gap_to_published_%"].as_f64());
        }
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        assert!(gaps.len() >= 5 && mean <= 1.0, "mean gap {mean} %");
    }
    let broken = output(&["bench", "sprp", &format!("{}/LICENSE", folder.display())]);
    assert_eq!(broken.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("line 1"));
}
