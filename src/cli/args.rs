//! What a person may type.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Heading of the options that every command has.
const LOGS: &str = "Logs and progress";

/// Plans a whole night of e-commerce orders, and says how far each decision may be from the best
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "First steps:\n  \
                  wavecrest generate --orders 20000 night    write a synthetic batch\n  \
                  wavecrest check night                      list what is wrong with it\n  \
                  wavecrest run night --out RUN              plan it; then open RUN/report.html\n  \
                  wavecrest verify RUN                       audit the plan\n\n\
                  A batch is a folder of tables (Parquet, Arrow IPC or CSV); `wavecrest schema` lists them.\n\n\
                  Exit codes: 0 done, 1 internal or resource, 2 usage or parameter, 3 input unusable,\n\
                  4 done with more rejected rows than --max-reject-share, 5 a check failed."
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// Form of the logs, which go to stderr
    #[arg(long, global = true, value_enum, default_value_t = LogForm::Text, value_name = "FORM", help_heading = LOGS)]
    pub log: LogForm,
    /// More logs on stderr (-v: what each stage did, -vv: everything); the variable WAVECREST_LOG overrides, as in
    /// WAVECREST_LOG=wavecrest=debug
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = LOGS)]
    pub verbose: u8,
    /// No progress bars
    #[arg(short, long, global = true, help_heading = LOGS)]
    pub quiet: bool,
}

/// Form of the logs.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    Text,
    Json,
}

#[derive(Subcommand)]
pub enum Command {
    /// Write a synthetic batch of up to 200 million orders as Parquet tables
    #[command(
        after_help = "Examples:\n  wavecrest generate --orders 100000 --seed 7 night\n  \
                            wavecrest generate --orders 20000 --dirty-share 0.25 broken\n\n\
                            The same options and seed give the same files."
    )]
    Generate(GenerateArgs),
    /// Read and validate a batch, print what is wrong with it; plans nothing
    #[command(
        after_help = "Examples:\n  wavecrest check datasets/uk_retail_peak\n  \
                            wavecrest check night --max-reject-share 0.01 --rejects faults"
    )]
    Check(CheckArgs),
    /// Plan a batch: write the run folder, print the summary
    #[command(
        after_help = "Examples:\n  wavecrest run datasets/uk_retail_peak --out RUN\n  \
                            wavecrest run night --out RUN --set routing.max_shipments=2 --set waves.cart_shipments=12\n  \
                            wavecrest run night --out RUN --force --config peak.toml\n  \
                            wavecrest run night --out RUN --resume    (after Ctrl-C or a crash)\n\n\
                            `wavecrest params` lists what --set takes.\n`wavecrest params --toml > peak.toml` writes a file for --config."
    )]
    Run(RunArgs),
    /// Audit the run folder of a finished run from its files alone
    #[command(after_help = "Example:\n  wavecrest verify RUN\n\n\
                            The exit code is 0 if every rule holds, 5 if one is broken.")]
    Verify(VerifyArgs),
    /// Tell the life of one order of a finished run: its state, from where it ships and why, boxes, carrier, times
    #[command(
        after_help = "Examples:\n  wavecrest explain RUN O-1004711\n  wavecrest explain RUN O-1004711 --json\n\n\
                      It reads the files of the run folder alone."
    )]
    Explain(ExplainArgs),
    /// Solve public instances with the code of the stages, and print cost, bound and gap
    #[command(
        after_help = "Examples:\n  wavecrest bench gap tests/fixtures/gap/chu1997/c05100\n  \
                            wavecrest bench fulfilment --orders 1000,10000"
    )]
    Bench {
        #[command(subcommand)]
        bench: BenchCommand,
    },
    /// Print the tables and columns of a batch, or those of a run folder (--outputs)
    #[command(
        after_help = "Examples:\n  wavecrest schema\n  wavecrest schema --outputs\n  wavecrest schema --json"
    )]
    Schema(SchemaArgs),
    /// Print every parameter of the planning with unit, range, default and reason
    #[command(after_help = "Examples:\n  wavecrest params\n  wavecrest params --toml > peak.toml")]
    Params(ParamsArgs),
    /// Print shell completions
    #[command(
        after_help = "Example:\n  wavecrest completions bash > ~/.local/share/bash-completion/completions/wavecrest"
    )]
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
}

