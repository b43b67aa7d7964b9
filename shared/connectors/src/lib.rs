//! Sources of deals, one folder each: what a source says, brought into the unified model.

pub mod file;
