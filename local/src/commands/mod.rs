//! One file per command: its arguments, what it asks of the engines, and how the answer is shown.

pub(crate) mod backtest;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod deal;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod forecast;
pub(crate) mod import;
pub(crate) mod key;
pub(crate) mod map;
pub(crate) mod mine;
pub(crate) mod openapi;
pub(crate) mod predict;
pub(crate) mod remote;
pub(crate) mod score;
pub(crate) mod sign_in;
pub(crate) mod simulate;
pub(crate) mod tenant;
pub(crate) mod up;
pub(crate) mod vendors;
