//! Batching against enumeration, on small random cases.

use proptest::prelude::*;
use rand::Rng;

use super::*;
use crate::solve::tour::oracle::{random_layout, random_stops};
use crate::solve::tour::{Scratch, tour_length};

const EFFORT: Effort = Effort {
    rounds_per_job: 60,
    proof: 100_000,
    seed: 7,
    stage: "test",
    shard: 0,
};

struct Case {
    layout: Layout,
    jobs: Jobs,
    limit: Load,
    cart_mm: i64,
}

impl Case {
    fn random(seed: u64, blocks: u32, n: usize) -> Case {
        let layout = random_layout(seed, blocks);
        let mut rng = rng::stream(seed, "batching case", 0);
        let mut draw = |most: u32| i64::from(rng.next_u32() % most);
        let mut jobs = Jobs::default();
        for job in 0..n {
            let stops = random_stops(&layout, seed + 31 * job as u64, 1 + draw(4) as usize);
            jobs.push(&stops, [1, 1 + draw(5), draw(9), 0]);
        }
        Case {
            layout,
            jobs,
            limit: [4, 7, 20, 0],
            cart_mm: 100 * draw(20),
        }
    }

    fn rules(&self) -> Rules<'_> {
        Rules {
            floor: Some(&self.layout),
            limit: self.limit,
            cart_mm: self.cart_mm,
        }
    }

    fn all(&self) -> Vec<u32> {
        (0..self.jobs.len() as u32).collect()
    }

    /// Of one batch; `None` if it exceeds the limit.
    fn cost(&self, batch: &[u32]) -> Option<i64> {
        let mut load = [0; 4];
        batch
            .iter()
            .for_each(|&job| add(&mut load, self.jobs.load(job)));
        let bays = batch.iter().flat_map(|&job| self.jobs.bays(job));
        let stops: Vec<Bay> = bays.copied().collect();
        let length = tour_length(&self.layout, &stops, &mut Scratch::default());
        fits(&load, &[0; 4], &self.limit).then_some(self.cart_mm + length)
    }

    /// The cost of a partition of all jobs.
    fn judge(&self, batches: &[Vec<u32>]) -> i64 {
        let mut jobs: Vec<u32> = batches.iter().flatten().copied().collect();
        jobs.sort_unstable();
        assert_eq!(jobs, self.all(), "each job once");
        let costs = batches
            .iter()
            .map(|batch| self.cost(batch).expect("within the limit"));
        costs.sum()
    }

    /// The least cost of all partitions: for each set of jobs, the batch of its first.
    fn optimum(&self) -> i64 {
        let n = self.jobs.len();
        let members = |set: usize| (0..n as u32).filter(move |job| set >> job & 1 == 1);
        let costs: Vec<Option<i64>> = (0..1usize << n)
            .map(|set| self.cost(&members(set).collect::<Vec<_>>()))
            .collect();
        let mut least = vec![0; 1 << n];
        for set in 1usize..1 << n {
            let first = set & set.wrapping_neg();
            let mut part = set;
            least[set] = i64::MAX;
            while part > 0 {
                if part & first > 0
                    && let Some(cost) = costs[part]
                {
                    least[set] = least[set].min(cost + least[set ^ part]);
                }
                part = (part - 1) & set;
            }
        }
        least[(1 << n) - 1]
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn optimum_lies_between_bound_and_value(seed in 0u64..1 << 40, blocks in 1u32..4, n in 1usize..9) {
        let case = Case::random(seed, blocks, n);
        let outcome = solve(&case.jobs, &case.all(), &case.rules(), &EFFORT, &|| f64::INFINITY).unwrap();
        let optimum = case.optimum();
        prop_assert_eq!(case.judge(&outcome.solution), outcome.value);
        prop_assert!(outcome.bound <= optimum && optimum <= outcome.value);
        prop_assert!(outcome.value as f64 <= 1.02 * optimum as f64);
        prop_assert_eq!(outcome.status == Status::Optimal, outcome.bound == outcome.value);
    }

    /// Time passes by one second at each look at the clock.
    #[test]
    fn an_early_end_leaves_a_bound(seed in 0u64..1 << 40, n in 1usize..9, seconds in 0u32..400) {
        let case = Case::random(seed, 1, n);
        let passed = std::cell::Cell::new(0);
        let left = || {
            passed.set(passed.get() + 1);
            f64::from(seconds) - f64::from(passed.get())
        };
        let outcome = solve(&case.jobs, &case.all(), &case.rules(), &EFFORT, &left).unwrap();
        prop_assert_eq!(case.judge(&outcome.solution), outcome.value);
        prop_assert!(outcome.bound <= case.optimum());
    }

    #[test]
    fn what_lines_need_is_a_bound(seed in 0u64..1 << 40, blocks in 1u32..4, n in 1usize..9) {
        let case = Case::random(seed, blocks, n);
        let (all, rules) = (case.all(), case.rules());
        let pool = Pool::new(&case.jobs, &all, &rules, &case.layout);
        let bound = crossings::bound(&pool);
        prop_assert!(0 < bound && bound <= case.optimum());
    }

    /// Evaluating a job beside a cart and putting it there agree with the tour through all stops; so does taking it off.
    #[test]
    fn carts_know_their_tour(seed in 0u64..1 << 40, blocks in 1u32..4, n in 2usize..9) {
        let case = Case::random(seed, blocks, n);
        let (all, rules) = (case.all(), case.rules());
        let pool = Pool::new(&case.jobs, &all, &rules, &case.layout);
        let mut tours = Tours::new(&pool);
        let length = |jobs: &[u32]| {
            let stops: Vec<Bay> = jobs.iter().flat_map(|&job| case.jobs.bays(job)).copied().collect();
            tour_length(&case.layout, &stops, &mut Scratch::default())
        };
        let mut cart = tours.cart(&[]);
        for &job in &all {
            let with = tours.with(&cart, job);
            tours.join(&mut cart, job, with);
            prop_assert_eq!(cart.length, length(&cart.jobs));
        }
        tours.keep(&mut cart, |job| job % 2 == 0);
        tours.measure(&mut cart);
        let even: Vec<u32> = all.iter().copied().filter(|job| job % 2 == 0).collect();
        prop_assert_eq!(cart.length, length(&even));
    }

    /// Pricing finds every batch above the threshold that no dropped job could only lengthen.
    #[test]
    fn pricing_misses_nothing(seed in 0u64..1 << 40, n in 1usize..9) {
        let case = Case::random(seed, 1, n);
        let (all, rules) = (case.all(), case.rules());
        let pool = Pool::new(&case.jobs, &all, &rules, &case.layout);
        let mut rng = rng::stream(seed, "prices", 0);
        let prices: Vec<i64> = all.iter().map(|&job| pool.alone(job) * i64::from(rng.next_u32() % 1_000)).collect();
        let wanted = pricing::Wanted { prices: &prices, threshold: 0, tours: 1 << 30, most: 1 << 20, go_on: &|| true };
        let priced = pricing::price(&mut Tours::new(&pool), wanted);
        prop_assert!(priced.is_complete);
        let profit = |set: usize| {
            let batch: Vec<u32> = (0..n as u32).filter(|job| set >> job & 1 == 1).collect();
            let worth: i64 = batch.iter().map(|&job| prices[job as usize]).sum();
            case.cost(&batch).map(|cost| worth - pricing::PRICE * cost)
        };
        let best = (1usize..1 << n).filter_map(profit).max().unwrap_or(0);
        let found = priced.found.iter().map(|found| found.profit).max().unwrap_or(0);
        prop_assert_eq!(best.max(0), found);
    }
}

