//! `schema`, `params`, `completions`: what the program knows about itself.

use clap::CommandFactory;

use super::args::{Args, ParamsArgs, SchemaArgs};
use super::print;
use crate::error::{Error, Result};
use crate::params::{ParamDoc, Params, markdown};
use crate::{ingest, report};

pub fn schema(args: &SchemaArgs) -> Result<u8> {
    let text = match (args.outputs, args.json) {
        (false, false) => ingest::schema_markdown(),
        (false, true) => json(&ingest::schema_json())?,
        (true, false) => report::tables::markdown(),
        (true, true) => json(&report::output_docs())?,
    };
    print(&text)?;
    Ok(0)
}

pub fn params(args: &ParamsArgs) -> Result<u8> {
    let text = if args.json {
        json(&Params::docs())?
    } else if args.toml {
        toml::to_string(&Params::default())
            .map_err(|e| Error::internal(format!("cannot print parameters: {e}")))?
    } else if args.markdown {
        markdown()
    } else {
        table(&Params::docs())
    };
    print(&text)?;
    Ok(0)
}

pub fn completions(shell: clap_complete::Shell) -> Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "wavecrest", &mut text);
    print(&String::from_utf8_lossy(&text))?;
    Ok(0)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Error::internal(format!("cannot print JSON: {e}")))?;
    Ok(text + "\n")
}

fn table(docs: &[ParamDoc]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    table.set_header(["parameter", "default", "range", "unit", "why"]);
    for doc in docs {
        table.add_row([
            doc.path(),
            doc.default.clone(),
            doc.range.clone(),
            doc.unit.to_owned(),
            doc.reason.to_owned(),
        ]);
    }
    format!("{table}\n")
}
