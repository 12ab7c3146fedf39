//! Synthetic batches of any size: what `wavecrest generate` writes.
//!
//! ```text
//! places, zones (embedded)  ->  network  ->  stock  ->  slots
//! categories -> items -> demand  ----^           |
//! customers -> orders (arrivals, fraud, defects) -> batch, history (returns, claims) -> customers' ledger
//! carriers, rates, surcharges
//! ```
//!
//! Every file opens with the statistical model it uses. Orders are drawn in chunks of 65,536, chunks in parallel, and written in
//! order: memory does not grow with the number of orders (but for 8 bytes a customer, 24 bytes a fraudulent order and the
//! catalogue), and the bytes depend on the specification alone, not on the number of threads. Logarithms and powers come
//! from the platform's mathematical library, so another platform may differ in the last digit of a draw.

mod arrivals;
mod batch;
mod carriers;
mod categories;
mod columns;
mod customers;
mod defects;
mod demand;
mod failure;
mod fraud;
mod history;
mod items;
mod network;
mod orders;
mod places;
mod rates;
mod rng;
mod slots;
mod spec;
mod staging;
mod stock;
mod surcharges;
#[cfg(test)]
mod tests;
mod towns;
mod writer;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use arrivals::{Arrivals, DAY, HISTORY_DAYS, midnight, offset_seconds};
use customers::{Customers, Ledger};
use demand::{Demand, Expectation};
use fraud::FraudPlan;
use history::Past;
use items::Catalogue;
use network::Network;
use orders::{Shop, Source};
use places::{Places, ZoneMatrix};
use rng::Purpose;
pub use spec::{Preset, Sizes, Spec};
use staging::Staging;
use stock::Stock;
pub use writer::TableSummary;
use writer::write_table;

/// Rows per row group of the tables other than orders and history.
const CHUNK: usize = 131_072;

/// What was written. Also saved as `generated.json` in the batch folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub orders: u64,
    pub lines: u64,
    pub history: u64,
    /// Units that the orders ask for on average, as stock and capacity were sized.
    pub expected_units: f64,
    /// Lines, likewise.
    pub expected_lines: f64,
    pub available_units: i64,
    pub capacity_units: i64,
    pub fraudulent_orders: u64,
    pub fraud_rings: u64,
    /// Broken rows by kind.
    pub defects: BTreeMap<&'static str, u64>,
    pub tables: Vec<TableSummary>,
}

#[derive(Serialize)]
struct Record<'a> {
    generator: &'static str,
    version: &'static str,
    spec: &'a Spec,
    sizes: &'a Sizes,
    summary: &'a Summary,
}

/// Everything that is drawn before the first row is written.
struct World {
    sizes: Sizes,
    shop: Shop,
    network: Network,
    matrix: ZoneMatrix,
    expected: Expectation,
    /// Seconds from UTC and share of the people, by time zone.
    offsets: Vec<i64>,
    shares: Vec<f64>,
}

/// Writes a synthetic batch into the folder `out`, which must not exist or be empty.
///
/// `progress(done, total)` hears the orders and past orders written so far; it is called from the calling thread only.
/// Uses the current rayon pool. Fails with a parameter error (a value out of range, a folder that is not empty) or a
/// resource error (disk, permissions); nothing is left behind then.
pub fn generate(spec: &Spec, out: &Path, progress: &dyn Fn(u64, u64)) -> Result<Summary> {
    let sizes = spec.sizes()?;
    let staging = Staging::new(out)?;
    let world = World::new(spec, sizes)?;
    let summary = write_all(spec, &world, staging.folder(), progress)?;
    let record = Record {
        generator: "wavecrest generate",
        version: env!("CARGO_PKG_VERSION"),
        spec,
        sizes: &sizes,
        summary: &summary,
    };
    staging.record("generated.json", &record)?;
    staging.commit()?;
    Ok(summary)
}

impl World {
    fn new(spec: &Spec, sizes: Sizes) -> Result<Self> {
        let places = Places::load()?;
        let catalogue = Catalogue::new(spec.seed, sizes.items);
        let demand = Demand::new(&catalogue.cluster)?;
        let expected = demand.expectation(spec.seed);
        let units = sizes.orders as f64 * expected.units;
        let capacity = (units * spec.capacity_tightness).round() as i64;
        let network = Network::new(spec.seed, sizes.facilities, &places, capacity);
        let zones = places.time_zones.iter();
        let offsets: Result<Vec<i64>> = zones
            .map(|zone| offset_seconds(zone, spec.start_date))
            .collect();
        let shares = places.zone_shares();
        let customers = Customers::new(spec.seed, sizes.customers);
        Ok(Self {
            sizes,
            shop: Shop {
                seed: spec.seed,
                places,
                catalogue,
                demand,
                customers,
            },
            network,
            matrix: ZoneMatrix::load()?,
            expected,
            offsets: offsets?,
            shares,
        })
    }

    fn expected_units(&self) -> f64 {
        self.sizes.orders as f64 * self.expected.units
    }

