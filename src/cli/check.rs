//! `wavecrest check`: ingest and validate, and a table of what is wrong.

use super::args::CheckArgs;
use super::run::{
    is_batch, reject_exit_code, reject_share, resolve, share_in_range, whole_network,
};
use super::{print, progress};
use crate::error::{Error, Result};
use crate::ingest;
use crate::model::Batch;
use crate::model::plan::{FraudOut, Plan};
use crate::report::{Format, output_tables, terminal, write_table};
use crate::stage::{Ctx, Stage};
use crate::stages::validate::{Input, Validate};

/// Tables of what is wrong.
const LISTS: [&str; 2] = ["rejects", "holds"];

pub fn check(args: &CheckArgs, quiet: bool) -> Result<u8> {
    let params = resolve(&args.params)?;
    share_in_range(args.max_reject_share)?;
    is_batch(&args.batch)?;
    let reporter = progress::reporter(quiet);
    let ingested = ingest::read(&args.batch, &*reporter)?;
    let cancel = std::sync::atomic::AtomicBool::new(false);
    let ctx = Ctx {
        params: &params,
        seed: 0,
        reporter: &*reporter,
        cancel: &cancel,
        elapsed: &|| std::time::Duration::ZERO,
    };
    reporter.start(Validate::NAME, 0);
    let validated = Validate::run(
        Input {
            batch: &ingested.batch,
        },
        &ctx,
    )?;
    reporter.finish();
    let verdict = validated.verdict.clone();
    let fraud = FraudOut {
        verdict,
        ..FraudOut::default()
    };
    let plan = Plan {
        rejects: ingested.rejects,
        validated,
        fraud,
        ..Plan::default()
    };
    if let Some(folder) = &args.rejects {
        std::fs::create_dir_all(folder).map_err(|e| Error::io("create", folder, &e))?;
        for table in output_tables(&ingested.batch, &plan)
            .into_iter()
            .filter(|table| LISTS.contains(&table.name))
        {
            write_table(table, folder, Format::Csv)?;
        }
    }
    let rejects = [&plan.rejects, &plan.validated.rejects];
    print(&terminal::rejects_table(
        &ingested.batch,
        &rejects,
        &plan.validated.holds,
        terminal::width(),
    ))?;
    print(&usable(&ingested.batch, &plan))?;
    for note in &ingested.notes {
        eprintln!("note: {note}");
    }
    whole_network(&plan.rejects)?;
    Ok(reject_exit_code(
        reject_share(&rejects, &ingested.inputs),
        args.max_reject_share,
    ))
}

/// How much of the batch may be planned.
fn usable(batch: &Batch, plan: &Plan) -> String {
    let verdict = &plan.validated.verdict;
    let accepted = verdict.iter().filter(|verdict| verdict.accepted()).count();
    let lines = batch.lines.indices().filter(|&line| {
        plan.validated.line_fault[line].is_none() && verdict[batch.lines.order[line]].accepted()
    });
    format!(
        "{accepted} of {} orders and {} of {} lines may be planned (rows above count from 0)\n",
        batch.orders.len(),
        lines.count(),
        batch.lines.len()
    )
}
