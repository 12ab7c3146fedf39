//! Whole batches, from files.
