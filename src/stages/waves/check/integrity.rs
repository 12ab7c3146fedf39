//! Where the lines of a shipment come together: on one cart, or in one wave.

use std::collections::{BTreeMap, BTreeSet};

use super::Audit;
use crate::model::ids::{Idx, ShipmentIdx};
use crate::params::Consolidation;

/// Lines, volume and weight of what a shipment has picked somewhere.
type Load = [i128; 3];

/// By shipment and zone: its carts, and what is on them.
type Places<'a> = BTreeMap<(ShipmentIdx, Option<&'a str>), (BTreeSet<usize>, Load)>;

impl Audit<'_> {
    /// As many carts of each shipment as stated.
    fn counts(&mut self) {
        let mut carts: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.out.carts.len()];
        for task in self.out.tasks.rows() {
            carts[task.shipment.index()].insert(task.batch.index());
        }
        for (shipment, &stated) in self.out.carts.iter_enumerated() {
            let counted = carts[shipment.index()].len();
            if counted != stated as usize {
                let message = format!("on {counted} carts, {stated} stated");
                self.fault("carts_stated", format!("shipment {}", shipment.0), message);
            }
        }
    }

    /// A shipment is on one cart, or on one per zone, unless it is larger than a cart; with zones, a cart stays in one.
    pub(super) fn integrity(&mut self) {
        self.counts();
        let mode = self.ctx.params.waves.consolidation;
        if mode == Consolidation::Sorter {
            return;
        }
        let mut places = Places::new();
        let mut faults = Vec::new();
        for batch in 0..self.out.batches.len() {
            let facility = self.out.waves.facility[self.wave_of_batch(batch)];
            let warehouse = &self.input.batch.warehouses[facility];
            let mut zones = BTreeSet::new();
            let mut lines = BTreeSet::new();
            for task in self.tasks_of(batch) {
                let slot = self.out.tasks.slot[task];
                let zone = slot.filter(|_| mode == Consolidation::Zone);
                let zone = zone.map(|slot| warehouse.zone.get(slot));
                zones.insert(zone);
                let (shipment, line) = (self.out.tasks.shipment[task], self.out.tasks.line[task]);
                let (carts, load) = places.entry((shipment, zone)).or_default();
                carts.insert(batch);
                let quantity = i128::from(self.out.tasks.quantity[task]);
                let item = self.input.batch.lines.item[line];
                let sides = self.input.batch.items.size[item].map(i128::from);
                load[0] += i128::from(lines.insert((shipment, line)));
                load[1] += quantity * sides[0] * sides[1] * sides[2];
                load[2] += quantity * i128::from(self.input.batch.items.weight[item].0);
            }
            if zones.len() > 1 {
                faults.push(("cart_zones", batch, format!("picks in zones {zones:?}")));
            }
        }
        let waves = &self.ctx.params.waves;
        let most = [
            i128::from(waves.cart_lines.min(waves.max_lines)),
            i128::from(waves.cart_volume_l) * 1_000_000,
            i128::from(waves.cart_weight_kg) * 1_000,
        ];
        for ((shipment, _), (carts, load)) in places {
            let fits = load.iter().zip(&most).all(|(load, most)| load <= most);
            if let (true, [first, .., last]) = (fits, &Vec::from_iter(carts)[..]) {
                let message = format!("shipment {} is also in batch {last}", shipment.index());
                faults.push(("split_shipment", *first, message));
            }
        }
        for (rule, batch, message) in faults {
            self.fault(rule, format!("batch {batch}"), message);
        }
    }
}
