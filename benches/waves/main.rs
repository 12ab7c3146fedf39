//! Waves and schedule of a made-up night. `WAVES_SHIPMENTS`, `WAVES_FACILITIES`, `WAVES_BLOCKS` set its size; `WAVES_ONCE=1` runs it once
//! and prints what came out, for sizes that are too large to repeat. `WAVES_ROUNDS` is the parameter waves.search_rounds. Public
//! instances: `wavecrest bench jobprp`.

mod night;

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use criterion::Criterion;
use night::{Night, night};
use wavecrest::model::plan::Waved;
use wavecrest::params::Params;
use wavecrest::stage::{Ctx, Silent, Stage};
use wavecrest::stages::schedule::{self, Scheduling};
use wavecrest::stages::waves::{self, WavePlanning};

static NEVER: AtomicBool = AtomicBool::new(false);

fn number(name: &str, default: u32) -> u32 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

fn waves_of(night: &Night) -> waves::Input<'_> {
    waves::Input {
        batch: &night.batch,
        calendar: &night.calendar,
        routed: &night.routed,
        cartonized: &night.cartonized,
        shipped: &night.shipped,
    }
}

fn schedule_of<'a>(night: &'a Night, waved: &'a Waved) -> schedule::Input<'a> {
    schedule::Input {
        batch: &night.batch,
        calendar: &night.calendar,
        routed: &night.routed,
        cartonized: &night.cartonized,
        shipped: &night.shipped,
        waved,
    }
}

fn once(night: &Night, ctx: &Ctx) {
    let clock = Instant::now();
    let waved = WavePlanning::run(waves_of(night), ctx).expect("the night has no fault");
    let planned = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let faults = WavePlanning::check(waves_of(night), &waved, ctx);
    let checked = clock.elapsed().as_secs_f64();
    let distance: i64 = waved.batches.distance.iter().map(|d| d.0).sum();
    let labour: i64 = waved.batches.labour.iter().map(|d| d.0).sum();
    println!(
        "waves: {planned:.2} s, check {checked:.2} s with {} faults: {} shipments, {} waves, {} carts, {:.1} km, {:.1} h",
        faults.len(),
        night.routed.shipments.len(),
        waved.waves.len(),
        waved.batches.len(),
        distance as f64 / 1e6,
        labour as f64 / 3_600.0,
    );
    let clock = Instant::now();
    let out = Scheduling::run(schedule_of(night, &waved), ctx).expect("the night has no fault");
    let simulated = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let more = Scheduling::check(schedule_of(night, &waved), &out, ctx);
    println!(
        "schedule: {simulated:.2} s, check {:.2} s with {} faults: {} on time, {} missed the planned pick-up",
        clock.elapsed().as_secs_f64(),
        more.len(),
        out.times.on_time.iter().filter(|&&flag| flag).count(),
        out.times.missed_cutoff.iter().filter(|&&flag| flag).count(),
    );
    let faults = faults.into_iter().chain(more).collect::<Vec<_>>();
    faults
        .iter()
        .take(5)
        .for_each(|fault| println!("{fault:?}"));
}

fn main() {
    let mut params = Params::default();
    params.waves.search_rounds = i64::from(number("WAVES_ROUNDS", 50));
    let ctx = Ctx {
        params: &params,
        seed: 7,
        reporter: &Silent,
        cancel: &NEVER,
        elapsed: &|| std::time::Duration::ZERO,
    };
    let shipments = number("WAVES_SHIPMENTS", 5_000);
    let night = night(
        shipments,
        number("WAVES_FACILITIES", 10),
        number("WAVES_BLOCKS", 1),
        7,
    );
    if number("WAVES_ONCE", 0) == 1 {
        return once(&night, &ctx);
    }
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    criterion.bench_function(&format!("waves/{shipments}"), |bench| {
        bench.iter(|| WavePlanning::run(waves_of(&night), &ctx).expect("the night has no fault"));
    });
    let waved = WavePlanning::run(waves_of(&night), &ctx).expect("the night has no fault");
    criterion.bench_function(&format!("schedule/{shipments}"), |bench| {
        bench.iter(|| Scheduling::run(schedule_of(&night, &waved), &ctx));
    });
    criterion.final_summary();
}
