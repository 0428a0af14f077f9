//! The tables of the store as DataFusion sees them.

mod log;
mod reader;

pub use log::LogTable;
