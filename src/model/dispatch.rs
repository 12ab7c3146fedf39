//! What is left of a routing when carrier selection had to leave shipments out.
//!
//! Routing decides before carriers' places are shared out. A shipment that no carrier takes does not ship: it disappears from
//! shipments, allocations and packages, so that no later stage picks, invoices or books it, and its units wait as backorders with
//! the carrier's reason. The shipments that stay are numbered anew. Cost and bounds stay those of routing's own decision.
//! O(shipments + allocations + units); nothing is copied where no shipment is left out.

use super::Batch;
use super::ids::{Idx, IdxVec, PackageIdx, ShipmentIdx};
use super::plan::{Backorder, Backorders, Cartonized, Routed, Unplaced};

/// The routing and packages of what ships, with the units of `unplaced` shipments as backorders.
pub fn dispatched(
    batch: &Batch,
    routed: Routed,
    cartonized: Cartonized,
    unplaced: &Unplaced,
) -> (Routed, Cartonized) {
    if unplaced.is_empty() {
        return (routed, cartonized);
    }
    let mut number: IdxVec<ShipmentIdx, Option<ShipmentIdx>> =
        IdxVec::filled(None, routed.shipments.len());
    let mut kept = 0;
    let mut left_out = unplaced.shipment.iter().copied().peekable();
    for old in number.indices() {
        if left_out.next_if_eq(&old).is_none() {
            number[old] = Some(ShipmentIdx::from_usize(kept));
            kept += 1;
        }
    }
    let cartonized = packages(cartonized, &number);
    (shipments(batch, routed, unplaced, &number), cartonized)
}

type Numbers = IdxVec<ShipmentIdx, Option<ShipmentIdx>>;

fn shipments(batch: &Batch, routed: Routed, unplaced: &Unplaced, number: &Numbers) -> Routed {
    let mut left = Routed {
        first_allocation: vec![0],
        bounds: routed.bounds.clone(),
        shadow_prices: routed.shadow_prices.clone(),
        cost: routed.cost,
        nearest_cost: routed.nearest_cost,
        greedy_cost: routed.greedy_cost,
        explained: routed.explained.clone(),
        shadow: routed.shadow.clone(),
        ..Routed::default()
    };
    for (old, new) in number.iter_enumerated() {
        let Some(shipment) = *new else { continue };
        left.shipments.push(routed.shipments.get(old.index()));
        for row in routed.allocations_of(old) {
            let mut allocation = routed.allocations.get(row);
            allocation.shipment = shipment;
            left.allocations.push(allocation);
        }
        left.first_allocation.push(left.allocations.len() as u32);
    }
    let waiting = unplaced.rows().flat_map(|row| {
        let rows = routed.allocations_of(row.shipment);
        let (lines, units) = (&routed.allocations.line, &routed.allocations.quantity);
        rows.map(move |i| Backorder {
            line: lines[i],
            quantity: units[i],
            code: row.code,
        })
    });
    let mut rows: Vec<Backorder> = routed.backorders.rows().chain(waiting).collect();
    rows.sort_by_key(|row| (batch.lines.order[row.line], row.line, row.code));
    left.backorders = rows.into_iter().fold(Backorders::default(), joined);
    left
}

/// Units of one line that wait for one reason stand in one row.
fn joined(mut rows: Backorders, row: Backorder) -> Backorders {
    match rows.len().checked_sub(1) {
        Some(last) if (rows.line[last], rows.code[last]) == (row.line, row.code) => {
            rows.quantity[last] += row.quantity;
        }
        _ => rows.push(row),
    }
    rows
}

