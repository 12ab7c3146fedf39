//! The command line: arguments, resolved before work starts; one file per subcommand.

mod args;
mod bench;
mod check;
mod docs;
mod explain;
mod generate;
mod logging;
mod progress;
mod run;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use crate::error::{Error, Fault, Result};
use args::{Args, Command};

/// Exit code of a run or check with more rejected rows than `--max-reject-share`.
const TOO_MANY_REJECTS: u8 = 4;

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let code = if error.use_stderr() {
                Fault::Param.exit_code()
            } else {
                0
            };
            // Nothing can be done about a closed terminal.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    logging::init(args.log, args.verbose);
    match dispatch(args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            report(&error);
            ExitCode::from(error.fault.exit_code())
        }
    }
}

fn dispatch(args: Args) -> Result<u8> {
    let quiet = args.quiet;
    match args.command {
        Command::Generate(args) => generate::generate(&args, quiet),
        Command::Check(args) => check::check(&args, quiet),
        Command::Run(args) => run::run(&args, quiet),
        Command::Verify(args) => verify::verify(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Bench { bench } => bench::bench(&bench, quiet),
        Command::Schema(args) => docs::schema(&args),
        Command::Params(args) => docs::params(&args),
        Command::Completions { shell } => docs::completions(shell),
    }
}

/// Message and hint on stderr.
fn report(error: &Error) {
    eprintln!("error: {}", error.message);
    if !error.hint.is_empty() {
        eprintln!(" hint: {}", error.hint);
    }
}

/// Prints a result to stdout. A reader that closed the pipe (`| head`) is not an error.
fn print(text: &str) -> Result<()> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Error::resource(format!("cannot write to stdout: {e}")))
        }
        _ => Ok(()),
    }
}
