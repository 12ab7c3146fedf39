//! What follows: stock after, invoices, status changes, customer notifications, returns and claims.
//!
//! Nothing here is a choice: each table follows from what the stages before decided and from the rules in its file.
//! Returned goods that go back to stock are counted in the stock *after* the run: routing has promised from the stock before, so
//! what came back tonight can be promised from the next run on, when it lies on its shelf.
//!
//! A shipment that the schedule could not finish within the horizon has [`Timestamp::MAX`] for the times that are not known. It
//! has no such events, is not invoiced, and its customer is told that it is delayed.
//!
//! O(n log n) in stock cells, otherwise linear; parallel over orders where there is text to write.

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::csr::Csr;
use crate::model::ids::{Idx, OrderIdx, ShipmentIdx};
use crate::model::plan;
use crate::model::plan::{Events, FraudOut, Notifications, Routed, Scheduled, Shipped, Validated};
use crate::model::units::{Cents, Timestamp};
use crate::stage::{Ctx, Stage, Violation};

mod check;
mod claims;
mod events;
mod inventory;
mod invoices;
mod notifications;
mod returns;
mod settled;
#[cfg(test)]
mod tests;

/// Orders per block of parallel work.
const BLOCK: usize = 8_192;
/// Blocks per round.
const ROUND: usize = 16;

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub validated: &'a Validated,
    pub fraud: &'a FraudOut,
    pub routed: &'a Routed,
    pub shipped: &'a Shipped,
    pub scheduled: &'a Scheduled,
}

/// The stage.
pub struct Aftercare;

impl Stage for Aftercare {
    const NAME: &'static str = "aftercare";
    type In<'a> = Input<'a>;
    type Out = plan::Aftercare;

    fn run(input: Input<'_>, ctx: &Ctx) -> Result<plan::Aftercare> {
        let night = Night::new(input)?;
        let mut out = plan::Aftercare {
            invoices: invoices::invoices(&night)?,
            ..plan::Aftercare::default()
        };
        in_blocks(
            &night,
            ctx,
            |order, rows: &mut Events| events::of_order(&night, order, rows),
            |block| out.events.append(block),
        )?;
        in_blocks(
            &night,
            ctx,
            |order, rows: &mut Notifications| notifications::of_order(&night, order, rows),
            |block| out.notifications.append(block),
        )?;
        ctx.interrupted()?;
        let mut stock = inventory::Stocktake::new(input.batch, input.routed)?;
        let mut settled = settled::Settled::default();
        let params = ctx.params;
        returns::process(input.batch, params, &mut stock, &mut settled, &mut out);
        let start = input.calendar.start;
        claims::process(input.batch, params, start, &mut settled, &mut out);
        out.inventory = stock.rows();
        ctx.reporter.advance(input.batch.orders.len() as u64);
        Ok(out)
    }

    fn check(input: Input<'_>, out: &plan::Aftercare, ctx: &Ctx) -> Vec<Violation> {
        check::check(input, out, ctx.params)
    }

    fn rows(input: Input<'_>) -> u64 {
        input.batch.orders.len() as u64
    }
}

/// The night's decisions, with the rows of each order at hand.
struct Night<'a> {
    input: Input<'a>,
    shipments: Csr<OrderIdx, ShipmentIdx>,
    /// Positions in `routed.backorders`.
    backorders: Csr<OrderIdx, u32>,
    /// Positions in `batch.unread_lines` of rows that the order misses.
    missed: Csr<OrderIdx, u32>,
}

impl<'a> Night<'a> {
    fn new(input: Input<'a>) -> Result<Night<'a>> {
        let (batch, routed) = (input.batch, input.routed);
        let counts = [
            input.shipped.shipments.len(),
            input.scheduled.times.len(),
            routed.first_allocation.len().saturating_sub(1),
        ];
        if counts != [routed.shipments.len(); 3] {
            return Err(Error::internal(format!(
                "aftercare: {} shipments are routed, but {counts:?} shipped, scheduled, allocated",
                routed.shipments.len()
            )));
        }
        let orders = routed.shipments.order.iter().enumerate();
        let shipments: Vec<_> = orders
            .map(|(i, &order)| (order, ShipmentIdx::from_usize(i)))
            .collect();
        let lines = routed.backorders.line.iter().enumerate();
        let backorders: Vec<_> = lines
            .map(|(i, &line)| (batch.lines.order[line], i as u32))
            .collect();
        let missed: Vec<_> = batch.unread_lines.missed().collect();
        Ok(Night {
            input,
            shipments: Csr::from_pairs(batch.orders.len(), &shipments),
            backorders: Csr::from_pairs(batch.orders.len(), &backorders),
            missed: Csr::from_pairs(batch.orders.len(), &missed),
        })
    }

    fn start(&self) -> Timestamp {
        self.input.calendar.start
    }

    /// Units in a shipment.
    fn units(&self, shipment: ShipmentIdx) -> u64 {
        let rows = self.input.routed.allocations_of(shipment);
        let quantities = &self.input.routed.allocations.quantity[rows];
        quantities.iter().map(|&units| u64::from(units)).sum()
    }

    /// Goods value of a shipment in cents.
    fn goods(&self, shipment: ShipmentIdx) -> i128 {
        let (lines, allocations) = (&self.input.batch.lines, &self.input.routed.allocations);
        let rows = self.input.routed.allocations_of(shipment);
        rows.map(|row| {
            let price: Cents = lines.unit_price[allocations.line[row]];
            i128::from(allocations.quantity[row]) * i128::from(price.0)
        })
        .sum()
    }
}

/// A scheduled moment; `None` where the schedule does not know it.
fn known(at: Timestamp) -> Option<Timestamp> {
    (at != Timestamp::MAX).then_some(at)
}

/// Lets `write` add the rows of every order, block by block in parallel, and hands the blocks over in order, a round at a time, so
/// that only a round of them is in memory twice.
fn in_blocks<T: Default + Send>(
    night: &Night,
    ctx: &Ctx,
    write: impl Fn(OrderIdx, &mut T) + Sync,
    mut append: impl FnMut(T),
) -> Result<()> {
    let orders = night.input.batch.orders.len();
    let starts: Vec<usize> = (0..orders).step_by(BLOCK).collect();
    for round in starts.chunks(ROUND) {
        ctx.interrupted()?;
        let blocks: Vec<T> = round
            .par_iter()
            .map(|&start| {
                let mut rows = T::default();
                for order in start..(start + BLOCK).min(orders) {
                    write(OrderIdx::from_usize(order), &mut rows);
                }
                rows
            })
            .collect();
        blocks.into_iter().for_each(&mut append);
    }
    Ok(())
}
