//! The solver beside the optimum of the full pattern model, and plans checked by hand.

use std::sync::Arc;

use super::oracle;
use super::rng::Draws;
use super::*;

/// An order in plain numbers.
struct Wish {
    quantities: Vec<u32>,
    terms: Terms,
    /// Site tags that offer something, with the stock of each line and the price of each state.
    offers: Vec<(Site, Vec<Resource>, Vec<i32>)>,
    shape: Arc<Shape>,
}

/// What a random problem is drawn from.
#[derive(Clone, Copy)]
struct World {
    orders: usize,
    sites: usize,
    items: usize,
    /// Lines of an order, and units of a line, at most.
    lines: usize,
    units: usize,
    /// Stock, and capacity (none: not limited), as hundredths of the demand.
    stock: usize,
    capacity: Option<usize>,
    /// Whether use off a mark costs something, where capacity is limited.
    balanced: bool,
}

const WORLD: World = World {
    orders: 12,
    sites: 4,
    items: 5,
    lines: 3,
    units: 2,
    stock: 90,
    capacity: None,
    balanced: false,
};

fn with_supply(supply: &[i64]) -> Problem {
    let mut problem = Problem::default();
    problem.supply.extend_from_slice(supply);
    problem
}

/// The problem, and the same in plain numbers by order.
fn random(world: World, seed: u64) -> (Problem, Vec<Wish>) {
    let mut draws = Draws::new(seed);
    let mut problem = Problem::default();
    let demand = world.orders * (world.lines + 1) / 2 * (world.units + 1) / 2;
    for _ in 0..world.items * world.sites {
        let mean = demand * world.stock / 100 / (world.items * world.sites);
        let units = draws.below(2 * mean + 2);
        problem.supply.push(units as i64);
    }
    let capacity: Vec<Resource> = (0..world.sites)
        .map(|_| match world.capacity {
            None => NONE,
            Some(percent) => {
                let mean = demand * percent / 100 / world.sites;
                problem
                    .supply
                    .push((mean / 2 + draws.below(mean + 1)) as i64);
                problem.supply.len() as Resource - 1
            }
        })
        .collect();
    // Where capacity is limited, so are the parts of every other site.
    let gates: Vec<Resource> = (0..world.sites)
        .map(|site| match world.capacity {
            Some(percent) if site % 2 == 1 => {
                let parts = 1 + world.orders * percent / 100 / world.sites;
                problem.supply.push(parts as i64);
                problem.supply.len() as Resource - 1
            }
            _ => NONE,
        })
        .collect();
    let limited = capacity.iter().filter(|&&capacity| capacity != NONE);
    for &resource in limited.filter(|_| world.balanced) {
        problem.balances.push(Balance {
            resource,
            mark: problem.supply[resource as usize] * (20 + draws.below(60) as i64) / 100,
            under: draws.below(150) as i64,
            over: draws.below(150) as i64,
        });
    }
    let limits: Vec<(Resource, Resource)> = capacity.into_iter().zip(gates).collect();
    let mut shapes = Shapes::default();
    let mut wishes = Vec::new();
    while wishes.len() < world.orders {
        let wish = wish(world, &limits, &mut shapes, &mut draws);
        let offers = wish
            .offers
            .iter()
            .map(|offer| (offer.0, &offer.1[..], &offer.2[..]));
        let class = problem.add_class(wish.shape.clone(), wish.terms, offers);
        problem.class_of.push(class);
        wishes.push(wish);
    }
    (problem, wishes)
}

