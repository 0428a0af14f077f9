//! The tables of the store as DataFusion sees them.

mod declared;
mod kept;
mod kept_rows;
mod log;
mod reader;
mod segment;
mod zone;

pub use kept::KeptDefinition;
pub(super) use kept::{KeptTable, Uses};
pub(super) use kept_rows::Shelf;
pub use log::LogTable;
pub(super) use segment::{
    Segments, members_words as segment_members_words, register as register_segments, segments_words,
};
pub(super) use zone::data_type_in;
