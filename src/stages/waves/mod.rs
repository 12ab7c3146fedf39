//! Which shipments are released together, in which cart, in which walking order?
//!
//! Facility by facility:
//!
//! 1. `slots` finds a slot for every line, shipment by shipment;
//! 2. `wave` cuts the shipments of each carrier pick-up into waves, by priority and place;
//! 3. `solve::batch` shares the shipments of a wave among carts, whole or in `parts` (`waves.consolidation`);
//! 4. `slots` chooses again, cart by cart; `walk` finds the shortest tour of each cart and its labour;
//! 5. `release` puts the waves in order, those that can make their pick-up first, and gives each its time;
//! 6. where somebody is late, `triage` chooses who makes the pick-up, shipment by shipment, and 2 to 5 are done again.
//!
//! `rules` plans the same night by the rules in use, `bounds` says what no plan undercuts.
//!
//! Each nested problem is NP-hard except the walk; what is proven is the walk (`distance_bound`). Facilities are planned in
//! parallel. For n shipments of a facility: O(n × pool) estimates and O(n × rounds) tours, a pool being at most
//! [`POOL`](crate::solve::batch::POOL) shipments; memory O(lines + slots).
//!
//! A shipment is in no wave, with a reason, where the facility has no pickers, pack stations or shifts, or where its wave would not
//! end within the horizon. Units that the slots of a facility do not hold are picked from no slot. Geometry is used where a
//! layout is given and holds every slot of the facility; otherwise distances are 0.

mod bounds;
mod carts;
mod check;
mod instance;
mod parts;
mod release;
mod rules;
mod run;
mod slots;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod triage;
mod walk;
mod wave;

use crate::error::Result;
use crate::model::Batch;
use crate::model::calendar::Calendar;
use crate::model::plan::{Cartonized, Routed, Shipped, Waved};
use crate::stage::{Ctx, Stage, Violation};

const NAME: &str = "waves";

/// What the stage reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub batch: &'a Batch,
    pub calendar: &'a Calendar,
    pub routed: &'a Routed,
    pub cartonized: &'a Cartonized,
    pub shipped: &'a Shipped,
}

/// The stage.
pub struct WavePlanning;

impl Stage for WavePlanning {
    const NAME: &'static str = NAME;
    type In<'a> = Input<'a>;
    type Out = Waved;

    fn run(input: Input<'_>, ctx: &Ctx) -> Result<Waved> {
        run::run(input, ctx)
    }

    fn check(input: Input<'_>, out: &Waved, ctx: &Ctx) -> Vec<Violation> {
        check::check(input, out, ctx)
    }

    fn rows(input: Input<'_>) -> u64 {
        input.routed.shipments.len() as u64
    }
}