fn wish(
    world: World,
    limits: &[(Resource, Resource)],
    shapes: &mut Shapes,
    draws: &mut Draws,
) -> Wish {
    let lines = 1 + draws.below(world.lines);
    let quantities: Vec<u32> = (0..lines)
        .map(|_| 1 + draws.below(world.units) as u32)
        .collect();
    let mut items: Vec<usize> = (0..world.items).collect();
    let items: Vec<usize> = (0..lines)
        .map(|_| items.swap_remove(draws.below(items.len())))
        .collect();
    let shape = shapes.of(&quantities).expect("few states");
    let terms = Terms {
        split: draws.below(80) as i64,
        unserved: 300 + draws.below(900) as i64,
        lost: 0,
        complete: draws.below(4) == 0,
        most_parts: 1 + draws.below(3) as u16,
    };
    let mut offers = Vec::new();
    for (site, &(capacity, gate)) in limits.iter().enumerate() {
        let cells: Vec<Resource> = items
            .iter()
            .map(|&item| (item * world.sites + site) as Resource)
            .collect();
        let (fixed, unit) = (100 + draws.below(400), 20 + draws.below(150));
        let price = |state: usize| {
            // Neither linear nor monotone, and not everything is offered.
            if state == 0 || draws.below(8) == 0 {
                NO_OFFER
            } else {
                (fixed + unit * shape.total(state) as usize + draws.below(60)) as i32
            }
        };
        let prices = (0..shape.states()).map(price).collect();
        let site = Site {
            tag: site as u32,
            capacity,
            weight: if capacity == NONE {
                0
            } else {
                1 + site as u32 % 2
            },
            gate,
        };
        offers.push((site, cells, prices));
    }
    Wish {
        quantities,
        terms,
        offers,
        shape,
    }
}

/// Cost of the parts of every order, reckoned from plain numbers; panics where a rule or a limit is broken.
fn reckon(problem: &Problem, wishes: &[Wish], parts: &[Parts]) -> i64 {
    let supply = &problem.supply;
    assert_eq!(wishes.len(), parts.len());
    let mut left = supply.to_vec();
    let mut cost = 0;
    for (wish, parts) in wishes.iter().zip(parts) {
        let mut open: Vec<i64> = wish.quantities.iter().map(|&q| i64::from(q)).collect();
        let mut tags: Vec<u32> = Vec::new();
        for &(site, state) in parts {
            let (site, cells, prices) = &wish.offers[usize::from(site)];
            // The state in mixed radix, taken apart here again.
            let (mut rest, mut shipped) = (usize::from(state), 0);
            for (line, &quantity) in wish.quantities.iter().enumerate() {
                let units = (rest % (quantity as usize + 1)) as i64;
                rest /= quantity as usize + 1;
                open[line] -= units;
                shipped += units;
                if cells[line] != NONE {
                    left[cells[line] as usize] -= units;
                }
            }
            if site.capacity != NONE {
                left[site.capacity as usize] -= shipped * i64::from(site.weight);
            }
            if site.gate != NONE {
                left[site.gate as usize] -= 1;
            }
            let price = prices[usize::from(state)];
            assert!(
                shipped > 0 && rest == 0 && price != NO_OFFER,
                "a part that is not offered"
            );
            assert!(!tags.contains(&site.tag), "two parts from one site");
            tags.push(site.tag);
            cost += i64::from(price);
        }
        let terms = wish.terms;
        let missing: i64 = open.iter().sum();
        assert!(open.iter().all(|&open| open >= 0), "more than is wanted");
        assert!(parts.len() <= usize::from(terms.most_parts));
        assert!(
            !terms.complete || parts.is_empty() || missing == 0,
            "incomplete"
        );
        cost += terms.split * (parts.len() as i64 - 1).max(0) + terms.unserved * missing;
    }
    assert!(left.iter().all(|&left| left >= 0), "overdrawn: {left:?}");
    for balance in &problem.balances {
        let at = balance.resource as usize;
        let used = supply[at] - left[at];
        cost += balance.under * (balance.mark - used).max(0);
        cost += balance.over * (used - balance.mark).max(0);
    }
    cost
}

fn solved(problem: &mut Problem, level: u8) -> Solution {
    let effort = Effort::level(level, problem.orders(), 7);
    solve(problem, &effort, &[], &mut |_, _, _| (), &mut |_| true)
}

