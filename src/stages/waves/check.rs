use super::Input;
use crate::model::plan::Waved;
use crate::stage::{Ctx, Violation};
pub fn check(_input: Input<'_>, _out: &Waved, _ctx: &Ctx) -> Vec<Violation> {
    Vec::new()
}
