//! No wave has a better ratio than this.
//!
//! Let an order line `(o, i)` pay `p_oi` per unit for what it gets. A group `a` sells its stock to those who pay most, no more to each
//! than it asks for; an order is picked where what it has is more than what it pays:
//!
//! ```text
//! G_a(p) = sum_i max { sum_o p_oi z_o : sum_o z_o <= s_ai, 0 <= z_o <= u_oi }
//! L_k(p) = sum_o max(0, u_o - sum_i p_oi u_oi) + (sum of the k largest G_a(p))
//! ```
//!
//! Every wave with `k` groups has at most `L_k(p)` units, for any `p >= 0`: this is the Lagrangian relaxation of "a line gets its units
//! from the visited groups" (Geoffrion 1974, doi 10.1007/BFb0120690), as strong as the linear relaxation in which no line gets more from a group than it asks
//! for. Units are whole, at least `LB` and at most `UB`, so
//!
//! ```text
//! ratio <= max over k of  floor(min(L_k, UB)) / k     where floor(L_k) >= LB
//! ```
//!
//! and one `p` bounds all `k` at once; the smallest value seen counts for each. Subgradient steps (Polyak 1969, with the value of the incumbent as target) are taken at the `k` that
//! attains the maximum. O(steps x sum over groups' lines of the orders asking for the item); memory O(lines + groups).

use super::index::Index;

/// Slack for rounding errors of the sums.
const ROUNDING: f64 = 1e-6;
/// Steps without a better bound after which the step is halved.
const PATIENCE: u32 = 10;
/// First length of a step, as a share of Polyak's.
const FIRST_STEP: f64 = 1.0;

/// Prices, and what they prove for each number of groups.
struct Relaxation {
    /// Lines (item, quantity) order by order, with `ends`.
    ends: Vec<usize>,
    lines: Vec<(u32, u32)>,
    units: Vec<u64>,
    /// Per item: positions in `lines`, kept sorted by price.
    asking: Vec<Vec<u32>>,
    groups: Vec<Vec<(u32, u32)>>,
    prices: Vec<f64>,
    /// Slope of each price.
    slopes: Vec<f64>,
    worth: Vec<f64>,
}

/// A bound on the ratio of every wave; 0 where there is none. `value`: the ratio of a known wave, a bound below it is not looked for.
pub(super) fn bound(index: &Index, value: f64, steps: u32, go_on: &dyn Fn() -> bool) -> f64 {
    let mut relaxation = Relaxation::new(index);
    let mut least = vec![f64::INFINITY; relaxation.groups.len()];
    let (mut best, mut length, mut since) = (f64::INFINITY, FIRST_STEP, 0);
    for _ in 0..steps.max(1) {
        let (picked, order) = relaxation.evaluate();
        let mut total = picked;
        for (least, &group) in least.iter_mut().zip(&order) {
            total += relaxation.worth[group];
            *least = least.min(total);
        }
        let Some((size, ratio)) = worst(index, &least) else {
            return 0.0;
        };
        if ratio < best - ROUNDING {
            (best, since) = (ratio, 0);
        } else {
            since += 1;
        }
        if since == PATIENCE {
            (length, since) = (length / 2.0, 0);
        }
        if best <= value || !go_on() {
            break;
        }
        let now = picked
            + order[..size]
                .iter()
                .map(|&group| relaxation.worth[group])
                .sum::<f64>();
        if !relaxation.descend(&order[..size], length * (now - value * size as f64)) {
            break;
        }
    }
    best.max(value)
}

