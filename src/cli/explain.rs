//! `wavecrest explain`: why an order is where it is.

use std::io::IsTerminal;

use super::args::ExplainArgs;
use super::print;
use crate::error::{Error, Result};
use crate::explain::{Story, words};
use crate::report::terminal;

pub fn explain(args: &ExplainArgs) -> Result<u8> {
    let story = Story::read(&args.run, &args.order_id)?;
    let text = if args.json {
        let text = serde_json::to_string_pretty(&story.json())
            .map_err(|e| Error::internal(format!("cannot print JSON: {e}")))?;
        text + "\n"
    } else {
        let styled = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        words(&story, terminal::width(), styled)
    };
    print(&text)?;
    Ok(0)
}
