//! The tables of the store as DataFusion sees them.

mod log;

pub use log::LogTable;
