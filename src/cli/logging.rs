//! Structured logs on stderr.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use super::args::LogForm;

/// Warnings by default, `-v` info, `-vv` debug; `WAVECREST_LOG` overrides. JSON logs default to info.
pub fn init(form: LogForm, verbose: u8) {
    let level = match (verbose, form) {
        (0, LogForm::Text) => "wavecrest=warn",
        (0 | 1, _) => "wavecrest=info",
        _ => "wavecrest=debug",
    };
    let filter = EnvFilter::try_from_env("WAVECREST_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match form {
        LogForm::Text => logs.without_time().init(),
        LogForm::Json => logs.json().init(),
    }
}
