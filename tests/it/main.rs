//! The one integration binary: the program as a person runs it.

mod bench;
mod brunel;
mod command_line;
mod determinism;
mod explain;
mod faults;
mod fixtures;
mod incumbent;
mod limits;
mod support;
mod verify;
