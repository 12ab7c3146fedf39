//! What a person may type.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Plans a whole night of e-commerce orders, and says how far each decision may be from the best
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "Exit codes: 0 done, 1 internal or resource, 2 usage or parameter, 3 input unusable,\n\
                  4 done with more rejected rows than --max-reject-share, 5 a check failed."
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// Form of the logs on stderr
    #[arg(long, global = true, value_enum, default_value_t = LogForm::Text)]
    pub log: LogForm,
    /// More logs (-v: what each stage did, -vv: everything); WAVECREST_LOG takes tracing filters
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// No progress bars
    #[arg(short, long, global = true)]
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
    /// Write a synthetic batch of any size, streamed to Parquet
    #[command(
        after_help = "Examples:\n  wavecrest generate --orders 100000 --seed 7 night\n  \
                            wavecrest generate --orders 20000 --dirty-share 0.25 broken"
    )]
    Generate(GenerateArgs),
    /// Read and validate a batch, print a table of what is wrong
    #[command(
        after_help = "Examples:\n  wavecrest check datasets/uk_retail_peak\n  \
                            wavecrest check night --max-reject-share 0.01 --rejects ."
    )]
    Check(CheckArgs),
    /// Plan a batch: write the run folder, print the summary
    #[command(
        after_help = "Examples:\n  wavecrest run datasets/uk_retail_peak --out RUN\n  \
                            wavecrest run night --out RUN --set routing.max_shipments=2 --set waves.cart_shipments=12\n  \
                            wavecrest run night --out RUN --resume"
    )]
    Run(RunArgs),
    /// Audit a finished run from its files alone
    #[command(after_help = "Example:\n  wavecrest verify RUN")]
    Verify(VerifyArgs),
    /// Solve public instances with the code of the stages, and print cost, bound and gap
    #[command(
        after_help = "Examples:\n  wavecrest bench gap tests/fixtures/gap/chu1997/c05100\n  \
                            wavecrest bench fulfilment --orders 1000,10000"
    )]
    Bench {
        #[command(subcommand)]
        bench: BenchCommand,
    },
    /// Print the contract of the input tables (and of the output tables with --outputs)
    #[command(
        after_help = "Examples:\n  wavecrest schema\n  wavecrest schema --json | jq '.[].table'"
    )]
    Schema(SchemaArgs),
    /// Print every parameter with unit, range, default and reason
    #[command(after_help = "Examples:\n  wavecrest params\n  wavecrest params --toml > peak.toml")]
    Params(ParamsArgs),
    /// Print shell completions
    #[command(
        after_help = "Example:\n  wavecrest completions bash > ~/.local/share/bash-completion/completions/wavecrest"
    )]
    Completions { shell: clap_complete::Shell },
}

/// Arrival pattern of a generated batch.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// A whole day of orders
    Night,
    /// One hour of peak season
    PeakHour,
}

#[derive(clap::Args)]
pub struct GenerateArgs {
    /// Folder to write; must not exist or be empty
    pub dir: PathBuf,
    /// Orders to write
    #[arg(long, default_value_t = 10_000)]
    pub orders: u64,
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Items on sale [default: by the number of orders]
    #[arg(long)]
    pub items: Option<u64>,
    /// Fulfilment centres [default: by the number of orders]
    #[arg(long)]
    pub facilities: Option<u32>,
    /// Stock as a multiple of expected demand [default: 1.10]
    #[arg(long)]
    pub stock_tightness: Option<f64>,
    /// Capacity as a multiple of expected units [default: 1.15]
    #[arg(long)]
    pub capacity_tightness: Option<f64>,
    /// Share of broken rows, of every kind
    #[arg(long, default_value_t = 0.0)]
    pub dirty_share: f64,
    #[arg(long, value_enum, default_value_t = Preset::Night)]
    pub preset: Preset,
    /// Write no slots and layouts
    #[arg(long)]
    pub no_slots: bool,
}

#[derive(clap::Args)]
pub struct CheckArgs {
    /// Folder of input tables
    pub batch: PathBuf,
    /// Share of rejected rows of orders and order lines above which the exit code is 4
    #[arg(long, default_value_t = 0.1)]
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
    /// Parameters as TOML, a table per section
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set one parameter; may be given many times, the last one wins
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
    /// Folder of input tables
    pub batch: PathBuf,
    /// Run folder to write
    #[arg(long)]
    pub out: PathBuf,
    #[command(flatten)]
    pub params: ParamArgs,
    /// Worker threads [default: all cores]; the plan does not depend on it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Seed of every random choice
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Go on from the last finished stage of a killed run with the same inputs, parameters and seed
    #[arg(long)]
    pub resume: bool,
    /// Replace an existing run folder
    #[arg(long)]
    pub force: bool,
    /// Form of the output tables
    #[arg(long, value_enum, default_value_t = TableForm::Parquet)]
    pub format: TableForm,
    /// Share of rejected rows of orders and order lines above which the exit code is 4
    #[arg(long, default_value_t = 0.1)]
    pub max_reject_share: f64,
}

#[derive(clap::Args)]
pub struct VerifyArgs {
    /// A finished run folder
    pub run: PathBuf,
}

#[derive(clap::Args)]
pub struct SchemaArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// The output tables instead
    #[arg(long)]
    pub outputs: bool,
}

#[derive(clap::Args)]
pub struct ParamsArgs {
    /// As JSON
    #[arg(long, conflicts_with_all = ["markdown", "toml"])]
    pub json: bool,
    /// As docs/params.md
    #[arg(long, conflicts_with = "toml")]
    pub markdown: bool,
    /// As a config file with the defaults
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