/// Arrival pattern of a generated batch.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// A whole day of orders
    Night,
    /// One hour of peak season
    PeakHour,
    /// A whole day of orders for one facility with stock and capacity to spare: the night that waves are measured on
    FacilityNight,
}

#[derive(clap::Args)]
pub struct GenerateArgs {
    /// Folder to write; must not exist, or be empty
    pub dir: PathBuf,
    /// Orders to write, at least 1
    #[arg(long, value_name = "NUMBER", default_value = "10000", value_parser = whole, allow_negative_numbers = true)]
    pub orders: i64,
    /// Seed of every random choice
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    pub seed: u64,
    /// Items on sale, at least 20 [default: grows with the orders]
    #[arg(long, value_name = "NUMBER", value_parser = whole, allow_negative_numbers = true)]
    pub items: Option<i64>,
    /// Fulfilment centres, at least 1 [default: grows with the orders]
    #[arg(long, value_name = "NUMBER", value_parser = whole, allow_negative_numbers = true)]
    pub facilities: Option<i64>,
    /// Stock as a multiple of expected demand; below 1 there are backorders [default: 1.10]
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    pub stock_tightness: Option<f64>,
    /// Capacity of the facilities as a multiple of expected units [default: 1.15]
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    pub capacity_tightness: Option<f64>,
    /// Share of broken rows (0 to 1), of every kind that `check` knows
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    pub dirty_share: f64,
    /// When the orders were placed, and where they go
    #[arg(long, value_enum, default_value_t = Preset::Night)]
    pub preset: Preset,
    /// Leave out the tables slots and layouts, so that pick lists carry no walking order
    #[arg(long)]
    pub no_slots: bool,
}

/// A whole number, `_` and `,` between its digits allowed.
fn whole(text: &str) -> Result<i64, String> {
    text.replace(['_', ','], "")
        .parse()
        .map_err(|_| "write a whole number, such as 10000".to_owned())
}

#[derive(clap::Args)]
pub struct CheckArgs {
    /// Folder of the input tables (`wavecrest schema` lists them)
    pub batch: PathBuf,
    /// Exit code 4 if more than this share (0 to 1) of the rows of orders and order_lines is rejected; the work is done all the same
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.1,
        allow_negative_numbers = true
    )]
    pub max_reject_share: f64,
    /// Write every rejected row and every hold to rejects.csv and holds.csv in this folder
    #[arg(long, value_name = "FOLDER")]
    pub rejects: Option<PathBuf>,
    #[command(flatten)]
    pub params: ParamArgs,
}

/// Where parameters come from.
#[derive(clap::Args)]
pub struct ParamArgs {
    /// Read parameters from a TOML file, a table per section; `wavecrest params --toml` prints one with the defaults
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set one parameter, as in --set routing.max_shipments=2; may be given many times, the last one wins, all win over --config
    #[arg(long = "set", value_name = "SECTION.NAME=VALUE")]
    pub set: Vec<String>,
}

/// Form of the output tables.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableForm {
    Parquet,
    Arrow,
    Csv,
}

#[derive(clap::Args)]
pub struct RunArgs {
    /// Folder of the input tables (`wavecrest schema` lists them)
    pub batch: PathBuf,
    /// Folder to write the plan into; must not exist, or be empty (see --force)
    #[arg(long, value_name = "RUN")]
    pub out: PathBuf,
    #[command(flatten)]
    pub params: ParamArgs,
    /// End the search for a cheaper routing after so many seconds, as routing.time_seconds; without, it ends when routing.effort is spent
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    pub time: Option<i64>,
    /// Worker threads [default: all cores]; the plan does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Seed of every random choice
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    pub seed: u64,
    /// Plan that another system made of the same night (.parquet, .arrow or .csv with order_id, line_no, facility_id, quantity): priced
    /// as ours is, order by order, in the table incumbent; if it breaks no rule the search also starts from it
    #[arg(long, value_name = "FILE")]
    pub incumbent: Option<PathBuf>,
    /// Go on after the last finished stage of a run to the same folder that was stopped; needs the same inputs, parameters and seed
    #[arg(long)]
    pub resume: bool,
    /// Replace the run folder if there is one; a folder that is not a run folder is never replaced
    #[arg(long)]
    pub force: bool,
    /// File format of the output tables
    #[arg(long, value_enum, default_value_t = TableForm::Parquet)]
    pub format: TableForm,
    /// Exit code 4 if more than this share (0 to 1) of the rows of orders and order_lines is rejected; the work is done all the same
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 0.1,
        allow_negative_numbers = true
    )]
    pub max_reject_share: f64,
}

