//! `wavecrest run`: a batch in, a run folder out.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::args::{ParamArgs, RunArgs, TableForm};
use super::progress;
use super::{TOO_MANY_REJECTS, print};
use crate::error::{Error, Fault, Result};
use crate::ingest::{self, Ingested, InputFile};
use crate::model::Batch;
use crate::model::codes::Code;
use crate::model::plan::{Plan, Rejects};
use crate::params::{self, Params};
use crate::pipeline::{self, Flow, StageRecord};
use crate::report::{
    self, CheckVerdict, Format, Metrics, RunFacts, StageTiming, WrittenTable, output_tables,
    write_table,
};
use crate::run_folder::{FileRecord, InputRecord, Manifest, OutputRecord, RunKey, Staging};
use crate::stage::Ctx;

static CANCEL: AtomicBool = AtomicBool::new(false);

pub fn run(args: &RunArgs, quiet: bool) -> Result<u8> {
    let mut params = resolve(&args.params)?;
    if let Some(seconds) = args.time {
        params.routing.time_seconds = seconds;
    }
    share_in_range(args.max_reject_share)?;
    use_threads(args.threads)?;
    is_batch(&args.batch)?;
    apart(&args.batch, &args.out)?;
    if let Some(path) = &args.incumbent {
        ingest::incumbent_format(path)?;
    }
    let staging = Staging::open(&args.out, may_replace(args)?)?;
    cancel_on_ctrl_c()?;
    let reporter = progress::reporter(quiet);

    let begun = Instant::now();
    let Ingested {
        mut batch,
        rejects,
        mut inputs,
        mut notes,
        ..
    } = ingest::read(&args.batch, &*reporter)?;
    whole_network(&rejects)?;
    if let Some(path) = &args.incumbent {
        let (plan, input) = ingest::incumbent(path, &batch)?;
        batch.incumbent = Some(Box::new(plan));
        inputs.push(input);
    }
    notes.extend(odd_start(&batch, &params));
    let ingest_seconds = begun.elapsed();
    let resumed = staging.prepare(run_key(&inputs, &params, args.seed)?, args.resume)?;
    if args.resume && !resumed {
        tracing::warn!(
            "nothing to resume: no attempt with these inputs, parameters and seed was left; planning from the start"
        );
    }

    let elapsed = || begun.elapsed();
    let rows_read = inputs.iter().map(|input| input.rows).sum();
    let mut flow = Flow::new(
        Ctx {
            params: &params,
            seed: args.seed,
            reporter: &*reporter,
            cancel: &CANCEL,
            elapsed: &elapsed,
        },
        Some(&staging),
    );
    flow.record_ingest(ingest_seconds, rows_read);
    let plan = pipeline::plan(&batch, rejects, &mut flow)?;
    let records = flow.records;

    let facts = facts(args, &params, &records, notes);
    let metrics = Metrics::compute(&batch, &plan, &facts);
    reporter.start("write", 0);
    let written = Written {
        args,
        batch: &batch,
        plan: &plan,
        metrics: &metrics,
        facts: &facts,
        records: &records,
        inputs: &inputs,
    };
    written.write(&staging)?;
    let folder = staging.publish()?;
    reporter.finish();

    print(&report::terminal::summary(
        &metrics,
        report::terminal::width(),
    ))?;
    print(&format!(
        "run folder  {}\nreport      {}\n",
        folder.display(),
        folder.join("report.html").display()
    ))?;
    let share = reject_share(&[&plan.rejects, &plan.validated.rejects], &inputs);
    Ok(exit_code(&records, share, args.max_reject_share))
}

/// Says what is there instead of a batch, and where it was looked for.
pub fn is_batch(batch: &Path) -> Result<()> {
    if batch.is_dir() {
        return Ok(());
    }
    let shown = batch.display();
    if batch.symlink_metadata().is_ok() {
        return Err(Error::input(format!("the batch {shown} is not a folder"))
            .hint("a batch is a folder of tables: name the folder, not one of its files"));
    }
    let place = match std::env::current_dir() {
        Ok(here) if batch.is_relative() => format!(" (looked in {})", here.display()),
        _ => String::new(),
    };
    Err(
        Error::input(format!("there is no batch folder {shown}{place}")).hint(format!(
            "check the path; `wavecrest generate {shown}` would write a synthetic batch there"
        )),
    )
}

