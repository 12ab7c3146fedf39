//! Linear and mixed-integer programmes: formulated with `good_lp`, solved by HiGHS, answered in full.
//!
//! ```text
//! min or max  c'x + c0     s.t.  rows (<=, >=, =),  l <= x <= u,  some x integer
//! ```
//!
//! `good_lp` gives the language (variables, expressions, `constraint!`). Its own `solve` folds every limit into one, reports
//! "infeasible" for "infeasible or unbounded", drops the objective's constant and hides the dual bound; a certified plan
//! needs all four, so this module asks HiGHS itself. HiGHS is named explicitly: `good_lp::default_solver` would change
//! with the features of other crates.
//!
//! One thread and a fixed random seed: the same programme gives the same answer. [`Options::nodes`] is the reproducible
//! limit, [`Options::seconds`] is not. Parallelism belongs to the caller, one programme per shard.
//!
//! Source: Huangfu and Hall (2018), doi 10.1007/s12532-017-0130-5 (dual simplex); HiGHS, highs.dev. Memory: the matrix is
//! held twice, in `good_lp`'s rows and in HiGHS's columns; about 60 bytes per nonzero while it is built.
//!
//! ```
//! use good_lp::{Solution, constraint, variable};
//! use wavecrest::solve::lp::{Options, Programme, Status};
//!
//! // max 3x + 2y  s.t.  x + y <= 4,  x + 3y <= 6,  x <= 3
//! let mut programme = Programme::maximize();
//! let x = programme.add(variable().min(0).max(3), 3.0);
//! let y = programme.add(variable().min(0), 2.0);
//! programme.subject_to(constraint!(x + y <= 4));
//! programme.subject_to(constraint!(x + 3 * y <= 6));
//! let answer = programme.solve(&Options::default());
//! assert_eq!(answer.status, Status::Optimal);
//! assert!((answer.objective - 11.0).abs() < 1e-9 && (answer.value(y) - 1.0).abs() < 1e-9);
//! ```

use good_lp::solvers::highs::highs;
use good_lp::{
    Constraint, Expression, IntoAffineExpression, ProblemVariables, SolutionStatus, SolverModel,
    Variable, VariableDefinition,
};
use highs::HighsModelStatus as Model;
use rustc_hash::FxHashMap;

use crate::solve::outcome::relative_gap;

/// HiGHS's `kSolutionStatusFeasible`.
const FEASIBLE: i64 = highs::HighsSolutionStatus::Feasible as i64;

/// What ended a search before its proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Options::seconds`].
    Time,
    /// Simplex or interior-point iterations.
    Iterations,
    /// [`Options::nodes`], or HiGHS's own limits on leaves and improving solutions.
    Nodes,
    /// Memory.
    Memory,
    /// The search was interrupted from outside.
    Interrupt,
}

/// The verdict on a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Proven optimal, within [`Options::relative_gap`] and [`Options::absolute_gap`].
    Optimal,
    /// Feasible, not proven optimal: a limit came first.
    Feasible(Limit),
    /// A limit came before any feasible solution.
    NoSolution(Limit),
    /// No solution satisfies the rows and bounds.
    Infeasible,
    /// The objective improves without end.
    Unbounded,
    /// Presolve found one of the two and did not tell which; solving with a zero objective does.
    InfeasibleOrUnbounded,
    /// HiGHS failed, with its message. Numerical trouble, or a malformed programme (NaN, lower above upper bound).
    Failed(String),
}

/// How to solve.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Stop when `|objective - bound| / |objective|` is at most this.
    pub relative_gap: f64,
    /// Stop when `|objective - bound|` is at most this.
    pub absolute_gap: f64,
    /// Branch-and-bound nodes, at least 1 (the root); reproducible.
    pub nodes: Option<i32>,
    /// Wall-clock seconds; gives up determinism.
    pub seconds: Option<f64>,
    /// HiGHS's random seed.
    pub seed: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            relative_gap: 0.0,
            absolute_gap: 1e-6,
            nodes: None,
            seconds: None,
            seed: 0,
        }
    }
}

/// A linear or mixed-integer programme under construction.
pub struct Programme {
    variables: ProblemVariables,
    columns: FxHashMap<Variable, u32>,
    objective: Expression,
    maximize: bool,
    rows: Vec<Constraint>,
    start: Option<Vec<f64>>,
    is_integer: bool,
}

impl Programme {
    /// An empty minimization.
    pub fn minimize() -> Self {
        Self::empty(false)
    }

    /// An empty maximization.
    pub fn maximize() -> Self {
        Self::empty(true)
    }

