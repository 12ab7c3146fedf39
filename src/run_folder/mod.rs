//! The run folder: complete, or not there at all.
//!
//! Everything is written to a staging folder beside the target, every file is fsynced, and one rename makes it the run folder.
//! A crash, a full disk, Ctrl-C or `kill -9` leaves at most the staging folder, with one checkpoint per finished stage, which
//! `--resume` takes up and any other run to the same target removes.

mod manifest;
mod staging;

pub use manifest::{FileRecord, InputRecord, Manifest, OutputRecord};
pub use staging::{RunKey, Staging};
