//! `wavecrest generate`: a synthetic batch.

use std::cell::Cell;
use std::path::Path;

use super::args::{GenerateArgs, Preset};
use super::{print, progress};
use crate::error::{Error, Fault, Result};
use crate::generate::{self, Spec, Summary};

pub fn generate(args: &GenerateArgs, quiet: bool) -> Result<u8> {
    let orders = at_least_one("--orders", args.orders)?;
    let items = args.items.map(|n| at_least_one("--items", n));
    let facilities = args.facilities.map(|n| at_least_one("--facilities", n));
    let (items, facilities) = (items.transpose()?, facilities.transpose()?);
    let defaults = defaults(args.preset);
    let spec = Spec {
        orders,
        seed: args.seed,
        items,
        facilities: facilities.or(defaults.facilities),
        stock_tightness: args.stock_tightness.unwrap_or(defaults.stock_tightness),
        capacity_tightness: args
            .capacity_tightness
            .unwrap_or(defaults.capacity_tightness),
        dirty_share: args.dirty_share,
        preset: match args.preset {
            Preset::Night | Preset::FacilityNight => generate::Preset::Night,
            Preset::PeakHour => generate::Preset::PeakHour,
        },
        slots: !args.no_slots,
        ..defaults
    };
    let reporter = progress::reporter(quiet);
    reporter.start("generate", orders);
    let done = Cell::new(0);
    let progress =
        |so_far: u64, _total: u64| reporter.advance(so_far.saturating_sub(done.replace(so_far)));
    let summary = generate::generate(&spec, &args.dir, &progress).map_err(of_options)?;
    reporter.finish();
    print(&describe(&summary, &args.dir))?;
    Ok(0)
}

/// What a preset leaves to the options.
fn defaults(preset: Preset) -> Spec {
    match preset {
        Preset::Night | Preset::PeakHour => Spec::default(),
        Preset::FacilityNight => Spec {
            facilities: Some(1),
            stock_tightness: 2.0,
            capacity_tightness: 3.0,
            ..Spec::default()
        },
    }
}

/// A number of things to write.
fn at_least_one(option: &str, number: i64) -> Result<u64> {
    match u64::try_from(number) {
        Ok(number @ 1..) => Ok(number),
        _ => Err(
            Error::param(format!("{option} {number}: at least 1 is needed")).hint(format!(
                "write a whole number from 1 up, such as {option} 100"
            )),
        ),
    }
}

/// The generator names its parameters; a person knows the options.
fn of_options(mut error: Error) -> Error {
    if error.fault != Fault::Param {
        return error;
    }
    match error.message.split_once(": ") {
        Some(("out", rest)) => {
            let (what, hint) = rest.split_once("; ").unwrap_or((rest, ""));
            error = Error::param(what).hint(hint);
        }
        Some((name, rest)) => {
            let message = format!("--{}: {rest}", name.replace('_', "-"));
            error = Error::param(message)
                .hint("`wavecrest generate --help` says what the option means");
        }
        None => {}
    }
    error
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
