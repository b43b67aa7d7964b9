//! One file per command: its arguments, what it asks of the engines, and how the answer is shown.

pub(crate) mod completions;
pub(crate) mod demo;
