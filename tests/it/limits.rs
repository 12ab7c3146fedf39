//! Numbers at their limits: the flow runs to the end, its checks and the audit hold, and the result is what a person works out by hand.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{metrics, output, succeed};

/// A batch as CSV: one carrier at 5.00 a parcel of up to 30 kg, one carton of 300 mm that holds 216 items of 50 mm and 100 g.
/// Handling is 0.50 a shipment and 0.10 a unit everywhere.
struct Night {
    facilities: String,
    items: String,
    stock: String,
    orders: String,
    lines: String,
}

const PARCEL: i64 = 500;
const SHIPMENT: i64 = 50;
const UNIT: i64 = 10;

impl Night {
    fn new() -> Night {
        let handling = "handling_cents_per_order,handling_cents_per_unit";
        Night {
            facilities: format!(
                "facility_id,country,postal_code,lat,lon,capacity_units,capacity_orders,{handling}\n"
            ),
            items: "sku,weight_g,length_mm,width_mm,height_mm\n".into(),
            stock: "facility_id,sku,on_hand\n".into(),
            orders: "order_id,placed_at,customer_id,country,postal_code,payment_status\n".into(),
            lines: "order_id,line_no,sku,quantity,unit_price\n".into(),
        }
    }
    fn facility(&mut self, id: &str, units: u64, orders: &str) {
        writeln!(
            self.facilities,
            "{id},GB,NN11 8RA,52.0,-1.0,{units},{orders},{SHIPMENT},{UNIT}"
        )
        .unwrap();
    }
    fn item(&mut self, sku: &str) {
        writeln!(self.items, "{sku},100,50,50,50").unwrap();
    }
    fn stock(&mut self, facility: &str, sku: &str, units: u64) {
        writeln!(self.stock, "{facility},{sku},{units}").unwrap();
    }
    fn order(&mut self, id: &str, lines: &[(&str, u64)]) {
        writeln!(self.orders, "{id},2026-11-26T08:00:00Z,,GB,SW1A 1AA,paid").unwrap();
        for (i, (sku, units)) in lines.iter().enumerate() {
            writeln!(self.lines, "{id},{},{sku},{units},1.00", i + 1).unwrap();
        }
    }

    /// Plans the night, audits it, and returns the run folder and its metrics.
    fn plan(&self, dir: &Path, more: &[&str]) -> (PathBuf, Value) {
        let batch = dir.join("batch");
        fs::create_dir_all(&batch).unwrap();
        let services = "carrier,service,pickup_cutoff\npost,parcel,22:00\n";
        let rates = format!(
            "carrier,service,zone,max_weight_g,price_cents\npost,parcel,Z,30000,{PARCEL}\n"
        );
        let tables = [
            ("facilities", self.facilities.as_str()),
            ("items", &self.items),
            ("inventory", &self.stock),
            ("orders", &self.orders),
            ("order_lines", &self.lines),
            ("carrier_services", services),
            ("rates", &rates),
            (
                "zones",
                "carrier,origin_prefix,dest_prefix,zone,transit_days\n*,GB,GB,Z,1\n",
            ),
            (
                "cartons",
                "carton_id,length_mm,width_mm,height_mm\nbox,300,300,300\n",
            ),
        ];
        for (name, text) in tables {
            fs::write(batch.join(format!("{name}.csv")), text).unwrap();
        }
        let run = dir.join("run");
        let mut args = vec![
            "run",
            batch.to_str().unwrap(),
            "--out",
            run.to_str().unwrap(),
        ];
        args.extend(["--format", "csv"]);
        args.extend(more);
        succeed(&args);
        succeed(&["verify", run.to_str().unwrap()]);
        let found = metrics(&run);
        (run, found)
    }
}

fn count(metrics: &Value, pointer: &str) -> i64 {
    let found = metrics.pointer(pointer).and_then(Value::as_i64);
    found.unwrap_or_else(|| panic!("{pointer}: {metrics}"))
}

/// Codes of the backorders, each with its units.
fn waiting(run: &Path) -> Vec<(String, u64)> {
    let text = fs::read_to_string(run.join("backorders.csv")).unwrap();
    let mut rows = text.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let at = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let (code, units) = (at("code"), at("quantity"));
    rows.map(|row| (row[code].to_owned(), row[units].parse().unwrap()))
        .collect()
}

fn small() -> Night {
    let mut night = Night::new();
    night.item("CUP");
    for id in ["A", "B", "C"] {
        night.order(id, &[("CUP", 2)]);
    }
    night
}