#[test]
fn a_night_does_not_depend_on_threads() {
    let case = Case::random(5, 1, 3_000);
    let effort = Effort {
        rounds_per_job: 3,
        proof: 0,
        ..EFFORT
    };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| form(&case.jobs, &case.all(), &case.rules(), &effort))
    };
    let batches = run(1);
    assert_eq!(batches, run(4));
    let in_order = in_order(&case.jobs, &case.all(), &case.rules());
    let savings = Effort {
        rounds_per_job: 0,
        ..effort
    };
    let savings = form(&case.jobs, &case.all(), &case.rules(), &savings);
    assert!(case.judge(&batches) < case.judge(&savings));
    assert!(case.judge(&batches) < case.judge(&in_order));
}

#[test]
fn an_oversized_job_gets_a_cart_of_its_own() {
    let mut case = Case::random(9, 1, 6);
    case.limit = [1, 0, 0, 0];
    let outcome = solve(&case.jobs, &case.all(), &case.rules(), &EFFORT, &|| {
        f64::INFINITY
    })
    .unwrap();
    assert_eq!(outcome.solution.len(), 6);
    assert!(outcome.bound <= outcome.value);
    assert!(solve(&case.jobs, &[], &case.rules(), &EFFORT, &|| f64::INFINITY).is_none());
}

#[test]
fn without_a_layout_the_order_decides() {
    let case = Case::random(3, 1, 12);
    let rules = Rules {
        floor: None,
        ..case.rules()
    };
    case.judge(&form(&case.jobs, &case.all(), &rules, &EFFORT));
    assert!(solve(&case.jobs, &case.all(), &rules, &EFFORT, &|| f64::INFINITY).is_none());
}
