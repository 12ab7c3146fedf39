//! The audit of a packing, from the batch, the routing and the packages alone.
//!
//! | rule | holds when |
//! |---|---|
//! | `package_rows` | packages stand in order of shipment, placements in order of package, and the offsets say so |
//! | `units_packed` | every allocated unit lies in exactly one package of its shipment, and nothing else does |
//! | `carton_known` | the facility has the carton; its cost and outer size are the carton's |
//! | `needless_container` | only units that fit no carton of the facility ship in their own container |
//! | `unit_size` | a unit is its item turned, about the vertical only where it must stay upright |
//! | `unit_outside`, `units_overlap` | units lie inside the carton, and apart |
//! | `carton_weight`, `carton_fill` | gross weight is tare and content, within the limit; volume within `fill_percent` |
//! | `unit_unsupported` | a unit above the floor rests on others with at least [`SUPPORT_PERCENT`] of its base |
//! | `crushed` | nothing rests on fragile units, no pile exceeds `max_stack` |
//! | `hazmat_apart`, `package_flags` | hazardous goods share no package with others; flags and unit counts are right |
//! | `package_bound` | the bound does not exceed the packages |
//!
//! O(units log units + pairs of one package that share a stretch of its length).

mod geometry;

use rustc_hash::FxHashMap;

use super::Input;
use crate::model::Batch;
use crate::model::ids::{CartonIdx, FacilityIdx, Idx, ItemIdx, LineIdx, PackageIdx, ShipmentIdx};
use crate::model::plan::{Cartonized, Package};
use crate::params::Params;
use crate::stage::Violation;
use geometry::{Solid, contacts, first_overlap};

/// Share of a base that must rest on something, in per cent; what `solve::pack` promises.
const SUPPORT_PERCENT: i64 = 75;

pub(super) fn check(input: Input, out: &Cartonized, params: &Params) -> Vec<Violation> {
    let mut audit = Audit {
        input,
        out,
        wall: params.cartonize.wall_mm,
        fill_percent: params.cartonize.fill_percent,
        found: Vec::new(),
    };
    if audit.rows() {
        audit.units();
        for package in (0..out.packages.len()).map(PackageIdx::from_usize) {
            audit.package(package);
        }
    }
    audit.found
}

struct Audit<'a> {
    input: Input<'a>,
    out: &'a Cartonized,
    wall: i64,
    fill_percent: i64,
    found: Vec<Violation>,
}