/// Solves at a level, and to the optimum: (bound, optimum, cost), all checked.
fn beside_optimum(world: World, seed: u64, level: u8) -> (i64, i64, i64) {
    let (mut problem, wishes) = random(world, seed);
    let solution = solved(&mut problem, level);
    let cost = reckon(&problem, &wishes, &solution.plan.parts);
    assert_eq!(cost, solution.plan.total);
    assert_eq!(
        cost,
        solution.plan.cost.iter().sum::<i64>() + solution.plan.imbalance
    );
    let greedy = greedy(&problem);
    assert_eq!(reckon(&problem, &wishes, &greedy.parts), greedy.total);
    let optimum = oracle::solve(&problem, 1_000_000).expect("a small problem");
    assert_eq!(reckon(&problem, &wishes, &optimum.parts), optimum.cost);
    let (bound, best) = (solution.bound, optimum.cost);
    assert!(
        bound <= best && best <= cost && best <= greedy.total,
        "seed {seed}: {bound} {best} {cost}"
    );
    (bound, best, cost)
}

fn worlds() -> [World; 5] {
    let capacity = |capacity| World { capacity, ..WORLD };
    [
        WORLD,
        capacity(Some(90)),
        World {
            orders: 25,
            stock: 60,
            ..capacity(Some(130))
        },
        World {
            lines: 2,
            units: 4,
            items: 3,
            sites: 3,
            ..capacity(Some(100))
        },
        World {
            balanced: true,
            ..capacity(Some(130))
        },
    ]
}

#[test]
fn bound_optimum_and_cost_are_in_order_and_close() {
    // Few orders under scarce stock are the hard case: what one order takes is a tenth of all there is. They are one shard with all
    // patterns, and the forty without balances are closed; one per thousand is allowed.
    for (number, world) in worlds().into_iter().enumerate() {
        let (mut all, mut best, mut below) = (0, 0, 0);
        for seed in 0..10 {
            let (bound, optimum, cost) = beside_optimum(world, 100 * number as u64 + seed, 2);
            all += cost;
            best += optimum;
            below += bound;
        }
        println!("world {number}: bound {below}, optimum {best}, cost {all}");
        assert!(
            all * 1_000 <= best * 1_001,
            "world {number}: {all} for {best}"
        );
    }
}

#[test]
fn where_orders_are_single_units_the_auction_finds_the_prices() {
    // Without capacity that is an assignment problem: the auction is right to a step for each order, a fiftieth of what it costs without tolls.
    let world = World {
        orders: 60,
        lines: 1,
        units: 1,
        stock: 80,
        ..WORLD
    };
    let mut scarce = 0;
    for seed in 0..10 {
        let (problem, _) = random(world, seed);
        let optimum = oracle::solve(&problem, 1_000_000).expect("a small problem");
        let optimum = i128::from(optimum.cost) * i128::from(MILLI);
        let bound = dual::ascend(&problem, 0, &mut |_| true).bound;
        assert!(bound <= optimum, "seed {seed}: {bound} above {optimum}");
        let (mut best, free) = (Best::default(), vec![0; problem.supply.len()]);
        let orders = 0..problem.orders();
        let without: i64 = orders
            .map(|order| best.value(problem.of(order), &free, Left::All))
            .sum();
        println!("seed {seed}: {without} {bound} {optimum}");
        scarce += usize::from(i128::from(without) * 100 < optimum * 90);
    }
    assert!(scarce > 5, "prices matter in {scarce} of 10");
}

#[test]
fn every_effort_keeps_the_certificate() {
    for seed in 0..4 {
        for level in [0, 1, 3] {
            beside_optimum(worlds()[1], 1_000 + seed, level);
        }
    }
}

#[test]
fn the_plan_does_not_depend_on_the_number_of_threads() {
    let world = World {
        orders: 600,
        capacity: Some(100),
        ..WORLD
    };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let (mut problem, _) = random(world, 5);
            let solution = solved(&mut problem, 2);
            (solution.plan.parts, solution.bound, solution.tolls)
        })
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn nothing_to_give() {
    for capacity in [None, Some(100)] {
        let world = World {
            stock: 100,
            capacity,
            ..WORLD
        };
        let (mut problem, wishes) = random(world, 3);
        let stock = world.items * world.sites;
        let range = if capacity.is_none() {
            0..stock
        } else {
            stock..stock + world.sites
        };
        problem.supply[range].fill(0);
        let solution = solved(&mut problem, 2);
        let nothing = wishes.iter().map(|wish| {
            wish.terms.unserved * wish.quantities.iter().map(|&q| i64::from(q)).sum::<i64>()
        });
        assert_eq!(solution.plan.total, nothing.sum::<i64>());
        assert!(solution.plan.parts.iter().all(Vec::is_empty));
        assert!(solution.bound <= solution.plan.total);
    }
}

