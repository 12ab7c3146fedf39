//! Joint order selection, item allocation, batching and picking (Zalando SE 2024, arXiv 2401.04563); solved by [`crate::solve::joint_pick`].
//!
//! An instance is a folder of four JSON files: `parameters` (items to be picked at least, orders per batch, volume of a container, outer rows), `articles` (id,
//! volume), `warehouse_items` (id, row, aisle, article, zone), `orders` (id, positions: article ids). A solution is a list of batches, each with its orders and pick lists.
//! The authors publish no best values: the distance stands beside a bound. [`Spec`] makes instances of that shape by seed.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use rand::RngExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::table::{Cell, Table};
use crate::error::{Error, Result};
use crate::solve::joint_pick::{Effort, FARTHEST, Instance, Item, Plan, Rules, plan};
use crate::solve::outcome::relative_gap;
use crate::solve::rng;

#[derive(Deserialize)]
struct Parameters {
    min_number_requested_items: u32,
    max_orders_per_batch: u32,
    max_container_volume: u32,
    first_row: i16,
    last_row: i16,
}

#[derive(Deserialize)]
struct Article {
    id: String,
    volume: u32,
}

#[derive(Deserialize)]
struct WarehouseItem {
    id: String,
    row: i16,
    aisle: i16,
    article: String,
    zone: String,
}

#[derive(Deserialize)]
struct Order {
    id: String,
    positions: Vec<String>,
}

/// An instance with the names of its orders and items.
pub struct Case {
    pub name: String,
    pub instance: Instance,
    orders: Vec<String>,
    items: Vec<String>,
}

/// The result of one instance.
pub struct Outcome {
    pub instance: String,
    pub orders: usize,
    pub items: usize,
    pub goal: usize,
    /// `None`: the stock does not suffice for the goal.
    pub plan: Option<Plan>,
    /// No plan has a shorter distance.
    pub bound: i64,
    pub steps: u64,
    pub seconds: f64,
}

/// A file of the folder.
fn load<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T> {
    let path = folder.join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).map_err(|e| {
        Error::input(format!("cannot read {}: {e}", path.display())).hint(
            "an instance is a folder with parameters, articles, orders and warehouse_items as JSON",
        )
    })?;
    serde_json::from_str(&text).map_err(|e| Error::input(format!("{}: {e}", path.display())))
}

impl Case {
    /// Reads a folder.
    pub fn read(folder: &Path) -> Result<Case> {
        let parameters: Parameters = load(folder, "parameters")?;
        let articles: Vec<Article> = load(folder, "articles")?;
        let mut items: Vec<WarehouseItem> = load(folder, "warehouse_items")?;
        let orders: Vec<Order> = load(folder, "orders")?;
        let fault = |message: String| Error::input(format!("{}: {message}", folder.display()));
        let numbers: HashMap<&str, u32> = articles
            .iter()
            .zip(0..)
            .map(|(article, at)| (article.id.as_str(), at))
            .collect();
        let number = |file: &str, id: &str, article: &str| {
            let number = numbers.get(article).copied();
            number.ok_or_else(|| {
                fault(format!(
                    "{file} {id}: no article {article:?} in articles.json"
                ))
            })
        };
        let rules = parameters.rules().map_err(fault)?;
        items.sort_by(|a, b| a.zone.cmp(&b.zone));
        let mut zones: Vec<&str> = items.iter().map(|item| item.zone.as_str()).collect();
        zones.dedup();
        if zones.len() > usize::from(u16::MAX) {
            return Err(fault(format!(
                "{} zones, more than {}",
                zones.len(),
                u16::MAX
            )));
        }
        let mut places = Vec::with_capacity(items.len());
        for item in &items {
            let rows = -rules.ends[0]..=rules.ends[1];
            if !rows.contains(&item.row) || !(-FARTHEST..=FARTHEST).contains(&item.aisle) {
                let (id, row, aisle) = (&item.id, item.row, item.aisle);
                return Err(fault(format!(
                    "warehouse_items {id}: row {row} and aisle {aisle} lie outside of the rows {rows:?} or beyond aisle {FARTHEST}"
                )));
            }
            places.push(Item {
                article: number("warehouse_items", &item.id, &item.article)?,
                zone: zones.partition_point(|zone| *zone < item.zone.as_str()) as u16,
                row: item.row,
                aisle: item.aisle,
            });
        }
        let positions = |order: &Order| {
            order
                .positions
                .iter()
                .map(|article| number("orders", &order.id, article))
                .collect()
        };
        let lists: Vec<Vec<u32>> = orders.iter().map(positions).collect::<Result<_>>()?;
        let volumes: Vec<u32> = articles.iter().map(|article| article.volume).collect();
        if let Some(article) = articles
            .iter()
            .find(|article| article.volume > rules.most_volume)
        {
            let (id, volume, most) = (&article.id, article.volume, rules.most_volume);
            return Err(fault(format!(
                "articles {id}: volume {volume} exceeds that of a container, {most}"
            )));
        }
        let name = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Ok(Case {
            name: name
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            instance: Instance::new(places, volumes, &lists, rules),
            orders: orders.into_iter().map(|order| order.id).collect(),
            items: items.into_iter().map(|item| item.id).collect(),
        })
    }