fn packages(cartonized: Cartonized, number: &Numbers) -> Cartonized {
    let mut left = Cartonized {
        first_package: vec![0],
        first_placement: vec![0],
        package_bound: cartonized.package_bound,
        ..Cartonized::default()
    };
    for (old, new) in number.iter_enumerated() {
        let packages = cartonized.packages_of(old);
        let Some(shipment) = *new else {
            // The bound counts at most the packages of what ships.
            left.package_bound = left.package_bound.saturating_sub(packages.len() as u64);
            continue;
        };
        for row in packages {
            let mut package = cartonized.packages.get(row);
            package.shipment = shipment;
            let position = PackageIdx::from_usize(left.packages.len());
            left.packages.push(package);
            for row in cartonized.placements_of(PackageIdx::from_usize(row)) {
                let mut placement = cartonized.placements.get(row);
                placement.package = position;
                left.placements.push(placement);
            }
            left.first_placement.push(left.placements.len() as u32);
        }
        left.first_package.push(left.packages.len() as u32);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::super::codes::Code;
    use super::super::ids::{FacilityIdx, LineIdx, OrderIdx};
    use super::super::plan::{Allocation, Package, PlacementRow, ShipmentKey, UnplacedRow};
    use super::super::units::{Cents, Grams};
    use super::*;
    use crate::testing::World;

    /// Two orders of one line each: the first ships from two facilities, two and one units; the second from one, five units.
    fn night() -> (Batch, Routed, Cartonized) {
        let mut world = World::new();
        let item = world.item("A", [200, 150, 100], 800);
        world.order("O0", &[(item, 4)]);
        world.order("O1", &[(item, 5)]);
        let mut routed = Routed {
            first_allocation: vec![0],
            ..Routed::default()
        };
        let mut cartonized = Cartonized {
            first_package: vec![0],
            first_placement: vec![0],
            package_bound: 3,
            ..Cartonized::default()
        };
        routed.backorders.push(Backorder {
            line: LineIdx(0),
            quantity: 1,
            code: Code::NoStock,
        });
        for (i, (order, facility, quantity)) in
            [(0, 0, 2), (0, 1, 1), (1, 1, 5)].into_iter().enumerate()
        {
            let shipment = ShipmentIdx::from_usize(i);
            let facility = FacilityIdx(facility);
            routed.shipments.push(ShipmentKey {
                order: OrderIdx(order),
                facility,
                routed_cost: Cents::ZERO,
            });
            let line = LineIdx(order);
            routed.allocations.push(Allocation {
                line,
                facility,
                shipment,
                quantity,
            });
            routed
                .first_allocation
                .push(routed.allocations.len() as u32);
            cartonized.packages.push(Package {
                shipment,
                carton: None,
                size: [1; 3],
                weight: Grams(i as i64),
                carton_cost: Cents::ZERO,
                fragile: false,
                hazmat: false,
                units: quantity,
            });
            for _ in 0..quantity {
                cartonized.placements.push(PlacementRow {
                    package: PackageIdx::from_usize(i),
                    line,
                    at: [0; 3],
                    size: [1; 3],
                });
            }
            cartonized.first_package.push(i as u32 + 1);
            cartonized
                .first_placement
                .push(cartonized.placements.len() as u32);
        }
        (world.build(), routed, cartonized)
    }

    fn left_out(shipment: u32, code: Code) -> UnplacedRow {
        UnplacedRow {
            shipment: ShipmentIdx(shipment),
            order: OrderIdx(0),
            facility: FacilityIdx(1),
            packages: 1,
            units: 1,
            code,
        }
    }

    #[test]
    fn what_no_carrier_takes_waits_and_the_rest_is_numbered_anew() {
        let (batch, routed, cartonized) = night();
        let unplaced = [left_out(1, Code::NoCarrierPlace)].into_iter().collect();
        let (routed, cartonized) = dispatched(&batch, routed, cartonized, &unplaced);
        assert_eq!(routed.shipments.order, [OrderIdx(0), OrderIdx(1)]);
        assert_eq!(routed.first_allocation, [0, 1, 2]);
        assert_eq!(
            routed.allocations.shipment,
            [ShipmentIdx(0), ShipmentIdx(1)]
        );
        assert_eq!(routed.allocations.quantity, [2, 5]);
        assert_eq!(routed.backorders.line, [LineIdx(0); 2]);
        assert_eq!(routed.backorders.quantity, [1, 1]);
        assert_eq!(
            routed.backorders.code,
            [Code::NoStock, Code::NoCarrierPlace]
        );
        assert_eq!(cartonized.packages.weight, [Grams(0), Grams(2)]);
        assert_eq!(
            cartonized.packages.shipment,
            [ShipmentIdx(0), ShipmentIdx(1)]
        );
        assert_eq!(cartonized.first_package, [0, 1, 2]);
        assert_eq!(cartonized.first_placement, [0, 2, 7]);
        assert_eq!(cartonized.placements.package[6], PackageIdx(1));
        assert_eq!(cartonized.package_bound, 2);
    }

    #[test]
    fn one_row_per_line_and_reason() {
        let (batch, routed, cartonized) = night();
        let rows = [0, 1].map(|shipment| left_out(shipment, Code::NoStock));
        let (routed, _) = dispatched(&batch, routed, cartonized, &rows.into_iter().collect());
        assert_eq!(routed.backorders.quantity, [4]);
        assert_eq!(routed.shipments.len(), 1);
    }

    #[test]
    fn nothing_changes_where_all_are_placed() {
        let (batch, routed, cartonized) = night();
        let before = (routed.clone(), cartonized.clone());
        assert_eq!(
            dispatched(&batch, routed, cartonized, &Unplaced::default()),
            before
        );
    }
}