    fn empty(maximize: bool) -> Self {
        Self {
            variables: ProblemVariables::new(),
            columns: FxHashMap::default(),
            objective: Expression::default(),
            maximize,
            rows: Vec::new(),
            start: None,
            is_integer: false,
        }
    }

    /// A new column, with its coefficient in the objective. Columns are numbered in this order.
    pub fn add(&mut self, definition: VariableDefinition, cost: f64) -> Variable {
        let column = self.columns.len() as u32;
        self.is_integer |= definition.is_integer();
        let variable = self.variables.add(definition);
        self.columns.insert(variable, column);
        self.objective.add_mul(cost, variable);
        variable
    }

    /// Add a constant to the objective (and so to the bound).
    pub fn add_constant(&mut self, constant: f64) {
        self.objective += constant;
    }

    /// A new row. Rows are numbered in this order.
    pub fn subject_to(&mut self, row: Constraint) {
        self.rows.push(row);
    }

    /// Start the search from this solution: one value per column, in the order of [`Programme::add`]. HiGHS ignores a
    /// start that is infeasible or of the wrong length.
    pub fn start_from(&mut self, values: Vec<f64>) {
        self.start = Some(values);
    }

    /// Number of columns so far.
    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Solve with HiGHS.
    pub fn solve(self, options: &Options) -> Answer {
        let mut answer = Answer::empty(self.columns, self.maximize);
        answer.is_integer = self.is_integer;
        answer.constant = self.objective.constant();
        let unsolved = if self.maximize {
            self.variables.maximise(self.objective)
        } else {
            self.variables.minimise(self.objective)
        };
        let mut problem = unsolved.using(highs);
        for row in self.rows {
            problem.add_constraint(row);
        }
        match problem.try_into_inner() {
            Ok(model) => answer.run(model, self.start.as_deref(), options),
            Err(error) => answer.status = Status::Failed(error.to_string()),
        }
        answer
    }
}

/// What HiGHS found.
///
/// It implements [`good_lp::Solution`]: `answer.value(x)`, `expression.eval_with(&answer)`. Without a feasible solution all
/// values are 0 and the objective is NaN.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The verdict.
    pub status: Status,
    /// Objective of the solution, constant included; NaN without one.
    pub objective: f64,
    /// No solution is better than this: a lower bound of a minimization, an upper bound of a maximization. Infinite where
    /// nothing is known.
    pub bound: f64,
    /// One value per column.
    pub values: Vec<f64>,
    /// Change of the optimal objective per unit of a row's right-hand side (linear programmes; empty otherwise).
    pub row_duals: Vec<f64>,
    /// Change of the optimal objective per unit of a column forced in (linear programmes; empty otherwise).
    pub reduced_costs: Vec<f64>,
    /// Simplex iterations, of all nodes together.
    pub iterations: i64,
    columns: FxHashMap<Variable, u32>,
    constant: f64,
    is_integer: bool,
}

impl Answer {
    fn empty(columns: FxHashMap<Variable, u32>, maximize: bool) -> Self {
        let worst = if maximize { 1.0 } else { -1.0 };
        Self {
            status: Status::Infeasible,
            objective: f64::NAN,
            bound: worst * f64::INFINITY,
            values: vec![0.0; columns.len()],
            row_duals: Vec::new(),
            reduced_costs: Vec::new(),
            iterations: 0,
            columns,
            constant: 0.0,
            is_integer: false,
        }
    }

    /// Whether there is a solution to use.
    pub fn has_solution(&self) -> bool {
        matches!(self.status, Status::Optimal | Status::Feasible(_))
    }

    /// `|objective - bound| / |objective|`; `None` without a solution.
    pub fn gap(&self) -> Option<f64> {
        self.has_solution()
            .then(|| relative_gap(self.objective, self.bound))
    }

    fn run(&mut self, mut model: highs::Model, start: Option<&[f64]>, options: &Options) {
        if let Err(message) = set_options(&mut model, options) {
            self.status = Status::Failed(message);
            return;
        }
        if let Some(values) = start {
            // A hint only: one that HiGHS refuses changes nothing but the time it takes.
            let _ = model.try_set_solution(Some(values), None, None, None);
        }
        match model.try_solve() {
            Ok(solved) => self.read(&solved),
            Err(status) => self.status = Status::Failed(format!("HiGHS returned {status:?}")),
        }
    }

