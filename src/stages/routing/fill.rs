//! Orders of which nothing ships, and that what is left could serve whole.
//!
//! At the prices of the bound, orders just beyond what a scarce facility can send are as well off waiting, and the search may leave them
//! although a place is still free. They are served from one facility each, those that save most first. O(orders × (facilities + log orders)).

use crate::model::ids::FacilityIdx;
use crate::solve::assign::{Class, NO_OFFER, Problem};

use super::instance::{Demand, Instance, Supply};
use super::order::{Part, Pattern};
use super::table;

/// Serves what can be served whole.
pub(super) fn serve(
    instance: &Instance,
    problem: &Problem,
    patterns: &mut [Pattern],
    supply: &mut Supply,
) {
    let mut waiting: Vec<(i64, usize)> = (0..patterns.len())
        .filter(|&position| patterns[position].parts.is_empty())
        .filter_map(|position| {
            let class = problem.of(position);
            let (price, _) = cheapest(instance, &class, &instance.demand(position), supply)?;
            Some((i64::from(price) - class.nothing, position))
        })
        .collect();
    waiting.sort_unstable();
    for (_, position) in waiting {
        let demand = instance.demand(position);
        let class = problem.of(position);
        // Others may have taken the place that it had.
        if let Some((_, facility)) = cheapest(instance, &class, &demand, supply) {
            let part = Part {
                facility,
                content: table::content(class.shape, &demand, class.shape.whole()),
                cost: None,
            };
            let pattern = Pattern {
                parts: vec![part],
                refused: Vec::new(),
            };
            let taken = supply.take(instance.batch, pattern.contents());
            debug_assert!(taken, "it was there");
            patterns[position] = pattern;
        }
    }
}

/// The cheapest facility that can still ship the whole order. Large orders have no class of prices: they are not asked.
fn cheapest(
    instance: &Instance,
    class: &Class,
    demand: &Demand,
    supply: &Supply,
) -> Option<(i32, FacilityIdx)> {
    if class.loose.is_some() {
        return None;
    }
    let (batch, whole) = (instance.batch, class.shape.whole());
    let sites = class.sites.iter().enumerate();
    let found = sites.filter_map(|(site, at)| {
        let facility = FacilityIdx(at.tag);
        let price = class.prices(site)[whole];
        let stock = |w: &super::instance::Want| supply.free(batch, facility, w.item) >= w.quantity;
        let can = price != NO_OFFER
            && supply.room(facility) >= demand.units
            && demand.wants.iter().all(stock);
        can.then_some((price, facility))
    });
    found.min()
}
