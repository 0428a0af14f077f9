//! The tables of the store as DataFusion sees them.

mod log;
mod reader;
mod segment;
mod zone;

pub use log::LogTable;
pub(super) use segment::{Segments, register as register_segments};
pub(super) use zone::data_type_in;
