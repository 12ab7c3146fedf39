//! What no plan undercuts.
//!
//! A list with a stop `d` away from the depot is at least `2 d` long. If item `i` takes the share `v_i / V` of a list's volume, the items of a list have shares
//! of at most 1 in total, so a list costs at least the sum over its items of `2 d_i v_i / V` (Haimovich and Rinnooy Kan 1985, doi 10.1287/moor.10.4.527). An
//! order costs at least that sum over the cheapest items of its articles; the orders that cost least per item, the last one in part, reach the goal.
//! O(items + articles + orders log orders).

use super::Instance;
use super::walk::DEPOT;

/// Room for the rounding of sums.
const ROUNDING: f64 = 1e-9;

/// A distance that no plan undercuts.
pub(super) fn bound(instance: &Instance) -> i64 {
    let mut orders: Vec<(f64, f64)> = (0..instance.orders() as u32)
        .filter_map(|order| {
            let articles = instance.order(order);
            let costs = articles.iter().map(|&article| least(instance, article));
            let cost: f64 = costs.sum::<Option<f64>>()?;
            (!articles.is_empty()).then_some((cost, articles.len() as f64))
        })
        .collect();
    // By quotients, as products rounded pair by pair need not be an order.
    orders.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (mut left, mut total) = (instance.goal as f64, 0.0);
    for (cost, items) in orders {
        let part = f64::min(1.0, left / items);
        total += part * cost;
        left -= part * items;
        if left <= 0.0 {
            break;
        }
    }
    (total * (1.0 - ROUNDING)).ceil() as i64
}

/// What an item of the article costs at least; `None`: there is none.
fn least(instance: &Instance, article: u32) -> Option<f64> {
    let away = |&item: &u32| super::walk::step(DEPOT, instance.places.stop(item));
    let nearest = instance.of_article(article).iter().map(away).min()?;
    let share =
        f64::from(instance.volume[article as usize]) / f64::from(instance.most_volume.max(1));
    Some(2.0 * f64::from(nearest) * share)
}