#[test]
fn zero_stock_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let mut night = small();
    for id in ["DAV", "DON"] {
        night.facility(id, 1_000, "");
        night.stock(id, "CUP", 0);
    }
    let (run, metrics) = night.plan(dir.path(), &[]);
    assert_eq!(count(&metrics, "/orders/backordered"), 3);
    assert_eq!(count(&metrics, "/routing/shipments"), 0);
    assert_eq!(waiting(&run), vec![("no_stock".to_owned(), 2); 3]);
}

#[test]
fn zero_capacity_in_units_or_in_shipments() {
    for (units, orders) in [(0, ""), (1_000, "0"), (0, "0")] {
        let dir = tempfile::tempdir().unwrap();
        let mut night = small();
        night.facility("DAV", units, orders);
        night.stock("DAV", "CUP", 100);
        let (run, metrics) = night.plan(dir.path(), &[]);
        assert_eq!(count(&metrics, "/orders/backordered"), 3);
        assert_eq!(waiting(&run), vec![("no_capacity".to_owned(), 2); 3]);
        // Three lost orders of two units at the default penalties, and nothing could be better.
        let lost = 3 * (20_000 + 2 * 5_000);
        assert_eq!(count(&metrics, "/routing/cost_cents"), lost);
        assert_eq!(count(&metrics, "/routing/bound_cents"), lost);
    }
}

#[test]
fn loads_off_the_mark_are_paid_for_and_audited() {
    let dir = tempfile::tempdir().unwrap();
    let mut night = small();
    for id in ["DAV", "DON"] {
        night.facility(id, 1_000, "");
        night.stock(id, "CUP", 6);
    }
    let more = [
        "--set",
        "routing.load_balance_cents=10",
        "--set",
        "routing.minimum_load_percent=100",
        "--set",
        "routing.minimum_load_penalty_cents=1",
        "--time",
        "60",
    ];
    let (_, metrics) = night.plan(dir.path(), &more);
    // Six units, a share of three each: four and two are the nearest. All of the six are asked of both, so six are missing.
    let balance = 10 + 6;
    assert_eq!(count(&metrics, "/costs/balance_penalty_cents"), balance);
    let cost = 3 * (PARCEL + SHIPMENT + 2 * UNIT) + balance;
    assert_eq!(count(&metrics, "/routing/cost_cents"), cost);
    assert!(count(&metrics, "/routing/bound_cents") <= cost);
}

#[test]
fn one_facility() {
    let dir = tempfile::tempdir().unwrap();
    let mut night = small();
    night.facility("DAV", 1_000, "3");
    night.stock("DAV", "CUP", 6);
    let (_, metrics) = night.plan(dir.path(), &[]);
    let cost = 3 * (PARCEL + SHIPMENT + 2 * UNIT);
    assert_eq!(count(&metrics, "/routing/cost_cents"), cost);
    assert_eq!(count(&metrics, "/routing/bound_cents"), cost);
    assert_eq!(count(&metrics, "/orders/planned"), 3);
}

#[test]
fn an_order_of_5_000_lines() {
    let dir = tempfile::tempdir().unwrap();
    let mut night = Night::new();
    let skus: Vec<String> = (0..5_000).map(|i| format!("S{i}")).collect();
    for id in ["DAV", "DON"] {
        night.facility(id, 10_000, "");
    }
    for (i, sku) in skus.iter().enumerate() {
        night.item(sku);
        night.stock(["DAV", "DON"][i % 2], sku, 1);
    }
    let lines: Vec<(&str, u64)> = skus.iter().map(|sku| (sku.as_str(), 1)).collect();
    night.order("WHOLESALE", &lines);
    let (_, metrics) = night.plan(dir.path(), &[]);
    assert_eq!(count(&metrics, "/orders/planned"), 1);
    assert_eq!(count(&metrics, "/waves/lines"), 5_000);
    assert_eq!(count(&metrics, "/routing/shipments"), 2);
    // 2,500 items at each: eleven full cartons of 216 and one of 124; 150 for the split.
    let cost = 2 * (12 * PARCEL + SHIPMENT + 2_500 * UNIT) + 150;
    assert_eq!(count(&metrics, "/routing/cost_cents"), cost);
    assert!(count(&metrics, "/routing/bound_cents") <= cost);
}

