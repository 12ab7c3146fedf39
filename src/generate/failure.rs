//! The errors of the generator, in the words of a person at the command line.

use std::fmt::Display;
use std::path::Path;

#[derive(Debug)]
pub struct Error(pub String);
impl Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
impl std::error::Error for Error {}
pub type Result<T> = std::result::Result<T, Error>;

/// A parameter of the specification that cannot be used.
pub fn parameter(name: &str, message: impl Display) -> Error {
    Error(format!("{name}: {message}"))
}

/// A file or folder that cannot be written.
pub fn io(path: &Path, error: &std::io::Error) -> Error {
    Error(format!("{}: {error}", path.display()))
}

/// Anything that only a defect of the generator itself can cause.
pub fn internal(what: &str, error: impl Display) -> Error {
    Error(format!("{what}: {error}"))
}