    /// The batches as the benchmark writes them.
    pub fn solution(&self, plan: &Plan) -> String {
        let batches = plan.batches.iter().map(|batch| {
            let lists = batch.lists.iter();
            let lists: Vec<Vec<&String>> = lists
                .map(|list| {
                    list.iter()
                        .map(|&item| &self.items[item as usize])
                        .collect()
                })
                .collect();
            let orders: Vec<&String> = batch
                .orders
                .iter()
                .map(|&order| &self.orders[order as usize])
                .collect();
            json!({ "orders": orders, "picklists": lists })
        });
        Value::Array(batches.collect()).to_string()
    }
}

impl Parameters {
    fn rules(&self) -> std::result::Result<Rules, String> {
        let ends = [
            self.first_row.checked_neg().unwrap_or(i16::MIN),
            self.last_row,
        ];
        if ends.iter().any(|end| !(0..=FARTHEST).contains(end)) {
            let (first, last) = (self.first_row, self.last_row);
            return Err(format!(
                "parameters: rows {first} to {last}: expected -{FARTHEST} to 0 and 0 to {FARTHEST}"
            ));
        }
        if self.max_orders_per_batch == 0 {
            return Err("parameters: max_orders_per_batch is 0".to_owned());
        }
        Ok(Rules {
            goal: self.min_number_requested_items as usize,
            most_orders: self.max_orders_per_batch as usize,
            most_volume: self.max_container_volume,
            ends,
        })
    }
}

/// An instance made by seed, in the shape of the published ones: 20 items per order, 3 per article, 2,000 per zone, batches of 50 orders, a goal of 0.526 items
/// per order; orders of 2 to 6 articles (57, 28, 11, 3, 1 %).
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    pub orders: usize,
    pub seed: u64,
}

/// Items per order, article and zone.
const ITEMS_PER_ORDER: usize = 20;
const ITEMS_PER_ARTICLE: usize = 3;
const ITEMS_PER_ZONE: usize = 2_000;
/// Items to be picked per thousand orders.
const GOAL_PER_THOUSAND: usize = 526;
/// Orders of more than so many articles, per hundred, from 1 on.
const LARGER: [u32; 5] = [100, 43, 15, 4, 1];
/// Outer rows and aisles.
const END: i16 = 50;

impl Spec {
    /// The instance. O(items).
    pub fn make(&self) -> Case {
        let mut rng = rng::stream(self.seed, "zalando", 0);
        let count = self.orders * ITEMS_PER_ORDER;
        let articles = (count / ITEMS_PER_ARTICLE).max(1) as u32;
        let volumes: Vec<u32> = (0..articles)
            .map(|_| 1 + rng.random_range(0..25) + rng.random_range(0..25))
            .collect();
        let place = |at: usize| Item {
            article: if at < articles as usize {
                at as u32
            } else {
                rng.random_range(0..articles)
            },
            zone: 0,
            row: rng.random_range(1 - END..END),
            aisle: rng.random_range(1 - END..END),
        };
        let mut items: Vec<Item> = (0..count).map(place).collect();
        // Any part of the items is a zone: they lie everywhere.
        let zones = count
            .div_ceil(ITEMS_PER_ZONE)
            .clamp(1, usize::from(u16::MAX));
        let shift = rng.random_range(0..zones);
        for (at, item) in items.iter_mut().enumerate() {
            item.zone = ((at * 7 + at / zones + shift) % zones) as u16;
        }
        items.sort_by_key(|item| item.zone);
        let mut order = |_| {
            let draw = rng.random_range(0..100);
            let size = 1 + LARGER.iter().filter(|&&share| draw < share).count();
            (0..size).map(|_| rng.random_range(0..articles)).collect()
        };
        let orders: Vec<Vec<u32>> = (0..self.orders).map(&mut order).collect();
        let rules = Rules {
            goal: self.orders * GOAL_PER_THOUSAND / 1_000,
            most_orders: 50,
            most_volume: 1_000,
            ends: [END, END],
        };
        let named = |what: &str, n: usize| (0..n).map(|at| format!("{what}-{at}")).collect();
        Case {
            name: format!("made-{}-{}", self.orders, self.seed),
            instance: Instance::new(items, volumes, &orders, rules),
            orders: named("order", self.orders),
            items: named("warehouse-item", count),
        }
    }
}

/// Solves a case; `seconds`: a clock that ends it too.
pub fn run(case: &Case, effort: &Effort, seconds: Option<f64>) -> Result<Outcome> {
    let start = Instant::now();
    let most = seconds.unwrap_or(f64::INFINITY);
    let found = plan(&case.instance, effort, &mut || {
        start.elapsed().as_secs_f64() / most
    });
    let seconds = start.elapsed().as_secs_f64();
    if let Some(found) = &found {
        let checked = case.instance.check(&found.solution);
        if checked != Ok(found.value) {
            let (name, value) = (&case.name, found.value);
            return Err(Error::internal(format!(
                "{name}: distance {value}, but the check says {checked:?}"
            )));
        }
    }
    Ok(Outcome {
        instance: case.name.clone(),
        orders: case.instance.orders(),
        items: case.items.len(),
        goal: case.instance.goal,
        bound: found.as_ref().map_or(0, |found| found.bound),
        steps: found.as_ref().map_or(0, |found| found.iterations),
        plan: found.map(|found| found.solution),
        seconds,
    })
}

