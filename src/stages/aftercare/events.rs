//! Status changes of orders: what the plan decided at its start, and what happens to each shipment at its scheduled time.
//!
//! At the start every order is accepted, held or rejected; an accepted one of which units wait is backordered too. A shipment is
//! released, picked, packed, handed over, delivered. Rows of an order stand by (time, status, shipment).

use crate::model::ids::{Idx, OrderIdx};
use crate::model::plan::{Event, EventStatus, Events, Verdict};

use super::{Night, known};

pub(super) fn of_order(night: &Night, order: OrderIdx, events: &mut Events) {
    let status = match night.input.fraud.verdict[order] {
        Verdict::Accepted => EventStatus::Accepted,
        Verdict::Held(_) => EventStatus::Held,
        Verdict::Rejected(_) => EventStatus::Rejected,
    };
    let mut rows = vec![(night.start(), status, None)];
    if !night.backorders.row(order).is_empty() {
        rows.push((night.start(), EventStatus::Backordered, None));
    }
    let times = &night.input.scheduled.times;
    for &shipment in night.shipments.row(order) {
        let i = shipment.index();
        let moments = [
            (times.released[i], EventStatus::Released),
            (times.picked[i], EventStatus::Picked),
            (times.packed[i], EventStatus::Packed),
            (times.handed_over[i], EventStatus::HandedOver),
            (times.delivered[i], EventStatus::Delivered),
        ];
        let known = moments
            .into_iter()
            .filter(|moment| known(moment.0).is_some());
        rows.extend(known.map(|(at, status)| (at, status, Some(shipment))));
    }
    rows.sort_unstable();
    for (at, status, shipment) in rows {
        events.push(Event {
            order,
            shipment,
            at,
            status,
        });
    }
}
