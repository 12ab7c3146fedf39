//! The one integration binary: the program as a person runs it.

mod bench;
mod command_line;
mod determinism;
mod explain;
mod faults;
mod fixtures;
mod incumbent;
mod support;
mod verify;
