//! The one integration binary: the program as a person runs it.

mod bench;
mod brunel;
mod command_line;
mod determinism;
mod faults;
mod fixtures;
mod limits;
mod support;
mod verify;
