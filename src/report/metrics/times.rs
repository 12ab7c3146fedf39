//! How long orders take, and whether they arrive in time.

use serde::{Deserialize, Serialize};

use super::{share, tidy};
use crate::model::Batch;
use crate::model::ids::OrderIdx;
use crate::model::plan::{CycleTime, Plan};
use crate::model::units::Timestamp;
use crate::report::format::reached;
use crate::report::states::{State, States};

/// Times of a planned order, from placed, to the last of its shipments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderTimes {
    pub order: OrderIdx,
    /// Seconds to the hand-over to the carrier.
    pub cycle: i64,
    /// Seconds to the expected delivery.
    pub delivery: i64,
}

/// Mean seconds that a shipment spends in each phase; `None` where nothing is scheduled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phases {
    /// Placed to released.
    pub waiting: Option<f64>,
    /// Released to picked.
    pub picking: Option<f64>,
    /// Picked to packed.
    pub packing: Option<f64>,
    /// Packed to handed over.
    pub dock: Option<f64>,
    /// Handed over to delivered.
    pub transit: Option<f64>,
}

/// Shipments whose work ends within the horizon, with their order.
fn scheduled(plan: &Plan) -> impl Iterator<Item = (OrderIdx, CycleTime)> + '_ {
    let orders = plan.routed.shipments.order.iter().copied();
    orders
        .zip(plan.scheduled.times.rows())
        .filter(|(_, times)| reached(times.handed_over).is_some())
}

/// Times of the planned orders that are scheduled, in order of [`OrderIdx`].
pub fn order_times(batch: &Batch, plan: &Plan) -> Vec<OrderTimes> {
    let mut all: Vec<OrderTimes> = Vec::new();
    for (order, times) in scheduled(plan) {
        let placed: Timestamp = batch.orders.placed_at[order];
        let shipment = OrderTimes {
            order,
            cycle: (times.handed_over - placed).0,
            delivery: (times.delivered - placed).0,
        };
        match all.last_mut() {
            Some(last) if last.order == order => {
                last.cycle = last.cycle.max(shipment.cycle);
                last.delivery = last.delivery.max(shipment.delivery);
            }
            _ => all.push(shipment),
        }
    }
    all
}

pub(super) fn phases(plan: &Plan) -> Phases {
    let mut sums = [0i64; 5];
    let mut shipments = 0u64;
    for (_, times) in scheduled(plan) {
        let moments = [
            times.placed,
            times.released,
            times.picked,
            times.packed,
            times.handed_over,
            times.delivered,
        ];
        for (sum, pair) in sums.iter_mut().zip(moments.windows(2)) {
            *sum += (pair[1] - pair[0]).0;
        }
        shipments += 1;
    }
    let mean = |sum: i64| (shipments > 0).then(|| tidy(sum as f64 / shipments as f64));
    Phases {
        waiting: mean(sums[0]),
        picking: mean(sums[1]),
        packing: mean(sums[2]),
        dock: mean(sums[3]),
        transit: mean(sums[4]),
    }
}

/// Per order, in order: whether all its shipments arrive in time. A shipment that is not scheduled does not.
fn in_time(plan: &Plan) -> Vec<(OrderIdx, bool)> {
    let times = &plan.scheduled.times;
    let mut all: Vec<(OrderIdx, bool)> = Vec::new();
    for (i, &order) in plan.routed.shipments.order.iter().enumerate() {
        let handed_over = times.handed_over.get(i).copied().and_then(reached);
        let on_time = handed_over.is_some() && times.on_time[i];
        match all.last_mut() {
            Some(last) if last.0 == order => last.1 &= on_time,
            _ => all.push((order, on_time)),
        }
    }
    all
}

pub(super) fn on_time_share(plan: &Plan) -> Option<f64> {
    if plan.scheduled.times.is_empty() {
        return None;
    }
    let orders = in_time(plan);
    let on_time = orders.iter().filter(|order| order.1).count();
    share(on_time as u64, orders.len() as u64)
}

pub(super) fn on_time_in_full_share(plan: &Plan, states: &States) -> Option<f64> {
    if plan.scheduled.times.is_empty() {
        return None;
    }
    let accepted = states
        .order
        .iter()
        .filter(|order| matches!(order.state, State::Planned | State::Backordered))
        .count();
    let good = in_time(plan)
        .iter()
        .filter(|&&(order, on_time)| on_time && states.order[order].complete)
        .count();
    share(good as u64, accepted as u64)
}

pub(super) fn cut_offs_made_share(plan: &Plan) -> Option<f64> {
    let times = &plan.scheduled.times;
    let made = (0..times.len())
        .filter(|&i| reached(times.handed_over[i]).is_some() && !times.missed_cutoff[i])
        .count();
    share(made as u64, times.len() as u64)
}

/// Shipments that miss the pick-up they were planned for, and what becomes of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebookingMetrics {
    /// Delivered after the promise, or not within the horizon, by the schedule.
    pub late_shipments: u64,
    /// Go with another pick-up than planned.
    pub rebooked_shipments: u64,
    /// Of these: with another service.
    pub other_service: u64,
    /// Of these: in time all the same.
    pub still_on_time: u64,
    /// What carriers charge more than planned; below zero: less.
    pub cost_cents: i64,
}

pub(super) fn rebooking(plan: &Plan) -> RebookingMetrics {
    let times = &plan.scheduled.times;
    let planned = &plan.shipped.shipments;
    let mut metrics = RebookingMetrics {
        late_shipments: times.on_time.iter().filter(|&&on_time| !on_time).count() as u64,
        ..RebookingMetrics::default()
    };
    for row in plan.scheduled.rebooked.rows() {
        let i = row.shipment.0 as usize;
        metrics.rebooked_shipments += 1;
        metrics.other_service += u64::from(planned.service[i] != row.service);
        metrics.still_on_time += u64::from(times.on_time[i]);
        metrics.cost_cents += (row.price - planned.price[i]).0;
    }
    metrics
}
