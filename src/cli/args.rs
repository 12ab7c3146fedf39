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
