//! The tables of the store as DataFusion sees them.

mod log;
mod reader;
mod zone;

pub use log::LogTable;
pub(super) use zone::data_type_in;