/// A row per instance.
pub fn table(outcomes: &[Outcome]) -> Table {
    Table {
        columns: vec![
            "instance",
            "orders",
            "items",
            "goal",
            "distance",
            "batches",
            "pick lists",
            "bound",
            "gap to bound %",
            "steps",
            "seconds",
            "state",
        ],
        rows: outcomes.iter().map(row).collect(),
        means: Vec::new(),
    }
}

fn row(outcome: &Outcome) -> Vec<Cell> {
    let plan = outcome.plan.as_ref();
    let whole = |n: Option<i64>| n.map_or(Cell::Unknown, Cell::Whole);
    let distance = plan.map(|plan| plan.distance);
    let gap = distance.map(|distance| 100.0 * relative_gap(distance as f64, outcome.bound as f64));
    let lists = plan.map(|plan| {
        plan.batches
            .iter()
            .map(|batch| batch.lists.len() as i64)
            .sum()
    });
    vec![
        Cell::Text(outcome.instance.clone()),
        Cell::Whole(outcome.orders as i64),
        Cell::Whole(outcome.items as i64),
        Cell::Whole(outcome.goal as i64),
        whole(distance),
        whole(plan.map(|plan| plan.batches.len() as i64)),
        whole(lists),
        whole(distance.map(|_| outcome.bound)),
        gap.map_or(Cell::Unknown, |gap| Cell::Real(gap, 1)),
        Cell::Whole(outcome.steps as i64),
        Cell::Real(outcome.seconds, 1),
        Cell::Text(
            if plan.is_some() {
                "feasible"
            } else {
                "the stock does not suffice for the goal"
            }
            .to_owned(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a small instance, with one text replaced, and reads it.
    fn read(from: &str, to: &str) -> Result<Case> {
        let dir = tempfile::tempdir().unwrap();
        let files = [
            (
                "parameters",
                r#"{"min_number_requested_items": 2, "max_orders_per_batch": 5, "max_container_volume": 9, "first_row": -5, "last_row": 5}"#,
            ),
            (
                "articles",
                r#"[{"id": "a", "volume": 4}, {"id": "b", "volume": 2}]"#,
            ),
            (
                "warehouse_items",
                r#"[{"id": "1", "row": 2, "aisle": 3, "article": "a", "zone": "z"}, {"id": "2", "row": -1, "aisle": 0, "article": "b", "zone": "y"}]"#,
            ),
            ("orders", r#"[{"id": "o", "positions": ["a", "b"]}]"#),
        ];
        for (name, text) in files {
            std::fs::write(
                dir.path().join(format!("{name}.json")),
                text.replace(from, to),
            )
            .unwrap();
        }
        Case::read(dir.path())
    }

    #[test]
    fn a_small_instance_is_solved_and_written() {
        let case = read("", "").unwrap();
        let effort = Effort { steps: 50, seed: 1 };
        let outcome = run(&case, &effort, None).unwrap();
        let plan = outcome.plan.unwrap();
        assert_eq!((plan.distance, outcome.steps), (2 * 5 + 2, 50));
        let written: Value = serde_json::from_str(&case.solution(&plan)).unwrap();
        assert_eq!(written[0]["orders"], json!(["o"]));
        assert_eq!(
            written[0]["picklists"].as_array().unwrap().len(),
            2,
            "two zones"
        );
    }

    #[test]
    fn faults_name_file_row_and_value() {
        let said = |from: &str, to: &str| read(from, to).map(|_| ()).unwrap_err().message;
        assert!(said("[\"a\", \"b\"]", "[\"c\"]").contains("orders o: no article \"c\""));
        assert!(said("\"row\": 2", "\"row\": 6").contains("warehouse_items 1: row 6"));
        assert!(said("\"volume\": 4", "\"volume\": 10").contains("articles a: volume 10 exceeds"));
        assert!(said("\"volume\": 4", "\"volume\": -1").contains("articles.json: invalid value"));
        assert!(said("\"first_row\": -5", "\"first_row\": 5").contains("parameters: rows 5 to 5"));
        assert!(
            Case::read(Path::new("/none"))
                .map(|_| ())
                .unwrap_err()
                .message
                .contains("cannot read /none/parameters.json")
        );
    }

    #[test]
    fn instances_are_a_function_of_their_seed() {
        let spec = Spec {
            orders: 60,
            seed: 3,
        };
        let solve = || {
            run(
                &spec.make(),
                &Effort {
                    steps: 200,
                    seed: 1,
                },
                None,
            )
            .unwrap()
            .plan
            .unwrap()
        };
        let plan = solve();
        assert!(plan.distance > 0);
        assert_eq!(plan, solve());
    }
}
