//! Every tunable, once: unit, range, default and reason. One section per stage.
//!
//! Read from `--config FILE` (TOML, a table per section) and `--set section.name=value`, later ones win. `docs/params.md` is printed
//! from here by `wavecrest params`; a test fails when it drifts.

mod doc;
mod macros;
mod resolve;
mod value;

pub use doc::{ParamDoc, markdown};
pub(crate) use resolve::edit_distance;
pub use resolve::{from_toml, set};

pub use value::{Consolidation, Explain, TourRule};

use macros::sections;

sections! {
    /// The run as a whole.
    run: Run {
        start: i64 = 0, in 0..=4_102_444_800, "epoch seconds",
            "moment the plan starts at; 0: the latest placed_at of the batch, when the night's last order is in";
        horizon_days: i64 = 28, in 2..=366, "days",
            "working calendar kept ahead; work that does not end within it is reported as not planned";
    }

    /// Which orders may be fulfilled.
    validate: Validate {
        max_line_quantity: i64 = 10_000, in 1..=4_000_000_000, "units",
            "larger lines are typing errors or belong to wholesale freight";
        hold_pending: bool = true, "",
            "orders whose payment is pending wait (true) or are rejected (false)";
    }

    /// Which orders are too risky.
    fraud: Fraud {
        review_score: i64 = 45, in 0..=100, "points",
            "orders at or above it deserve a reviewer's look";
        decline_score: i64 = 80, in 0..=101, "points",
            "orders at or above it are declined without review; 101 never declines";
        review_minutes: i64 = 2_400, in 0..=10_000_000, "minutes",
            "the review team's capacity for this batch: five people for a shift";
        minutes_per_review: i64 = 4, in 1..=600, "minutes",
            "time of one review";
        velocity_window_hours: i64 = 24, in 1..=720, "hours",
            "orders of one card, e-mail or device within it count together";
        velocity_limit: i64 = 3, in 1..=1_000, "orders",
            "more than this many earlier orders of one card, e-mail or device in the window add points";
        high_amount_cents: i64 = 50_000, in 0..=1_000_000_000, "cents",
            "orders above it from new customers add points";
        new_customer_days: i64 = 30, in 0..=3_650, "days",
            "a customer whose first order is younger counts as new";
    }

    /// From where each line ships.
    routing: Routing {
        max_shipments: i64 = 4, in 1..=100, "shipments",
            "more parcels per order annoy customers";
        split_penalty_cents: i64 = 150, in 0..=1_000_000, "cents per further shipment",
            "what a second parcel costs in goodwill and service calls, beyond its freight";
        late_penalty_cents: i64 = 500, in 0..=10_000_000, "cents per shipment and day",
            "what a day after the promise costs";
        backorder_penalty_cents: i64 = 5_000, in 0..=100_000_000, "cents per unit",
            "lost margin and apology for a unit that does not ship; what costs more than this to ship waits, so above any sensible freight";
        lost_order_penalty_cents: i64 = 20_000, in 0..=100_000_000, "cents per order",
            "on top where nothing of an order ships: a customer lost, or freight paid later; above any sensible freight of one shipment";
        priority_percent: i64 = 50, in 0..=10_000, "per cent per level",
            "how much dearer each level of an order's priority makes its backorder and lost-order penalties: scarce stock goes to urgent orders";
        safety_stock_units: i64 = 0, in 0..=4_294_967_295, "units",
            "kept back of every item in every facility, beside inventory.safety_stock: a margin for counting errors and walk-in sales";
        safety_stock_percent: i64 = 0, in 0..=100, "per cent of on_hand, rounded up",
            "kept back likewise, on top of the units";
        stores_ship: bool = true, "",
            "facilities of kind store may ship orders (true), or warehouses alone (false)";
        store_penalty_cents: i64 = 0, in 0..=10_000_000, "cents per shipment from a store",
            "what a store's shipment costs its shop floor: above any difference of freight, stores ship only what no warehouse can";
        load_balance_cents: i64 = 0, in 0..=10_000_000, "cents per unit above the share",
            "what a unit costs that a facility ships beyond its share of the night (the units ordered, parted by capacity): a soft levelling of load; 0: none";
        minimum_load_percent: i64 = 0, in 0..=100, "per cent of capacity_units",
            "units that every facility should ship at least, to keep its shift busy, but no more than are ordered; 0: none";
        minimum_load_penalty_cents: i64 = 1_000, in 0..=10_000_000, "cents per unit short",
            "what a unit costs that a facility ships less than that";
        candidates: i64 = 12, in 1..=1_000, "facilities",
            "cheapest facilities considered per order; the rest only where these cannot serve it";
        explain: Explain = Explain::Decisions, "",
            "what is written about why: none; decisions (a row per order); all (also why each order does not use each other facility)";
        effort: i64 = 1, in 0..=3, "level",
            "how hard to look for a cheaper plan of all orders together: 0 prices and a first plan, 1 chains, 2 integer programmes too, 3 larger ones";
        time_seconds: i64 = 0, in 0..=1_000_000, "seconds",
            "the search for a cheaper plan ends after so long, with the best so far and its bound; 0: when the effort is spent. Another run may then end elsewhere";
    }

    /// Which boxes.
    cartonize: Cartonize {
        wall_mm: i64 = 0, in 0..=50, "millimetres",
            "added on each side of a carton's inner size to get the outer size that carriers measure";
        fill_percent: i64 = 100, in 30..=100, "per cent of volume",
            "the share of a carton that may be filled; the rest is void fill";
    }

    /// Which carrier and service.
    carrier: Carrier {
        lead_time_minutes: i64 = 120, in 0..=10_080, "minutes of shift",
            "from the plan's start to the first parcel that can be ready for a pick-up";
        standard_days: i64 = 5, in 0..=60, "calendar days",
            "promise of the standard service, from the plan's start unless deliver_by says otherwise";
        expedited_days: i64 = 3, in 0..=60, "calendar days", "promise of the expedited service";
        next_day_days: i64 = 2, in 0..=60, "calendar days",
            "promise of the next-day service: picked and handed over on the first day, delivered on the second";
        promise_from_order: bool = false, "",
            "count promises from placed_at (true) instead of the plan's start (false)";
        unknown_transit_days: i64 = 5, in 0..=60, "delivery days",
            "transit of a service where neither its terms nor the zone say; slow, so that no promise rests on a guess";
        delivery_hour: i64 = 20, in 0..=23, "hour of day", "carriers have delivered by then";
    }

    /// Which shipments are released together.
    waves: Waves {
        max_lines: i64 = 1_000, in 1..=1_000_000, "lines",
            "a wave that sorters and pack stations can keep apart";
        max_shipments: i64 = 400, in 1..=1_000_000, "shipments", "places of the put wall or sorter";
        mix_carriers: bool = true, "", "shipments of several carriers may share a wave (they always share a cut-off)";
        consolidation: Consolidation = Consolidation::Cart, "",
            "where the lines of a shipment come together: on one cart; at a put wall, each cart staying in one zone of `slots.zone`; or at a sorter, lines coming in bulk on any cart of the wave (then totes do not limit a cart)";
        cart_shipments: i64 = 16, in 1..=1_000, "totes", "totes on a cart; one shipment each";
        cart_lines: i64 = 60, in 1..=10_000, "lines", "what a picker collects before fatigue and errors rise";
        cart_volume_l: i64 = 640, in 1..=100_000, "litres", "16 totes of 40 litres";
        cart_weight_kg: i64 = 200, in 1..=10_000, "kilograms", "what one person may push";
        search_rounds: i64 = 50, in 0..=100_000, "rounds per shipment",
            "how long carts are improved by taking shipments off and putting them back; 0: as first filled";
        tour: TourRule = TourRule::Shortest, "",
            "the order of picks on a cart: the shortest tour, or a rule that pickers know by heart; `distance_bound_mm` tells what the rule costs";
        pack_buffer_minutes: i64 = 120, in 0..=10_080, "minutes of work",
            "a wave waits while more work than this lies before the pack stations; too little starves them, as nothing comes in before the first cart is back";
        compare_rules: bool = true, "", "plan the night by the rules in use too, and bound it (`wave_rules`); takes about as long as the planning of the waves";
    }

    /// When everything happens.
    schedule: Schedule {
        batch_setup_seconds: i64 = 90, in 0..=86_400, "seconds", "taking a cart, scanning totes, handing over";
        level_seconds: i64 = 2, in 0..=3_600, "seconds per level", "reaching one level higher";
        pick_seconds_per_unit: i64 = 2, in 0..=3_600, "seconds", "each further unit of a line";
    }

    /// What follows.
    aftercare: Aftercare {
        restock_opened: bool = false, "", "opened returns go back to stock (true) or are disposed of (false)";
        refund_shipping_percent: i64 = 0, in 0..=100, "per cent", "of the refund, added for shipping";
        claim_window_days: i64 = 30, in 0..=3_650, "days", "transport claims received later than this before the plan's start are refused";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_in_range() {
        assert_eq!(
            Params::default().validate().err().map(|e| e.to_string()),
            None
        );
    }

    #[test]
    fn set_names_the_parameter_the_value_and_the_range() {
        let mut params = Params::default();
        set(&mut params, "routing.max_shipments=2").unwrap();
        assert_eq!(params.routing.max_shipments, 2);
        let error = set(&mut params, "routing.max_shipments=0").unwrap_err();
        assert!(
            error.to_string().contains("routing.max_shipments"),
            "{error}"
        );
        assert!(error.to_string().contains("1..=100"), "{error}");
        let error = set(&mut params, "routing.max_shipmants=2").unwrap_err();
        assert!(
            error.hint.contains("routing.max_shipments"),
            "{}",
            error.hint
        );
    }

    #[test]
    fn parameters_that_contradict_each_other_are_named() {
        let said = |assignments: &[&str]| {
            let mut params = Params::default();
            assignments
                .iter()
                .for_each(|one| set(&mut params, one).unwrap());
            params.validate().map_err(|e| e.to_string())
        };
        let stores = said(&["routing.stores_ship=false", "routing.store_penalty_cents=5"]);
        assert!(
            stores
                .unwrap_err()
                .contains("routing.store_penalty_cents = 5")
        );
        let scores = said(&["fraud.review_score=90"]);
        assert!(scores.unwrap_err().contains("fraud.review_score = 90"));
        assert_eq!(said(&["fraud.review_score=80"]), Ok(()));
    }

    #[test]
    fn an_unknown_key_of_a_config_file_is_refused() {
        let error = from_toml("[routing]\nmax_shipmants = 2\n", "peak.toml").unwrap_err();
        assert!(error.to_string().contains("max_shipmants"), "{error}");
    }

    #[test]
    fn the_documentation_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/params.md");
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            found == markdown(),
            "docs/params.md drifted; write it anew with `wavecrest params --markdown > docs/params.md`"
        );
    }
}