#[test]
fn one_site() {
    for seed in 0..5 {
        let world = World {
            sites: 1,
            items: 3,
            capacity: Some(60),
            ..WORLD
        };
        let (_, optimum, cost) = beside_optimum(world, 2_000 + seed, 2);
        assert!(cost * 10 <= optimum * 12, "{cost} {optimum}");
    }
}

#[test]
fn an_order_of_127_units_of_one_line() {
    let shape = Shapes::default().of(&[127]).expect("128 states");
    let mut problem = with_supply(&[50, 60, 40]);
    let prices = |fixed: i32| -> Vec<i32> { (0..128).map(|units| fixed + 10 * units).collect() };
    let offers = [(0u32, prices(500)), (1, prices(400)), (2, prices(900))];
    let site = |tag| Site {
        tag,
        capacity: NONE,
        weight: 0,
        gate: NONE,
    };
    let terms = Terms {
        split: 100,
        unserved: 200,
        lost: 0,
        complete: false,
        most_parts: 3,
    };
    let cells = [[0], [1], [2]];
    let rows = offers
        .iter()
        .zip(&cells)
        .map(|((tag, prices), cells)| (site(*tag), &cells[..], &prices[..]));
    let class = problem.add_class(shape, terms, rows);
    problem.class_of.push(class);
    let solution = solved(&mut problem, 2);
    // All three are worth it: 17 units from the third save 200 - 10 each, for 900 and a split.
    assert_eq!(solution.plan.total, 500 + 400 + 900 + 2 * 100 + 127 * 10);
    assert!(solution.bound <= solution.plan.total);
}

#[test]
fn a_problem_without_orders_or_sites() {
    let mut problem = with_supply(&[3]);
    let solution = solved(&mut problem, 3);
    assert_eq!((solution.plan.total, solution.bound), (0, 0));
    let shape = Shapes::default().of(&[2]).expect("3 states");
    let class = problem.add_class(shape, wish_terms(), std::iter::empty());
    problem.class_of.push(class);
    let solution = solved(&mut problem, 3);
    assert_eq!((solution.plan.total, solution.bound), (1_000, 1_000));
    assert_eq!(
        oracle::solve(&problem, 10).map(|optimum| optimum.cost),
        Some(1_000)
    );
    assert!(oracle::solve(&problem, 0).is_none());
}

fn wish_terms() -> Terms {
    Terms {
        split: 0,
        unserved: 500,
        lost: 0,
        complete: false,
        most_parts: 2,
    }
}

/// The patterns are counted by hand: two sites, one line of two units, everything offered.
#[test]
fn the_oracle_lists_every_pattern() {
    let shape = Shapes::default().of(&[2]).expect("3 states");
    for (terms, patterns) in [
        (wish_terms(), 6),
        (
            Terms {
                most_parts: 1,
                ..wish_terms()
            },
            5,
        ),
        (
            Terms {
                complete: true,
                ..wish_terms()
            },
            4,
        ),
    ] {
        let mut problem = with_supply(&[9]);
        let site = |tag| Site {
            tag,
            capacity: NONE,
            weight: 0,
            gate: NONE,
        };
        let rows = (0..2).map(|tag| (site(tag), &[0][..], &[NO_OFFER, 10, 15][..]));
        let class = problem.add_class(shape.clone(), terms, rows);
        problem.class_of.push(class);
        let optimum = oracle::solve(&problem, 100).expect("a small problem");
        assert_eq!((optimum.patterns, optimum.cost), (patterns, 15));
    }
}
