//! The types that parameters have.

use std::fmt::Debug;
use std::ops::RangeInclusive;

/// A value that can be parsed from `--set`, put into a range, and documented.
pub trait ParamValue: Copy + Debug + PartialOrd {
    /// For messages: "a whole number".
    const KIND: &'static str;
    fn parse(text: &str) -> Option<Self>;
    fn show(self) -> String;
}

impl ParamValue for i64 {
    const KIND: &'static str = "a whole number";
    fn parse(text: &str) -> Option<Self> {
        text.replace('_', "").parse().ok()
    }
    fn show(self) -> String {
        self.to_string()
    }
}

impl ParamValue for f64 {
    const KIND: &'static str = "a finite number";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|x: &f64| x.is_finite())
    }
    fn show(self) -> String {
        self.to_string()
    }
}

impl ParamValue for bool {
    const KIND: &'static str = "true or false";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn show(self) -> String {
        self.to_string()
    }
}

/// What routing says about its decisions.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Explain {
    None,
    /// A row per order.
    #[default]
    Decisions,
    /// And a row per order and facility that it does not use.
    All,
}

impl ParamValue for Explain {
    const KIND: &'static str = "none, decisions or all";
    fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Explain::None),
            "decisions" => Some(Explain::Decisions),
            "all" => Some(Explain::All),
            _ => None,
        }
    }
    fn show(self) -> String {
        match self {
            Explain::None => "none",
            Explain::Decisions => "decisions",
            Explain::All => "all",
        }
        .to_owned()
    }
}

/// How pickers walk.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TourRule {
    /// The shortest tour.
    #[default]
    Shortest,
    /// Through every aisle with picks, up one and down the next.
    SShape,
    /// Into every aisle with picks from both ends, up to its largest gap.
    LargestGap,
    /// Into every aisle with picks from the front, and back.
    Return,
}

impl ParamValue for TourRule {
    const KIND: &'static str = "shortest, s_shape, largest_gap or return";
    fn parse(text: &str) -> Option<Self> {
        match text {
            "shortest" => Some(TourRule::Shortest),
            "s_shape" => Some(TourRule::SShape),
            "largest_gap" => Some(TourRule::LargestGap),
            "return" => Some(TourRule::Return),
            _ => None,
        }
    }
    fn show(self) -> String {
        match self {
            TourRule::Shortest => "shortest",
            TourRule::SShape => "s_shape",
            TourRule::LargestGap => "largest_gap",
            TourRule::Return => "return",
        }
        .to_owned()
    }
}

/// Where the lines of a shipment come together.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Consolidation {
    /// On the cart: a shipment is picked on one cart, into a tote of its own.
    #[default]
    Cart,
    /// At a put wall: each cart stays in one zone.
    Zone,
    /// At a sorter: lines come in bulk on any cart of the wave.
    Sorter,
}

impl ParamValue for Consolidation {
    const KIND: &'static str = "cart, zone or sorter";
    fn parse(text: &str) -> Option<Self> {
        match text {
            "cart" => Some(Consolidation::Cart),
            "zone" => Some(Consolidation::Zone),
            "sorter" => Some(Consolidation::Sorter),
            _ => None,
        }
    }
    fn show(self) -> String {
        match self {
            Consolidation::Cart => "cart",
            Consolidation::Zone => "zone",
            Consolidation::Sorter => "sorter",
        }
        .to_owned()
    }
}

/// `1..=100`, or what the type says where there is no range.
pub fn show_range<T: ParamValue>(range: Option<&RangeInclusive<T>>) -> String {
    range.map_or_else(
        || T::KIND.to_owned(),
        |r| format!("{}..={}", r.start().show(), r.end().show()),
    )
}
