//! The toolbox: optimization kernels that know numbers, not orders.
//!
//! Nothing here imports `model`, `stages` or `params`. A stage turns columns into an instance, calls a kernel, turns the
//! answer back. Every kernel is a pure function of its arguments: same input, same output, on any number of threads.
//!
//! | module | decides |
//! |---|---|
//! | [`assign`] | who is served from where, when many orders compete for few resources |
//! | [`batch`] | which jobs share a cart, when tours are to be short |
//! | [`pack`] | which boxes, and where each piece lies in its box (three-dimensional bin packing) |
//! | [`scatter`] | which slots to pick from, when items lie in several, for the shortest walk |
//! | [`select`] | which orders and aisles make the wave with most units per visited aisle |
//! | [`tour`] | the shortest walk of a picker through a parallel-aisle warehouse |
//! | [`joint_pick`] | which orders, items, batches and walks together make the shortest way to a number of items |
//! | [`knapsack`] | which of many gains to take within one capacity, and what one more unit of capacity is worth |
//! | [`lp`] | linear and mixed-integer programmes, by HiGHS |
//! | [`outcome`], [`budget`] | how a search says what it found, how good it must be, and when it stops |
//! | [`rng`] | one reproducible random stream per seed, stage and shard |

pub mod assign;
pub mod batch;
pub mod budget;
pub mod joint_pick;
pub mod knapsack;
pub mod lp;
pub mod outcome;
pub mod pack;
pub mod rng;
pub mod scatter;
pub mod select;
pub mod tour;
