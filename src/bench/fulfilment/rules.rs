//! The instance as a problem, under one goal or another; and what a plan really costs.
//!
//! The three rules in use today go through the orders in sequence and serve each as well as they can on what is left. They differ in
//! what they find good, so they are one sequence under three goals ([`crate::solve::assign::greedy`]):
//!
//! - *nearest facility per line*: each unit from the nearest facility that still has it;
//! - *fewest splits*: as many units as possible, in as few shipments as possible, the cheapest of those;
//! - *cheapest order by order*: the order's own least cost.
//!
//! A plan is valued from the instance alone, with the network's cost, whatever goal made it.

use super::instance::Instance;
use super::network::Network;
use crate::error::{Error, Result};
use crate::solve::assign::{NO_OFFER, NONE, Plan, Problem, Resource, Shapes, Site, Terms};

/// What a plan is to be good at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The network's cost.
    Cost,
    /// Miles, units first.
    Nearest,
    /// Shipments, units first; then cost.
    FewestSplits,
}

/// More than any order's shipments cost, in cents or hundredths of a mile; and more than any number of those.
const SPLIT: i64 = 10_000_000;
const LEFT: i64 = 100 * SPLIT;

impl Goal {
    fn terms(self, network: &Network) -> Terms {
        let (split, unserved) = match self {
            Goal::Cost => (0, network.unfilled()),
            // Of ways of equal length the one with fewer shipments.
            Goal::Nearest => (1, LEFT),
            Goal::FewestSplits => (SPLIT, LEFT),
        };
        Terms {
            split,
            unserved,
            lost: 0,
            complete: false,
            most_parts: super::instance::LARGEST as u16,
        }
    }

    fn price(self, network: &Network, city: usize, facility: usize, units: i64) -> i64 {
        match self {
            Goal::Cost | Goal::FewestSplits => network.price(city, facility, units),
            Goal::Nearest => (network.miles(city, facility) * 100.0).round() as i64 * units,
        }
    }
}

/// One class per basket; resources are the carried cells of the stock, then the capacities.
pub fn problem(instance: &Instance, network: &Network, goal: Goal) -> Problem {
    let facilities = network.facilities;
    let mut problem = Problem::default();
    let mut resource = |units: i64| {
        problem.supply.push(units);
        problem.supply.len() as Resource - 1
    };
    let cells: Vec<Resource> = (instance.stock.iter())
        .map(|units| units.map_or(NONE, &mut resource))
        .collect();
    let capacity: Vec<Resource> = match &instance.capacity {
        Some(capacity) => capacity.iter().map(|&units| resource(units)).collect(),
        None => vec![NONE; facilities],
    };
    let terms = goal.terms(network);
    let mut shapes = Shapes::default();
    for basket in &instance.baskets {
        let (city, lines) = (usize::from(basket.city), basket.items.len());
        let shape = shapes
            .of(&vec![1; lines])
            .expect("five lines are not too many");
        let mut sites: Vec<(Site, Vec<Resource>, Vec<i32>)> = Vec::with_capacity(facilities);
        for (facility, &capacity) in capacity.iter().enumerate() {
            let cell = |&item: &u32| cells[item as usize * facilities + facility];
            let cells: Vec<Resource> = basket.items.iter().map(cell).collect();
            if cells.iter().all(|&cell| cell == NONE) {
                continue;
            }
            let price = |state: usize| {
                let units = shape.units(state);
                let missing = |line: usize| units[line] > 0 && cells[line] == NONE;
                if state == 0 || (0..lines).any(missing) {
                    return NO_OFFER;
                }
                i32::try_from(goal.price(network, city, facility, shape.total(state)))
                    .unwrap_or(NO_OFFER)
            };
            let prices = (0..shape.states()).map(price).collect();
            let site = Site {
                tag: facility as u32,
                capacity,
                weight: 1,
                gate: NONE,
            };
            sites.push((site, cells, prices));
        }
        let sites = sites
            .iter()
            .map(|(site, cells, prices)| (*site, &cells[..], &prices[..]));
        problem.add_class(shape, terms, sites);
    }
    problem.class_of.clone_from(&instance.orders);
    problem
}

/// Cents of the plan of a problem made of the instance: stock, capacity and cost are reckoned from the instance; of the problem only
/// the meaning of sites and states is taken. An error if a limit is broken.
pub fn value(
    instance: &Instance,
    network: &Network,
    problem: &Problem,
    plan: &Plan,
) -> Result<i64> {
    let facilities = network.facilities;
    let mut stock: Vec<i64> = instance
        .stock
        .iter()
        .map(|units| units.unwrap_or(0))
        .collect();
    let mut capacity = instance.capacity.clone();
    let mut cost = 0;
    for (order, parts) in plan.parts.iter().enumerate() {
        let basket = &instance.baskets[instance.orders[order] as usize];
        let class = problem.of(order);
        let mut left = vec![1i64; basket.items.len()];
        let mut used = Vec::with_capacity(parts.len());
        for &(site, state) in parts {
            let facility = class.sites[usize::from(site)].tag as usize;
            let units = class.shape.units(usize::from(state));
            let mut shipped = 0;
            for (line, &item) in basket.items.iter().enumerate() {
                let units = i64::from(units[line]);
                left[line] -= units;
                stock[item as usize * facilities + facility] -= units;
                shipped += units;
            }
            if let Some(capacity) = &mut capacity {
                capacity[facility] -= shipped;
            }
            if shipped == 0 || used.contains(&facility) {
                return Err(broken(
                    order,
                    "two shipments from one facility, or an empty one",
                ));
            }
            used.push(facility);
            cost += network.price(usize::from(basket.city), facility, shipped);
        }
        if left.iter().any(|&left| left < 0) {
            return Err(broken(order, "more units than it wants"));
        }
        cost += network.unfilled() * left.iter().sum::<i64>();
    }
    if stock
        .iter()
        .chain(capacity.iter().flatten())
        .any(|&left| left < 0)
    {
        return Err(Error::internal("a plan ships more than there is"));
    }
    Ok(cost)
}

fn broken(order: usize, why: &str) -> Error {
    Error::internal(format!("order {order} of the plan: {why}"))
}
