//! Groups and orders together, as an integer programme, where few groups are open to choice.
//!
//! ```text
//! maximize   sum_o u_o x_o + sum_ij n_ij z_ij - lambda sum_a y_a
//! subject to sum_o u_oi x_o + sum_j n_ij z_ij <= t_i + sum_a min(s_ai, D_i - t_i) y_a      every item i
//!            LB <= sum_o u_o x_o + sum_ij n_ij z_ij <= UB
//!            x_o, y_a in {0, 1},  z_ij in 0 .. c_ij
//! ```
//!
//! Orders `o` of several lines, `c_ij` single-line orders for `n_ij` units of item `i`, groups `a` that are free to choose; `t_i` is the stock of
//! the groups that are fixed in the wave, `D_i` what all orders that could be served ask for. With no group free it is the best
//! packing of a set, a knapsack of many dimensions of which presolve leaves little; with some free, and `lambda` the best ratio
//! so far, a value above `-lambda |fixed|` is a better wave (Dinkelbach 1967, doi 10.1287/mnsc.13.7.492).
//!
//! Solved by HiGHS from the wave known, to a number of nodes. Memory O(columns + lines).

use good_lp::{Expression, Solution, Variable, constraint, variable};

use super::index::Index;
use super::instance::Wave;
use crate::solve::lp::{Answer, Options, Programme};

/// Programmes with more columns are not tried.
const MOST_COLUMNS: usize = 20_000;

/// What is open.
pub(super) struct Choice<'a> {
    pub(super) fixed: &'a [u32],
    pub(super) free: &'a [u32],
    /// What a group costs, in units.
    pub(super) lambda: f64,
    /// Branch-and-bound nodes, and seconds.
    pub(super) nodes: i32,
    pub(super) seconds: Option<f64>,
}

/// The best wave of the choice that was found; none where no wave was, or the programme is too large.
pub(super) fn best(index: &Index, choice: &Choice, known: &Wave) -> Option<Wave> {
    let mut model = Model::new(index, choice);
    model.add_orders(known);
    model.add_folded(known);
    if model.start.len() > MOST_COLUMNS {
        return None;
    }
    model.add_groups(choice, known);
    model.add_rows();
    let options = Options {
        nodes: Some(choice.nodes),
        seconds: choice.seconds,
        ..Options::default()
    };
    let Model {
        mut programme,
        start,
        columns,
        ..
    } = model;
    programme.start_from(start);
    let answer = programme.solve(&options);
    let wave = answer
        .has_solution()
        .then(|| columns.wave(index, choice.fixed, &answer))?;
    // Without any column there is no row to say so.
    (wave.units >= index.least).then_some(wave)
}

fn stock(index: &Index, groups: &[u32]) -> Vec<u32> {
    let mut stock = vec![0; index.items()];
    for &(item, n) in groups
        .iter()
        .flat_map(|&group| index.groups.of(group as usize))
    {
        stock[item as usize] += n;
    }
    stock
}

/// What the columns of a programme stand for.
#[derive(Default)]
struct Columns {
    /// Orders of the index.
    orders: Vec<(Variable, u32)>,
    /// Single-line orders of one size for one item: their units, and their numbers in the instance, those of the known wave first.
    folded: Vec<(Variable, u32, Vec<u32>)>,
    groups: Vec<(Variable, u32)>,
}

impl Columns {
    fn wave(&self, index: &Index, fixed: &[u32], answer: &Answer) -> Wave {
        let count = |column: Variable| answer.value(column).round() as usize;
        let is_in = |of: &&(Variable, u32)| count(of.0) > 0;
        let mut wave = Wave {
            groups: fixed.to_vec(),
            ..Wave::default()
        };
        wave.groups
            .extend(self.groups.iter().filter(is_in).map(|of| of.1));
        for &(_, order) in self.orders.iter().filter(is_in) {
            wave.orders.push(index.order_of[order as usize]);
            wave.units += u64::from(index.units[order as usize]);
        }
        for (column, units, orders) in &self.folded {
            let taken = count(*column).min(orders.len());
            wave.orders.extend(&orders[..taken]);
            wave.units += u64::from(*units) * taken as u64;
        }
        wave.groups.sort_unstable();
        wave.orders.sort_unstable();
        wave
    }
}

