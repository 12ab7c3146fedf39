//! Progress bars on stderr when it is a terminal. Only this file knows the crate that draws them.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::stage::{Reporter, Silent};

/// Bars if stderr is a terminal and `quiet` is not asked for.
pub fn reporter(quiet: bool) -> Box<dyn Reporter> {
    if !quiet && std::io::stderr().is_terminal() {
        Box::new(Bars::default())
    } else {
        Box::new(Silent)
    }
}

/// One bar at a time, for the running stage.
#[derive(Default)]
struct Bars {
    running: Mutex<Option<(ProgressBar, bool)>>,
}

impl Bars {
    fn with(&self, act: impl FnOnce(&mut Option<(ProgressBar, bool)>)) {
        // A panicked worker thread must not take the progress bar down with it.
        act(&mut self
            .running
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Reporter for Bars {
    fn start(&self, stage: &str, total: u64) {
        let bar = ProgressBar::new_spinner().with_message(stage.to_owned());
        bar.set_style(style("{spinner} {msg:<12} {elapsed}"));
        bar.set_length(total);
        bar.enable_steady_tick(Duration::from_millis(120));
        self.with(|running| *running = Some((bar, false)));
    }
    /// The spinner becomes a bar at the first step: stages that report no steps keep the spinner.
    fn advance(&self, done: u64) {
        self.with(|running| {
            if let Some((bar, stepped)) = running {
                if !*stepped && bar.length().unwrap_or(0) > 0 {
                    bar.set_style(style(
                        "{spinner} {msg:<12} [{bar:32}] {human_pos}/{human_len} {per_sec} {eta}",
                    ));
                    *stepped = true;
                }
                bar.inc(done);
            }
        });
    }
    fn finish(&self) {
        self.with(|running| {
            if let Some((bar, _)) = running.take() {
                bar.finish_and_clear();
            }
        });
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are well-formed")
}
