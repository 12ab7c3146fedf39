//! Against brute force, on small random instances: the fill, the packings, the whole search and its bound.

use proptest::prelude::*;
use rand::RngExt;

use super::exact::{self, Choice};
use super::fill::Fill;
use super::index::Index;
use super::realize;
use super::*;
use crate::solve::outcome::Status;
use crate::solve::rng;

/// Up to 9 orders and 6 groups, few items, so that they compete; `lines` at most of an order.
fn random(seed: u64, lines: usize) -> Instance {
    let mut rng = rng::stream(seed, "select-test", 0);
    let items = rng.random_range(1..7u32);
    let mut bags = |count: usize, lines: usize, most: u32| {
        let mut bags = Bags::default();
        for _ in 0..count {
            let lines = rng.random_range(0..=lines);
            let line = |_| (rng.random_range(0..items), rng.random_range(0..=most));
            bags.push((0..lines).map(line).collect::<Vec<_>>());
        }
        bags
    };
    let orders = bags(1 + seed as usize % 9, lines, 3);
    let groups = bags(1 + seed as usize / 9 % 6, 4, 5);
    let least = rng.random_range(0..6);
    Instance {
        items: items as usize,
        orders,
        groups,
        least,
        most: least + rng.random_range(1..12),
    }
}

/// Most units that these groups serve within the bounds, of all subsets of orders; `None` where no subset has enough.
fn most_units(instance: &Instance, groups: &[u32]) -> Option<u64> {
    let orders = 0..instance.orders.len() as u32;
    let wave = |set: u32| {
        let orders: Vec<u32> = orders
            .clone()
            .filter(|order| set >> order & 1 == 1)
            .collect();
        let units = orders
            .iter()
            .map(|&order| instance.orders.units(order as usize))
            .sum();
        Wave {
            orders,
            groups: groups.to_vec(),
            units,
        }
    };
    let waves = (0..1u32 << instance.orders.len()).map(wave);
    waves
        .filter(|wave| instance.check(wave).is_ok())
        .map(|wave| wave.units)
        .max()
}

fn subsets(instance: &Instance) -> impl Iterator<Item = Vec<u32>> {
    let groups = instance.groups.len() as u32;
    (1..1u32 << groups).map(move |set| (0..groups).filter(|group| set >> group & 1 == 1).collect())
}

fn best_ratio(instance: &Instance) -> Option<f64> {
    let ratio =
        |groups: Vec<u32>| Some(most_units(instance, &groups)? as f64 / groups.len() as f64);
    subsets(instance).filter_map(ratio).max_by(f64::total_cmp)
}

fn quick(seed: u64) -> Effort {
    Effort {
        rounds: 2,
        moves: 500,
        bound_steps: 40,
        seed,
        ..Effort::default()
    }
}