#[derive(clap::Args)]
pub struct VerifyArgs {
    /// A run folder that `wavecrest run` wrote
    pub run: PathBuf,
}

#[derive(clap::Args)]
pub struct ExplainArgs {
    /// A run folder that `wavecrest run` wrote
    pub run: PathBuf,
    /// The order, as in the column order_id
    pub order_id: String,
    /// The rows of all tables that name the order, as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct SchemaArgs {
    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
    /// The tables of a run folder instead of those of a batch
    #[arg(long)]
    pub outputs: bool,
}

#[derive(clap::Args)]
pub struct ParamsArgs {
    /// As JSON, for programs
    #[arg(long, conflicts_with_all = ["markdown", "toml"])]
    pub json: bool,
    /// As Markdown (this is docs/params.md)
    #[arg(long, conflicts_with = "toml")]
    pub markdown: bool,
    /// As a file for --config, with the defaults
    #[arg(long)]
    pub toml: bool,
}

/// Form of a table of results.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResultForm {
    /// For people
    Table,
    /// The rows, without means
    Csv,
    /// Rows and means
    Json,
}

#[derive(Subcommand)]
pub enum BenchCommand {
    /// Generalized assignment: items to agents with capacity (files of the OR-Library's form)
    #[command(
        after_help = "Examples:\n  wavecrest bench gap tests/fixtures/gap/chu1997/c05100\n  \
                            wavecrest bench gap tests/fixtures/gap/*/* --level 3 --format csv\n\n\
                      A file holds: agents, items, costs agent by agent, weights agent by agent, capacities."
    )]
    Gap(GapArgs),
    /// Orders of several items from ten facilities: the rules in use today beside ours, with a bound
    #[command(
        after_help = "Examples:\n  wavecrest bench fulfilment --orders 1000,10000\n  \
                            wavecrest bench fulfilment --orders 4000 --items 800 --capacity 1.1 --level 3\n  \
                            wavecrest bench fulfilment --orders 200 --items 40 --carry 0.3 --oracle"
    )]
    Fulfilment(FulfilmentArgs),
    /// One wave of orders with most units per visited aisle (files of the Mercado Libre challenge, SBPO 2025)
    #[command(
        after_help = "Examples:\n  wavecrest bench mercadolibre a/instance_0001.txt\n  \
                            wavecrest bench mercadolibre a/*.txt b/*.txt --time 60 --out waves\n\n\
                      A file holds: orders items aisles; a line per order and per aisle, n item quantity ...; LB UB."
    )]
    Mercadolibre(MercadoLibreArgs),
    /// Which orders share a cart, and the shortest tours (files of the joint order batching and picker routing problem)
    #[command(
        after_help = "Examples:\n  wavecrest bench jobprp Pr_30_3_10_Store1_11.txt\n  \
                            wavecrest bench jobprp MuterOencan/* --time 10 --out carts\n\n\
                      One block of aisles; heads, ARTICLE_SECTION, SKU_SECTION, ORDER_SECTION."
    )]
    Jobprp(JobprpArgs),
    /// From which slots to pick, and the shortest tour (files of the single picker routing problem with scattered storage)
    #[command(
        after_help = "Examples:\n  wavecrest bench sprp unit_F10_m25_C30_a3_0.txt\n  \
                            wavecrest bench sprp instances/*.txt --blocks 2 --time 1\n\n\
                      Heads, ARTICLE_SECTION, SKU_SECTION, ORDER_SECTION."
    )]
    Sprp(SprpArgs),
    /// Orders, items, batches and walks together (folders of the Zalando benchmark, arXiv 2401.04563)
    #[command(
        after_help = "Examples:\n  wavecrest bench zalando small-0 small-1 --time 30 --out plans\n  \
                            wavecrest bench zalando --made 50000 --time 600"
    )]
    Zalando(ZalandoArgs),
}

#[derive(clap::Args)]
pub struct GapArgs {
    /// Instances
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// CSV with the columns instance and best_known_cost [default: best_known.csv in the file's folder or the one above]
    #[arg(long, value_name = "CSV")]
    pub best_known: Option<PathBuf>,
    /// Effort: 0 prices and a first plan, 1 ejection chains, 2 integer programmes, 3 larger ones
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub level: u8,
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Form of the table
    #[arg(long, value_enum, default_value_t = ResultForm::Table)]
    pub format: ResultForm,
}