/// Whether what is at `--out` may be replaced: an empty folder always, a run folder with `--force`, anything else never.
fn may_replace(args: &RunArgs) -> Result<bool> {
    let (out, force) = (&args.out, args.force);
    if out.symlink_metadata().is_err() {
        return Ok(force);
    }
    if fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none()) {
        return Ok(true);
    }
    let shown = out.display();
    let is_run = out.join("manifest.json").is_file();
    match (is_run, force) {
        (true, true) => Ok(true),
        (true, false) => Err(Error::param(format!(
            "--out {shown}: there is a run folder of this name already"
        ))
        .hint(match args.resume {
            true => "that run is finished, there is nothing to resume: replace it with --force, or choose another --out",
            false => "replace it with --force, or choose another --out",
        })),
        (false, _) => Err(Error::param(format!(
            "--out {shown} exists and is not a run folder (there is no manifest.json in it)"
        ))
        .hint("choose another --out; not even --force replaces what wavecrest did not write")),
    }
}

/// The run folder must not be the batch, nor hold it, nor lie in it.
fn apart(batch: &Path, out: &Path) -> Result<()> {
    // Ingest says when the batch is not there.
    let Ok(batch) = batch.canonicalize() else {
        return Ok(());
    };
    let out = std::path::absolute(out).map_err(|e| Error::io("resolve", out, &e))?;
    let out = out.canonicalize().unwrap_or(out);
    if batch.starts_with(&out) || out.starts_with(&batch) {
        return Err(Error::param(format!(
            "--out {} and the batch {} overlap",
            out.display(),
            batch.display()
        ))
        .hint("choose a run folder outside the batch"));
    }
    Ok(())
}

/// Tables without which a plan would quietly be another than the operator's, and what would happen: a bad row there stops the run.
const NETWORK: [(&str, &str); 3] = [
    (
        "facilities",
        "the plan would leave this facility out: correct the row, or remove it on purpose",
    ),
    (
        "carrier_services",
        "the plan would leave this service out: correct the row, or remove it on purpose",
    ),
    (
        "restrictions",
        "the plan could break this rule: correct the row, or remove it on purpose",
    ),
];

/// An error naming the first rejected row of the network, if there is one.
pub fn whole_network(rejects: &Rejects) -> Result<()> {
    for (table, hint) in NETWORK {
        let mut bad = (0..rejects.len()).filter(|&i| {
            let code = rejects.code[i];
            let harmless = [Code::UnknownFacility, Code::UnknownSku].contains(&code);
            rejects.table[i] == table && !(table == "restrictions" && harmless)
        });
        if let Some(reject) = bad.next().map(|i| rejects.get(i)) {
            let (row, column, value) = (reject.row, reject.column, reject.value);
            let (code, count) = (reject.code.name(), 1 + bad.count());
            let message =
                format!("{table}: row {row}: {column} = {value:?}: {code} ({count} such rows)");
            return Err(Error::input(message).hint(hint));
        }
    }
    Ok(())
}

/// A note where one order's date would move the whole plan.
fn odd_start(batch: &Batch, params: &Params) -> Option<String> {
    const DAYS: i64 = 31;
    let mut placed = batch.orders.placed_at.as_slice().to_vec();
    placed.sort_unstable();
    let (median, last) = (*placed.get(placed.len() / 2)?, *placed.last()?);
    let days = (last - median).0 / 86_400;
    (params.run.start == 0 && days > DAYS).then(|| {
        let note = format!(
            "the latest order was placed {days} days after the median one, and the plan starts there: check placed_at, or set run.start"
        );
        tracing::warn!("{note}");
        note
    })
}

