//! The subproblem site by site, so that no two parts come from one site.
//!
//! ```text
//! A_s(k, x) = min( A_{s-1}(k, x), min over parts c of x that s offers of A_{s-1}(k - 1, x - c) + price(s, c) + tolls )
//! ```
//!
//! O(sites × parts × states²) time, O(sites × parts × states) memory: for the few orders whose parts would otherwise meet at one site.

use super::best::{Left, MILLI, Parts};
use super::problem::{Class, NO_OFFER};

const NEVER: i64 = i64::MAX / 4;

/// See [`super::best::Best::plan`].
pub(super) fn plan(class: Class, tolls: &[i64], left: Left, parts: &mut Parts) -> i64 {
    let (shape, terms) = (class.shape, class.terms);
    let states = shape.states();
    let whole = shape.whole();
    let most = (shape.total(whole) as usize).min(usize::from(terms.most_parts));
    let split = terms.split * MILLI;
    let mut best = vec![NEVER; (most + 1) * states];
    best[0] = 0;
    let mut taken = vec![0u16; class.sites.len() * (most + 1) * states];
    for (site, taken) in (0..class.sites.len()).zip(taken.chunks_exact_mut((most + 1) * states)) {
        let offers = offers(class, site, tolls, left);
        for k in (0..most).rev() {
            let further = if k == 0 { 0 } else { split };
            for x in 0..states {
                let cost = best[k * states + x];
                if cost >= NEVER {
                    continue;
                }
                for &(c, price) in &offers {
                    let next = x + c;
                    if next < states
                        && shape.within(c, whole - x)
                        && cost + price + further < best[(k + 1) * states + next]
                    {
                        best[(k + 1) * states + next] = cost + price + further;
                        taken[(k + 1) * states + next] = c as u16;
                    }
                }
            }
        }
    }
    let unserved = terms.unserved * MILLI;
    let penalty = |x: usize| unserved * (shape.total(whole) - shape.total(x));
    let from = if terms.complete { whole } else { 1 };
    let ends = (from..=whole).flat_map(|x| (1..=most).map(move |k| (k, x)));
    let served = ends
        .filter(|&(k, x)| best[k * states + x] < NEVER)
        .map(|(k, x)| (best[k * states + x] + penalty(x), k, x))
        .min();
    let nothing = class.nothing * MILLI;
    let (cost, mut k, mut x) = match served {
        Some(end) if end.0 < nothing => end,
        _ => (nothing, 0, 0),
    };
    parts.clear();
    for site in (0..class.sites.len()).rev() {
        let c = usize::from(taken[(site * (most + 1) + k) * states + x]);
        if k > 0 && c > 0 {
            parts.push((site as u16, c as u16));
            (k, x) = (k - 1, x - c);
        }
    }
    parts.reverse();
    cost
}

/// What the site offers of what is left: state and cost.
fn offers(class: Class, site: usize, tolls: &[i64], left: Left) -> Vec<(usize, i64)> {
    let prices = class.prices(site).iter().enumerate().skip(1);
    let offers = prices.filter_map(|(state, &price)| {
        if price == NO_OFFER {
            return None;
        }
        let (mut cost, mut fits) = (i64::from(price) * MILLI, true);
        class.uses(site as u16, state as u16, |resource, n| {
            cost += tolls[resource as usize] * n;
            if let Left::Of(left) = left {
                fits &= n <= left[resource as usize];
            }
        });
        fits.then_some((state, cost))
    });
    offers.collect()
}
