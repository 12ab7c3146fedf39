//! The three ways in which generating can fail, as errors of the crate.

use std::fmt::Display;
use std::path::Path;

pub use crate::error::{Error, Result};

/// A parameter of the specification that cannot be used.
pub fn parameter(name: &str, message: impl Display) -> Error {
    Error::param(format!("{name}: {message}"))
}

/// A file or folder that cannot be written.
pub fn io(path: &Path, error: &std::io::Error) -> Error {
    Error::io("write", path, error)
}

/// Anything that only a defect of the generator itself can cause.
pub fn internal(what: &str, error: impl Display) -> Error {
    Error::internal(format!("{what}: {error}"))
}
