//! What the search is doing, for the log, and when it must end.

use std::time::Duration;

use crate::stage::Ctx;

/// The phase under way.
pub(super) struct Phases<'a> {
    ctx: &'a Ctx<'a>,
    end: Option<Duration>,
    since: Duration,
    phase: String,
}

impl<'a> Phases<'a> {
    pub fn new(ctx: &'a Ctx) -> Phases<'a> {
        let limit = ctx.params.routing.time_seconds;
        let now = (ctx.elapsed)();
        Phases {
            ctx,
            end: (limit > 0).then(|| now + Duration::from_secs(limit.unsigned_abs())),
            since: now,
            phase: "prices".into(),
        }
    }

    pub fn enter(&mut self, phase: &str) {
        if self.phase != phase {
            let now = (self.ctx.elapsed)();
            let seconds = (now - self.since).as_secs_f64();
            tracing::info!(phase = self.phase, seconds, "routing");
            (self.since, self.phase) = (now, phase.into());
        }
    }

    pub fn go_on(&mut self, phase: &str) -> bool {
        self.enter(phase);
        let in_time = self.end.is_none_or(|end| (self.ctx.elapsed)() < end);
        in_time && self.ctx.interrupted().is_ok()
    }
}
