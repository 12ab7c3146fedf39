//! Which boxes, and what goes in each?
//!
//! Every shipment is packed by itself by [`Shipping::pack`], the very call by which routing reckoned its cost. The bound on the
//! number of packages comes from volume and weight (`solve::pack::min_bins`), shipment by shipment.

mod check;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::codes::Code;
use crate::model::ids::{Idx, LineIdx, PackageIdx, ShipmentIdx};
use crate::model::plan::{Cartonized, Package, PlacementRow, Routed};
use crate::stage::{Ctx, Stage, Violation};
use crate::stages::shipping::{PackedCarton, Shipping};

/// Shipments that one thread packs before it says so.
const CHUNK: usize = 512;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub routed: &'a Routed,
}

/// Packs every shipment.
pub struct Cartonize;

impl Stage for Cartonize {
    const NAME: &'static str = "cartonize";
    type In<'a> = Input<'a>;
    type Out = Cartonized;

    fn run(input: Input, ctx: &Ctx) -> Result<Cartonized> {
        let shipping = Shipping::new(input.batch, input.calendar, ctx.params)?;
        let shipments: Vec<ShipmentIdx> = (0..input.routed.shipments.len())
            .map(ShipmentIdx::from_usize)
            .collect();
        let packed: Vec<Packed> = shipments
            .par_chunks(CHUNK)
            .map(|chunk| {
                ctx.interrupted()?;
                let packed: Result<Vec<Packed>> = chunk
                    .iter()
                    .map(|&shipment| pack(&shipping, input, shipment))
                    .collect();
                ctx.reporter.advance(chunk.len() as u64);
                packed
            })
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect();
        Ok(columns(packed))
    }

    fn check(input: Input, out: &Cartonized, ctx: &Ctx) -> Vec<Violation> {
        check::check(input, out, ctx.params)
    }

    fn rows(input: Input) -> u64 {
        input.routed.shipments.len() as u64
    }
}

/// The cartons of a shipment, and the fewest it could need.
struct Packed {
    cartons: Vec<PackedCarton>,
    bound: u64,
}

fn pack(shipping: &Shipping, input: Input, shipment: ShipmentIdx) -> Result<Packed> {
    let routed = input.routed;
    let facility = routed.shipments.facility[shipment.index()];
    let rows = routed.allocations_of(shipment);
    let content: Vec<(LineIdx, u32)> = rows
        .map(|i| (routed.allocations.line[i], routed.allocations.quantity[i]))
        .collect();
    let refused = |code: Code| {
        let order = &input.batch.orders.id[routed.shipments.order[shipment.index()]];
        Error::internal(format!(
            "order {order}: routing gave facility {} what it may not ship ({})",
            input.batch.facilities[facility].id,
            code.name()
        ))
    };
    Ok(Packed {
        cartons: shipping.pack(facility, &content).map_err(refused)?,
        bound: shipping.fewest_packages(facility, &content),
    })
}

/// One struct of columns from all shipments, in their order.
fn columns(packed: Vec<Packed>) -> Cartonized {
    let mut out = Cartonized {
        first_package: vec![0],
        first_placement: vec![0],
        ..Cartonized::default()
    };
    for (shipment, packed) in packed.into_iter().enumerate() {
        out.package_bound += packed.bound;
        for carton in packed.cartons {
            push(&mut out, ShipmentIdx::from_usize(shipment), carton);
        }
        out.first_package.push(row_number(out.packages.len()));
    }
    out
}

fn push(out: &mut Cartonized, shipment: ShipmentIdx, carton: PackedCarton) {
    let package = PackageIdx::from_usize(out.packages.len());
    out.packages.push(Package {
        shipment,
        carton: carton.carton,
        size: carton.parcel.size,
        weight: carton.parcel.weight,
        carton_cost: carton.carton_cost,
        fragile: carton.parcel.fragile,
        hazmat: carton.parcel.hazmat,
        units: row_number(carton.units.len()),
    });
    for (line, at, size) in carton.units {
        out.placements.push(PlacementRow {
            package,
            line,
            at,
            size,
        });
    }
    out.first_placement.push(row_number(out.placements.len()));
}

fn row_number(rows: usize) -> u32 {
    PackageIdx::from_usize(rows).0
}
