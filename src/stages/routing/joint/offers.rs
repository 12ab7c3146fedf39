//! Tables, patterns and classes, each in terms of the other.

use crate::model::ids::{FacilityIdx, Idx};
use crate::solve::assign::{self, Class, NONE, Resource};

use crate::stages::routing::instance::{Demand, Instance};
use crate::stages::routing::order::Pattern;
use crate::stages::routing::table::Table;

/// The parts of a pattern; those that are not offered are left out.
pub(super) fn parts_of(class: &Class, demand: &Demand, pattern: &Pattern) -> assign::Parts {
    let parts = pattern.parts.iter().filter_map(|part| {
        let mut sites = class.sites.iter();
        let site = sites.position(|site| site.tag == part.facility.0)?;
        let units = demand.wants.iter().enumerate().map(|(l, want)| {
            let content = part.content.iter().find(|c| c.0 == want.line);
            content.map_or(0, |c| c.1 as usize) * class.shape.single(l)
        });
        let state: usize = units.sum();
        let offered = class.prices(site)[state] != assign::NO_OFFER;
        offered.then_some((site as u16, state as u16))
    });
    let mut parts: assign::Parts = parts.collect();
    parts.sort_unstable();
    parts
}

pub(super) fn same(class: &Class, table: &Table, demand: &Demand) -> bool {
    let quantities = class.shape.quantities().iter().map(|&q| u32::from(q));
    let states = class.shape.states();
    class.loose.is_none()
        && class.terms.complete == demand.complete
        && (class.terms.unserved, class.terms.lost) == (demand.backorder, demand.lost)
        && quantities.eq(table.quantities.iter().copied())
        && class.sites.len() == table.sites.len()
        && (class.sites.iter().zip(&table.sites)).all(|(a, b)| a.tag == b.0)
        && (0..class.sites.len()).all(|site| {
            let lines = table.quantities.len();
            class.cells(site) == &table.cells[site * lines..(site + 1) * lines]
                && class.prices(site)[1..] == table.prices[site * states + 1..(site + 1) * states]
        })
}

/// What limits the shipments of the facility, if anything does.
pub(in super::super) fn gate(instance: &Instance, facility: FacilityIdx) -> Resource {
    let batch = instance.batch;
    let first = batch.inventory.by_item.len() + batch.facilities.len();
    match batch.facilities[facility].capacity_orders {
        Some(_) => (first + facility.index()) as Resource,
        None => NONE,
    }
}

/// What a pattern takes, each resource once.
pub(in super::super) fn uses(instance: &Instance, pattern: &Pattern) -> Vec<(Resource, u32)> {
    let batch = instance.batch;
    let first = batch.inventory.by_item.len();
    let mut uses: Vec<(Resource, u32)> = Vec::new();
    for part in &pattern.parts {
        let gate = gate(instance, part.facility);
        uses.extend((gate != NONE).then_some((gate, 1)));
        for &(line, units) in &part.content {
            let cell = batch.inventory.cell(batch.lines.item[line], part.facility);
            uses.extend(cell.map(|cell| (cell as Resource, units)));
            uses.push(((first + part.facility.index()) as Resource, units));
        }
    }
    uses.sort_unstable();
    uses.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    uses
}