fn solve(instance: &Instance, seed: u64) -> Option<crate::solve::outcome::Outcome<Wave, f64>> {
    select(instance, &quick(seed), &|| f64::INFINITY, &mut |_| ())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A set reached by any way of additions and removals is the set built at once, and never promises too much.
    #[test]
    fn the_fill_forgets_its_way(seed in any::<u64>(), way in prop::collection::vec(any::<u32>(), 0..40)) {
        let instance = random(seed, 3);
        let index = Index::new(&instance);
        let mut fill = Fill::new(&index);
        for step in way {
            let group = step % instance.groups.len() as u32;
            if fill.contains(group) { fill.remove(group) } else { fill.add(group) }
        }
        let mut fresh = Fill::new(&index);
        let groups = fill.groups().to_vec();
        fresh.set(&groups);
        prop_assert_eq!((fill.units(), fill.bound()), (fresh.units(), fresh.bound()));
        prop_assert!(fill.units() <= fill.bound());
        let free = Instance { least: 0, ..instance.clone() };
        if let Some(most) = most_units(&free, &{ let mut g = groups.clone(); g.sort_unstable(); g }) {
            prop_assert!(most <= fill.bound());
        }
    }

    /// Single-line orders: without a limit on units the table is the best packing.
    #[test]
    fn single_lines_are_packed_best(seed in any::<u64>()) {
        let instance = Instance { least: 0, most: 1_000, ..random(seed, 1) };
        let index = Index::new(&instance);
        let mut fill = Fill::new(&index);
        for groups in subsets(&instance) {
            fill.set(&groups);
            prop_assert_eq!(Some(fill.units()), most_units(&instance, &groups));
            let wave = realize::wave(&instance, &index, &mut fill);
            prop_assert_eq!((instance.check(&wave), wave.units), (Ok(()), fill.units()));
        }
    }

    /// Whatever the bounds, no wave of a set has too many units or too little stock.
    #[test]
    fn waves_keep_stock_and_most_units(seed in any::<u64>()) {
        let instance = Instance { least: 0, ..random(seed, 3) };
        let index = Index::new(&instance);
        let mut fill = Fill::new(&index);
        for groups in subsets(&instance) {
            fill.set(&groups);
            let wave = realize::wave(&instance, &index, &mut fill);
            prop_assert_eq!(instance.check(&wave), Ok(()));
        }
    }

    /// A wave of the search is one, lies below its bound, and the bound above every wave.
    #[test]
    fn waves_are_feasible_and_the_bound_holds(seed in any::<u64>()) {
        let instance = random(seed, 3);
        let best = best_ratio(&instance);
        if let Some(found) = solve(&instance, seed) {
            prop_assert_eq!(instance.check(&found.solution), Ok(()));
            prop_assert_eq!(found.value, found.solution.ratio());
            let best = best.expect("a wave was found");
            prop_assert!(found.value <= best + 1e-9 && best <= found.bound + 1e-9);
            prop_assert!(found.status != Status::Optimal || found.value >= best - 1e-9);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The integer programme packs a set best.
    #[test]
    fn repacking_equals_brute_force(seed in any::<u64>()) {
        let instance = random(seed, 3);
        let index = Index::new(&instance);
        let groups: Vec<u32> = (0..instance.groups.len() as u32).collect();
        let choice = Choice { fixed: &groups, free: &[], lambda: 0.0, nodes: 1_000, seconds: None };
        let found = exact::best(&index, &choice, &Wave::default());
        prop_assert_eq!(found.map(|wave| wave.units), most_units(&instance, &groups));
    }

    /// With all groups free and the best ratio as price, no wave is better.
    #[test]
    fn the_choice_of_groups_equals_brute_force(seed in any::<u64>()) {
        let instance = random(seed, 3);
        let Some(ratio) = best_ratio(&instance).filter(|&ratio| ratio > 0.0) else { return Ok(()) };
        let index = Index::new(&instance);
        let groups: Vec<u32> = (0..instance.groups.len() as u32).collect();
        let choice = Choice { fixed: &[], free: &groups, lambda: 0.999 * ratio, nodes: 1_000, seconds: None };
        let found = exact::best(&index, &choice, &Wave::default()).expect("there is a wave");
        prop_assert_eq!(instance.check(&found), Ok(()));
        prop_assert!(found.units as f64 >= 0.999 * ratio * found.groups.len() as f64 - 1e-6);
    }
}

/// On small instances the search nearly always ends at the optimum.
#[test]
fn small_instances_are_solved() {
    let (mut solved, mut of) = (0, 0);
    for seed in 0..200 {
        let instance = random(seed, 3);
        let Some(best) = best_ratio(&instance).filter(|&best| best > 0.0) else {
            continue;
        };
        of += 1;
        solved +=
            usize::from(solve(&instance, seed).is_some_and(|found| found.value >= best - 1e-9));
    }
    assert!(of > 100 && solved * 100 >= of * 97, "{solved} of {of}");
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let instance = random(53, 3);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| solve(&instance, 3))
    };
    let one = on(1);
    assert!(one.is_some());
    assert_eq!(one, on(3));
}

#[test]
fn nothing_to_choose_is_no_wave() {
    assert!(solve(&Instance::default(), 1).is_none());
    let mut unstocked = Instance {
        items: 1,
        most: 9,
        least: 1,
        ..Instance::default()
    };
    unstocked.orders.push([(0, 3)]);
    unstocked.groups.push([]);
    assert!(solve(&unstocked, 1).is_none());
}

#[test]
fn the_check_can_fail() {
    let mut instance = Instance {
        items: 2,
        most: 5,
        least: 1,
        ..Instance::default()
    };
    instance.orders.push([(0, 2), (1, 1), (0, 1)]);
    instance.groups.push([(0, 3), (1, 1), (1, 0)]);
    instance.groups.push([(0, 9)]);
    let wave = Wave {
        orders: vec![0],
        groups: vec![0],
        units: 4,
    };
    assert_eq!(instance.check(&wave), Ok(()));
    let faults = [
        (
            Wave {
                groups: vec![],
                ..wave.clone()
            },
            Fault::Index,
        ),
        (
            Wave {
                groups: vec![2],
                ..wave.clone()
            },
            Fault::Index,
        ),
        (
            Wave {
                orders: vec![0, 0],
                ..wave.clone()
            },
            Fault::Index,
        ),
        (
            Wave {
                groups: vec![1],
                ..wave.clone()
            },
            Fault::Short { item: 1 },
        ),
        (
            Wave {
                units: 5,
                ..wave.clone()
            },
            Fault::Units { counted: 4 },
        ),
        (
            Wave {
                orders: vec![],
                units: 0,
                ..wave.clone()
            },
            Fault::Units { counted: 0 },
        ),
    ];
    for (wave, fault) in faults {
        assert_eq!(instance.check(&wave), Err(fault));
    }
}
