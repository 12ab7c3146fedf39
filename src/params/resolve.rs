//! From files and the command line to parameters, with messages that name the parameter, the value and the range.

use std::ops::RangeInclusive;

use super::value::{ParamValue, show_range};
use super::{ParamDoc, Params};
use crate::error::{Error, Result};

/// Parameters from a TOML text; `name` is for messages.
pub fn from_toml(text: &str, name: &str) -> Result<Params> {
    let params: Params = toml::from_str(text).map_err(|e| {
        Error::param(format!("{name}: {}", e.to_string().trim_end()))
            .hint("`wavecrest params` lists every section and parameter")
    })?;
    params.validate()?;
    Ok(params)
}

/// An error naming parameters that contradict each other.
pub(super) fn consistent(params: &Params) -> Result<()> {
    let (routing, fraud) = (&params.routing, &params.fraud);
    if !routing.stores_ship && routing.store_penalty_cents > 0 {
        let penalty = routing.store_penalty_cents;
        return Err(Error::param(format!(
            "routing.stores_ship = false and routing.store_penalty_cents = {penalty} contradict each other: a store that never ships pays nothing"
        ))
        .hint("set the penalty alone if stores shall come last, stores_ship = false alone if they shall not ship"));
    }
    if fraud.review_score > fraud.decline_score {
        let (review, decline) = (fraud.review_score, fraud.decline_score);
        return Err(Error::param(format!(
            "fraud.review_score = {review} lies above fraud.decline_score = {decline}: nothing would ever be reviewed"
        ))
        .hint("set both equal to do without reviews"));
    }
    Ok(())
}

/// Applies `section.name=value`.
pub fn set(params: &mut Params, assignment: &str) -> Result<()> {
    let (path, text) = assignment.split_once('=').ok_or_else(|| {
        Error::param(format!("--set {assignment}: no `=` in it"))
            .hint("write it as --set routing.max_shipments=2")
    })?;
    params
        .assign(path.trim(), text.trim())
        .unwrap_or_else(|| Err(unknown(path.trim())))
}

fn unknown(path: &str) -> Error {
    let docs = Params::docs();
    let name_of = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
    // The whole path counts, and the name alone: a right name in the wrong section is nearly right.
    let distance = |doc: &&ParamDoc| {
        let known = doc.path();
        let whole = edit_distance(&known, path);
        whole.min(edit_distance(doc.name, &name_of(path)) + 1)
    };
    let nearest = docs
        .iter()
        .min_by_key(|doc| (distance(doc), edit_distance(&doc.path(), path)));
    let hint = nearest.map_or_else(String::new, |doc| {
        let near = distance(&doc) <= 2 + path.len() / 6;
        let question = if near {
            "did you mean"
        } else {
            "nothing is called alike; the nearest name is"
        };
        let mark = if near { "?" } else { "." };
        format!(
            "{question} {}{mark} `wavecrest params` lists all",
            doc.path()
        )
    });
    Error::param(format!("--set {path}: there is no parameter of this name")).hint(hint)
}

/// Levenshtein distance, O(a × b).
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

pub(super) fn parse<T: ParamValue>(
    path: &str,
    text: &str,
    range: Option<&RangeInclusive<T>>,
) -> Result<T> {
    let value = T::parse(text).ok_or_else(|| {
        Error::param(format!("{path}: {text:?} is not {}", T::KIND))
            .hint(format!("allowed: {}", show_range(range)))
    })?;
    in_range(path, value, range)?;
    Ok(value)
}

pub(super) fn in_range<T: ParamValue>(
    path: &str,
    value: T,
    range: Option<&RangeInclusive<T>>,
) -> Result<()> {
    match range {
        Some(allowed) if !allowed.contains(&value) => Err(Error::param(format!(
            "{path}: {} is outside {}",
            value.show(),
            show_range(range)
        ))
        .hint("`wavecrest params` says what it means")),
        _ => Ok(()),
    }
}
