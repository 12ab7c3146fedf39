//! The flow, top to bottom; one call per stage.