/// The number of groups with which most could be reached, and the ratio.
fn worst(index: &Index, least: &[f64]) -> Option<(usize, f64)> {
    let of = |(at, &units): (usize, &f64)| {
        let units = (units + ROUNDING).floor().min(index.most as f64);
        (units >= index.least as f64).then(|| (at + 1, units / (at + 1) as f64))
    };
    least
        .iter()
        .enumerate()
        .filter_map(of)
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

impl Relaxation {
    /// At price 1 no order has more than it pays, and a group is worth the units that are asked for of what it has.
    fn new(index: &Index) -> Relaxation {
        let mut relaxation = Relaxation {
            ends: Vec::new(),
            lines: Vec::new(),
            units: Vec::new(),
            asking: vec![Vec::new(); index.items()],
            groups: (0..index.groups.len())
                .map(|group| index.groups.of(group).to_vec())
                .collect(),
            prices: Vec::new(),
            slopes: Vec::new(),
            worth: Vec::new(),
        };
        relaxation.groups.retain(|lines| !lines.is_empty());
        for order in 0..index.orders.len() {
            relaxation.push(index.orders.of(order).iter().copied());
        }
        for item in 0..index.items() {
            for &(n, _) in index.folded.of(item) {
                relaxation.push([(item as u32, n)].into_iter());
            }
        }
        relaxation.prices = vec![1.0; relaxation.lines.len()];
        relaxation.slopes = vec![0.0; relaxation.lines.len()];
        relaxation.worth = vec![0.0; relaxation.groups.len()];
        relaxation
    }

    fn push(&mut self, lines: impl Iterator<Item = (u32, u32)>) {
        let mut units = 0;
        for (item, n) in lines {
            self.asking[item as usize].push(self.lines.len() as u32);
            self.lines.push((item, n));
            units += u64::from(n);
        }
        self.units.push(units);
        self.ends.push(self.lines.len());
    }

    /// What the orders have beyond what they pay, and the groups by worth. Slopes become what the lines of picked orders take, negative.
    fn evaluate(&mut self) -> (f64, Vec<usize>) {
        let mut picked = 0.0;
        let mut first = 0;
        for (&end, &units) in self.ends.iter().zip(&self.units) {
            let lines = first..end;
            let pays: f64 = lines
                .clone()
                .map(|line| self.prices[line] * f64::from(self.lines[line].1))
                .sum();
            let has = units as f64 - pays;
            picked += has.max(0.0);
            for line in lines {
                self.slopes[line] = if has > 0.0 {
                    -f64::from(self.lines[line].1)
                } else {
                    0.0
                };
            }
            first = end;
        }
        let prices = &self.prices;
        for asking in &mut self.asking {
            asking.sort_unstable_by(|&a, &b| {
                prices[b as usize]
                    .total_cmp(&prices[a as usize])
                    .then(a.cmp(&b))
            });
        }
        for group in 0..self.groups.len() {
            let mut worth = 0.0;
            self.sell(group, &mut |line, n| {
                worth += self.prices[line] * f64::from(n)
            });
            self.worth[group] = worth;
        }
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        order.sort_by(|&a, &b| self.worth[b].total_cmp(&self.worth[a]));
        (picked, order)
    }

    /// `to` hears which line gets how many units of the group's stock.
    fn sell(&self, group: usize, to: &mut dyn FnMut(usize, u32)) {
        for &(item, stock) in &self.groups[group] {
            let mut left = stock;
            for &line in &self.asking[item as usize] {
                if left == 0 {
                    break;
                }
                let n = left.min(self.lines[line as usize].1);
                to(line as usize, n);
                left -= n;
            }
        }
    }

    /// Lowers the value at these groups by about `gap`; false where no price has a slope.
    fn descend(&mut self, groups: &[usize], gap: f64) -> bool {
        let mut slopes = std::mem::take(&mut self.slopes);
        for &group in groups {
            self.sell(group, &mut |line, n| slopes[line] += f64::from(n));
        }
        // A price of 0 cannot fall.
        let free = |(&slope, &price): (&f64, &f64)| slope != 0.0 && (slope < 0.0 || price > 0.0);
        let square: f64 = slopes
            .iter()
            .zip(&self.prices)
            .filter(|&at| free(at))
            .map(|(slope, _)| slope * slope)
            .sum();
        let step = gap / square;
        for (price, &slope) in self.prices.iter_mut().zip(&slopes).filter(|_| square > 0.0) {
            *price = (*price - step * slope).max(0.0);
        }
        self.slopes = slopes;
        square > 0.0
    }
}