    fn read(&mut self, solved: &highs::SolvedModel) {
        // The typed accessor panics on -1, which HiGHS leaves when it holds no solution at all.
        let found = solved.int_info_value(c"primal_solution_status") == Ok(FEASIBLE);
        self.status = verdict(solved.status(), found);
        self.iterations = solved.simplex_iteration_count();
        if self.has_solution() {
            let solution = solved.get_solution();
            self.objective = solved.objective_value() + self.constant;
            self.values = solution.columns().to_vec();
            if !self.is_integer {
                self.row_duals = solution.dual_rows().to_vec();
                self.reduced_costs = solution.dual_columns().to_vec();
            }
        }
        if self.is_integer {
            if let Ok(bound) = solved.double_info_value(c"mip_dual_bound") {
                self.bound = bound + self.constant;
            }
        } else if self.status == Status::Optimal {
            self.bound = self.objective;
        }
    }
}

impl good_lp::Solution for Answer {
    /// Coarser than [`Answer::status`]: `good_lp` has one word for all limits.
    fn status(&self) -> SolutionStatus {
        match self.status {
            Status::Optimal => SolutionStatus::Optimal,
            _ => SolutionStatus::TimeLimit,
        }
    }

    fn value(&self, variable: Variable) -> f64 {
        self.values[self.columns[&variable] as usize]
    }
}

fn set_options(model: &mut highs::Model, options: &Options) -> Result<(), String> {
    let refused = |name: &str| format!("HiGHS refused the option {name}");
    let integers = [
        ("threads", Some(1)),
        ("random_seed", Some(options.seed)),
        ("mip_max_nodes", options.nodes.map(|n| n.max(1))),
    ];
    for (name, value) in integers {
        if let Some(value) = value {
            model
                .try_set_option(name, value)
                .map_err(|_| refused(name))?;
        }
    }
    let floats = [
        ("mip_rel_gap", Some(options.relative_gap)),
        ("mip_abs_gap", Some(options.absolute_gap)),
        ("time_limit", options.seconds),
    ];
    for (name, value) in floats {
        if let Some(value) = value {
            model
                .try_set_option(name, value)
                .map_err(|_| refused(name))?;
        }
    }
    model
        .try_set_option("parallel", "off")
        .map_err(|_| refused("parallel"))
}

