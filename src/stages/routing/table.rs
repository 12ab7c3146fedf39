//! What an order may choose from, as numbers for `solve::assign`: the exact price of every part from every facility.
//!
//! Orders of up to [`MOST_STATES`] parts are priced in full: every part that some facility has is packed once per group of
//! facilities that pack alike, and rated from each. O(parts × (packing + facilities × rating)); 4 bytes per (facility, part).

use crate::model::ids::FacilityIdx;
use crate::solve::assign::{MOST_STATES, NO_OFFER, NONE, Resource, Shape};
use crate::stages::shipping::Shipping;

use super::instance::{Content, Demand, Instance};
use super::menu::Menu;
use super::order::Packed;

/// Prices of one order's parts.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Table {
    pub quantities: Vec<u32>,
    pub sites: Vec<FacilityIdx>,
    /// By site, then line.
    pub cells: Vec<Resource>,
    /// By site, then state (see [`Shape`]): cents.
    pub prices: Vec<i32>,
}

impl Table {
    /// Of an order that has a menu.
    pub fn of_menu(instance: &Instance, demand: &Demand, menu: &Menu) -> Table {
        let prices = menu.all_prices().map(|price| price.map_or(NO_OFFER, cents));
        Table {
            quantities: demand.wants.iter().map(|want| want.quantity).collect(),
            sites: menu.sites().to_vec(),
            cells: cells(instance, demand, menu.sites()),
            prices: prices.collect(),
        }
    }

    /// Of an order without a menu; `None`: it has too many parts, or two lines of one item.
    pub fn of_larger(shipping: &Shipping, instance: &Instance, demand: &Demand) -> Option<Table> {
        let quantities: Vec<u32> = demand.wants.iter().map(|want| want.quantity).collect();
        let wants = demand.wants;
        let twice = |i: usize| wants[..i].iter().any(|want| want.item == wants[i].item);
        if Shape::states_of(&quantities)? > MOST_STATES || (0..wants.len()).any(twice) {
            return None;
        }
        let shape = Shape::new(&quantities)?;
        let sites = instance.stocking(demand);
        let cells = cells(instance, demand, &sites);
        let free = instance.free();
        let held = |site: usize, state: usize| {
            let cells = &cells[site * wants.len()..];
            let lines = shape.units(state)[..wants.len()].iter().enumerate();
            lines
                .filter(|&(_, &units)| units > 0)
                .all(|(line, &units)| {
                    let may = instance.may_ship(demand.order, sites[site], wants[line].item);
                    let cell = cells[line];
                    may && cell != NONE && free[cell as usize] >= u32::from(units)
                })
        };
        let class = shipping.rate_class(demand.order);
        let mut prices = vec![NO_OFFER; sites.len() * shape.states()];
        for state in 1..shape.states() {
            let mut packed = Packed::new(content(&shape, demand, state));
            for (site, &facility) in sites.iter().enumerate() {
                if held(site, state)
                    && let Some((cost, _)) = packed.price(shipping, &class, facility)
                {
                    prices[site * shape.states() + state] = cents(cost.total().0);
                }
            }
        }
        Some(Table {
            quantities,
            sites,
            cells,
            prices,
        })
    }
}

/// A price as the solver holds it; more than 21 million of the currency counts as that.
fn cents(price: i64) -> i32 {
    i32::try_from(price)
        .unwrap_or(NO_OFFER - 1)
        .min(NO_OFFER - 1)
}

fn cells(instance: &Instance, demand: &Demand, sites: &[FacilityIdx]) -> Vec<Resource> {
    let inventory = &instance.batch.inventory;
    let pairs = sites.iter().flat_map(|&site| {
        let wants = demand.wants.iter();
        wants.map(move |want| inventory.cell(want.item, site))
    });
    pairs
        .map(|cell| cell.map_or(NONE, |cell| cell as Resource))
        .collect()
}

/// The units of a state, by line.
pub(super) fn content(shape: &Shape, demand: &Demand, state: usize) -> Content {
    let units = shape.units(state).iter().map(|&units| u32::from(units));
    let wants = demand.wants.iter().zip(units);
    wants
        .filter(|&(_, units)| units > 0)
        .map(|(want, units)| (want.line, units))
        .collect()
}
