//! `wavecrest bench`: public benchmarks.

use std::path::{Path, PathBuf};

use super::args::{
    BenchCommand, FulfilmentArgs, GapArgs, JobprpArgs, MercadoLibreArgs, ResultForm, SprpArgs,
    ZalandoArgs,
};
use super::run::peak_memory_bytes;
use super::{print, progress};
use crate::bench::best_known::BestKnown;
use crate::bench::fulfilment::{self, Options, Spec};
use crate::bench::table::Form;
use crate::bench::{gap, jobprp, mercadolibre, sprp, zalando};
use crate::error::{Error, Result};
use crate::solve::select::Effort;
use crate::solve::{batch, joint_pick, scatter};

/// Patterns of the full model at most.
const MOST_PATTERNS: usize = 2_000_000;
/// Tours that a bound may evaluate when a clock ends it.
const PROOF_TOURS: u64 = 1_000_000_000;
/// Steps of a joint search without a clock.
const JOINT_PICK_STEPS: u64 = 20_000;
/// Rounds of a search that a clock ends.
const MOST_ROUNDS: u32 = 32;

pub fn bench(command: &BenchCommand, quiet: bool) -> Result<u8> {
    match command {
        BenchCommand::Gap(args) => gap(args, quiet),
        BenchCommand::Fulfilment(args) => fulfilment(args, quiet),
        BenchCommand::Mercadolibre(args) => mercadolibre(args, quiet),
        BenchCommand::Jobprp(args) => jobprp(args, quiet),
        BenchCommand::Sprp(args) => sprp(args, quiet),
        BenchCommand::Zalando(args) => zalando(args, quiet),
    }
}

fn gap(args: &GapArgs, quiet: bool) -> Result<u8> {
    let best_known = BestKnown::new(gap::BEST_KNOWN, args.best_known.clone());
    let run = |file: &Path| gap::run(file, &best_known, args.level, args.seed);
    let outcomes = each(&args.files, quiet, run)?;
    print(&gap::table(&outcomes).show(form(args.format)))?;
    Ok(0)
}

fn mercadolibre(args: &MercadoLibreArgs, quiet: bool) -> Result<u8> {
    let best_known = BestKnown::new(mercadolibre::BEST_KNOWN, args.best_known.clone());
    // With a clock the search goes on until it ends.
    let rounds = args.rounds.unwrap_or(match args.time {
        Some(_) => MOST_ROUNDS,
        None => Effort::default().rounds,
    });
    let options = mercadolibre::Options {
        effort: Effort {
            rounds,
            seed: args.seed,
            ..Effort::default()
        },
        seconds: args.time,
    };
    let outcomes = each(&args.files, quiet, |file| {
        let outcome = mercadolibre::run(file, &best_known, &options)?;
        if let (Some(folder), Some(wave)) = (&args.out, &outcome.wave) {
            save(folder, &outcome.instance, &mercadolibre::print(wave))?;
        }
        Ok(outcome)
    })?;
    print(&mercadolibre::table(&outcomes).show(form(args.format)))?;
    Ok(0)
}

fn jobprp(args: &JobprpArgs, quiet: bool) -> Result<u8> {
    let best_known = BestKnown::new(jobprp::BEST_KNOWN, args.best_known.clone());
    let mut effort = batch::Effort::proving(args.seed, "bench", 0);
    effort.rounds_per_job = args.rounds.unwrap_or(effort.rounds_per_job);
    if args.time.is_some() {
        effort.proof = PROOF_TOURS;
    }
    let options = jobprp::Options {
        effort,
        seconds: args.time,
    };
    let outcomes = each(&args.files, quiet, |file| {
        let outcome = jobprp::run(file, &best_known, &options)?;
        if let Some(folder) = &args.out {
            save(folder, &outcome.instance, &jobprp::print(&outcome))?;
        }
        Ok(outcome)
    })?;
    print(&jobprp::table(&outcomes).show(form(args.format)))?;
    Ok(0)
}