    /// Past and present orders. Rings of the past may come back in the present.
    fn sources(&self, spec: &Spec) -> Result<(Source<'_>, Source<'_>)> {
        let (shop, sizes) = (&self.shop, self.sizes);
        let window = (HISTORY_DAYS * DAY) as f64;
        let purpose = Purpose::HistoryFraudPlan;
        let past = FraudPlan::new(
            spec.seed,
            purpose,
            sizes.history,
            window,
            spec.fraud_share,
            None,
        );
        let seconds = match spec.preset {
            Preset::Night => DAY as f64,
            Preset::PeakHour => 3_600.0,
        };
        let purpose = Purpose::FraudPlan;
        let present = FraudPlan::new(
            spec.seed,
            purpose,
            sizes.orders,
            seconds,
            spec.fraud_share,
            Some(&past),
        );
        let arrivals = Arrivals::of_history(spec.start_date, &self.offsets, &self.shares);
        let history = Source {
            shop,
            arrivals,
            fraud: past,
            count: sizes.history,
        };
        let arrivals =
            Arrivals::of_batch(spec.preset, spec.start_date, &self.offsets, &self.shares)?;
        let batch = Source {
            shop,
            arrivals,
            fraud: present,
            count: sizes.orders,
        };
        Ok((history, batch))
    }
}

fn write_all(
    spec: &Spec,
    world: &World,
    folder: &Path,
    progress: &dyn Fn(u64, u64),
) -> Result<Summary> {
    let (history, batch) = world.sources(spec)?;
    let total = world.sizes.orders + world.sizes.history;
    progress(0, total);
    let mut tables = write_fixed(spec, world, folder)?;
    let available_units = write_stock(spec, world, folder, &mut tables)?;

    let (fraudulent, rings) = (
        batch.fraud.cases().len() as u64,
        batch.fraud.rings - history.fraud.rings,
    );
    let written = batch::write(folder, &batch, spec.dirty_share, &|done| {
        progress(done, total)
    })?;
    tables.extend(written.tables);
    drop(batch);

    let done_before = world.sizes.orders;
    let progress = |done| progress(done_before + done, total);
    tables.extend(write_past(spec, world, history, folder, &progress)?);
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Summary {
        orders: world.sizes.orders,
        lines: written.lines,
        history: world.sizes.history,
        expected_units: world.expected_units().round(),
        expected_lines: (world.expected.lines * world.sizes.orders as f64).round(),
        available_units,
        capacity_units: world
            .network
            .facilities
            .iter()
            .map(|facility| facility.capacity_units)
            .sum(),
        fraudulent_orders: fraudulent,
        fraud_rings: u64::from(rings),
        defects: written.defects,
        tables,
    })
}

/// History, what comes back of it, and the customers with what they did in it.
fn write_past(
    spec: &Spec,
    world: &World,
    source: Source,
    folder: &Path,
    progress: &dyn Fn(u64),
) -> Result<Vec<TableSummary>> {
    let ledger = Ledger::new(world.sizes.customers);
    let day = midnight(spec.start_date);
    let past = Past {
        source,
        network: &world.network,
        day,
        returns_share: spec.returns_share,
        ledger: &ledger,
    };
    let mut tables = history::write(folder, &past, progress)?;
    let count = world.sizes.customers as usize;
    let make = |from, to| world.shop.customers.table(from, to, day, &ledger);
    tables.push(write_table(folder, "customers", count, CHUNK, make)?);
    Ok(tables)
}

/// Tables that do not grow with the orders.
fn write_fixed(spec: &Spec, world: &World, folder: &Path) -> Result<Vec<TableSummary>> {
    let whole = [
        ("facilities", world.network.table()?),
        ("carrier_services", carriers::service_rows()?),
        ("zones", carriers::zone_rows(&world.network, &world.matrix)?),
        ("cartons", carriers::carton_rows()?),
        ("rates", rates::rate_rows()?),
        (
            "surcharges",
            surcharges::surcharge_rows(&world.shop.places, spec.start_date)?,
        ),
    ];
    let mut tables = Vec::new();
    for (name, batch) in whole {
        let slice = |from: usize, to: usize| Ok(batch.slice(from, to - from));
        tables.push(write_table(folder, name, batch.num_rows(), CHUNK, slice)?);
    }
    let catalogue = &world.shop.catalogue;
    let items = |from, to| catalogue.table(from, to);
    tables.push(write_table(
        folder,
        "items",
        catalogue.items.len(),
        CHUNK,
        items,
    )?);
    Ok(tables)
}

/// Inventory and slots; answers the units that may be promised.
fn write_stock(
    spec: &Spec,
    world: &World,
    folder: &Path,
    tables: &mut Vec<TableSummary>,
) -> Result<i64> {
    let (shop, network) = (&world.shop, &world.network);
    let popularity = &world.expected.share;
    let units = world.expected_units();
    let stock = Stock::new(
        spec.seed,
        &shop.catalogue,
        popularity,
        network,
        units,
        spec.stock_tightness,
    );
    let flat = stock.flat();
    let rows = |from: usize, to: usize| stock.table(&flat[from..to], &shop.catalogue, network);
    tables.push(write_table(folder, "inventory", flat.len(), CHUNK, rows)?);
    if spec.slots {
        tables.extend(slots::write(
            folder,
            spec.seed,
            &stock,
            &shop.catalogue,
            network,
        )?);
    }
    Ok(stock.available())
}
