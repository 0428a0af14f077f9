//! The canonical event: what happened to one message, once. Pure: no input or output.

pub mod schema;
pub mod status;

pub use schema::{Column, ColumnType};
pub use status::{Bucket, StatusTable};