/// Parameters from defaults, `--config`, `--set`, in this order.
pub fn resolve(args: &ParamArgs) -> Result<Params> {
    let mut resolved = match &args.config {
        None => Params::default(),
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|e| {
                Error::param(format!("--config {}: cannot read it: {e}", path.display())).hint(
                    "check the path; `wavecrest params --toml > FILE` writes one with the defaults",
                )
            })?;
            params::from_toml(&text, &path.display().to_string())?
        }
    };
    for assignment in &args.set {
        params::set(&mut resolved, assignment)?;
    }
    resolved.validate()?;
    Ok(resolved)
}

/// Fails on a share outside 0..=1.
pub fn share_in_range(share: f64) -> Result<()> {
    if (0.0..=1.0).contains(&share) {
        return Ok(());
    }
    Err(
        Error::param(format!("--max-reject-share {share} is not between 0 and 1"))
            .hint("0.1 allows one row in ten"),
    )
}

fn use_threads(threads: Option<u16>) -> Result<()> {
    let Some(threads) = threads else {
        return Ok(());
    };
    let built = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.into())
        .build_global();
    built.map_err(|e| Error::resource(format!("cannot start {threads} threads: {e}")))
}

/// The first Ctrl-C lets the running stage end; the second one stops at once. Neither leaves a half-written run folder.
fn cancel_on_ctrl_c() -> Result<()> {
    let handler = || {
        if CANCEL.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping after the running stage (Ctrl-C again to stop at once)");
    };
    ctrlc::set_handler(handler)
        .map_err(|e| Error::resource(format!("cannot watch for Ctrl-C: {e}")))
}

fn run_key(inputs: &[InputFile], params: &Params, seed: u64) -> Result<RunKey> {
    let params = serde_json::to_vec(params)
        .map_err(|e| Error::internal(format!("cannot encode parameters: {e}")))?;
    let inputs: Vec<String> = inputs
        .iter()
        .map(|input| format!("{} {}", input.table, input.fingerprint))
        .collect();
    Ok(RunKey::of(&[
        &params,
        inputs.join("\n").as_bytes(),
        &seed.to_le_bytes(),
    ]))
}

fn facts(args: &RunArgs, params: &Params, records: &[StageRecord], notes: Vec<String>) -> RunFacts {
    let timing = |record: &StageRecord| StageTiming {
        stage: record.stage.to_owned(),
        seconds: record.run.as_secs_f64(),
        rows: record.rows,
    };
    let checked = records
        .iter()
        .filter(|record| record.stage != pipeline::INGEST);
    RunFacts {
        batch: args.batch.display().to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: args.seed,
        threads: rayon::current_num_threads(),
        params: params.clone(),
        stages: records.iter().map(timing).collect(),
        peak_memory_bytes: peak_memory_bytes(),
        notes,
        checks: checked
            .map(|record| CheckVerdict::new(record.stage, record.violations.clone()))
            .collect(),
    }
}

/// The largest resident size of the process so far; `None` where the system does not say.
pub(super) fn peak_memory_bytes() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let unit = if cfg!(target_os = "macos") { 1 } else { 1_024 };
    getrusage(UsageWho::RUSAGE_SELF)
        .ok()
        .map(|usage| usage.max_rss().unsigned_abs() * unit)
}

/// What goes into a run folder.
struct Written<'a> {
    args: &'a RunArgs,
    batch: &'a Batch,
    plan: &'a Plan,
    metrics: &'a Metrics,
    facts: &'a RunFacts,
    records: &'a [StageRecord],
    inputs: &'a [InputFile],
}

