//! `wavecrest verify`: an independent audit of a finished run.

use super::args::VerifyArgs;
use super::print;
use crate::audit;
use crate::error::{Fault, Result};

pub fn verify(args: &VerifyArgs) -> Result<u8> {
    let audit = audit::audit(&args.run)?;
    print(&audit.to_string())?;
    Ok(if audit.passed() {
        0
    } else {
        Fault::CheckFailed.exit_code()
    })
}
