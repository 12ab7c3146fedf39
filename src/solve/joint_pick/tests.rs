//! Plans judged by [`Instance::check`], which knows the definition only, and by trying everything.

use proptest::prelude::*;
use rand::RngExt;

use super::*;
use crate::solve::rng::stream;

/// Orders of one article up to `most_articles`, four places for each of five articles in two zones.
fn random(seed: u64, orders: usize, goal: usize, most_articles: usize) -> Instance {
    let mut rng = stream(seed, "joint-pick-test", 0);
    let mut item = |at: u32| Item {
        article: at % 5,
        zone: (at / 10) as u16,
        row: rng.random_range(-9..=9),
        aisle: rng.random_range(-9..=9),
    };
    let items = (0..20).map(&mut item).collect();
    let mut order = |_| {
        let count = rng.random_range(1..=most_articles);
        (0..count).map(|_| rng.random_range(0..5u32)).collect()
    };
    let orders: Vec<Vec<u32>> = (0..orders).map(&mut order).collect();
    let rules = Rules {
        goal,
        most_orders: 2,
        most_volume: 5,
        ends: [10, 10],
    };
    Instance::new(items, vec![1, 2, 1, 3, 2], &orders, rules)
}

fn search(
    instance: &Instance,
    steps: u64,
    seed: u64,
) -> Option<crate::solve::outcome::Outcome<Plan>> {
    plan(instance, &Effort { steps, seed }, &mut || 0.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn plans_are_feasible_and_not_below_the_bound(seed in any::<u64>(), orders in 3usize..12, goal in 1usize..6) {
        let instance = random(seed, orders, goal, 2);
        if let Some(found) = search(&instance, 300, seed) {
            prop_assert_eq!(instance.check(&found.solution), Ok(found.value));
            prop_assert!(found.bound <= found.value);
        }
    }

    /// With a goal of one item, and orders of one article, the best plan is the nearest item that anybody wants.
    #[test]
    fn one_item_is_picked_where_it_is_nearest(seed in any::<u64>(), orders in 1usize..6) {
        let instance = random(seed, orders, 1, 1);
        let wanted = (0..orders as u32).flat_map(|order| instance.order(order));
        let items = wanted.flat_map(|&article| instance.of_article(article));
        let best = items.map(|&item| instance.check_list(&[item]).unwrap()).min();
        prop_assert_eq!(search(&instance, 500, seed).map(|found| found.value), best);
    }
}

#[test]
fn the_same_seed_gives_the_same_plan() {
    let instance = random(3, 12, 8, 2);
    let found = search(&instance, 500, 1);
    assert!(found.is_some());
    assert_eq!(found, search(&instance, 500, 1));
}

#[test]
fn a_goal_beyond_the_stock_has_no_plan() {
    assert!(search(&random(1, 12, 21, 2), 10, 1).is_none());
    assert!(
        search(&random(1, 1, 9, 2), 10, 1).is_none(),
        "or beyond the orders"
    );
}

#[test]
fn the_check_can_fail() {
    let instance = random(3, 12, 6, 2);
    let good = search(&instance, 300, 1).unwrap().solution;
    let fails = |change: &dyn Fn(&mut Plan)| {
        let mut plan = good.clone();
        change(&mut plan);
        instance.check(&plan).unwrap_err()
    };
    assert!(fails(&|plan| plan.batches.clear()).contains("wanted"));
    assert!(fails(&|plan| plan.batches.push(plan.batches[0].clone())).contains("twice"));
    assert!(fails(&|plan| plan.batches[0].lists[0].clear()).contains("differ"));
    assert!(
        fails(&|plan| plan.batches[0].orders.extend([90, 91, 92])).contains("orders in a batch")
    );
}