impl Written<'_> {
    fn write(&self, staging: &Staging) -> Result<()> {
        let format = match self.args.format {
            TableForm::Parquet => Format::Parquet,
            TableForm::Arrow => Format::Arrow,
            TableForm::Csv => Format::Csv,
        };
        let mut outputs = Vec::new();
        for table in output_tables(self.batch, self.plan) {
            outputs.push(output_record(write_table(table, staging.path(), format)?));
        }
        let copied = |input: &InputFile| {
            let own = self.args.incumbent.as_ref();
            let own = own.filter(|_| input.table == ingest::INCUMBENT);
            let from = own.map_or_else(|| self.args.batch.join(&input.path), PathBuf::clone);
            copy(staging, &from, input)
        };
        let inputs = self.inputs.iter().map(copied).collect::<Result<Vec<_>>>()?;
        let files = [
            ("metrics.json", report::json::json(self.metrics)?),
            (
                "report.html",
                report::html(self.batch, self.plan, self.metrics),
            ),
        ];
        let files = files
            .iter()
            .map(|(name, text)| staging.write(name, text))
            .collect::<Result<Vec<_>>>()?;
        staging.write("manifest.json", &self.manifest(inputs, outputs, files)?)?;
        Ok(())
    }

    fn manifest(
        &self,
        inputs: Vec<InputRecord>,
        outputs: Vec<OutputRecord>,
        files: Vec<FileRecord>,
    ) -> Result<String> {
        let params = &self.facts.params;
        let manifest = Manifest {
            wavecrest: env!("CARGO_PKG_VERSION"),
            batch: self.facts.batch.clone(),
            seed: self.facts.seed,
            threads: self.facts.threads,
            plan_start: pipeline::calendar(self.batch, params)?.start.0,
            currency: &self.batch.currency,
            params,
            inputs,
            outputs,
            files,
            stages: self.records,
            routing_bound_cents: self.metrics.routing.bound_cents,
            routing_cost_cents: self.metrics.routing.cost_cents,
            checks_passed: self.metrics.checks_hold(),
            notes: &self.facts.notes,
        };
        let text = serde_json::to_string_pretty(&manifest)
            .map_err(|e| Error::internal(format!("cannot encode the manifest: {e}")))?;
        Ok(text + "\n")
    }
}

fn copy(staging: &Staging, from: &Path, input: &InputFile) -> Result<InputRecord> {
    staging.copy_input(from, &input.path)?;
    Ok(InputRecord {
        table: input.table.clone(),
        file: input.path.clone(),
        rows: input.rows,
        bytes: input.bytes,
        blake3: input.fingerprint.clone(),
    })
}

fn output_record(written: WrittenTable) -> OutputRecord {
    OutputRecord {
        table: written.name,
        file: written.file,
        rows: written.rows,
        bytes: written.bytes,
        blake3: written.blake3,
    }
}

/// Share of the rows of `orders` and `order_lines` that have a fault of their own.
pub fn reject_share(rejects: &[&Rejects], inputs: &[InputFile]) -> f64 {
    const TABLES: [&str; 2] = ["orders", "order_lines"];
    let mut faulty: Vec<(&str, u64)> = rejects
        .iter()
        .flat_map(|list| {
            list.table
                .iter()
                .map(String::as_str)
                .zip(list.row.iter().copied())
        })
        .filter(|(table, _)| TABLES.contains(table))
        .collect();
    faulty.sort_unstable();
    faulty.dedup();
    let rows: u64 = inputs
        .iter()
        .filter(|input| TABLES.contains(&&*input.table))
        .map(|input| input.rows)
        .sum();
    if rows == 0 {
        0.0
    } else {
        faulty.len() as f64 / rows as f64
    }
}

fn exit_code(records: &[StageRecord], reject_share: f64, max_reject_share: f64) -> u8 {
    let violations = records
        .iter()
        .flat_map(|record| record.violations.iter().map(move |v| (record.stage, v)));
    let mut failed = false;
    for (stage, violation) in violations.take(20) {
        failed = true;
        eprintln!(
            "check failed: {stage}: {}: {}: {}",
            violation.rule, violation.place, violation.message
        );
    }
    if failed {
        Fault::CheckFailed.exit_code()
    } else {
        reject_exit_code(reject_share, max_reject_share)
    }
}

/// 4 above the limit.
pub fn reject_exit_code(share: f64, limit: f64) -> u8 {
    if share <= limit {
        return 0;
    }
    eprintln!(
        "{:.1} % of the rows were rejected, above --max-reject-share {limit}; see `rejects`",
        share * 100.0
    );
    TOO_MANY_REJECTS
}