impl Audit<'_> {
    fn say(&mut self, rule: &str, place: String, message: String) {
        self.found.push(Violation::new(rule, place, message));
    }

    /// Offsets and the columns they belong to; without them nothing else can be read.
    fn rows(&mut self) -> bool {
        let out = self.out;
        let shipments: Vec<usize> = out.packages.shipment.iter().map(|s| s.index()).collect();
        let packages: Vec<usize> = out.placements.package.iter().map(|p| p.index()).collect();
        let good = offsets_hold(
            &out.first_package,
            self.input.routed.shipments.len(),
            &shipments,
        ) && offsets_hold(&out.first_placement, out.packages.len(), &packages)
            && out
                .placements
                .line
                .iter()
                .all(|l| l.index() < self.input.batch.lines.len());
        if !good {
            let message = "offsets do not match the rows".to_owned();
            self.say("package_rows", "packages".to_owned(), message);
        }
        if out.package_bound > out.packages.len() as u64 {
            let message = format!("bound {} of {}", out.package_bound, out.packages.len());
            self.say("package_bound", "packages".to_owned(), message);
        }
        good
    }

    /// What was allocated is what was packed, shipment by shipment.
    fn units(&mut self) {
        let routed = self.input.routed;
        let mut balance: FxHashMap<LineIdx, i64> = FxHashMap::default();
        for shipment in (0..routed.shipments.len()).map(ShipmentIdx::from_usize) {
            balance.clear();
            for row in routed.allocations_of(shipment) {
                let units = i64::from(routed.allocations.quantity[row]);
                *balance.entry(routed.allocations.line[row]).or_default() += units;
            }
            for package in self.out.packages_of(shipment) {
                let rows = self.out.placements_of(PackageIdx::from_usize(package));
                for row in rows {
                    *balance.entry(self.out.placements.line[row]).or_default() -= 1;
                }
            }
            let mut wrong: Vec<(LineIdx, i64)> = balance
                .iter()
                .filter(|b| *b.1 != 0)
                .map(|(&l, &b)| (l, b))
                .collect();
            wrong.sort_unstable();
            for (line, missing) in wrong {
                let message = if missing > 0 {
                    format!("{missing} units of line {} are in no package", line.0)
                } else {
                    format!("{} units of line {} were not allocated", -missing, line.0)
                };
                self.say("units_packed", format!("shipment {}", shipment.0), message);
            }
        }
    }

    fn package(&mut self, index: PackageIdx) {
        let package = self.out.packages.get(index.index());
        let solids = self.solids(index);
        let place = format!("package {}", index.0);
        self.flags(&place, &package, &solids);
        match package.carton {
            Some(carton) if carton.index() < self.input.batch.cartons.id.len() => {
                self.carton(&place, &package, carton, &solids);
            }
            Some(carton) => {
                let message = format!("there is no carton {}", carton.0);
                self.say("carton_known", place.clone(), message);
            }
            None => self.own_container(&place, &package, &solids),
        }
        self.turns(&place, &solids);
        if let Some((a, b)) = first_overlap(&solids) {
            let message = format!("units of lines {} and {} overlap", a.line.0, b.line.0);
            self.say("units_overlap", place.clone(), message);
        }
        self.piles(&place, &solids);
    }

    fn solids(&self, package: PackageIdx) -> Vec<Solid> {
        let placements = &self.out.placements;
        self.out
            .placements_of(package)
            .map(|row| Solid {
                line: placements.line[row],
                item: self.input.batch.lines.item[placements.line[row]],
                low: placements.at[row].map(i64::from),
                side: placements.size[row].map(i64::from),
            })
            .collect()
    }

    fn flags(&mut self, place: &str, package: &Package, solids: &[Solid]) {
        let items = &self.input.batch.items;
        let hazardous = solids.iter().filter(|s| items.hazmat[s.item]).count();
        if hazardous != 0 && hazardous != solids.len() {
            let message = format!("{hazardous} of {} units are hazardous", solids.len());
            self.say("hazmat_apart", place.to_owned(), message);
        }
        let fragile = solids.iter().any(|s| items.fragile[s.item]);
        let right = package.hazmat == (hazardous > 0)
            && package.fragile == fragile
            && package.units as usize == solids.len()
            && !solids.is_empty();
        if !right {
            let message = format!(
                "{} units, {hazardous} hazardous, fragile {fragile}, but the row says {}, {}, {}",
                solids.len(),
                package.units,
                package.hazmat,
                package.fragile
            );
            self.say("package_flags", place.to_owned(), message);
        }
    }

    fn carton(&mut self, place: &str, package: &Package, carton: CartonIdx, solids: &[Solid]) {
        let cartons = &self.input.batch.cartons;
        let facility = self.facility(package);
        let inner = cartons.size[carton].map(i64::from);
        let outer = inner.map(|side| side + 2 * self.wall);
        let stocked = cartons.facility[carton].is_none_or(|f| f == facility);
        if !stocked
            || package.carton_cost != cartons.cost[carton]
            || package.size.map(i64::from) != outer
        {
            let message = format!(
                "carton {} at facility {}: in stock {stocked}, cost {}, size {outer:?}, but the row says {}, {:?}",
                &cartons.id[carton],
                facility.0,
                cartons.cost[carton],
                package.carton_cost,
                package.size
            );
            self.say("carton_known", place.to_owned(), message);
        }
        for solid in solids {
            if !(0..3).all(|a| solid.low[a] >= 0 && solid.high(a) <= inner[a]) {
                let message = format!(
                    "line {} at {:?} sticks out of {inner:?}",
                    solid.line.0, solid.low
                );
                self.say("unit_outside", place.to_owned(), message);
            }
        }
        let gross = self.content(solids) + cartons.tare[carton].0;
        if gross != package.weight.0 || gross > cartons.max_weight[carton].0 {
            let message = format!(
                "{gross} g, at most {} g, but the row says {} g",
                cartons.max_weight[carton].0, package.weight.0
            );
            self.say("carton_weight", place.to_owned(), message);
        }
        let used: i128 = solids.iter().map(Solid::volume).sum();
        let room: i128 = inner.iter().map(|&side| i128::from(side)).product();
        if used * 100 > room * i128::from(self.fill_percent) {
            let message = format!("{used} mm³ of {room} mm³ are filled");
            self.say("carton_fill", place.to_owned(), message);
        }
    }

    fn own_container(&mut self, place: &str, package: &Package, solids: &[Solid]) {
        let items = &self.input.batch.items;
        let facility = self.facility(package);
        for solid in solids {
            if let Some(carton) = self.takes(facility, solid.item) {
                let message = format!(
                    "line {} would fit carton {}",
                    solid.line.0, &self.input.batch.cartons.id[carton]
                );
                self.say("needless_container", place.to_owned(), message);
            }
        }
        let right = solids.len() == 1
            && solids[0].low == [0; 3]
            && items.size[solids[0].item].map(i64::from) == solids[0].side
            && items.size[solids[0].item] == package.size
            && package.carton_cost.0 == 0;
        if !right {
            let message = "not one unit as it is, for nothing".to_owned();
            self.say("carton_known", place.to_owned(), message);
        }
        if self.content(solids) != package.weight.0 {
            let message = format!(
                "{} g, but the row says {} g",
                self.content(solids),
                package.weight.0
            );
            self.say("carton_weight", place.to_owned(), message);
        }
    }

    /// A carton of the facility that one unit of the item fits.
    fn takes(&self, facility: FacilityIdx, item: ItemIdx) -> Option<CartonIdx> {
        let Batch { items, cartons, .. } = self.input.batch;
        let sides = items.size[item].map(i64::from);
        let volume: i128 = sides.iter().map(|&s| i128::from(s)).product();
        let mut candidates = (0..cartons.id.len()).map(CartonIdx::from_usize);
        candidates.find(|&carton| {
            let inner = cartons.size[carton].map(i64::from);
            let room: i128 = inner.iter().map(|&s| i128::from(s)).product();
            cartons.facility[carton].is_none_or(|f| f == facility)
                && items.weight[item].0 + cartons.tare[carton].0 <= cartons.max_weight[carton].0
                && volume * 100 <= room * i128::from(self.fill_percent)
                && turned_within(sides, inner, items.keep_upright[item])
        })
    }

    fn turns(&mut self, place: &str, solids: &[Solid]) {
        let items = &self.input.batch.items;
        for solid in solids {
            let sides = items.size[solid.item].map(i64::from);
            let upright = items.keep_upright[solid.item];
            let fixed = !upright || solid.side[2] == sides[2];
            if sorted(sides) != sorted(solid.side) || !fixed {
                let message = format!(
                    "line {} is {:?} but the item {sides:?}, upright {upright}",
                    solid.line.0, solid.side
                );
                self.say("unit_size", place.to_owned(), message);
            }
        }
    }

    /// Support, fragility and layers.
    fn piles(&mut self, place: &str, solids: &[Solid]) {
        let items = &self.input.batch.items;
        let touching = contacts(solids);
        let mut rests_on = vec![0i64; solids.len()];
        let mut layers = vec![0u32; solids.len()];
        for contact in &touching {
            rests_on[contact.above] += contact.area;
            let carried = layers[contact.above] + 1;
            layers[contact.below] = layers[contact.below].max(carried);
        }
        for (i, solid) in solids.iter().enumerate() {
            let base = solid.side[0] * solid.side[1];
            if solid.low[2] > 0 && rests_on[i] * 100 < base * SUPPORT_PERCENT {
                let message = format!(
                    "line {} rests on {} of {base} mm²",
                    solid.line.0, rests_on[i]
                );
                self.say("unit_unsupported", place.to_owned(), message);
            }
            let fragile = items.fragile[solid.item];
            let bears = if fragile {
                0
            } else {
                items.max_stack[solid.item]
            };
            if layers[i] > bears {
                let message = format!(
                    "line {} bears {} layers, at most {bears}",
                    solid.line.0, layers[i]
                );
                self.say("crushed", place.to_owned(), message);
            }
        }
    }

    fn facility(&self, package: &Package) -> FacilityIdx {
        self.input.routed.shipments.facility[package.shipment.index()]
    }

    fn content(&self, solids: &[Solid]) -> i64 {
        let weight = &self.input.batch.items.weight;
        solids.iter().map(|s| weight[s.item].0).sum()
    }
}

/// Whether `offsets` group `rows` rows of owners `0..owners` in order.
fn offsets_hold(offsets: &[u32], owners: usize, rows: &[usize]) -> bool {
    offsets.len() == owners + 1
        && offsets[0] == 0
        && offsets[owners] as usize == rows.len()
        && offsets.windows(2).enumerate().all(|(owner, pair)| {
            pair[0] <= pair[1]
                && rows
                    .get(pair[0] as usize..pair[1] as usize)
                    .is_some_and(|group| group.iter().all(|&row| row == owner))
        })
}

fn sorted(mut sides: [i64; 3]) -> [i64; 3] {
    sides.sort_unstable();
    sides
}

/// Whether a box fits another with sides along the axes.
fn turned_within(sides: [i64; 3], inner: [i64; 3], upright: bool) -> bool {
    if upright {
        let (short, long) = (sides[0].min(sides[1]), sides[0].max(sides[1]));
        let (narrow, wide) = (inner[0].min(inner[1]), inner[0].max(inner[1]));
        return sides[2] <= inner[2] && short <= narrow && long <= wide;
    }
    let (sides, inner) = (sorted(sides), sorted(inner));
    (0..3).all(|a| sides[a] <= inner[a])
}
