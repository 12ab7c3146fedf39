//! `wavecrest generate`: a synthetic batch.

use std::cell::Cell;
use std::path::Path;

use super::args::{GenerateArgs, Preset};
use super::{print, progress};
use crate::error::Result;
use crate::generate::{self, Spec, Summary};

pub fn generate(args: &GenerateArgs, quiet: bool) -> Result<u8> {
    let defaults = Spec::default();
    let spec = Spec {
        orders: args.orders,
        seed: args.seed,
        items: args.items,
        facilities: args.facilities.map(u64::from),
        stock_tightness: args.stock_tightness.unwrap_or(defaults.stock_tightness),
        capacity_tightness: args
            .capacity_tightness
            .unwrap_or(defaults.capacity_tightness),
        dirty_share: args.dirty_share,
        preset: match args.preset {
            Preset::Night => generate::Preset::Night,
            Preset::PeakHour => generate::Preset::PeakHour,
        },
        slots: !args.no_slots,
        ..defaults
    };
    let reporter = progress::reporter(quiet);
    reporter.start("generate", args.orders);
    let done = Cell::new(0);
    let progress =
        |so_far: u64, _total: u64| reporter.advance(so_far.saturating_sub(done.replace(so_far)));
    let summary = generate::generate(&spec, &args.dir, &progress)?;
    reporter.finish();
    print(&describe(&summary, &args.dir))?;
    Ok(0)
}

fn describe(summary: &Summary, dir: &Path) -> String {
    let mut text = format!(
        "{}: {} orders, {} lines, {} past orders; {} fraudulent orders in {} rings\n",
        dir.display(),
        summary.orders,
        summary.lines,
        summary.history,
        summary.fraudulent_orders,
        summary.fraud_rings
    );
    for (kind, rows) in &summary.defects {
        text += &format!("  broken on purpose: {rows} x {kind}\n");
    }
    text + &format!("next: wavecrest run {} --out RUN\n", dir.display())
}