/// A programme under construction.
struct Model<'a> {
    index: &'a Index,
    programme: Programme,
    columns: Columns,
    /// The known wave, column by column.
    start: Vec<f64>,
    /// Per item: stock of the fixed groups, and of all.
    fixed: Vec<u32>,
    all: Vec<u32>,
    /// Per item: units its columns ask for, and these units less what free groups have.
    asked: Vec<u32>,
    rows: Vec<Expression>,
    units: Expression,
}

impl<'a> Model<'a> {
    fn new(index: &'a Index, choice: &Choice) -> Model<'a> {
        let fixed = stock(index, choice.fixed);
        let free = stock(index, choice.free);
        Model {
            index,
            programme: Programme::maximize(),
            columns: Columns::default(),
            start: Vec::new(),
            all: fixed
                .iter()
                .zip(free)
                .map(|(fixed, free)| fixed + free)
                .collect(),
            fixed,
            asked: vec![0; index.items()],
            rows: vec![Expression::default(); index.items()],
            units: Expression::default(),
        }
    }

    /// Orders of several lines that all groups of the choice could serve.
    fn add_orders(&mut self, known: &Wave) {
        let index = self.index;
        for order in 0..index.units.len() {
            let lines = index.orders.of(order);
            if lines.iter().any(|&(item, n)| n > self.all[item as usize]) {
                continue;
            }
            let units = f64::from(index.units[order]);
            let column = self.programme.add(variable().binary(), units);
            let is_known = known.orders.binary_search(&index.order_of[order]).is_ok();
            self.start.push(f64::from(is_known));
            self.columns.orders.push((column, order as u32));
            self.units.add_mul(units, column);
            for &(item, n) in lines {
                self.rows[item as usize].add_mul(n, column);
                self.asked[item as usize] += n;
            }
        }
    }

    /// A column for all single-line orders of one size for one item.
    fn add_folded(&mut self, known: &Wave) {
        let index = self.index;
        let is_known = |order: &u32| known.orders.binary_search(order).is_ok();
        for item in 0..index.items() {
            for same in index.folded.of(item).chunk_by(|a, b| a.0 == b.0) {
                let n = same[0].0;
                let most = (same.len() as u32).min(self.all[item] / n);
                if most == 0 {
                    continue;
                }
                let count = variable().integer().min(0).max(most);
                let column = self.programme.add(count, f64::from(n));
                let orders = same.iter().map(|of| of.1);
                let (mut orders, others): (Vec<u32>, Vec<u32>) = orders.partition(is_known);
                self.start.push(orders.len() as f64);
                orders.extend(others);
                self.columns.folded.push((column, n, orders));
                self.units.add_mul(n, column);
                self.rows[item].add_mul(n, column);
                self.asked[item] += n * most;
            }
        }
    }

    /// A group serves no more of an item than the fixed groups leave to ask for.
    fn add_groups(&mut self, choice: &Choice, known: &Wave) {
        for &group in choice.free {
            let column = self.programme.add(variable().binary(), -choice.lambda);
            let is_known = known.groups.binary_search(&group).is_ok();
            self.start.push(f64::from(is_known));
            self.columns.groups.push((column, group));
            for &(item, n) in self.index.groups.of(group as usize) {
                let item = item as usize;
                let open = self.asked[item].saturating_sub(self.fixed[item]);
                if open > 0 {
                    self.rows[item].add_mul(-f64::from(n.min(open)), column);
                }
            }
        }
    }

    /// Stock of the items that are short, and the bounds on the units.
    fn add_rows(&mut self) {
        for (item, row) in std::mem::take(&mut self.rows).into_iter().enumerate() {
            if self.asked[item] > self.fixed[item] {
                self.programme
                    .subject_to(constraint!(row <= self.fixed[item]));
            }
        }
        let (least, most) = (self.index.least as f64, self.index.most as f64);
        let units = std::mem::take(&mut self.units);
        self.programme
            .subject_to(constraint!(units.clone() <= most));
        self.programme.subject_to(constraint!(units >= least));
    }
}
