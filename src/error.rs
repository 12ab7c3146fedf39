//! Errors by fault: whose mistake it is decides what a person must do, and the exit code.
//!
//! A message says what is wrong and where; a hint says what to do about it and is kept apart, so that the terminal can set it on
//! its own line. Row-level faults of a batch are not errors: they become rows of `rejects` (see `model::plan::Reject`).

use std::fmt;
use std::path::Path;

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Whose fault an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The batch cannot be used: missing table, wrong type, unreadable file. Exit code 3.
    Input,
    /// A parameter or a command-line argument is wrong. Exit code 2.
    Param,
    /// The rules admit no plan at all. Exit code 3.
    Infeasible,
    /// A solver gave up or answered nonsense. Exit code 1.
    Solver,
    /// Disk full, no permission, out of memory, interrupted. Exit code 1.
    Resource,
    /// A stage's `check` or an audit found a broken invariant. Exit code 5.
    CheckFailed,
    /// Our mistake. Exit code 1.
    Internal,
}

impl Fault {
    /// The process exit code of DESIGN section 6.
    pub const fn exit_code(self) -> u8 {
        match self {
            Fault::Solver | Fault::Resource | Fault::Internal => 1,
            Fault::Param => 2,
            Fault::Input | Fault::Infeasible => 3,
            Fault::CheckFailed => 5,
        }
    }
}

/// What went wrong, where, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    pub fault: Fault,
    /// One sentence: what and where (file, table, row, column, value).
    pub message: String,
    /// What the person can do; empty when there is nothing to say.
    pub hint: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error {
    fn new(fault: Fault, message: impl Into<String>) -> Self {
        Error {
            fault,
            message: message.into(),
            hint: String::new(),
        }
    }
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Fault::Input, message)
    }
    pub fn param(message: impl Into<String>) -> Self {
        Self::new(Fault::Param, message)
    }
    pub fn infeasible(message: impl Into<String>) -> Self {
        Self::new(Fault::Infeasible, message)
    }
    pub fn solver(message: impl Into<String>) -> Self {
        Self::new(Fault::Solver, message)
    }
    pub fn resource(message: impl Into<String>) -> Self {
        Self::new(Fault::Resource, message)
    }
    pub fn check_failed(message: impl Into<String>) -> Self {
        Self::new(Fault::CheckFailed, message)
    }
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Fault::Internal, message)
            .hint("this is a bug in wavecrest; please report it with the command and the log")
    }

    /// Adds what the person can do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// An I/O failure on `path` while doing `what`, with a hint by kind (full disk, permission, missing).
    pub fn io(what: &str, path: &Path, source: &std::io::Error) -> Self {
        use std::io::ErrorKind::{
            AlreadyExists, NotFound, PermissionDenied, ReadOnlyFilesystem, StorageFull,
        };
        let hint = match source.kind() {
            StorageFull => "the disk is full: free some space or choose another folder",
            PermissionDenied => {
                "you have no permission there: choose a folder you can write to, or change its owner"
            }
            ReadOnlyFilesystem => "that file system is read-only: choose another folder",
            NotFound => "check the path",
            AlreadyExists => "choose a new name, or remove what is there",
            _ => "",
        };
        Self::resource(format!("cannot {what} {}: {source}", path.display())).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_a_resource_fault_with_a_way_out() {
        let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let error = Error::io("write", Path::new("/plans/night"), &source);
        assert_eq!(error.fault.exit_code(), 1);
        assert!(error.to_string().contains("/plans/night"));
        assert!(error.hint.contains("free some space"));
    }

    #[test]
    fn exit_codes_are_those_of_the_command_line_contract() {
        assert_eq!(Fault::Param.exit_code(), 2);
        assert_eq!(Fault::Input.exit_code(), 3);
        assert_eq!(Fault::CheckFailed.exit_code(), 5);
    }
}
