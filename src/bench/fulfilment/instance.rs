//! Orders, stock and capacity, by seed.
//!
//! An order comes from a city by population, and has 1 to 5 items (50, 22, 13, 9, 6 %), one unit each, drawn by Zipf's law of exponent 0.8
//! without repetition. An item's stock is its demand times a factor, rounded up; each facility carries it with a given probability
//! (one facility at least), and those that do share it unevenly. Capacities share the demand times a factor unevenly. One random stream
//! each for orders, stock and capacity.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use super::Spec;
use super::network::Network;
use crate::solve::rng::stream;

/// Items of an order: shares of 1, 2, ... items, summed up.
const SIZES: [f64; LARGEST] = [0.50, 0.72, 0.85, 0.94, 1.0];
/// Most items of an order.
pub const LARGEST: usize = 5;
/// Exponent of Zipf's law.
const SKEW: f64 = 0.8;

/// Orders from the same city with the same items: items by number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Basket {
    pub city: u16,
    pub items: Vec<u32>,
}

/// Who wants what, and what is there.
pub struct Instance {
    pub baskets: Vec<Basket>,
    /// Basket of each order.
    pub orders: Vec<u32>,
    /// By item, then facility; none: not carried.
    pub stock: Vec<Option<i64>>,
    /// By facility, if limited.
    pub capacity: Option<Vec<i64>>,
}

impl Instance {
    /// O(orders + items × facilities).
    pub fn new(spec: &Spec, network: &Network) -> Instance {
        let (baskets, orders) = orders(spec, network);
        let mut demand = vec![0i64; spec.items];
        for &basket in &orders {
            for &item in &baskets[basket as usize].items {
                demand[item as usize] += 1;
            }
        }
        let mut rng = stream(spec.seed, "fulfilment stock", 0);
        let mut stock = Vec::with_capacity(spec.items * network.facilities);
        for &demand in &demand {
            let total = (demand as f64 * spec.stock).ceil() as i64;
            stock.extend(spread(&mut rng, network.facilities, spec.carry, total));
        }
        let units: i64 = demand.iter().sum();
        let capacity = spec.capacity.map(|factor| {
            let mut rng = stream(spec.seed, "fulfilment capacity", 0);
            let weights: Vec<f64> = (0..network.facilities)
                .map(|_| 0.7 + 0.6 * rng.random::<f64>())
                .collect();
            shares((units as f64 * factor).ceil() as i64, &weights)
        });
        Instance {
            baskets,
            orders,
            stock,
            capacity,
        }
    }

    pub fn units(&self) -> i64 {
        let units = |&basket: &u32| self.baskets[basket as usize].items.len() as i64;
        self.orders.iter().map(units).sum()
    }
}

fn orders(spec: &Spec, network: &Network) -> (Vec<Basket>, Vec<u32>) {
    let mut rng = stream(spec.seed, "fulfilment orders", 0);
    let mut sum = 0.0;
    let popularity: Vec<f64> = (1..=spec.items)
        .map(|rank| {
            sum += (rank as f64).powf(-SKEW);
            sum
        })
        .collect();
    let mut known: FxHashMap<Basket, u32> = FxHashMap::default();
    let mut baskets: Vec<Basket> = Vec::new();
    let mut orders = Vec::with_capacity(spec.orders);
    for _ in 0..spec.orders {
        let city = draw(&mut rng, &network.population) as u16;
        let size = draw(&mut rng, &SIZES) + 1;
        let mut items: Vec<u32> = Vec::with_capacity(size);
        while items.len() < size {
            let item = draw(&mut rng, &popularity) as u32;
            if !items.contains(&item) {
                items.push(item);
            }
        }
        items.sort_unstable();
        let basket = Basket { city, items };
        let number = match known.get(&basket) {
            Some(&number) => number,
            None => {
                let number = baskets.len() as u32;
                known.insert(basket.clone(), number);
                baskets.push(basket);
                number
            }
        };
        orders.push(number);
    }
    (baskets, orders)
}

/// An index by its weight, given the running sum of the weights.
fn draw(rng: &mut ChaCha8Rng, sums: &[f64]) -> usize {
    let last = sums.len() - 1;
    let at = rng.random::<f64>() * sums[last];
    sums.partition_point(|&sum| sum <= at).min(last)
}

/// Units at each facility that carries the item.
fn spread(rng: &mut ChaCha8Rng, facilities: usize, carry: f64, total: i64) -> Vec<Option<i64>> {
    let mut carries: Vec<bool> = (0..facilities)
        .map(|_| rng.random::<f64>() < carry)
        .collect();
    if !carries.contains(&true) {
        carries[rng.random_range(0..facilities)] = true;
    }
    let mut weight = |carries: &bool| {
        if *carries {
            0.5 + rng.random::<f64>()
        } else {
            0.0
        }
    };
    let weights: Vec<f64> = carries.iter().map(&mut weight).collect();
    let units = shares(total, &weights);
    carries
        .iter()
        .zip(units)
        .map(|(&carries, units)| carries.then_some(units))
        .collect()
}

/// Whole shares of `total` by weight; what rounding leaves goes to the first with a weight, one each.
fn shares(total: i64, weights: &[f64]) -> Vec<i64> {
    let sum: f64 = weights.iter().sum();
    let mut shares: Vec<i64> = weights
        .iter()
        .map(|weight| (weight / sum * total as f64).floor() as i64)
        .collect();
    let mut rest = total - shares.iter().sum::<i64>();
    for (share, _) in shares
        .iter_mut()
        .zip(weights)
        .filter(|(_, weight)| **weight > 0.0)
    {
        let more = rest.min(1);
        *share += more;
        rest -= more;
    }
    shares
}