/// HiGHS's verdict in ours. `found`: it holds a feasible solution.
fn verdict(status: Model, found: bool) -> Status {
    let limited = |limit| {
        if found {
            Status::Feasible(limit)
        } else {
            Status::NoSolution(limit)
        }
    };
    match status {
        Model::Optimal | Model::ModelEmpty => Status::Optimal,
        Model::Infeasible => Status::Infeasible,
        Model::Unbounded => Status::Unbounded,
        Model::UnboundedOrInfeasible => Status::InfeasibleOrUnbounded,
        Model::ReachedTimeLimit => limited(Limit::Time),
        Model::ReachedIterationLimit => limited(Limit::Iterations),
        Model::ReachedSolutionLimit | Model::ObjectiveBound | Model::ObjectiveTarget => {
            limited(Limit::Nodes)
        }
        Model::ReachedMemoryLimit => limited(Limit::Memory),
        Model::ReachedInterrupt => limited(Limit::Interrupt),
        other => Status::Failed(format!("HiGHS ended with {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use good_lp::{Solution, constraint, variable};

    /// Generalized assignment: jobs to machines at least cost within each machine's capacity.
    fn assignment(
        cost: &[Vec<f64>],
        load: &[Vec<f64>],
        capacity: &[f64],
    ) -> (Programme, Vec<Vec<Variable>>) {
        let mut programme = Programme::minimize();
        let x: Vec<Vec<Variable>> = cost
            .iter()
            .map(|row| {
                row.iter()
                    .map(|&c| programme.add(variable().binary(), c))
                    .collect()
            })
            .collect();
        for j in 0..cost[0].len() {
            let once: Expression = x.iter().map(|machine| machine[j]).sum();
            programme.subject_to(constraint!(once == 1));
        }
        for (i, machine) in x.iter().enumerate() {
            let mut used = Expression::default();
            for (j, &var) in machine.iter().enumerate() {
                used.add_mul(load[i][j], var);
            }
            programme.subject_to(constraint!(used <= capacity[i]));
        }
        (programme, x)
    }

    /// A small instance from a linear congruence, hard enough to branch.
    fn instance(machines: usize, jobs: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>, Vec<f64>) {
        let mut state = 12345u64;
        let mut next = |low: u64, high: u64| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (low + (state >> 33) % (high - low + 1)) as f64
        };
        let mut grid = |low, high| -> Vec<Vec<f64>> {
            (0..machines)
                .map(|_| (0..jobs).map(|_| next(low, high)).collect())
                .collect()
        };
        let (cost, load) = (grid(10, 50), grid(5, 25));
        let capacity = load
            .iter()
            .map(|row| (0.8 * row.iter().sum::<f64>() / machines as f64).floor())
            .collect();
        (cost, load, capacity)
    }

    /// Oracle: try every assignment.
    fn exhaustive(cost: &[Vec<f64>], load: &[Vec<f64>], capacity: &[f64], job: usize) -> f64 {
        if job == cost[0].len() {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for i in 0..cost.len() {
            if load[i][job] <= capacity[i] {
                let mut rest = capacity.to_vec();
                rest[i] -= load[i][job];
                best = best.min(cost[i][job] + exhaustive(cost, load, &rest, job + 1));
            }
        }
        best
    }

    #[test]
    fn generalized_assignment_equals_exhaustive_search() {
        let (cost, load, capacity) = instance(3, 9);
        let (programme, x) = assignment(&cost, &load, &capacity);
        let answer = programme.solve(&Options::default());
        let optimum = exhaustive(&cost, &load, &capacity, 0);
        assert_eq!(answer.status, Status::Optimal);
        assert!(
            (answer.objective - optimum).abs() < 1e-6,
            "{} {optimum}",
            answer.objective
        );
        assert!((answer.bound - optimum).abs() < 1e-3 && answer.gap().unwrap() < 1e-6);
        for j in 0..9 {
            let used: f64 = x.iter().map(|machine| answer.value(machine[j])).sum();
            assert!((used - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn the_same_programme_gives_the_same_answer() {
        let (cost, load, capacity) = instance(4, 24);
        let run = || {
            let (programme, _) = assignment(&cost, &load, &capacity);
            let answer = programme.solve(&Options {
                relative_gap: 0.01,
                ..Options::default()
            });
            (answer.values, answer.bound.to_bits(), answer.iterations)
        };
        assert_eq!(run(), run());
    }

    #[test]
    fn a_node_limit_leaves_a_bound() {
        let (cost, load, capacity) = instance(5, 40);
        let (programme, _) = assignment(&cost, &load, &capacity);
        let answer = programme.solve(&Options {
            nodes: Some(1),
            ..Options::default()
        });
        assert!(
            answer.bound.is_finite(),
            "{:?} {}",
            answer.status,
            answer.bound
        );
        if let Some(gap) = answer.gap() {
            assert!(gap >= 0.0 && answer.bound <= answer.objective + 1e-6);
        }
    }

    #[test]
    fn a_time_limit_is_told_from_infeasibility() {
        let (cost, load, capacity) = instance(10, 200);
        let (programme, _) = assignment(&cost, &load, &capacity);
        let answer = programme.solve(&Options {
            seconds: Some(0.0),
            ..Options::default()
        });
        assert!(
            matches!(
                answer.status,
                Status::NoSolution(Limit::Time) | Status::Feasible(Limit::Time)
            ),
            "{:?}",
            answer.status
        );
    }

    #[test]
    fn a_start_is_used() {
        let mut programme = Programme::maximize();
        let x = programme.add(variable().integer().clamp(0, 9), 1.0);
        let y = programme.add(variable().integer().clamp(0, 9), 1.0);
        programme.subject_to(constraint!(x + y <= 11));
        programme.start_from(vec![9.0, 2.0]);
        let answer = programme.solve(&Options::default());
        assert_eq!(answer.objective, 11.0);
    }

    #[test]
    fn duals_of_a_linear_programme() {
        // min 2x + 3y - 7  s.t.  x + y >= 4,  x <= 3: x = 3, y = 1, the row costs 3 per unit.
        let mut programme = Programme::minimize();
        let x = programme.add(variable().min(0).max(3), 2.0);
        let y = programme.add(variable().min(0), 3.0);
        programme.add_constant(-7.0);
        programme.subject_to(constraint!(x + y >= 4));
        let answer = programme.solve(&Options::default());
        assert_eq!((answer.objective, answer.bound), (2.0, 2.0));
        assert_eq!((answer.value(x), answer.value(y)), (3.0, 1.0));
        assert_eq!(
            (answer.row_duals, answer.reduced_costs),
            (vec![3.0], vec![-1.0, 0.0])
        );
    }

    #[test]
    fn verdicts_without_a_solution() {
        let mut programme = Programme::minimize();
        let x = programme.add(variable().min(0).max(1), 1.0);
        programme.subject_to(constraint!(x >= 2));
        let answer = programme.solve(&Options::default());
        assert_eq!(
            (answer.status.clone(), answer.gap()),
            (Status::Infeasible, None)
        );

        let mut programme = Programme::maximize();
        programme.add(variable().min(0), 1.0);
        let answer = programme.solve(&Options::default());
        assert!(matches!(
            answer.status,
            Status::Unbounded | Status::InfeasibleOrUnbounded
        ));

        let empty = Programme::minimize().solve(&Options::default());
        assert_eq!((empty.status, empty.objective), (Status::Optimal, 0.0));
    }
}
