//! The thin binary; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    wavecrest::cli::main()
}