#[test]
fn five_hundred_facilities() {
    let dir = tempfile::tempdir().unwrap();
    let mut night = Night::new();
    night.item("EVERYWHERE");
    for i in 0..500 {
        let (facility, sku) = (format!("F{i:03}"), format!("S{i}"));
        night.facility(&facility, 4, "2");
        night.item(&sku);
        night.stock(&facility, &sku, 1);
        night.stock(&facility, "EVERYWHERE", 3);
        night.order(&format!("O{i}"), &[(&sku, 1)]);
        night.order(&format!("P{i}"), &[("EVERYWHERE", 3)]);
    }
    night.order("ONE MORE", &[("EVERYWHERE", 1)]);
    let (run, metrics) = night.plan(dir.path(), &[]);
    // Every facility sends one order of each kind, and then has sent what it can.
    assert_eq!(count(&metrics, "/routing/shipments"), 1_000);
    assert_eq!(count(&metrics, "/orders/backordered"), 1);
    assert_eq!(waiting(&run), [("no_stock".to_owned(), 1)]);
    let cost = 500 * (2 * (PARCEL + SHIPMENT) + 4 * UNIT) + 25_000;
    assert_eq!(count(&metrics, "/routing/cost_cents"), cost);
}

#[test]
fn a_million_units_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut night = Night::new();
    night.item("PIN");
    night.facility("DAV", 2_000_000, "");
    night.stock("DAV", "PIN", 999_999);
    night.order("ALL", &[("PIN", 1_000_000)]);
    let more = ["--set", "validate.max_line_quantity=1_000_000"];
    let (run, metrics) = night.plan(dir.path(), &more);
    assert_eq!(waiting(&run), [("no_stock".to_owned(), 1)]);
    // 4,629 full cartons and one of 135.
    let cost = 4_630 * PARCEL + SHIPMENT + 999_999 * UNIT + 5_000;
    assert_eq!(count(&metrics, "/routing/cost_cents"), cost);
}

#[test]
fn a_million_units_over_many_orders() {
    let dir = tempfile::tempdir().unwrap();
    let mut night = Night::new();
    night.item("PIN");
    for id in ["DAV", "DON"] {
        night.facility(id, 500_000, "");
        night.stock(id, "PIN", 500_000);
    }
    for i in 0..2_001 {
        night.order(&format!("O{i}"), &[("PIN", 500)]);
    }
    let (run, metrics) = night.plan(dir.path(), &[]);
    assert_eq!(count(&metrics, "/orders/planned"), 2_000);
    assert_eq!(waiting(&run), [("no_stock".to_owned(), 500)]);
    // Two full cartons and one of 68 each; the last order is lost.
    let cost = 2_000 * (3 * PARCEL + SHIPMENT + 500 * UNIT) + 20_000 + 500 * 5_000;
    assert_eq!(count(&metrics, "/routing/cost_cents"), cost);
}

#[test]
fn rules_that_let_nothing_ship_end_the_run_with_their_name_and_an_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut night = small();
    night.facility("DAV", 1_000, "");
    night.stock("DAV", "CUP", 100);
    night.plan(dir.path(), &[]);
    let batch = dir.path().join("batch");
    let refused = |more: &[&str]| {
        let out = dir.path().join("refused");
        let mut args = vec![
            "run",
            batch.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        args.extend(more);
        let found = output(&args);
        let said = String::from_utf8_lossy(&found.stderr).into_owned();
        (found.status.code(), said)
    };
    fs::write(
        batch.join("restrictions.csv"),
        "rule,facility_id\nnever,DAV\n",
    )
    .unwrap();
    let (code, said) = refused(&[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("restrictions") && said.contains("order A"),
        "{said}"
    );
    fs::remove_file(batch.join("restrictions.csv")).unwrap();
    let facilities = batch.join("facilities.csv");
    let text = fs::read_to_string(&facilities).unwrap();
    let stores = text.lines().enumerate().map(|(i, row)| match i {
        0 => format!("{row},kind\n"),
        _ => format!("{row},store\n"),
    });
    fs::write(&facilities, stores.collect::<String>()).unwrap();
    let (code, said) = refused(&["--set", "routing.stores_ship=false"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("routing.stores_ship = false") && said.contains("order A"),
        "{said}"
    );
    let contradiction = [
        "--set",
        "routing.stores_ship=false",
        "--set",
        "routing.store_penalty_cents=9",
    ];
    let (code, said) = refused(&contradiction);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("routing.store_penalty_cents = 9"), "{said}");
}