#[derive(clap::Args)]
pub struct MercadoLibreArgs {
    /// Instances
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// CSV with the columns dataset, instance and best_objective [default: best_objectives.csv in the file's folder or the one above]
    #[arg(long, value_name = "CSV")]
    pub best_known: Option<PathBuf>,
    /// Rounds of annealing and polishing, each twice as long as the one before [default: 5, with --time 32]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(0..=32))]
    pub rounds: Option<u32>,
    /// Seconds per instance; the result then depends on the machine
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time: Option<f64>,
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Folder to write the waves to, as the challenge wants them
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Form of the table
    #[arg(long, value_enum, default_value_t = ResultForm::Table)]
    pub format: ResultForm,
}

#[derive(clap::Args)]
pub struct JobprpArgs {
    /// Instances
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// CSV with the columns instance and best_known_tour_length [default: best_known.csv in the file's folder or up to two above]
    #[arg(long, value_name = "CSV")]
    pub best_known: Option<PathBuf>,
    /// Ruin-and-recreate rounds per order [default: 1000; with --time the clock decides]
    #[arg(long, value_name = "NUMBER", conflicts_with = "time")]
    pub rounds: Option<u32>,
    /// Seconds per instance; the result then depends on the machine
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time: Option<f64>,
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Folder to write the batches to: total length, then the orders of each batch
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Form of the table
    #[arg(long, value_enum, default_value_t = ResultForm::Table)]
    pub format: ResultForm,
}

#[derive(clap::Args)]
pub struct SprpArgs {
    /// Instances
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// CSV with the columns instance, blocks and optimal_tour_length [default: optimal.csv in the file's folder or up to two above]
    #[arg(long, value_name = "CSV")]
    pub best_known: Option<PathBuf>,
    /// One block, or two with a cross-aisle in the middle
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2))]
    pub blocks: u32,
    /// Search until the tour is proven shortest, at most so many seconds; the result then depends on the machine
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time: Option<f64>,
    /// Folder to write the picks to: the length, then aisle, cell, article and units in walking order
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Form of the table
    #[arg(long, value_enum, default_value_t = ResultForm::Table)]
    pub format: ResultForm,
}

#[derive(clap::Args)]
pub struct ZalandoArgs {
    /// Folders with parameters.json, articles.json, orders.json and warehouse_items.json
    #[arg(required_unless_present = "made")]
    pub folders: Vec<PathBuf>,
    /// Also an instance made by seed, with so many orders and twenty times as many items
    #[arg(long, value_name = "ORDERS", value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub made: Option<u32>,
    /// Steps of the search: orders taken out and put back [default: 20000, with --time without end]
    #[arg(long, value_name = "NUMBER")]
    pub steps: Option<u64>,
    /// Seconds per instance; the result then depends on the machine
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time: Option<f64>,
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Folder to write the batches to, as the benchmark wants them
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Form of the table
    #[arg(long, value_enum, default_value_t = ResultForm::Table)]
    pub format: ResultForm,
}

/// Seconds, more than none.
fn seconds(text: &str) -> Result<f64, String> {
    let number = text
        .parse()
        .ok()
        .filter(|&n: &f64| n.is_finite() && n > 0.0);
    number.ok_or_else(|| "write a number of seconds, such as 10".to_owned())
}

#[derive(clap::Args)]
pub struct FulfilmentArgs {
    /// Orders of each instance; several, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    pub orders: Vec<usize>,
    /// Items on sale [default: a tenth of the orders, at least 100]
    #[arg(long)]
    pub items: Option<usize>,
    /// Probability that a facility carries an item
    #[arg(long, default_value_t = 0.5)]
    pub carry: f64,
    /// Stock of an item, as a multiple of its demand
    #[arg(long, default_value_t = 1.05)]
    pub stock: f64,
    /// Capacity of all facilities, as a multiple of the units wanted, or none
    #[arg(long, default_value = "none")]
    pub capacity: String,
    /// Seed of the instance and of the search
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Effort: 0 prices and a first plan, 1 ejection chains, 2 integer programmes, 3 larger ones
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub level: u8,
    /// Solve the full pattern model too, by one integer programme: a few hundred orders at most
    #[arg(long)]
    pub oracle: bool,
    /// Form of the table
    #[arg(long, value_enum, default_value_t = ResultForm::Table)]
    pub format: ResultForm,
}