fn sprp(args: &SprpArgs, quiet: bool) -> Result<u8> {
    let best_known = BestKnown::new(sprp::BEST_KNOWN, args.best_known.clone());
    let options = sprp::Options {
        blocks: args.blocks,
        effort: match args.time {
            Some(_) => scatter::Effort::proving(),
            None => scatter::Effort::night(),
        },
        seconds: args.time,
    };
    let outcomes = each(&args.files, quiet, |file| {
        let outcome = sprp::run(file, &best_known, &options)?;
        if let Some(folder) = &args.out {
            save(folder, &outcome.instance, &sprp::print(&outcome))?;
        }
        Ok(outcome)
    })?;
    print(&sprp::table(&outcomes).show(form(args.format)))?;
    Ok(0)
}

fn zalando(args: &ZalandoArgs, quiet: bool) -> Result<u8> {
    let effort = joint_pick::Effort {
        // With a clock the search goes on until it ends.
        steps: args.steps.unwrap_or(match args.time {
            Some(_) => u64::MAX,
            None => JOINT_PICK_STEPS,
        }),
        seed: args.seed,
    };
    let solve = |case: &zalando::Case| {
        let outcome = zalando::run(case, &effort, args.time)?;
        if let (Some(folder), Some(plan)) = (&args.out, &outcome.plan) {
            save(folder, &format!("{}.json", case.name), &case.solution(plan))?;
        }
        Ok(outcome)
    };
    let mut outcomes = each(&args.folders, quiet, |folder| {
        solve(&zalando::Case::read(folder)?)
    })?;
    if let Some(orders) = args.made {
        let spec = zalando::Spec {
            orders: orders as usize,
            seed: args.seed,
        };
        outcomes.push(solve(&spec.make())?);
    }
    print(&zalando::table(&outcomes).show(form(args.format)))?;
    Ok(0)
}

/// Runs each file, and says which one.
fn each<T>(files: &[PathBuf], quiet: bool, run: impl Fn(&Path) -> Result<T>) -> Result<Vec<T>> {
    let reporter = progress::reporter(quiet);
    let mut outcomes = Vec::with_capacity(files.len());
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        reporter.start(&name, 0);
        let outcome = run(file);
        reporter.finish();
        outcomes.push(outcome?);
    }
    Ok(outcomes)
}

/// Writes a solution to `folder/name`, `name` with its own folder.
fn save(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(&path, text)
    };
    write().map_err(|e| Error::resource(format!("cannot write {}: {e}", path.display())))
}

fn fulfilment(args: &FulfilmentArgs, quiet: bool) -> Result<u8> {
    let capacity = capacity(&args.capacity)?;
    let spec = |&orders: &usize| Spec {
        orders,
        items: args.items.unwrap_or((orders / 10).max(100)),
        carry: args.carry,
        stock: args.stock,
        capacity,
        seed: args.seed,
    };
    let mut specs: Vec<Spec> = args.orders.iter().map(spec).collect();
    specs.iter().try_for_each(Spec::check)?;
    // The peak of memory is that of the process: it says something of an instance only if the smaller ones come first.
    specs.sort_by_key(|spec| spec.orders);
    let options = Options {
        level: args.level,
        oracle: if args.oracle { MOST_PATTERNS } else { 0 },
        memory: &peak_memory_bytes,
    };
    let reporter = progress::reporter(quiet);
    let mut outcomes = Vec::with_capacity(specs.len());
    for spec in &specs {
        reporter.start(&format!("{} orders", spec.orders), 0);
        let outcome = fulfilment::run(spec, &options);
        reporter.finish();
        outcomes.push(outcome?);
    }
    print(&fulfilment::table(&outcomes, args.level).show(form(args.format)))?;
    if args.oracle && outcomes.iter().any(|outcome| outcome.optimum.is_none()) {
        eprintln!("note: more than {MOST_PATTERNS} patterns: the full model was not solved");
    }
    Ok(0)
}

fn capacity(text: &str) -> Result<Option<f64>> {
    if text == "none" {
        return Ok(None);
    }
    let factor = text.parse().map(Some);
    factor.map_err(|_| {
        Error::param(format!("--capacity {text:?}: expected none or a number"))
            .hint("1.1 means room for 10 % more units than are wanted")
    })
}

fn form(form: ResultForm) -> Form {
    match form {
        ResultForm::Table => Form::Table,
        ResultForm::Csv => Form::Csv,
        ResultForm::Json => Form::Json,
    }
}
