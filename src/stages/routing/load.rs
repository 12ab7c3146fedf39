//! How busy facilities should be: a least load, and a fair share.
//!
//! ```text
//! least load of f   routing.minimum_load_percent of its capacity, but no more than the batch's units
//! fair share of f   the batch's units × capacity of f / capacity of all, rounded up
//! balance penalty   minimum_load_penalty × max(0, least - units of f) + load_balance × max(0, units of f - share),  summed over f
//! ```
//!
//! Both are soft: a plan that cannot keep them pays. The optimizer knows them as balances ([`crate::solve::assign::Balance`]) on the units of a
//! facility, the rules in use do not look at them. O(orders + facilities).

use crate::model::ids::{FacilityIdx, Idx};
use crate::model::units::Cents;
use crate::params::Routing as Params;
use crate::solve::assign::{Balance, Resource};

use super::commit::Served;
use super::instance::Instance;

/// What loads cost; nothing where nothing is asked for. The resource of facility `f` is `first + f`.
pub(super) fn balances(instance: &Instance, params: &Params, first: usize) -> Vec<Balance> {
    let facilities = &instance.batch.facilities;
    let whole: u128 = facilities
        .iter()
        .map(|f| u128::from(f.capacity_units))
        .sum();
    let units: u128 = (0..instance.len())
        .map(|position| u128::from(instance.demand(position).units))
        .sum();
    let number = |n: u128| i64::try_from(n).unwrap_or(i64::MAX >> 20);
    let mut balances = Vec::new();
    for (facility, site) in facilities.iter_enumerated() {
        let resource = (first + facility.index()) as Resource;
        let capacity = u128::from(site.capacity_units);
        let least = capacity * u128::from(params.minimum_load_percent.unsigned_abs()) / 100;
        let least = least.min(units);
        if least > 0 && params.minimum_load_penalty_cents > 0 {
            balances.push(Balance {
                resource,
                mark: number(least),
                under: params.minimum_load_penalty_cents,
                over: 0,
            });
        }
        if params.load_balance_cents > 0 && whole > 0 {
            balances.push(Balance {
                resource,
                mark: number((units * capacity).div_ceil(whole)),
                under: 0,
                over: params.load_balance_cents,
            });
        }
    }
    balances
}

/// What the loads of a plan cost.
pub(super) fn penalty(instance: &Instance, params: &Params, plan: &[Served]) -> Cents {
    let balances = balances(instance, params, 0);
    if balances.is_empty() {
        return Cents::ZERO;
    }
    let mut used = vec![0i64; instance.batch.facilities.len()];
    for (facility, content) in plan.iter().flat_map(|served| served.pattern.contents()) {
        let facility: FacilityIdx = facility;
        used[facility.index()] += content.iter().map(|c| i64::from(c.1)).sum::<i64>();
    }
    let costs = balances.iter().map(|b| b.cost(used[b.resource as usize]));
    Cents(costs.fold(0, i64::saturating_add))
}
