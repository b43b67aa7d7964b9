//! The project's own checks that others build on: the templates of the cloud, and what the code asks of them.

pub mod code;
pub mod finding;
pub mod infra;
pub mod privilege;
pub mod template;
