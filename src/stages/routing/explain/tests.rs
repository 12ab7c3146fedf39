//! Explanations of small worlds whose right answer is known by hand.
//!
//! Cups weigh 400 g. Two of them: 400 cents of freight up to 1 kg, 30 per carton; handling 70 at `near`, 100 at `far`. So 500 and 530.

use crate::model::explain::Unused;
use crate::model::ids::{FacilityIdx, ItemIdx};
use crate::model::units::Cents;
use crate::params::Explain;
use crate::stages::routing::tests::Case;
use crate::testing::World;

fn two_sites(near_cups: u32) -> (World, [FacilityIdx; 2], ItemIdx) {
    let mut world = World::new();
    let near = world.facility("near");
    let far = world.facility("far");
    world.batch.facilities[far].handling_per_order = Cents(80);
    let cup = world.item("CUP", [100, 100, 100], 400);
    world.carton("box", [400, 300, 300]);
    world.stock(near, cup, near_cups);
    world.stock(far, cup, 10);
    (world, [near, far], cup)
}

#[test]
fn an_order_without_rivals_gets_its_cheapest_and_the_other_site_is_the_runner_up() {
    let (mut world, [near, far], cup) = two_sites(3);
    world.order("A", &[(cup, 2)]);
    let why = Case::new(world).audited().explained;
    let row = why.decisions.get(0);
    assert_eq!(why.way(row.chosen), [(near, 2)]);
    assert_eq!((row.shipped, row.waiting), (2, 0));
    assert_eq!(
        (row.freight, row.cartons, row.handling),
        (Cents(400), Cents(30), Cents(70))
    );
    assert_eq!(row.cost(), Cents(500));
    assert_eq!(row.runner_up.map(|way| why.way(way)), Some(&[(far, 2)][..]));
    assert_eq!(row.runner_up_cost, Some(Cents(530)));
    assert_eq!((row.cheapest, row.cheapest_cost), (row.chosen, Cents(500)));
    assert_eq!(row.scarcity, Cents::ZERO);
}

#[test]
fn who_takes_scarce_goods_sees_what_they_are_worth_to_the_other() {
    let (mut world, [near, far], cup) = two_sites(2);
    world.order("A", &[(cup, 2)]);
    world.order("B", &[(cup, 2)]);
    let why = Case::new(world).audited().explained;
    let (lucky, other) = match why.way(why.decisions.chosen[0])[0].0 == near {
        true => (why.decisions.get(0), why.decisions.get(1)),
        false => (why.decisions.get(1), why.decisions.get(0)),
    };
    assert_eq!(why.way(other.chosen), [(far, 2)]);
    assert_eq!(other.cost(), Cents(530));
    assert_eq!(why.way(other.cheapest), [(near, 2)]);
    assert_eq!(other.cheapest_cost, Cents(500));
    assert_eq!(other.runner_up, None, "near has nothing left");
    assert_eq!(lucky.runner_up_cost, Some(Cents(530)));
    // The other would pay 30 for both.
    assert_eq!(lucky.scarcity, Cents(30));
    assert_eq!(other.scarcity, Cents::ZERO);
}

#[test]
fn a_split_names_the_sites_by_units_and_what_waits_is_charged() {
    let (mut world, [near, far], cup) = two_sites(1);
    world.order("A", &[(cup, 13)]);
    let mut case = Case::new(world);
    case.params.routing.lost_order_penalty_cents = 700;
    let why = case.audited().explained;
    let row = why.decisions.get(0);
    assert_eq!(why.way(row.chosen), [(far, 10), (near, 1)]);
    assert_eq!((row.shipped, row.waiting), (11, 2));
    assert_eq!(row.split_penalty, Cents(150));
    assert_eq!(row.backorder_penalty, Cents(2_400));
    assert_eq!(row.lost_penalty, Cents::ZERO);
    // Without near: ten from far. Without far: one from near, and twelve wait.
    assert_eq!(
        row.runner_up.map(|way| why.way(way)),
        Some(&[(far, 10)][..])
    );
}

#[test]
fn an_order_of_which_nothing_ships_has_no_runner_up() {
    let (mut world, _, _) = two_sites(1);
    let pot = world.item("POT", [200, 200, 200], 900);
    world.order("A", &[(pot, 1)]);
    let mut case = Case::new(world);
    case.params.routing.lost_order_penalty_cents = 700;
    let why = case.audited().explained;
    let row = why.decisions.get(0);
    assert!(why.way(row.chosen).is_empty() && row.runner_up.is_none());
    assert_eq!(
        (row.backorder_penalty, row.lost_penalty),
        (Cents(1_200), Cents(700))
    );
    assert_eq!(row.cost(), Cents(1_900));
}

#[test]
fn every_other_facility_has_its_reason() {
    // One cup each at most; two orders. `taken` loses its cup to the first, `full` may pick nothing, `pots` has none.
    let mut world = World::new();
    let sites = ["taken", "full", "pots", "picky", "open", "dear"].map(|id| world.facility(id));
    let [taken, full, pots, picky, open, dear] = sites;
    let cup = world.item("CUP", [100, 100, 100], 400);
    let pot = world.item("POT", [200, 200, 200], 900);
    world.batch.items.hazmat[cup] = true;
    world.batch.facilities[picky].hazmat = false;
    world.batch.facilities[full].capacity_units = 0;
    world.batch.facilities[open].handling_per_order = Cents(60);
    world.batch.facilities[dear].handling_per_order = Cents(90);
    for site in [taken, full, picky, open, dear] {
        world.stock(site, cup, if site == taken { 1 } else { 2 });
    }
    world.stock(pots, pot, 5);
    world.order("A", &[(cup, 1)]);
    world.order("B", &[(cup, 1)]);
    let mut case = Case::new(world);
    case.params.routing.explain = Explain::All;
    let why = case.audited().explained;
    let at = |site: FacilityIdx, row: usize| why.unused[row * 6 + site.0 as usize];
    let rows = [0, 1];
    let other = rows
        .into_iter()
        .find(|&row| why.way(why.decisions.chosen[row]) == [(open, 1)]);
    let other = other.expect("one of them goes to the second cheapest");
    let named = sites.map(|site| Unused::of(at(site, other)).map(Unused::name));
    let expected = [
        Some("stock_taken"),
        Some("capacity"),
        Some("no_stock"),
        Some("rule"),
        None,
        Some("cost"),
    ];
    assert_eq!(named, expected);
}

#[test]
fn nothing_is_written_where_nothing_is_asked() {
    let (mut world, _, cup) = two_sites(3);
    world.order("A", &[(cup, 2)]);
    let mut case = Case::new(world);
    case.params.routing.explain = Explain::None;
    assert!(case.audited().explained.decisions.is_empty());
}
